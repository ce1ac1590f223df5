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
# A whole layer of a network fits in one line of code. You write this line, and the three lines that carry
# derivatives back through the layer, for a whole batch.
# The new calculus is the derivative of a *vector* with respect to a vector. If you keep track of the
# shapes, it works like the calculus that you know.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 00, and the ReLU from 04; how a matrix product combines rows with columns | 60 minutes | 14 points: 5 forward, 9 backward |
#
# ## Words
#
# The slides look at one example, and it is a column. The code handles $N$ examples at once, one per
# row. $C_{in}$ numbers come into the layer, and $C_{out}$ numbers leave it.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $y_{k-1}$, the input of layer $k$ (the output of the activation before it) | $C_{in} \times 1$ | `A` | $N \times C_{in}$ |
# | $W_k$, the weights | $C_{out} \times C_{in}$ | `W` | $C_{out} \times C_{in}$ |
# | $b_k$, the biases | $C_{out} \times 1$ | `b` | $C_{out} \times 1$ |
# | $z_k$, the output of layer $k$ | $C_{out} \times 1$ | `Z` | $N \times C_{out}$ |
#
# The table of derivatives follows in section 3. If it is clear which layer is meant, we leave the $k$
# out and write $z = W y + b$. Then $y_i$ is input $i$ of the layer, and $z_j$ is its output $j$. For the
# first layer the input is the network's input, so there $y$ is $x$.

# %%
from workbook import demo, exercise, pictures, question
from workbook.small_network import B1, W1, X

import numpy as np

from mytorch.linear import Linear

# %% [markdown]
# ## Do you remember?
#
# Two questions from earlier notebooks.

# %%
question("06.recall_relu")

# %%
question("06.recall_divergence")

# %% [markdown]
# ## 1 · A layer in one line
#
# A layer multiplies its input by weights and adds biases:
#
# $$z_k = W_k\, y_{k-1} + b_k$$
#
# The weight $w_{ij}$ leads *from* input $i$ *to* output $j$. The slides put it into row $j$ and column $i$
# of $W$, so the first row of $W$ is $w_{11}, w_{21}, \dots$
# Remember: **row $j$ of $W$ belongs to output $j$**.
# These are the weights of the small network's first layer.

# %%
W1

# %% [markdown]
# Its biases are `B1`, and the first example is $[1, 2]$. With columns, as on the slides:

# %%
x = np.array([[1.0], [2.0]])
W1 @ x + B1

# %% [markdown]
# **By hand**, output 1 and output 2 separately:

# %%
z1 = 1 * 1 + -1 * 2 + 2
z2 = 0.5 * 1 + 0.5 * 2 - 1
z1, z2

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 1: “Vector formulation”. This notebook covers the slides from there to “The Backward Pass”.
#
# *Erratum.* On the slide that shows the formula, the last bias is $b_{D_{k+1}}$. Read $b_{D_k}$, as on the
# slide before it.
#
# </details>
#
# ## 2 · A derivative multiplies a change
#
# A derivative is a factor. Multiply it by a small change of the input, and you get the change of the
# output. For vectors this factor is a matrix, the *Jacobian*:
#
# $$\Delta z = J_z(y) \; \Delta y$$
#
# Here $\Delta y$ is a small change of the layer's input, and $\Delta z$ is the change of its output. The
# slides also write $\nabla_y z$ for the Jacobian $J_z(y)$.

# %%
question("06.jacobian_shape")

# %% [markdown]
# Which matrix is it? To find out, change one input at a time by 1, and look at the change of the output:

# %%
def layer(x):
    return W1 @ x + B1

layer(x + [[1], [0]]) - layer(x)

# %%
layer(x + [[0], [1]]) - layer(x)

# %% [markdown]
# **Question.** Where in `W1` have you seen these numbers?
#
# <details><summary>Answer</summary>
#
# They are the columns of `W1`. Column $i$ of the Jacobian says how input $i$ changes every output.
# So the Jacobian of a layer is $W$ itself. The bias does not appear in it, because it cancels in the
# difference.
#
# </details>

# %% [markdown]
# In the picture, a change of the input $x$ goes through the first layer, with output $z$, and then through
# a ReLU, with output $y$. (So this $y$ is the input of the *next* layer.)
# The solid arrow is the true change. The dashed arrow is the change that the Jacobians predict.

# %%
question("06.where_is_it_wrong", then=pictures.perturbation)

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 2: “Vector Calculus Notes 1: Definitions” (a derivative multiplies a change), “Calculus Notes:
# The Jacobian”, “Special case: Affine functions” (the Jacobian of a layer is $W$).
#
# </details>
#
# ## 3 · Back through the layer
#
# $Div$ is one number. On the slides, the derivative of one number with respect to a column is a *row*:
# its shape is the transpose. In code we store every derivative in the shape of the array that it
# belongs to:
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $\nabla_{z_k} Div$ | $1 \times C_{out}$ | `dLdZ` | $N \times C_{out}$, as `Z` |
# | $\nabla_{y_{k-1}} Div$ | $1 \times C_{in}$ | `dLdA` | $N \times C_{in}$, as `A` |
# | $\nabla_{W_k} Div$ | $C_{in} \times C_{out}$ | `dLdW` | $C_{out} \times C_{in}$, as `W` |
# | $\nabla_{b_k} Div$ | $1 \times C_{out}$ | `dLdb` | $C_{out} \times 1$, as `b` |
#
# **The input.** By the chain rule, the derivative with respect to the input is a row times a Jacobian. The
# row comes first:
#
# $$\nabla_y Div = \nabla_z Div \; J_z(y) = \nabla_z Div \; W$$
#
# Entry $i$ sums over the outputs $j$: the derivative at output $j$, times the effect of input $i$ on
# output $j$.
#
# **By hand.** In the small network, $\nabla_z Div$ of the first layer is $[2, -1]$ for example 1. In code we
# call this row `dz`:

# %%
dz = [2, -1]
np.array([sum(dz[j] * W1[j, i] for j in range(2)) for i in range(2)])

# %% [markdown]
# **Weights and biases.** The slides give
#
# $$\nabla_{W_k} Div = y_{k-1}\, \nabla_{z_k} Div \qquad \nabla_{b_k} Div = \nabla_{z_k} Div$$
#
# A column times a row is a *multiplication table*: each entry of the column times each entry of the row.
# Row $i$ of this table belongs to input $i$. The input of example 1 is $[1, 2]$:

# %%
y = [1, 2]
[[y[i] * dz[j] for j in range(2)] for i in range(2)]

# %% [markdown]
# But in `W`, row $j$ belongs to *output* $j$: the table is the transpose of what fits to `W`. So the
# lecture must transpose it in the update, $W \leftarrow W - \eta\, \nabla_W Loss^\top$ ($\eta$ is the step size).
# The transpose of the derivative is called the *gradient*.
# **We store gradients: each has the shape of the array that it belongs to.**

# %%
[[y[i] * dz[j] for i in range(2)] for j in range(2)]

# %% [markdown]
# Check it numerically: change the weight `W1[0, 1]` by a millionth and measure the change in $Div$.
# For this we need the rest of the network. Both $z_j$ are positive here, so the ReLU returns them
# unchanged. The second layer has the weights 2 and −1 and the bias 0.5. The desired output is 1.

# %%
def div(W):
    z = W @ x + B1
    output = 2 * z[0, 0] - z[1, 0] + 0.5
    return (output - 1) ** 2 / 2

push = np.array([[0, 1e-6], [0, 0]])
print(round((div(W1 + push) - div(W1)) / 1e-6, 3))

# %% [markdown]
# The result is 4. In the second table, the *transposed* one, 4 stands in the place of `W1[0, 1]`: row 1,
# column 2.

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 3: “Vector Calculus Notes 2: Chain rule”; “More calculus: Special Case”, which notes that “the
# derivative shapes are the *transpose* of the shapes of $W$ and $b$”; “Special Case: Application to a
# network”. The update stands on “Overall Approach”. “The gradient is the transpose of the derivative”
# stands on “The backward pass”.
#
# *Erratum.* On “Special Case: Application to a network” the last derivative is $\nabla_{W_k} D$. Read
# $\nabla_{W_k} Div$.
#
# </details>
#
# ## 4 · From a column to a batch
#
# A matrix product of many examples is much faster than a loop over them. So the code gets many examples at
# once, as a table with one example per row. These are two examples of the small network:

# %%
X

# %% [markdown]
# The same layer is applied to each row. As a slow loop over examples $n$ and outputs $j$:

# %%
def slow_forward(A, W, b):
    Z = np.zeros((len(A), len(W)))
    for n in range(len(A)):
        for j in range(len(W)):
            Z[n, j] = sum(A[n] * W[j]) + b[j, 0]
    return Z

slow_forward(X, W1, B1)

# %% [markdown]
# Your line must give the same result.

# %%
question("06.row_or_column", then=pictures.entry)

# %% [markdown]
# A matrix product `P @ Q` combines the rows of `P` with the *columns* of `Q`. But here you need to combine
# rows with rows. So one array must be transposed. Which one? You answer this in the exercise;
# `W.T` is the transpose of `W`, and `A.T` is the transpose of `A`.
#
# The bias has a similar problem: `b` is a column, but it must be added to every *row* of `Z`. If numpy adds
# a single row to a table, it repeats the row by itself:

# %%
np.zeros((3, 2)) + np.array([[10.0, 20.0]])

# %% [markdown]
# One more thing. The formulas of section 3 for the way back need an array of the *forward* pass again.
# Which one? Store it in the layer, with `self.name = …`.
#
# ### Exercise 6.1 · `Linear.forward`

# %% exercise="linear.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Write the shapes side by side. In a product, the two inner dimensions must be the same: in
# $(N \times C_{in})$ times $(C_{in} \times C_{out})$ this is $C_{in}$.
# The formula $\nabla_W Div = y\, \nabla_z Div$ contains the layer's input $y$: that is the array to store.
#
# </details>

# %% [markdown]
# Your method must give the numbers that you computed by hand in the first row. For other sizes it must
# agree with the slow loop:

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
# The loss $L$ of a batch is the *average* divergence. $Div_n$ is the divergence of example $n$, and $z_n$ is
# its $z$. Then
#
# $$L = \frac1N \sum_n Div_n \qquad \frac{\partial L}{\partial z_n} = \frac1N\, \nabla_{z_n} Div_n$$
#
# The factor $1/N$ enters **once, in the loss**, and all derivatives contain it from there on.
# When `dLdZ` arrives at your layer, it already contains $1/N$. Do not divide by $N$ again.
# The two examples have $\nabla_z Div = [2, -1]$ and $[0, 0.5]$, so

# %%
dLdZ = np.array([[2.0, -1.0], [0.0, 0.5]]) / 2
dLdZ

# %% [markdown]
# ## 6 · The examples add up
#
# The derivative of a sum is the sum of the derivatives. So each example has its table of section 3, and
# `dLdW` is the sum of these tables. As a loop: start from zero, and add the table of each example with
# `+=`. (`zip` goes through both arrays together, row by row.) Here `dz` is a row of `dLdZ`, so it already
# contains $1/N$.

# %%
total = np.zeros((2, 2))
for y, dz in zip(X, dLdZ):
    total += [[y[i] * dz[j] for i in range(2)] for j in range(2)]
total

# %% [markdown]
# In the picture, each example has its table: $x$ stands above it, and $\partial L / \partial z$ on its left.

# %%
question("06.which_sums", then=pictures.adding_up)

# %% [markdown]
# **Adding and overwriting.** The lecture handles one example after another, and adds up their derivatives.
# Your `backward` gets the whole batch in one call, so the sum is complete when the call ends. Therefore
# it *overwrites* the derivatives of the last call. If you used `+=`, the previous batch's gradient would
# be added to this one.

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 5: “Overall Approach”. Section 6: “Training by BackProp”.
#
# *Errata.* “Overall Approach” calls the loss “the sum of the divergence”, but its formula is the
# average. “Training by BackProp” adds up the derivatives without $1/T$ and puts $1/T$ into the update, as
# $\eta / T$. The resulting step is the same.
#
# </details>
#
# ## 7 · Which dimension is summed over
#
# A matrix product sums over its two inner dimensions, and they do not appear in the result. This sum
# replaces the loop of section 6. In the picture, sides drawn alike are the same dimension: $N$, $C_{in}$ or
# $C_{out}$.

# %%
question("06.summed_for_dLdA")

# %%
question("06.summed_for_dLdW", then=pictures.sides)

# %% [markdown]
# Which arrays must you transpose, so that this dimension is on the inside? You answer this in the exercise.
#
# Now move the sliders so that $N = C_{out}$. Then a wrong product can have the right shape.
# **A matching shape does not prove that the formula is right.** Compare numbers.
#
# ### Exercise 6.2 · `Linear.backward`
#
# Set `self.dLdW` and `self.dLdb`, and return dLdA: three lines without a loop.
# (If `forward` has not run yet, raise a `RuntimeError` with a message that says so.)

# %% exercise="linear.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Write down the shapes, and put the dimension that is summed over on the inside. `.T` exchanges the two
# dimensions of an array.
# For `dLdb`, sum over the examples, and make the result a column; the option `keepdims` of numpy's `sum`
# keeps the dimension that is summed over, with length 1.
#
# </details>

# %% [markdown]
# By hand: the rows of `dLdA` are half of $[1.5, -2.5]$ and half of $[0.25, 0.25]$.
# `dLdW` is the sum of the two tables, and `dLdb` is the sum of the two rows of `dLdZ`, as a column.

# %%
with demo():
    linear.forward(X)
    assert np.allclose(linear.backward(dLdZ), [[0.75, -1.25], [0.125, 0.125]])
    assert np.allclose(linear.dLdW, [[1, 2], [-0.5, 0]])
    assert np.allclose(linear.dLdb, [[1], [-0.25]])

# %% [markdown]
# Derivatives are overwritten, not accumulated: a second call gives the same result.

# %%
with demo():
    linear.backward(dLdZ)
    assert np.allclose(linear.dLdW, total)

# %% [markdown]
# Check *your* layer numerically. For this we need a loss whose derivative with respect to `Z` is `dLdZ`:
# `sum(dLdZ * Z)` is one. The cell changes one weight, and must print the same number twice.

# %%
def loss(W):
    linear.W = W
    return np.sum(dLdZ * linear.forward(X))

with demo():
    rate = (loss(W1 + push) - loss(W1)) / 1e-6
    print(round(rate, 3), linear.dLdW[0, 1])

# %% [markdown]
# ## One last question

# %%
question("06.numbers_in_dLdW")

# %% [markdown]
# With 128 examples it has as many. But how many numbers would be in the Jacobian of the whole `Z` with
# respect to the whole `A` (64 examples)?
#
# <details><summary>Answer</summary>
#
# The Jacobian would have $640 \cdot 50\,176$ entries, about 32 million. Nearly all of them are 0, because no
# example affects the output of another one.
# We never build this matrix. `backward` computes the product of a row *with* the Jacobian directly.
# This makes backpropagation cheap: going back through a layer takes two matrix products, about twice
# the work of `forward`. If you measured each derivative instead, you would need a `forward` for each of
# the 7840 weights.
#
# </details>
#
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | one example, a column | $N$ examples, one per row |
# | the derivative with respect to a column is a row | one row of `dLdZ`, of `dLdA` |
# | $\nabla_W Div$ is $C_{in} \times C_{out}$, transposed in the update | `dLdW` is $C_{out} \times C_{in}$: it is stored transposed |
# | `+=` over the examples, from zero | one product over the batch; each call overwrites |
# | $\eta / T$ in the update | $1/N$ in the loss, once |
#
# ## Looking back
#
# **What you learned.** A Jacobian multiplies a change of the input, and the Jacobian of a layer is $W$. On
# the way back, a row of derivatives is multiplied by $W$. The derivative of a weight is its input times the
# derivative at its output, summed over the examples.
#
# **What was verified.** The small network's numbers, by hand and with your `Linear`; one weight
# numerically, for one example and for a batch; other sizes against a loop.
#
# **Roads not taken.** With examples as columns, the slides' formulas would stay as they are, but data
# usually come in rows. A bias can also be treated as a weight whose input is always 1, as on slide
# “Forward ‘Pass’”: then there is one array less, but every `A` needs a column of ones.
#
# **What comes next.** Notebook 07 computes the first `dLdZ`, with its $1/N$.
# In notebook 08 the previous layer will use your `dLdA`.
