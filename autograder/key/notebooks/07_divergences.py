# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 07 · Divergences
#
# A classifier returns probabilities. How wrong are they, as one number? And should each logit become
# larger or smaller? You write a function for each of the two questions. Both work on a whole batch, and
# for logits of any size.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebooks 05 and 06; that a logarithm turns products into sums | 45 minutes | 6 points: 3 forward, 3 backward |
#
# ## Words
#
# The slides look at one example, and it is a column. The code handles $N$ examples at once, one per row.
# There are $C$ classes.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, the input of the softmax: the *logits* | $C \times 1$ | `Z` | $N \times C$ |
# | $y = softmax(z)$, the probabilities | $C \times 1$ | you choose | $N \times C$ |
# | $d$, the desired output: 1 for the right class, 0 for the others | $C \times 1$ | `Y` | $N \times C$ |
# | $Div(y, d)$, the divergence of one example | one number | – | one per example |
# | $Loss$, short $L$: the average divergence | one number | `L` | one number |
#
# Be careful: on the slides, a capital $Y$ is the network's output; in code, `Y` is the *desired* output.
# As in notebook 05, $y_i$ is entry $i$ of one example, and $\log$ is the natural logarithm.

# %%
from workbook import demo, exercise, pictures, question

from math import exp, log

import numpy as np

from mytorch.softmax import Softmax
from mytorch.softmax_cross_entropy import SoftmaxCrossEntropy

# %% [markdown]
# ## Do you remember?
#
# Two questions from earlier notebooks.

# %%
question("07.recall_shift")

# %%
question("07.recall_dLdW")

# %% [markdown]
# ## 1 · What a probability should cost
#
# A classifier has one output per class, and a softmax at the end. Ideally, the output of the right class
# is 1, and the others are 0.
# Take three classes, and logits for which everything is easy by hand:

# %%
z = [log(1), log(2), log(5)]
[round(exp(each), 3) for each in z]

# %% [markdown]
# These exponentials sum to 8. So the softmax returns

# %%
y = [1 / 8, 2 / 8, 5 / 8]
y

# %% [markdown]
# The right class is the third, and its probability is 5/8. What should that cost? We want three
# properties:
#
# 1. If the right class has probability 1, the cost is 0.
# 2. The smaller the probability of the right class, the larger the cost.
# 3. The probability that two independent examples are both classified correctly is a product,
#    $p \cdot q$. Their costs should *add*.
#
# Only a logarithm turns products into sums, and we take the natural one.
# So the cost is $-\log y$, where $y$ is the probability of the right class. It is also called the
# *surprise*. The third property, in numbers:

# %%
round(-log(0.5 * 0.25), 3), round(-log(0.5) - log(0.25), 3)

# %%
question("07.half_the_probability", then=pictures.surprise)

# %% [markdown]
# ## 2 · The formula that is not on the slides
#
# The slides say that digits are trained with the *KL divergence* (Kullback–Leibler divergence), but they
# give no formula. It measures how far the probabilities $y$ are from the probabilities $d$:
#
# $$\sum_i d_i \log \frac{d_i}{y_i} = \sum_i d_i \log d_i - \sum_i d_i \log y_i$$
#
# A term with $d_i = 0$ counts as 0: as $d_i$ approaches 0, $d_i \log d_i$ approaches 0, too.
#
# The first sum does not contain $y$, so it does not depend on the weights. If $d$ is 1 for one class and 0
# for the others, the first sum is 0. The second part alone is called the **cross-entropy**. From here on
# it is our divergence. Only the right class's term is nonzero; let $r$ be the right class:
#
# $$Div(y, d) = - \sum_i d_i \log y_i = - \log y_r$$
#
# This is the cost of section 1 again. **By hand**, if the right class is 3:

# %%
d = [0, 0, 1]
div = -sum(d[i] * log(y[i]) for i in range(3))
round(div, 3)

# %%
question("07.right_class_1")

# %% [markdown]
# <details><summary>What if d has more than one entry that is not 0?</summary>
#
# The exercise allows every $d$ whose entries sum to 1. Then KL divergence and cross-entropy differ by the
# first sum. This is a constant, so both have the same derivatives. But the smallest value of the
# cross-entropy is then not 0.
#
# </details>
#
# ## 3 · From one example to the batch
#
# We add a second example, with its own logits. Its right class is the first.

# %%
Z = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]])
Y = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])

# %% [markdown]
# The probabilities of example 2 are 1/4, 1/4 and 1/2, so its divergence is $-\log \frac14$.
# The loss is the average over the $N$ examples:
#
# $$L = \frac1N \sum_n Div(y_n, d_n)$$

# %%
L = (-log(5 / 8) - log(1 / 4)) / 2
round(L, 3)

# %% [markdown]
# **The factor 1/N in notebook 06 comes from here.**

# %%
question("07.batch_taken_twice")

# %% [markdown]
# ## 4 · Very large logits
#
# A logit of 1000 is possible, and so is −1000. What do `exp` and `log` return then? (The first line turns
# off the warnings.)

# %%
with np.errstate(all="ignore"):
    print(np.exp(1000.0), np.exp(-1000.0), np.log(0.0))

# %% [markdown]
# If an exponential is `inf`, the softmax computes `inf / inf`, which is `nan`. If the exponential of the
# right class is 0, its probability is 0, and the divergence becomes infinite. But the true results are
# finite.

# %%
question("07.huge_logits")

# %% [markdown]
# Two ideas help.
#
# The first is from notebook 05: if you add the same number to all logits of an example, its probabilities
# do not change. **Question 1.** Which number should you add, so that no exponential is `inf`?
#
# The second: you do not need the probability itself, only its *logarithm*. And the logarithm of a quotient
# is a difference:

# %%
print(round(log(5 / 8), 6), round(log(5) - log(8), 6))

# %% [markdown]
# **Question 2.** Here $\log 5$ and $\log 8$ are the two parts. Where in `z` have you seen $\log 5$? Which
# of the two parts needs exponentials?
#
# <details><summary>Answers</summary>
#
# 1. Minus the largest logit of the example. Then the largest logit is 0, and its exponential is 1.
# 2. $\log 5$ is $z_3$ itself, without any exponential. Only $\log 8$ needs them: it is the logarithm of
#    their sum.
#
# </details>
#
# ### Exercise 7.1 · `SoftmaxCrossEntropy.forward`
#
# Return the loss, one number. Store in `self` what the way back will need.

# %% exercise="softmax_cross_entropy.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Subtract each row's largest logit (`max` with `axis` and `keepdims`): then the largest exponential of each
# row is 1.
# Then write the logarithm of each probability as a difference, as in Question 2. Do not compute the
# probability first.
#
# </details>

# %% [markdown]
# Your method must give the number that you computed by hand, and the same number for the batch taken
# twice (`np.vstack` puts one table below the other):

# %%
with demo():
    loss = SoftmaxCrossEntropy()
    print(round(float(loss.forward(Z, Y)), 3))
    assert np.isclose(loss.forward(np.vstack([Z, Z]), np.vstack([Y, Y])), L)

# %% [markdown]
# If the same number is added to all logits, the loss does not change. Very large logits must give the
# numbers that you predicted:

# %%
far = np.array([[1e4, 0.0, -1e4]])
with demo():
    assert np.isclose(loss.forward(Z + 7, Y), L)
    assert np.isclose(loss.forward(far, np.array([[1.0, 0.0, 0.0]])), 0)
    assert np.isclose(loss.forward(far, np.array([[0.0, 0.0, 1.0]])), 20000)

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Sections 1 and 2: “Recognizing the digit”, which says “Backpropagation with KL divergence”. Section 3:
# “Training neural nets through Empirical Risk Minimization: Problem Setup” has
# $Loss = \frac1T \sum_i \text{div}(Y_i, d_i)$. There $T$ counts all examples; for a batch it is our $N$.
#
# </details>
#
# ## 5 · Back in two steps
#
# How does $Div$ change if a logit changes? We need the row of these derivatives:
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $\nabla_z Div$, all $\frac{\partial Div}{\partial z_i}$ in a row | $1 \times C$ | `dLdZ`, of $L$ | $N \times C$, as `Z` |
#
# We go back in two steps, from $Div$ to $y$ and from $y$ to $z$.
#
# **The first step** is the derivative of $-\sum_i d_i \log y_i$. It is nonzero only for the right class:
#
# $$\frac{\partial Div}{\partial y_i} = - \frac{d_i}{y_i}$$
#
# In the example this is the row $[0, 0, -\frac85]$.
# **The second step** multiplies by the Jacobian of the softmax, as in notebook 05:
#
# $$\frac{\partial Div}{\partial z_i} = \sum_j \frac{\partial Div}{\partial y_j}\; y_i\, (\delta_{ij} - y_j)$$
#
# **By hand**, in fractions. In each sum only the term $j = 3$ is nonzero.
#
# | $i$ | $\partial Div / \partial y_3$ | $y_i (\delta_{i3} - y_3)$ | their product |
# | --- | --- | --- | --- |
# | 1 | $-\frac85$ | $\frac18 (0 - \frac58) = -\frac{5}{64}$ | $\frac{8 \cdot 5}{5 \cdot 64} = \frac18$ |
# | 2 | $-\frac85$ | $\frac28 (0 - \frac58) = -\frac{10}{64}$ | $\frac{8 \cdot 10}{5 \cdot 64} = \frac28$ |
# | 3 | $-\frac85$ | $\frac58 (1 - \frac58) = +\frac{15}{64}$ | $-\frac{8 \cdot 15}{5 \cdot 64} = -\frac38$ |
#
# Look at the 5 and the 8: the first step divides by $y_3 = \frac58$, and the second step multiplies by it.
# The next cell computes both steps (Python counts classes from 0, so class 3 is number 2). It calls the
# row $\nabla_z Div$ `dz`:

# %%
def slow_row(y, right):
    dy = [-1 / y[j] if j == right else 0 for j in range(3)]
    return [sum(dy[j] * y[i] * ((i == j) - y[j]) for j in range(3)) for i in range(3)]

dz = slow_row(y, 2)
dz

# %% [markdown]
# Check it numerically: change each logit by a millionth and measure the change in $Div$. The function
# `cost` computes $Div$ from the logits, with class 3 as the right class.

# %%
def cost(z):
    e = [exp(each) for each in z]
    return -log(e[2] / sum(e))

for i in range(3):
    pushed = [z[j] + 1e-6 * (i == j) for j in range(3)]
    print(round((cost(pushed) - cost(z)) / 1e-6, 3))

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 5: “Backward Pass for softmax output layer”; the formula of the second step also stands on
# “Example Vector Activation: Softmax”.
#
# *Erratum.* “Backward Pass for softmax output layer” computes $\partial Div / \partial y_i$ and
# $\partial Div / \partial z_i$ in one loop over $i$. But the sum over $j$ needs the derivatives with respect
# to *all* $y_j$. Read two loops: first all $\partial Div / \partial y_i$, then all $\partial Div / \partial z_i$.
#
# </details>
#
# ## 6 · What is left
#
# The picture shows both steps. Its numbers are 8ths or 64ths; the text under each array says which.

# %%
question("07.row_of_the_jacobian", then=pictures.cancelling)

# %% [markdown]
# Now compare $\partial Div / \partial z$ with $y$, and then with $d$. Move both sliders.
# In which entries do $\partial Div / \partial z$ and $y$ differ, and by how much? **The rule that you see
# needs no division by $y$, no Jacobian and no sum over $j$.** You will write this rule in the exercise.
#
# **Your turn, on paper:** use your rule for the second example, with $y = [\frac14, \frac14, \frac12]$ and
# right class 1. The next cell computes the same row in two steps; both must agree:

# %%
slow_row([1 / 4, 1 / 4, 1 / 2], 0)

# %%
question("07.sum_of_a_row")

# %%
sum(dz), sum(slow_row([1 / 4, 1 / 4, 1 / 2], 0))

# %% [markdown]
# These rows are derivatives of each example's $Div$. But `dLdZ` belongs to the loss $L$, the average. By
# which factor does each row of `dLdZ` differ from $\nabla_z Div$? (See notebook 06, “Where 1/N stands”.)
#
# ### Exercise 7.2 · `SoftmaxCrossEntropy.backward`
#
# Return `dLdZ` for the batch of the last `forward`.
# If `forward` has not run yet, raise a `RuntimeError` with a message that says so.

# %% exercise="softmax_cross_entropy.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# You need the probabilities again: either store them in 7.1, or compute them once more, with the same
# shift.
# The factor is $1/N$, where $N$ is the number of rows of the batch.
#
# </details>

# %% [markdown]
# By hand: the rows are half of $[\frac18, \frac28, -\frac38]$ and half of $[-\frac34, \frac14, \frac12]$.

# %%
with demo():
    loss.forward(Z, Y)
    by_hand = np.array([[1, 2, -3], [-6, 2, 4]]) / 16
    assert np.allclose(loss.backward(), by_hand)
    assert np.allclose(loss.backward().sum(axis=1), 0)

# %% [markdown]
# The two steps through your `Softmax` of notebook 05 must give the same. They compute $\nabla_z Div$
# without $1/N$, so your result is multiplied by $N = 2$:

# %%
with demo():
    softmax = Softmax()
    dDivdP = -Y / softmax.forward(Z)
    assert np.allclose(softmax.backward(dDivdP), 2 * loss.backward())

# %% [markdown]
# Check *your* loss numerically: the cell changes one logit, and must print the same number twice.

# %%
push = np.array([[1e-6, 0, 0], [0, 0, 0]])
with demo():
    rate = (loss.forward(Z + push, Y) - loss.forward(Z, Y)) / 1e-6
    print(round(float(rate), 4), round(float(loss.backward()[0, 0]), 4))

# %% [markdown]
# Why are both steps in one class? If a network is certain and wrong, the right class's probability can be
# so small that it is rounded to 0. The first step would divide by this 0. In your rule this division does
# not occur:

# %%
with demo():
    loss.forward(far, np.array([[0.0, 0.0, 1.0]]))
    assert np.allclose(loss.backward(), [[1, 0, -1]])

# %% [markdown]
# ## One last question

# %%
question("07.knows_nothing")

# %%
round(-log(1 / 10), 3)

# %% [markdown]
# Look for this number first when a training starts. **Question.** What do you conclude if it starts with a
# loss of 8 instead?
#
# <details><summary>Answer</summary>
#
# The right class typically gets a probability of about $e^{-8} = 0.0003$: the network is *certain* and
# wrong. Its first weights or its inputs are too large.
#
# </details>
#
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | $Y$ is the output, $d$ is the desired output | `Z` holds the logits, `Y` the desired output |
# | softmax, then KL divergence: two steps back | one class, one step back |
# | $1/T$ in the loss | $1/N$ in `L`, therefore in `dLdZ`; and nowhere else |
# | one example's row $\nabla_z Div$ | $N$ times one row of `dLdZ` |
#
# **What you learned.** The divergence is minus the logarithm of the right class's probability. For one
# right class this *is* the KL divergence. Its derivative with respect to the logits is simple; its entries
# lie between −1 and 1, and they sum to 0.
#
# **What was verified.** Two examples by hand; the derivative in fractions, in two steps, with your own
# `Softmax`, and numerically; logits of ten thousand.
#
# **Roads not taken.** We could take the squared error after a softmax. But its derivative is multiplied by
# the softmax's Jacobian, which is nearly 0 if the network is certain: a network that is certain and wrong
# would hardly learn. We could add a tiny number inside the logarithm, to avoid $\log 0$. But
# $-\log(y + 10^{-22})$ is never more than 51, so a divergence of 20000 would be reported as 51.
#
# **What comes next.** In notebook 08 this `dLdZ` goes back through a whole network.
