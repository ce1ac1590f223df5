# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 06 · The vector form
#
# So far each weight had a formula of its own. The slides from «Vector formulation» to
# «The Backward Pass» write a whole layer in one line.
# You write that line, and the lines that carry derivatives back, for a whole batch of examples.
# There is no new calculus in it. It is all a matter of shapes.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 00; how a matrix product pairs rows with columns | 60 minutes | 14 points: 5 forward, 9 backward |
#
# ## Words
#
# The lecture looks at one example, as a column. We stack $N$ examples as rows.
#
# | on the slides, one example | shape there | name in code, $N$ examples | shape in code |
# | --- | --- | --- | --- |
# | $y_{k-1}$, what comes in | $C_{in} \times 1$ | `A`, one example a row | $N \times C_{in}$ |
# | $W_k$, the weights | $C_{out} \times C_{in}$ | `W` | $C_{out} \times C_{in}$ |
# | $b_k$, the biases | $C_{out} \times 1$ | `b` | $C_{out} \times 1$ |
# | $z_k$, what goes out | $C_{out} \times 1$ | `Z`, one example a row | $N \times C_{out}$ |
# | $\nabla_{z} Div$ | $1 \times C_{out}$ | `dLdZ`, one example a row | $N \times C_{out}$ |
# | $\nabla_{y} Div$ | $1 \times C_{in}$ | `dLdA`, one example a row | $N \times C_{in}$ |
# | $\nabla_{W} Div$ | $C_{in} \times C_{out}$ | `dLdW`, as `W` | $C_{out} \times C_{in}$ |
# | $\nabla_{b} Div$ | $1 \times C_{out}$ | `dLdb`, as `b` | $C_{out} \times 1$ |

# %%
import numpy as np

from mytorch.linear import Linear
from workbook import demo, exercise, pictures
from workbook.small_network import B1, B2, W1, W2, X

# %% [markdown]
# ## 1 · A layer in one line
#
# Slide «Vector formulation»: the layer takes a column and gives a column,
#
# $$z_k = W_k\, y_{k-1} + b_k$$
#
# Look closely at the slide's $W_k$. Its first row reads $w_{11}, w_{21}, \dots$:
# the weight $w_{ij}$ leads *from* input $i$ *to* output $j$, and stands in row $j$, column $i$.
# So **row $j$ of $W$ belongs to output $j$**. In code it is `W[j]`.
#
# > **Errata.** On the second slide «Vector formulation» the last bias is $b_{D_{k+1}}$.
# > Read $b_{D_k}$, as on the slide before it: one bias for each output.
#
# **By hand.** The small network's first layer, for its first example:
#
# $$z_1 = \begin{bmatrix} 1 & -1 \\ 0.5 & 0.5 \end{bmatrix} \begin{bmatrix} 1 \\ 2 \end{bmatrix}
# + \begin{bmatrix} 2 \\ -1 \end{bmatrix}
# = \begin{bmatrix} 1 - 2 + 2 \\ 0.5 + 1 - 1 \end{bmatrix} = \begin{bmatrix} 1 \\ 0.5 \end{bmatrix}$$

# %%
x = np.array([[1.0], [2.0]])
W1 @ x + B1

# %% [markdown]
# ## 2 · The derivative multiplies a change
#
# Slide «Vector Calculus Notes 1: Definitions» says what a derivative *is*:
# what you multiply a small change of the input with, to get the change of the output,
#
# $$\Delta z = \nabla_y z \; \Delta y$$
#
# Let the shapes speak. $\Delta y$ is $C_{in} \times 1$ and $\Delta z$ is $C_{out} \times 1$.
# What must the shape of $\nabla_y z$ be? «Or the dimensions won't match», says the slide.
# It is called the *Jacobian*, and for an affine layer the slide «Special case: Affine functions»
# gives it away: $\nabla_y z = W$.
#
# Try it. Change the first input by 1 and leave the second.

# %%
change = np.array([[1.0], [0.0]])
(W1 @ (x + change) + B1) - (W1 @ x + B1)

# %% [markdown]
# Where in $W$ have you seen these two numbers? What does a change of $[0, 1]$ give?
#
# <details><summary>Answer</summary>
#
# They are the first column of $W$: it says how strongly input 1 moves each output.
# A change of $[0, 1]$ gives the second column, $[-1, 0.5]$. The bias cancels.
#
# </details>
#
# Below, a change of $x$ goes through the layer, and then through a ReLU.
# The solid arrow is what really happens. The dashed one is what the Jacobians predict.
#
# > **Predict.** How far can you push $x$ before the prediction fails: at $z$? at $y$?

# %%
pictures.perturbation()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At $z$ it never fails. An affine layer has the same Jacobian everywhere.
# At $y$ it fails as soon as one $z$ passes 0 and meets the ReLU's corner.
# (Slide «Jacobians can describe the derivatives of neural activations w.r.t their input»: the
# ReLU's Jacobian is diagonal, here with a 1 for each positive $z$. It was taken *before* the change.)
#
# </details>
#
# A derivative speaks about small changes. For `Linear` it happens to be right for large ones too.
#
# ## 3 · Back through the layer, for one example
#
# Now the other way. $Div$ is one number, so its derivative by the column $z$ is a *row*:
# «the shape of the derivative is the transpose of the shape of $z$».
# The chain rule puts the outer function first (slide «Vector Calculus Notes 2: Chain rule»):
#
# $$\nabla_y Div = \nabla_z Div \; \nabla_y z = \nabla_z Div \; W$$
#
# A row times a matrix gives a row.
#
# **By hand.** In the small network $\nabla_{z_1} Div = [2, -1]$ arrives at the first layer. Then
#
# $$\nabla_x Div = [\,2 \cdot 1 - 1 \cdot 0.5,\;\; 2 \cdot (-1) - 1 \cdot 0.5\,] = [1.5, -2.5]$$
#
# For the parameters, slide «Special Case: Application to a network» has
#
# $$\nabla_{W_k} Div = y_{k-1}\, \nabla_{z_k} Div \qquad \nabla_{b_k} Div = \nabla_{z_k} Div$$
#
# A column times a row is a *multiplication table*: entry $(i, j)$ is
# $y_i \cdot \partial Div / \partial z_j$. By hand:
#
# $$\nabla_{W_1} Div = \begin{bmatrix} 1 \\ 2 \end{bmatrix} [\,2, -1\,]
# = \begin{bmatrix} 2 & -1 \\ 4 & -2 \end{bmatrix}$$
#
# Its rows belong to inputs, but those of $W$ to outputs. The slide «More calculus: Special Case»
# warns you: derivatives have the *transposed* shape. That is why the update on the slide
# «Overall Approach» needs a transpose, $W \leftarrow W - \eta\, \nabla_W Loss^\top$.
# **We turn it once, when we store it: a stored gradient has the shape of what it belongs to.**
# As a slow loop, one row for each output $j$:

# %%
y, dz = [1, 2], [2, -1]
[[y[i] * dz[j] for i in range(2)] for j in range(2)]

# %% [markdown]
# Is it true? Don't believe a formula: *wiggle*. Push the weight `W1[0, 1]` by a millionth and
# see how $Div$ follows. (Both $z_1$ are positive here, so the ReLU lets them through.)

# %%
def div(W):
    z2 = W2 @ (W @ x + B1) + B2
    return (z2.item() - 1) ** 2 / 2

push = np.array([[0, 1e-6], [0, 0]])
round((div(W1 + push) - div(W1)) / 1e-6, 3)

# %% [markdown]
# It is the 4 in the first row, second column.
#
# ## 4 · From a column to a batch
#
# «Fast matrix libraries make operations *much* faster», says a slide: so give them many examples
# at once. Data come as a table with one example a row. Two examples of the small network:

# %%
X

# %% [markdown]
# Each row goes through the same layer. **By hand**, the second example:
# $z = [\,1 \cdot 0 - 1 \cdot 4 + 2,\;\; 0.5 \cdot 0 + 0.5 \cdot 4 - 1\,] = [-2, 1]$.
# So from these two rows `forward` has to make $[1, 0.5]$ and $[-2, 1]$.
#
# > **Predict.** Pick one entry of $Z$. Which row of $A$ is it made of?
# > And which part of $W$: a row or a column?

# %%
pictures.entry()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Row $n$ of $A$ meets **row** $j$ of $W$. And $b_j$ comes to every entry of column $j$.
#
# </details>
#
# Here is the puzzle of Exercise 6.1. A matrix product `P @ Q` pairs the rows of `P` with the
# *columns* of `Q`. You need rows with rows. What has to happen, and to which array?
#
# And the bias: `b` is a column. It has to come to each *row* of `Z`. numpy repeats a single row
# by itself, like this:

# %%
np.zeros((3, 2)) + np.array([[10.0, 20.0]])

# %% [markdown]
# One thing more before you write. Look at the three derivatives in section 3.
# Which array of the *forward* pass will `backward` need again?
# Keep it: `self.something = …` remembers it in the layer.
#
# ### Exercise 6.1 · `Linear.forward`
#
# Put your lines in the place of `raise`. `A`, `self.W` and `self.b` have the shapes of the table
# on top. Two lines are enough.

# %% exercise="linear.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Write down the shapes side by side: $N \times C_{in}$ and $C_{out} \times C_{in}$.
# In a product the two inner sides must be the same.
# The slide «More calculus: Special Case» writes the formula for one example as a row: see there.
#
# </details>
#
# The numbers by hand come back:

# %%
with demo():
    layer = Linear(2, 2)
    layer.W, layer.b = W1, B1
    print(layer.forward(X))

# %% [markdown]
# ## 5 · Where 1/N stands
#
# The loss of a batch is the *average* divergence (slide «Overall Approach»):
#
# $$L = \frac1N \sum_n Div_n \qquad\text{so for example } n \qquad
# \frac{\partial L}{\partial z} = \frac1N\, \nabla_z Div_n$$
#
# The $1/N$ comes in once, where the loss is computed, and travels with the derivatives from there.
# `dLdZ` arrives at your layer **with $1/N$ in it**. Nobody divides again.
#
# **By hand.** The two examples have $\nabla_z Div = [2, -1]$ and $[0, 0.5]$, and $N = 2$:

# %%
dLdZ = np.array([[2.0, -1.0], [0.0, 0.5]]) / 2
dLdZ

# %% [markdown]
# > **Errata.** «Overall Approach» calls the loss «the sum of the divergence». Its formula has
# > the factor $1/|\{X\}|$: it is the average.
# > «Training by BackProp» adds up without it and divides in the update, $\eta / T$.
# > That is the same step; the $1/T$ just stands elsewhere.
#
# ## 6 · The examples add up
#
# A sum of divergences has the sum of their derivatives. The slide «Training by BackProp» says so
# with a loop over the examples: start with zeros, then `+=` each example's table.
# Here is that loop, slow and plain. It is what your fast line has to agree with.

# %%
total = np.zeros((2, 2))
for y, dz in zip(X, dLdZ):
    total += [[y[i] * dz[j] for i in range(2)] for j in range(2)]
total

# %% [markdown]
# In the picture, each example's $x$ stands above its table and its $\partial L / \partial z$ on the
# left. The first slider adds the examples one by one.
#
# > **Predict.** With both examples added, you change $\partial L / \partial z_2$ of example 2.
# > Which of the four sums move?

# %%
pictures.adding_up()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the one in row $z_2$, column $x_2$. Row $z_1$ hears nothing of $z_2$.
# And in column $x_1$ the change is multiplied by $x_1 = 0$: a weight whose input was 0 had no
# influence, and gets no blame.
#
# </details>
#
# **Adding and overwriting.** The lecture starts from zero and *accumulates* over $t$.
# Your `backward` gets the whole batch in one call, so that sum is complete when the call ends.
# It *overwrites* what the last call left in `dLdW` and `dLdb`. With `+=` yesterday's batch would be
# in today's gradient.
#
# ## 7 · Which sides go together
#
# You know each example's part, and that the examples add up. What is missing is the fast line.
# A product makes its two inner sides disappear: it *sums over them*.
# Equal strokes in the picture are equal sides.
#
# > **Predict.** You have `dLdZ`, `A` and `W`.
# > For `dLdA`: which side of `dLdZ` must disappear, and who else has it?
# > For `dLdW`: which side must disappear now, and how do you bring it inside?
# > For `dLdb`: the same side, but nothing is there to multiply with.

# %%
pictures.sides()

# %% [markdown]
# Set $N = C_{out}$ with the sliders. Now a wrong arrangement can have the right shape.
# **A shape is a clue, no proof**: the numbers by hand decide.
#
# <details><summary>A hint, if you want one</summary>
#
# `dLdA` has no side $C_{out}$: sum over the outputs, for each example on its own.
# `dLdW` and `dLdb` have no side $N$: sum over the examples. `.T` turns an array, so that another
# side comes inside. `dLdb` is a column, so look at the result's shape.
#
# </details>
#
# ### Exercise 6.2 · `Linear.backward`
#
# Set `self.dLdW` and `self.dLdb`, and return dLdA. Three short lines, and no loop.
# If `forward` has not run yet, raise a `RuntimeError` that says so.

# %% exercise="linear.backward"

# %% [markdown]
# By hand, again: row $n$ of `dLdA` is $\frac12 [1.5, -2.5]$ for the first example and
# $\frac12 [0.25, 0.25]$ for the second. And `dLdW` is the sum of the two tables.

# %%
with demo():
    layer.forward(X)
    assert np.allclose(layer.backward(dLdZ), [[0.75, -1.25], [0.125, 0.125]])
    assert np.allclose(layer.dLdW, [[1, 2], [-0.5, 0]])
    assert np.allclose(layer.dLdb, [[1], [-0.25]])

# %% [markdown]
# Overwritten, not accumulated: a second call changes nothing.

# %%
with demo():
    layer.backward(dLdZ)
    assert np.allclose(layer.dLdb, [[1], [-0.25]])

# %% [markdown]
# And a wiggle, this time on *your* layer. Take any loss whose derivative by `Z` is `dLdZ`, for
# instance the sum of `dLdZ * Z`. Push one weight: the quotient must be that weight's `dLdW`.

# %%
with demo():
    def loss(W):
        layer.W = W
        return np.sum(dLdZ * layer.forward(X))

    push = np.array([[0, 0], [1e-6, 0]])
    print(round((loss(W1 + push) - loss(W1)) / 1e-6, 3), layer.dLdW[1, 0])

# %% [markdown]
# ## One last question
#
# A layer has 784 inputs and 10 outputs, and a batch has 64 examples.
# How many numbers are in `dLdW`? How many with twice as many examples?
# And how many in the Jacobian of the whole batch's `Z` by its `A`?
#
# <details><summary>Answer</summary>
#
# $10 \cdot 784 = 7840$, whatever $N$ is: the side $N$ has been summed away.
# The Jacobian would have $640$ rows and $50\,176$ columns: 32 million numbers, nearly all zero,
# because no example influences another's output. Nobody builds it. `backward` multiplies a row *with*
# the Jacobian and never writes it down, and that is why backpropagation is cheap.
#
# </details>
#
# ## The bridge, in one table
#
# | the lecture | this workbook |
# | --- | --- |
# | one example, a column | $N$ examples, one a row |
# | derivative by a column: a row | the same row, one of the $N$ rows of `dLdZ`, `dLdA` |
# | $\nabla_W Div$ is $C_{in} \times C_{out}$ and is turned in the update | `dLdW` is turned when it is stored |
# | `+=` over the examples, from zero | one product over the batch; overwritten at each call |
# | $\eta / T$ in the update | $1/N$ in the loss, once |
#
# **What you learned.** A Jacobian multiplies a change; a layer's Jacobian is $W$. Back goes a row
# times $W$. A weight's derivative is what came in times what came back, summed over the examples.
#
# **What was verified.** The small network's numbers, by hand and by your `Linear`; one weight by
# wiggling, for one example and for the batch; that a second call overwrites.
#
# **Roads not taken.** With columns as examples the slide's formulas would stand unchanged, but data
# sets come in rows. The bias could be one more weight whose input is always 1, as the slide «Forward
# "Pass"» has it; one array fewer, and one column more in every `A`.
#
# **What comes next.** Notebook 07 makes the first `dLdZ`, with its $1/N$. Notebook 08 puts layers in a
# chain: there your `dLdA` is the next layer's business.
