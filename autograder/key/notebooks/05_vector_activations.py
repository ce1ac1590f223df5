# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 05 · Vector activations
#
# In a *vector activation*, every output depends on all inputs. The most important one is the *softmax*:
# it turns numbers into probabilities. A classifier needs it to say how likely each class is. You write
# the softmax and its derivative. Its Jacobian is a full matrix, but you need not build this matrix.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 04; $\ln$ and $e$ | 45 minutes | 8 points: 3 forward, 5 backward |
#
# The slides' other vector activations (the max, and products of units) come in a later version of
# this notebook.
#
# ## Words
#
# The slides look at one example, and it is a column. The code handles $N$ examples at once, one per
# row. Each example has one entry for each of $C$ *classes*.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, the input of the softmax; its entries are called *logits* | $C \times 1$ | `Z` | $N \times C$ |
# | $y$, the output of the softmax: probabilities | $C \times 1$ | `A` | $N \times C$, as `Z` |
#
# In this notebook $y_i$ and $z_i$ are entry $i$ of one example. Here $\ln$ and $\log$ mean the same, the
# natural logarithm; numpy calls it `np.log`.

# %%
from workbook import demo, exercise, pictures, question

import numpy as np

from mytorch.sigmoid import Sigmoid
from mytorch.softmax import Softmax

# %% [markdown]
# ## Do you remember?
#
# Two questions from earlier notebooks.

# %%
question("05.recall_squared_error")

# %%
question("05.recall_sigmoid_slope")

# %% [markdown]
# ## 1 · Every input affects every output
#
# In a scalar activation each $z_i$ affects only its own $y_i$. In a vector activation each $z_i$ affects
# all outputs. In the picture, three sigmoids are on the left and a softmax is on the right.

# %%
question("05.one_input_grows", then=pictures.influence)

# %% [markdown]
# ## 2 · Each exponential divided by their sum
#
# The softmax is
#
# $$y_i = \frac{\exp(z_i)}{\sum_j \exp(z_j)}$$
#
# All exponentials are positive. Since each is divided by their sum, the results sum to 1.
# **By hand.** For $z = [\ln 1, \ln 2, \ln 5]$ the exponentials are 1, 2 and 5, and their sum is 8:

# %%
[1 / 8, 2 / 8, 5 / 8]

# %% [markdown]
# ### Adding the same number to all logits
#
# Add $\ln 10$ to every $z_i$. Then every exponential is ten times as large.

# %%
question("05.add_to_all")

# %%
[10 / 80, 20 / 80, 50 / 80]

# %% [markdown]
# They do not change: $e^{z_i + c} = e^c\, e^{z_i}$, and $e^c$ cancels. You may add any number $c$ to all
# logits of an example.
#
# This is useful for large numbers. For $z = 1000$ the exponential is `inf`, and `inf / inf` is `nan`
# (notebook 04, “When numbers end”). If all logits are −1000, every exponential is 0, their sum is 0,
# and `0 / 0` is `nan`, too.
#
# **A puzzle.** Which $c$ can you add to a row, so that *no* exponential is `inf`, and *at least one* is
# not 0? Find a rule that works for $[1000, 1001]$ and for $[-1000, -1001]$.
#
# <details><summary>Answer</summary>
#
# Take $c = -1001$ for the first row and $c = 1000$ for the second: minus the largest logit of the row. Then
# the largest logit becomes 0, and its exponential is 1. All other exponentials lie between 0 and 1.
#
# </details>
#
# ### A batch: one sum per row
#
# Each example is a row and has its own sum. `axis=1` means: add the numbers within each row. The table
# `T` has three rows:

# %%
T = np.array([[1.0, 2.0, 1.0], [2.0, 5.0, 1.0], [0.0, 2.0, 3.0]])
T.sum(axis=1)

# %%
T.sum(axis=1, keepdims=True)

# %% [markdown]
# The first result has shape `(3,)`; the second has shape `(3, 1)`, so it is a column.

# %% [markdown]
# <details><summary>Python you need: <code>axis</code> and <code>keepdims</code></summary>
#
# Axis 0 of a table counts its rows, and axis 1 counts its columns. A sum along an axis removes this axis;
# `keepdims=True` keeps it, with length 1:
#
# ```python
# T.sum(axis=0)                  # shape (3,): one sum per column
# T.sum(axis=1, keepdims=True)   # shape (3, 1): one sum per row, as a column
# ```
#
# If two shapes differ, numpy compares them from the right. It repeats an axis that is missing or has
# length 1; this is called *broadcasting*. If two lengths differ and neither is 1, it raises an error.
#
# </details>

# %%
question("05.own_sum")

# %%
np.zeros((3, 3)) + T.sum(axis=1)

# %%
np.zeros((3, 3)) + T.sum(axis=1, keepdims=True)

# %% [markdown]
# Only the column does. numpy treats shape `(3,)` as a row, so the first result puts the sum of row 1
# into *column* 1. There are as many examples as classes here, so numpy gives *no error*, and the result
# is wrong.

# %%
question("05.three_of_two")

# %% [markdown]
# ### Exercise 5.1 · `Softmax.forward`
#
# Two or three lines are enough. As in `Sigmoid`, store the result in `self`: the way back needs it.

# %% exercise="softmax.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# First shift the logits, then take the exponentials, then divide by their sum. There is one shift and one
# sum per *row*. Not only `sum` has the options `axis` and `keepdims`; `max` has them, too.
#
# </details>

# %% [markdown]
# Your method must give the numbers that you computed by hand in the first row. The second row belongs to the logits
# $[\ln 2, \ln 2, \ln 4]$:

# %%
Z = np.log([[1, 2, 5], [2, 2, 4]])

with demo():
    softmax = Softmax()
    print(softmax.forward(Z))

# %% [markdown]
# If 1000 is added to every logit, the probabilities stay the same. And each row sums to 1:

# %%
with demo():
    assert np.allclose(softmax.forward(Z), [[1/8, 2/8, 5/8], [1/4, 1/4, 1/2]])
    assert np.allclose(softmax.forward(Z + 1000), softmax.forward(Z))
    assert np.allclose(softmax.forward(Z).sum(axis=1), 1)

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 1: “‘Influence’ diagram” and “Special Case 1. Vector activations”. Sections 2 and 3: “Example
# Vector Activation: Softmax”.
#
# </details>
#
# ## 3 · A full Jacobian
#
# How does $y_j$ change if $z_i$ changes? There are $C \cdot C$ such derivatives. The Jacobian is the table of
# all of them:
#
# | symbol | meaning | shape | name in code |
# | --- | --- | --- | --- |
# | $J_y(z)$, the Jacobian | $\frac{\partial y_j}{\partial z_i}$ in row $j$ and column $i$ | $C \times C$ for one example | `J` |
# | $\delta_{ij}$ | 1 if $i = j$, else 0 | one number | `i == j` |
#
# Row $j$ belongs to the output $y_j$, and column $i$ belongs to the input $z_i$. For the softmax there
# are two cases. With $\delta_{ij}$ they become one formula:
#
# $$\frac{\partial y_j}{\partial z_i}
# = \begin{cases} y_i (1 - y_i) & i = j \\ -y_i\, y_j & i \ne j \end{cases}
# \; = \; y_i\,(\delta_{ij} - y_j)$$
#
# **By hand.** For $y = [1, 2, 5] / 8$ all entries are 64ths. $\frac{\partial y_1}{\partial z_1}$ is
# $\frac18 \cdot \frac78 = \frac{7}{64}$, and $\frac{\partial y_1}{\partial z_2}$ is $-\frac28 \cdot \frac18 = -\frac{2}{64}$.
# Compute the other seven entries on paper, then run the cell. It prints 64 times the Jacobian:

# %%
y = np.array([1, 2, 5]) / 8
J = np.array([[y[i] * ((i == j) - y[j]) for i in range(3)] for j in range(3)])
64 * J

# %% [markdown]
# Check it numerically: change $z_2$ slightly and measure the change in each output. The three quotients,
# times 64, must be column 2 of the table above. (`Z[:1]` is the first row of `Z`.)

# %%
with demo():
    push = np.array([[0, 1e-6, 0]])
    rates = (softmax.forward(Z[:1] + push) - softmax.forward(Z[:1])) / 1e-6
    print(np.round(64 * rates, 3))

# %% [markdown]
# **Question.** What does each row of the Jacobian sum to? And each column?

# %%
J.sum(axis=1), J.sum(axis=0)

# %% [markdown]
# <details><summary>Why 0?</summary>
#
# The sum of row $j$ is the change of $y_j$ if *all* logits increase together, and then $y_j$ does not change
# (section 2). The sum of column $i$ is the change of the *sum* of all outputs if $z_i$ increases, and this
# sum is always 1.
#
# </details>

# %%
question("05.positive_entries")

# %%
question("05.nearly_certain", then=pictures.jacobian)

# %% [markdown]
# ## 4 · Back: a row times the Jacobian
#
# Now we go from the outputs back to the logits. As in notebook 04:
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $\nabla_y Div$, all $\frac{\partial Div}{\partial y_j}$ in a row | $1 \times C$ | `dLdA` | $N \times C$, as `A` |
# | $\nabla_z Div$, all $\frac{\partial Div}{\partial z_i}$ in a row | $1 \times C$ | `dLdZ` | $N \times C$, as `Z` |
#
# $z_i$ changes every $y_j$, and each of these changes $Div$. The chain rule adds all these effects:
#
# $$\frac{\partial Div}{\partial z_i}
# = \sum_j \frac{\partial Div}{\partial y_j}\, \frac{\partial y_j}{\partial z_i}$$
#
# This is a row times a matrix: entry $i$ of the result is the row, multiplied by column $i$ of the
# Jacobian and added up. So all entries together are
#
# $$\nabla_z Div = \nabla_y Div \; J_y(z)$$
#
# **By hand.** Let $\nabla_y Div = [4, 0, -4]$. With column 1 of `J` it gives $\frac{\partial Div}{\partial z_1}$:

# %%
4 * 7/64 + 0 * -2/64 + -4 * -5/64

# %% [markdown]
# Compute the other two entries on paper, then run:

# %%
np.array([4, 0, -4]) @ J

# %% [markdown]
# A scalar activation is a special case: there, the sum has only one nonzero term, $j = i$.
# Now take another row, $\nabla_y Div = [3, 3, 3]$.

# %%
question("05.equal_derivatives")

# %%
np.array([3, 3, 3]) @ J

# %% [markdown]
# <details><summary>On the slides</summary>
#
# “Derivatives of vector activation” has the sum over $j$; it says “derivatives of scalar activations are
# just a special case”.
#
# *Erratum.* “Backward Pass for softmax output layer” has $\frac{\partial Div}{\partial w_{ij}}$ “for $j = 0 \dots D_{N-1}$”.
# Read $i = 0 \dots D_{N-1}$: $i$ counts the inputs, with 0 for the bias, and $j$ counts the layer's own units,
# from 1 to $D_N$.
#
# </details>
#
# ## 5 · Without the Jacobian
#
# A batch has $N$ Jacobians, one per example, each computed from that example's $y$. You could build them
# in a loop: the result would be right, but the loop is slow. Instead, put the formula of section 3
# into the sum of section 4:
#
# $$\frac{\partial Div}{\partial z_i} = \sum_j \frac{\partial Div}{\partial y_j}\, y_i\,(\delta_{ij} - y_j)$$
#
# **On paper.** Multiply out the bracket. You get two sums over $j$.
#
# 1. In the first sum, $\delta_{ij}$ is 0 for all $j$ except one. Which term is left?
# 2. In the second sum, factor out $y_i$. What remains is **one number for the whole example**.
#    How large is it, for the row $[4, 0, -4]$ and $y = [1, 2, 5] / 8$?
#
# <details><summary>Answer</summary>
#
# 1. The term with $j = i$: it is $\frac{\partial Div}{\partial y_i}\, y_i$.
# 2. The number is $\sum_j \frac{\partial Div}{\partial y_j}\, y_j = 4 \cdot \frac18 + 0 \cdot \frac28 - 4 \cdot \frac58 = -2$.
#
# Now compute $[0.75, 0.5, -1.25]$ from $[4, 0, -4]$, $y$ and −2.
#
# </details>

# %%
question("05.shape_of_averages")

# %% [markdown]
# ### Exercise 5.2 · `Softmax.backward`
#
# If `forward` has not run yet, raise a `RuntimeError` with a message that says so.

# %% exercise="softmax.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Factor out $y_i$ from both sums. In the bracket that remains, each entry of `dLdA` is compared with *one
# number per row*: an average of the row of `dLdA`, weighted by the probabilities.
#
# </details>

# %% [markdown]
# Now both examples. The formula is the same for every derivative row, whether it is $\nabla_y Div$ or a row
# of `dLdA`, the derivative of the loss. For example 1, `dLdA` is $[4, 0, -4]$, as by hand. For example 2,
# `dLdA` is $[0, 4, 0]$, so `dLdZ` is four times row 2 of its Jacobian.

# %%
dLdA = np.array([[4.0, 0.0, -4.0], [0.0, 4.0, 0.0]])

with demo():
    softmax.forward(Z)
    assert np.allclose(softmax.backward(dLdA), [[0.75, 0.5, -1.25], [-0.25, 0.75, -0.5]])

# %% [markdown]
# If all entries of a row of `dLdA` are equal, the row of `dLdZ` is 0. And every row of `dLdZ` sums to 0:

# %%
with demo():
    assert np.allclose(softmax.backward(np.full((2, 3), 3.0)), 0)
    assert np.allclose(softmax.backward(dLdA).sum(axis=1), 0)

# %% [markdown]
# Check *your* method numerically. For this we need a loss whose derivative with respect to `A` is `dLdA`:
# `sum(dLdA * A)` is one. The cell increases $z_2$ of both examples, so it must print twice the same number:
# the measured change, and the sum of your two derivatives.

# %%
def loss(Z):
    return np.sum(dLdA * softmax.forward(Z))

with demo():
    print(round((loss(Z + push) - loss(Z)) / 1e-6, 3))
    print(softmax.backward(dLdA).sum(axis=0)[1])

# %% [markdown]
# ## One last question

# %%
question("05.two_classes")

# %%
with demo():
    print(softmax.forward(np.array([[1.5, 0.0]])))
    print(Sigmoid().forward(np.array([[1.5]])))

# %% [markdown]
# **What you learned.** On the way back through a vector activation, each derivative is a sum over all
# outputs: a row times a full Jacobian. Adding the same number to all logits does not change the
# softmax, so each row of `dLdZ` sums to 0.
#
# **What was verified.** Probabilities, a Jacobian and two rows by hand; a column of the Jacobian
# numerically; logits around 1000; your `backward` numerically.
#
# **Roads not taken.** We could divide the logits themselves by their sum, but then all logits would have
# to be positive. We could build all Jacobians: for 64 examples of 1000 classes they have 64 million
# entries.
#
# **What comes next.** Notebook 06 writes the layer that computes the logits. In notebook 07 the softmax is
# combined with its divergence, and together they have a very short derivative.
