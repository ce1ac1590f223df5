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
# «All outputs are functions of all inputs»: that is a vector activation. The one that matters most, the
# *softmax*, turns numbers into probabilities. You write it, and the way back through it, where a full
# Jacobian waits. You need not build it.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 04; $\ln$ and $e$ | 45 minutes | 8 points: 3 forward, 5 backward |
#
# The slides' other vector activations, the max and products of units, come later.
#
# ## Words
#
# The lecture looks at one example, as a column. We stack $N$ examples, one a row, with an entry for each
# of $C$ *classes*.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, what comes in: the *logits* | $C \times 1$ | `Z` | $N \times C$ |
# | $y$, what goes out: probabilities | $C \times 1$ | `A` | $N \times C$, as `Z` |
# | $\nabla_y Div$ | $1 \times C$ | `dLdA` | $N \times C$, as `A` |
# | $\nabla_z Div$ | $1 \times C$ | `dLdZ` | $N \times C$, as `Z` |
# | $J_y(z)$, the Jacobian | $C \times C$ | `J` | $C \times C$, for one example |
# | $\delta_{ij}$: 1 if $i = j$, else 0 | one number | `i == j` | one number |

# %%
import numpy as np

from workbook import demo, exercise, pictures

from mytorch.sigmoid import Sigmoid
from mytorch.softmax import Softmax

# %% [markdown]
# ## 1 · Everyone moves everyone
#
# Slide «“Influence” diagram»: in a scalar activation each $z_i$ «influences *one* $y_i$», in a vector
# activation it «influences all, $y_1 \dots y_M$» (slide «Special Case 1. Vector activations»).
#
# > **Predict.** You push $z_2$ up. Which of three sigmoids move? Which outputs of a softmax, and which
# > way?

# %%
pictures.influence()

# %% [markdown]
# <details><summary>Answer</summary>
#
# On the left only $y_2$. On the right $y_2$ grows and the others shrink: they are shares of one cake.
#
# </details>
#
# ## 2 · Shares of a sum
#
# Slide «Example Vector Activation: Softmax»:
#
# $$y_i = \frac{\exp(z_i)}{\sum_j \exp(z_j)}$$
#
# The exponentials are positive, and divided by their sum they sum to 1.
# **By hand.** $z = [\ln 1, \ln 2, \ln 5]$ has the exponentials 1, 2 and 5:

# %%
[1 / 8, 2 / 8, 5 / 8]

# %% [markdown]
# ### A number added to all
#
# Add $\ln 10$ to every $z$. Then every exponential is ten times as large.
#
# > **Predict.** What happens to the shares?

# %%
[10 / 80, 20 / 80, 50 / 80]

# %% [markdown]
# Nothing: $e^{z_i + c} = e^c\, e^{z_i}$, and $e^c$ cancels. A row may be shifted by any $c$ that suits you.
#
# When would it? Where $z = 1000$: the exponential is `inf`, and `inf / inf` is `nan` (04, «When numbers
# end»). And where all are −1000, every exponential is 0, and so is their sum.
#
# **A puzzle.** Find a $c$ for each row so that *no* exponential overflows, and *at least one* is not 0.
# Try yours on $[1000, 1001]$ and on $[-1000, -1001]$.
#
# ### A batch: one sum a row
#
# Each row has its own sum. numpy adds along an axis: `axis=1` runs along a row.

# %%
T = np.array([[1.0, 2.0, 1.0], [2.0, 5.0, 1.0], [0.0, 2.0, 3.0]])
T.sum(axis=1)

# %%
T.sum(axis=1, keepdims=True)

# %% [markdown]
# Flat the first time, a column the second.
#
# > **Predict.** Add either to a table of zeros. Where is a row filled with *its* sum?

# %%
np.zeros((3, 3)) + T.sum(axis=1)

# %%
np.zeros((3, 3)) + T.sum(axis=1, keepdims=True)

# %% [markdown]
# The column does it. numpy fits shapes from the right, so what is flat is taken for a row. With as many
# examples as classes *nobody complains*. And with 3 examples of 2 classes?
#
# ### Exercise 5.1 · `Softmax.forward`
#
# Two lines or three. As in `Sigmoid`, the way back will need the result: remember it.

# %% exercise="softmax.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Shift, exponentials, shares. Shift and sum are one number for each *row*. Not only `sum` has `axis` and
# `keepdims`.
#
# </details>

# %% [markdown]
# The numbers by hand come back, below them those of $[\ln 2, \ln 2, \ln 4]$:

# %%
Z = np.log([[1, 2, 5], [2, 2, 4]])

with demo():
    softmax = Softmax()
    print(softmax.forward(Z))

# %% [markdown]
# A thousand higher, they stay what they are. And rows sum to 1:

# %%
with demo():
    assert np.allclose(softmax.forward(Z), [[1/8, 2/8, 5/8], [1/4, 1/4, 1/2]])
    assert np.allclose(softmax.forward(Z + 1000), softmax.forward(Z))
    assert np.allclose(softmax.forward(Z).sum(axis=1), 1)

# %% [markdown]
# ## 3 · A full Jacobian
#
# How does $y_j$ answer when $z_i$ moves? The same slide has two cases, and $\delta_{ij}$ makes them one:
#
# $$\frac{\partial y_j}{\partial z_i}
# = \begin{cases} y_i (1 - y_i) & i = j \\ -y_i\, y_j & i \ne j \end{cases}
# \; = \; y_i\,(\delta_{ij} - y_j)$$
#
# **By hand.** For $y = [1, 2, 5] / 8$, count in 64ths. $y_1$ answers $z_1$ with $1 \cdot 7$, and $z_2$ with
# $-2 \cdot 1$. Fill in the rest on paper, then run:

# %%
y = np.array([1, 2, 5]) / 8
J = np.array([[y[i] * ((i == j) - y[j]) for i in range(3)] for j in range(3)])
64 * J

# %% [markdown]
# Row $j$ belongs to $y_j$, column $i$ to $z_i$. *Wiggle*: push $z_2$, and the outputs follow at the rates in
# column 2.

# %%
with demo():
    push = np.array([[0, 1e-6, 0]])
    rates = (softmax.forward(Z[:1] + push) - softmax.forward(Z[:1])) / 1e-6
    print(np.round(64 * rates, 3))

# %% [markdown]
# And what do its rows sum to? Its columns?

# %%
J.sum(axis=1), J.sum(axis=0)

# %% [markdown]
# <details><summary>Why 0?</summary>
#
# A row's sum is how $y_j$ answers when *all* $z$ rise together: not at all. A column's sum is what *all*
# outputs together gain by $z_i$: nothing.
#
# </details>

# %% [markdown]
# > **Predict.** Which entries are always positive? What becomes of them all when $z_3$ is far above the
# > others?

# %%
pictures.jacobian()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Those on the diagonal: a class gains by its own logit and loses by the others'. Far out all go to 0:
# a softmax that is certain hardly moves, whatever you push.
#
# </details>
#
# ## 4 · Back: a row times the Jacobian
#
# $z_i$ moves every $y_j$, and each of them moves $Div$. Slide «Derivatives of vector activation» adds
# these ways up:
#
# $$\frac{\partial Div}{\partial z_i}
# = \sum_j \frac{\partial Div}{\partial y_j}\, \frac{\partial y_j}{\partial z_i}
# \qquad\text{or}\qquad \nabla_z Div = \nabla_y Div \; J_y(z)$$
#
# **By hand.** Let $\nabla_y Div = [4, 0, -4]$. With column 1 of `J` it makes $\partial Div / \partial z_1$:

# %%
4 * 7/64 + 0 * -2/64 + -4 * -5/64

# %% [markdown]
# The other two on paper, then:

# %%
np.array([4, 0, -4]) @ J

# %% [markdown]
# «Derivatives of scalar activations are just a special case»: of their sums, one term is left.
#
# > **Predict.** What comes out for $\nabla_y Div = [3, 3, 3]$?

# %%
np.array([3, 3, 3]) @ J

# %% [markdown]
# <details><summary>Why?</summary>
#
# Equal entries say that only the sum of the outputs matters to $Div$. But that is always 1.
#
# </details>

# %% [markdown]
# > **Errata.** «Backward Pass for softmax output layer» has the $w_{ij}$ «for $j = 0 \dots D_{N-1}$».
# > It is $i$ that runs so, with 0 for the bias; $j$ runs over the layer's own units, $1 \dots D_N$.
#
# ## 5 · Without the Jacobian
#
# A batch has $N$ Jacobians, each made of its own $y$. You may build them in a loop: that is right, and
# slow. Or look once more at the slide's last formula:
#
# $$\frac{\partial Div}{\partial z_i} = \sum_j \frac{\partial Div}{\partial y_j}\, y_i\,(\delta_{ij} - y_j)$$
#
# **On paper.** Multiply the bracket out: you get two sums over $j$.
#
# 1. In the first, $\delta_{ij}$ is 0 for all $j$ but one. What is left?
# 2. In the second, draw $y_i$ in front. What stays behind is **one number for the whole example**.
#    How large is it, by hand?
#
# <details><summary>The number</summary>
#
# −2. Now get $[0.75, 0.5, -1.25]$ out of $[4, 0, -4]$, $y$ and this −2.
#
# </details>

# %% [markdown]
# A batch has such a number for each row. Which shape goes with $N \times C$?
#
# ### Exercise 5.2 · `Softmax.backward`
#
# Where `forward` has not run yet, raise a `RuntimeError` that says so.

# %% exercise="softmax.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Draw $y_i$ out of both sums. `dLdA` is then compared with *one number a row*: an average in which each
# output counts as much as its probability.
#
# </details>

# %% [markdown]
# By hand, for both examples. To the second comes $[0, 4, 0]$, so four times row 2 of its Jacobian goes on.

# %%
dLdA = np.array([[4.0, 0.0, -4.0], [0.0, 4.0, 0.0]])

with demo():
    softmax.forward(Z)
    assert np.allclose(softmax.backward(dLdA), [[0.75, 0.5, -1.25], [-0.25, 0.75, -0.5]])

# %% [markdown]
# Equal entries give nothing back, and every row of `dLdZ` sums to 0:

# %%
with demo():
    assert np.allclose(softmax.backward(np.full((2, 3), 3.0)), 0)
    assert np.allclose(softmax.backward(dLdA).sum(axis=1), 0)

# %% [markdown]
# And a wiggle on *your* method: the loss `sum(dLdA * A)` has `dLdA` as its derivative by `A`.
# The push goes to $z_2$ of both examples, so their derivatives add up.

# %%
def loss(Z):
    return np.sum(dLdA * softmax.forward(Z))

with demo():
    print(round((loss(Z + push) - loss(Z)) / 1e-6, 3))
    print(softmax.backward(dLdA).sum(axis=0)[1])

# %% [markdown]
# ## One last question
#
# Two classes, and the second logit is 0. Which curve is $y_1$ over $z_1$?
# What does the Jacobian's first entry remind you of?
#
# <details><summary>Answer</summary>
#
# $y_1 = \frac{e^{z_1}}{e^{z_1} + 1}$: the sigmoid, written the second way. And the entry is its slope from
# notebook 04. For two classes a softmax *is* a sigmoid of the logits' difference.
#
# </details>

# %%
with demo():
    print(softmax.forward(np.array([[1.5, 0.0]])))
    print(Sigmoid().forward(np.array([[1.5]])))

# %% [markdown]
# **What you learned.** Back through a vector activation, a derivative is a sum over all outputs: a row
# times a full Jacobian. Softmax forgets a common shift, so each row of `dLdZ` sums to 0.
#
# **What was verified.** Shares, a Jacobian and two rows by hand; a column of the Jacobian by wiggling;
# logits around 1000; your `backward` by wiggling.
#
# **Roads not taken.** Shares without exponentials would need positive numbers to begin with. All
# Jacobians of 64 examples with 1000 classes would be 64 million numbers.
#
# **What comes next.** Notebook 06 writes the layer that makes the logits. In 07 softmax meets its
# divergence, and together they have a very short derivative.
