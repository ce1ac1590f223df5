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
# A whole layer in one line: that is what the slides from «Vector formulation» to «The Backward Pass»
# do. You write this line, and the three that carry derivatives back, for a whole batch.
# There is no new calculus in it. It is all a matter of shapes.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 00; how a matrix product pairs rows with columns | 60 minutes | 14 points: 5 forward, 9 backward |
#
# ## Words
#
# The lecture looks at one example, as a column. We stack $N$ examples, one a row.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $y_{k-1}$, what comes in | $C_{in} \times 1$ | `A` | $N \times C_{in}$ |
# | $W_k$, the weights | $C_{out} \times C_{in}$ | `W` | $C_{out} \times C_{in}$ |
# | $b_k$, the biases | $C_{out} \times 1$ | `b` | $C_{out} \times 1$ |
# | $z_k$, what goes out | $C_{out} \times 1$ | `Z` | $N \times C_{out}$ |
# | $\nabla_{z_k} Div$ | $1 \times C_{out}$ | `dLdZ` | $N \times C_{out}$, as `Z` |
# | $\nabla_{y_{k-1}} Div$ | $1 \times C_{in}$ | `dLdA` | $N \times C_{in}$, as `A` |
# | $\nabla_{W_k} Div$ | $C_{in} \times C_{out}$ | `dLdW` | $C_{out} \times C_{in}$, as `W` |
# | $\nabla_{b_k} Div$ | $1 \times C_{out}$ | `dLdb` | $C_{out} \times 1$, as `b` |

# %%
import numpy as np

from workbook import demo, exercise, pictures
from workbook.small_network import B1, W1, X

from mytorch.linear import Linear

# %% [markdown]
# ## 1 · A layer in one line
#
# Slide «Vector formulation»:
#
# $$z_k = W_k\, y_{k-1} + b_k$$
#
# Look closely at the slide's $W_k$. Its first row reads $w_{11}, w_{21}, \dots$
# The weight $w_{ij}$ leads *from* input $i$ *to* output $j$, and stands in row $j$.
# So **row $j$ of $W$ belongs to output $j$**.
# Here are the weights of the small network's first layer.

# %%
W1

# %% [markdown]
# Its biases are `B1`, and the first example is $[1, 2]$. As the slide's columns:

# %%
x = np.array([[1.0], [2.0]])
W1 @ x + B1

# %% [markdown]
# **By hand**, unit by unit:

# %%
z1 = 1 * 1 + -1 * 2 + 2
z2 = 0.5 * 1 + 0.5 * 2 - 1
z1, z2

# %% [markdown]
# > **Errata.** Where «Vector formulation» shows this formula, the last bias is $b_{D_{k+1}}$.
# > Read $b_{D_k}$, as on the slide before it.
#
# ## 2 · A derivative multiplies a change
#
# Slide «Vector Calculus Notes 1: Definitions» says what a derivative *is*: the factor that turns a
# small change of the input into the change of the output,
#
# $$\Delta z = \nabla_y z \; \Delta y$$
#
# Let the shapes speak: $\Delta y$ is $C_{in} \times 1$, and $\Delta z$ is $C_{out} \times 1$.
# Which shape must $\nabla_y z$, the *Jacobian*, have?
# And which matrix is it? Find out: change one input at a time.

# %%
def layer(x):
    return W1 @ x + B1

layer(x + [[1], [0]]) - layer(x)

# %%
layer(x + [[0], [1]]) - layer(x)

# %% [markdown]
# Where in `W1` have you seen these numbers?
#
# <details><summary>Answer</summary>
#
# They are its columns: column $i$ says how input $i$ moves every output.
# So the Jacobian is $W$ itself (slide «Special case: Affine functions»), and the bias cancels.
#
# </details>

# %% [markdown]
# In the picture a change of $x$ goes through the layer and then through a ReLU.
# The solid arrow is what really happens. The dashed one is what the Jacobians predict.
#
# > **Predict.** How far can you push $x$ before the prediction fails: at $z$? At $y$?

# %%
pictures.perturbation()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At $z$ it never fails: a layer has the same Jacobian everywhere.
# At $y$ it fails once a $z$ gets below 0, around the ReLU's corner: its Jacobian was taken before
# the change (slide «Jacobians can describe the derivatives of neural activations w.r.t their input»).
#
# </details>
#
# ## 3 · Back through the layer
#
# $Div$ is one number. «The shape of the derivative is the transpose of the shape of $z$»:
# it is a *row*. The chain rule puts the outer function first
# (slide «Vector Calculus Notes 2: Chain rule»):
#
# $$\nabla_y Div = \nabla_z Div \; \nabla_y z = \nabla_z Div \; W$$
#
# **By hand.** In the small network the row $[2, -1]$ arrives at the first layer. Entry $i$ of the
# result asks every output $j$ how much input $i$ moved it:

# %%
dz = [2, -1]
np.array([sum(dz[j] * W1[j, i] for j in range(2)) for i in range(2)])

# %% [markdown]
# For weights and biases, slide «Special Case: Application to a network» has
#
# $$\nabla_{W_k} Div = y_{k-1}\, \nabla_{z_k} Div \qquad \nabla_{b_k} Div = \nabla_{z_k} Div$$
#
# A column times a row is a *multiplication table*. Its row $i$ belongs to input $i$.

# %%
y = [1, 2]
[[y[i] * dz[j] for j in range(2)] for i in range(2)]

# %% [markdown]
# But row $j$ of $W$ belongs to *output* $j$. The slide «More calculus: Special Case» warns:
# derivatives have the *transposed* shape. So the update on «Overall Approach» has to turn them,
# $W \leftarrow W - \eta\, \nabla_W Loss^\top$. «The gradient is the transpose of the derivative»,
# says «The backward pass». **We store gradients: each has the shape of what it belongs to.**

# %%
[[y[i] * dz[j] for i in range(2)] for j in range(2)]

# %% [markdown]
# Is it true? Don't believe it, *wiggle*: push the weight `W1[0, 1]` by a millionth and watch $Div$.
# (Both `z` are positive here, so the ReLU lets them through. The second layer has weights 2 and −1
# and bias 0.5; 1 was wanted.)

# %%
def div(W):
    z = W @ x + B1
    output = 2 * z[0, 0] - z[1, 0] + 0.5
    return (output - 1) ** 2 / 2

push = np.array([[0, 1e-6], [0, 0]])
print(round((div(W1 + push) - div(W1)) / 1e-6, 3))

# %% [markdown]
# It is the 4, and it stands where the *turned* table has it.
#
# > **Errata.** On «Special Case: Application to a network» the last derivative is that of $D$.
# > Read $Div$.
#
# ## 4 · From a column to a batch
#
# «Fast matrix libraries make operations *much* faster», so give them many examples at once.
# Data come as tables: one example a row. These are two examples of the small network.

# %%
X

# %% [markdown]
# Each row goes through the same layer. As a slow loop over examples $n$ and outputs $j$:

# %%
def slow_forward(A, W, b):
    Z = np.zeros((len(A), len(W)))
    for n in range(len(A)):
        for j in range(len(W)):
            Z[n, j] = sum(A[n] * W[j]) + b[j, 0]
    return Z

slow_forward(X, W1, B1)

# %% [markdown]
# That is what your line has to agree with.
#
# > **Predict.** Pick one entry of $Z$. Which row of $A$ is it made of?
# > Which part of $W$: a row or a column?

# %%
pictures.entry()

# %% [markdown]
# Here is the puzzle. A product `P @ Q` pairs the rows of `P` with the *columns* of `Q`.
# You need rows with rows. What has to happen, and to which array?
#
# And `b` is a column, but every *row* of `Z` wants it. numpy repeats a single row by itself:

# %%
np.zeros((3, 2)) + np.array([[10.0, 20.0]])

# %% [markdown]
# One thing more. Look at the derivatives in section 3: which array of the *forward* pass do they
# need again? Remember it: `self.name = …` keeps it in the layer.
#
# ### Exercise 6.1 · `Linear.forward`

# %% exercise="linear.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Write the shapes side by side. In a product the two inner sides must be the same.
# The slide «More calculus: Special Case» has the formula for one example as a row.
#
# </details>

# %% [markdown]
# The numbers by hand come back, and the slow loop agrees on other sizes too:

# %%
with demo():
    linear = Linear(2, 2)
    linear.W, linear.b = W1, B1
    print(linear.forward(X))

# %%
with demo():
    other = Linear(3, 4)
    other.b = np.array([[1.0], [2.0], [3.0], [4.0]])
    A = np.arange(15.0).reshape(5, 3)
    assert np.allclose(other.forward(A), slow_forward(A, other.W, other.b))

# %% [markdown]
# ## 5 · Where 1/N stands
#
# A batch's loss is the *average* divergence (slide «Overall Approach»). So for each example $n$
#
# $$L = \frac1N \sum_n Div_n \qquad \frac{\partial L}{\partial z_n} = \frac1N\, \nabla_{z_n} Div_n$$
#
# The $1/N$ comes in **once, in the loss**, and travels with the derivatives.
# `dLdZ` has it already when it arrives at your layer. Nobody divides again.
# The two examples have $\nabla_z Div = [2, -1]$ and $[0, 0.5]$:

# %%
dLdZ = np.array([[2.0, -1.0], [0.0, 0.5]]) / 2
dLdZ

# %% [markdown]
# > **Errata.** «Overall Approach» calls the loss «the sum of the divergence», but its formula is the
# > average. «Training by BackProp» adds up without $1/T$ and has it in the update, $\eta / T$.
# > That is the same step.
#
# ## 6 · The examples add up
#
# The derivative of a sum is the sum of the derivatives. «Training by BackProp» writes it as a loop:
# from zero, `+=` the table of each example.

# %%
total = np.zeros((2, 2))
for y, dz in zip(X, dLdZ):
    total += [[y[i] * dz[j] for i in range(2)] for j in range(2)]
total

# %% [markdown]
# In the picture, $x$ stands above its table, $\partial L / \partial z$ on its left.
#
# > **Predict.** Both examples are added, and you change $\partial L / \partial z_2$ of example 2.
# > Which of the four sums move?

# %%
pictures.adding_up()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the one in row $z_2$, column $x_2$. Row $z_1$ hears nothing of $z_2$.
# Column $x_1$ multiplies the change by $x_1 = 0$: who said nothing gets no blame.
#
# </details>

# %% [markdown]
# **Adding, and overwriting.** The lecture *accumulates* over $t$.
# Your `backward` gets the whole batch in one call, so the sum is complete when the call ends, and
# it *overwrites* what the last call left. With `+=`, yesterday's batch would be in today's gradient.
#
# ## 7 · Which sides go together
#
# A product makes its two inner sides disappear: it *sums over them*. That is the loop you want to
# get rid of. In the picture, sides that look alike count the same thing.
#
# > **Predict.** Which side has to disappear, and how does it come inside?
# >
# > - for `dLdA`, from `dLdZ` and `W`
# > - for `dLdW`, from `dLdZ` and `A`
# > - for `dLdb`, from `dLdZ` alone

# %%
pictures.sides()

# %% [markdown]
# Now set $N = C_{out}$. Suddenly a wrong product fits, too.
# **A shape is a clue, no proof.** Numbers decide.
#
# ### Exercise 6.2 · `Linear.backward`
#
# Set `self.dLdW` and `self.dLdb`, and return dLdA: three lines without a loop.
# (Before any `forward` there is nothing to go back through: raise a `RuntimeError` then.)

# %% exercise="linear.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# `dLdA` has no side $C_{out}$: sum over outputs. `dLdW` and `dLdb` have no side $N$: sum over examples.
# `.T` brings another side inside. A sum can keep its axis: see `keepdims` in numpy's `sum`.
#
# </details>

# %% [markdown]
# By hand: the rows of `dLdA` are half of $[1.5, -2.5]$ and of $[0.25, 0.25]$.
# `dLdW` is the sum of the two tables, and `dLdb` that of the two rows.

# %%
with demo():
    linear.forward(X)
    assert np.allclose(linear.backward(dLdZ), [[0.75, -1.25], [0.125, 0.125]])
    assert np.allclose(linear.dLdW, [[1, 2], [-0.5, 0]])
    assert np.allclose(linear.dLdb, [[1], [-0.25]])

# %% [markdown]
# Overwritten, not accumulated: a second call changes nothing.

# %%
with demo():
    linear.backward(dLdZ)
    assert np.allclose(linear.dLdW, total)

# %% [markdown]
# And a wiggle, on *your* layer. The loss `sum(dLdZ * Z)` has `dLdZ` as its derivative by `Z`.
# Push one weight: the loss follows at the rate that `dLdW` says.

# %%
def loss(W):
    linear.W = W
    return np.sum(dLdZ * linear.forward(X))

with demo():
    rate = (loss(W1 + push) - loss(W1)) / 1e-6
    print(round(rate, 3), linear.dLdW[0, 1])

# %% [markdown]
# ## One last question
#
# 784 inputs, 10 outputs, 64 examples. How many numbers are in `dLdW`? And with 128 examples?
# How many would be in the Jacobian of the whole `Z` by the whole `A`?
#
# <details><summary>Answer</summary>
#
# $10 \cdot 784 = 7840$, for any number of examples: $N$ is summed away. The Jacobian would have
# $640 \cdot 50\,176$, 32 million, nearly all of them 0: no example moves another's output.
# Nobody builds it. `backward` multiplies *with* a Jacobian and never writes it down, and that makes
# backpropagation cheap.
#
# </details>
#
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | one example, a column | $N$ examples, one a row |
# | the derivative by a column is a row | one row of `dLdZ`, of `dLdA` |
# | $\nabla_W Div$ is $C_{in} \times C_{out}$, turned in the update | `dLdW` is turned when it is stored |
# | `+=` over the examples, from zero | one product over the batch; each call overwrites |
# | $\eta / T$ in the update | $1/N$ in the loss, once |
#
# ## Looking back
#
# **What you learned.** A Jacobian multiplies a change, and a layer's is $W$. What goes back is a row
# times $W$. A weight's derivative is what came in times what came back, summed over the examples.
#
# **What was verified.** The small network's numbers, by hand and by your `Linear`; a weight by
# wiggling, for one example and for a batch; other sizes against a loop.
#
# **Roads not taken.** With examples as columns the slides' formulas would stand as they are, but
# data come in rows. A bias can be a weight whose input is always 1 (slide «Forward “Pass”»): one array
# less, and a column of ones in every `A`.
#
# **What comes next.** Notebook 07 makes the first `dLdZ`, with its $1/N$.
# In 08 your `dLdA` becomes the business of the layer before.
