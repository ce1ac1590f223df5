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
# A classifier answers with probabilities. How wrong are they, in one number?
# And which way should each logit move? You answer both, for a whole batch, however huge the numbers.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebooks 05 and 06; that a logarithm turns products into sums | 45 minutes | 6 points: 3 forward, 3 backward |
#
# ## Words
#
# Numbers on their way into a softmax are called *logits*.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, the logits | $C \times 1$ | `Z` | $N \times C$ |
# | $y = softmax(z)$, the probabilities | $C \times 1$ | up to you | $N \times C$ |
# | $d$, what was wanted: a 1 at the right class, else 0 | $C \times 1$ | `Y` | $N \times C$ |
# | $Div(y, d)$ | one number | – | $N$ of them |
# | $Loss$, their average | one number | `L` | one number |
# | $\nabla_z Div$ | $1 \times C$ | `dLdZ` | $N \times C$, as `Z` |
#
# Careful: on the slides, a large $Y$ is what the network says; in code, `Y` is what was *wanted*.

# %%
from math import exp, log

import numpy as np

from workbook import demo, exercise, pictures

from mytorch.softmax import Softmax
from mytorch.softmax_cross_entropy import SoftmaxCrossEntropy

# %% [markdown]
# ## 1 · What a probability should cost
#
# Slide «Recognizing the digit»: a softmax at the end, one output a class.
# «Ideal output: One of the outputs goes to 1, the others go to 0».
# Take three classes, and logits that make everything easy by hand:

# %%
z = [log(1), log(2), log(5)]
[round(exp(each), 3) for each in z]

# %% [markdown]
# They sum to 8. So the softmax says

# %%
y = [1 / 8, 2 / 8, 5 / 8]
y

# %% [markdown]
# The right class is the third, and it got 5/8. What should that cost? Three wishes:
#
# 1. Certain and right costs nothing.
# 2. The less probable the right class was, the more it costs.
# 3. Two examples on their own are both right with probability $p \cdot q$. Costs should *add*.
#
# What turns products into sums? Only a logarithm, and we take the natural one.
# So the cost is $-\log y$, the *surprise*.

# %%
round(-log(0.5 * 0.25), 3), round(-log(0.5) - log(0.25), 3)

# %% [markdown]
# > **Predict.** Halve the probability of the right class. How much does the cost grow
# > if it was 0.8? And if it was 0.1?

# %%
pictures.surprise()

# %% [markdown]
# <details><summary>Answer</summary>
#
# By $\log 2 = 0.693$, both times: a factor of the probability is a term of the cost.
# Who holds the truth for impossible pays without limit. The squared error stops at ½: see the
# lower curve.
#
# </details>
#
# ## 2 · The formula that is on no slide
#
# «Backpropagation with KL divergence», says the slide, and gives no formula.
# The Kullback–Leibler divergence says how far probabilities $y$ are from probabilities $d$:
#
# $$Div(y, d) = \sum_i d_i \log \frac{d_i}{y_i} = \sum_i d_i \log d_i - \sum_i d_i \log y_i$$
#
# The first sum has no $y$ in it, so no weight can change it. (For a single 1 among zeros it is 0.)
# What remains is the **cross-entropy**, and of its sum one term, that of the right class $c$:
#
# $$Div(y, d) = - \sum_i d_i \log y_i = - \log y_c$$
#
# The surprise is back. **By hand**, with class 3 wanted:

# %%
d = [0, 0, 1]
div = -sum(d[i] * log(y[i]) for i in range(3))
round(div, 3)

# %% [markdown]
# **Your turn, on paper:** what would it be if class 1 was right?
#
# <details><summary>Answer</summary>
#
# $-\log \frac18$: three halvings of 1, so $3 \cdot 0.693 = 2.079$.
#
# </details>
#
# ## 3 · From one example to the batch
#
# A second example joins the first, one a row. There the first class is right.

# %%
Z = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]])
Y = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])

# %% [markdown]
# Its probabilities are 1/4, 1/4 and 1/2. So it costs $-\log \frac14$, two halvings.
# The loss is the average
# (slide «Training neural nets through Empirical Risk Minimization: Problem Setup»;
# $T$ counts examples there, and is $N$ for a batch):
#
# $$Loss = \frac1T \sum_i div(Y_i, d_i)$$

# %%
L = (-log(5 / 8) - log(1 / 4)) / 2
round(L, 3)

# %% [markdown]
# The $1/N$ that travelled through notebook 06: **this is where it is born.**
#
# > **Predict.** Hand in the same batch twice, as one batch of four. What is the loss?
#
# <details><summary>Answer</summary>
#
# The same: it is an average. A sum would have doubled.
#
# </details>
#
# ## 4 · Huge numbers
#
# A network may well say 1000:

# %%
with np.errstate(all="ignore"):
    print(np.exp(1000.0), np.exp(-1000.0), np.log(0.0))

# %% [markdown]
# The first makes inf/inf of a softmax, the others an infinite cost. Yet the answers exist:
#
# > **Predict.** The logits are 10000, 0 and −10000.
# > What does it cost if class 1 is right? Class 2? Class 3?
#
# <details><summary>Answer</summary>
#
# The softmax is $[1, e^{-10000}, e^{-20000}]$, to a hair. So: 0, 10000, 20000.
#
# </details>

# %% [markdown]
# Two ideas save you. One is from notebook 05: a number added to all logits of an example changes
# none of its probabilities. Which number makes every exponential harmless?
# The other: you never want $y_3$. You want its *logarithm*.

# %%
print(round(log(5 / 8), 6), round(log(5) - log(8), 6))

# %% [markdown]
# Where in `z` have you seen $\log 5$? Which of the two parts needs exponentials at all?
#
# ### Exercise 7.1 · `SoftmaxCrossEntropy.forward`
#
# Remember in `self` what the way back will need, and return the loss, one number.

# %% exercise="softmax_cross_entropy.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Subtract each row's largest logit (`max` with `axis` and `keepdims`): one exponential is 1 then.
# And take the logarithm of a quotient apart, *before* you compute it.
#
# </details>

# %% [markdown]
# The number by hand comes back. Twice the same batch has the same loss:

# %%
with demo():
    loss = SoftmaxCrossEntropy()
    print(round(float(loss.forward(Z, Y)), 3))
    assert np.isclose(loss.forward(np.vstack([Z, Z]), np.vstack([Y, Y])), L)

# %% [markdown]
# A common shift changes nothing, and huge logits cost what you predicted:

# %%
far = np.array([[1e4, 0.0, -1e4]])
with demo():
    assert np.isclose(loss.forward(Z + 7, Y), L)
    assert np.isclose(loss.forward(far, np.array([[1.0, 0.0, 0.0]])), 0)
    assert np.isclose(loss.forward(far, np.array([[0.0, 0.0, 1.0]])), 20000)

# %% [markdown]
# ## 5 · Back in two steps
#
# Slide «Backward Pass for softmax output layer» goes from $Div$ to $y$, and from $y$ to $z$.
# **The first step** is a derivative of $-\log$. Only the right class has one:
#
# $$\frac{\partial Div}{\partial y_i} = - \frac{d_i}{y_i}$$
#
# In the example that is the row $[0, 0, -\frac85]$.
# **The second step** leads through the Jacobian of notebook 05
# (slide «Example Vector Activation: Softmax»):
#
# $$\frac{\partial Div}{\partial z_i} = \sum_j \frac{\partial Div}{\partial y_j}\; y_i\, (\delta_{ij} - y_j)$$
#
# **By hand**, in fractions. Of each sum only the term $j = 3$ is there.
#
# | $i$ | $\partial Div / \partial y_3$ | $y_i (\delta_{i3} - y_3)$ | their product |
# | --- | --- | --- | --- |
# | 1 | $-\frac85$ | $\frac18 (0 - \frac58) = -\frac{5}{64}$ | $\frac{8 \cdot 5}{5 \cdot 64} = \frac18$ |
# | 2 | $-\frac85$ | $\frac28 (0 - \frac58) = -\frac{10}{64}$ | $\frac{8 \cdot 10}{5 \cdot 64} = \frac28$ |
# | 3 | $-\frac85$ | $\frac58 (1 - \frac58) = +\frac{15}{64}$ | $-\frac{8 \cdot 15}{5 \cdot 64} = -\frac38$ |
#
# Follow the 5 and the 8: the first step divides by $y_3$, the second multiplies by it.
# Both in code (Python counts classes from 0):

# %%
def slow_row(y, right):
    dy = [-1 / y[j] if j == right else 0 for j in range(3)]
    return [sum(dy[j] * y[i] * ((i == j) - y[j]) for j in range(3)) for i in range(3)]

dz = slow_row(y, 2)
dz

# %% [markdown]
# Don't believe it, wiggle: push each logit by a millionth.

# %%
def cost(z):
    e = [exp(each) for each in z]
    return -log(e[2] / sum(e))

for i in range(3):
    pushed = [z[j] + 1e-6 * (i == j) for j in range(3)]
    print(round((cost(pushed) - cost(z)) / 1e-6, 3))

# %% [markdown]
# > **Errata.** The slide has $\partial Div / \partial y_i$ and $\partial Div / \partial z_i$ in one loop
# > over $i$. But the sum over $j$ needs *all* derivatives by $y$: read two loops.
#
# ## 6 · What is left
#
# The numbers are 8ths and 64ths, as it says under them.
#
# > **Predict.** Make class 1 the right one. Which row of the Jacobian will count?
# > Which of the three results is negative?

# %%
pictures.cancelling()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Row 1, the only one that meets a number other than 0. Negative is the right class: raise its
# logit, and $Div$ falls.
#
# </details>

# %% [markdown]
# Now compare $\partial Div / \partial z$ with $y$, and then look at $d$. Move both sliders.
# Where do they differ, and by how much? **What you see there needs no division by $y$, no Jacobian
# and no sum over $j$.** It is the line you are going to write.
#
# **Your turn, on paper:** the row of the second example, with $y = [\frac14, \frac14, \frac12]$ and
# class 1 wanted. The long way says:

# %%
slow_row([1 / 4, 1 / 4, 1 / 2], 0)

# %% [markdown]
# > **Predict.** Add the three numbers of such a row up. What comes out, always? Why?

# %%
sum(dz), sum(slow_row([1 / 4, 1 / 4, 1 / 2], 0))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Always 0: a push of all logits together changes nothing.
#
# </details>

# %% [markdown]
# These are derivatives of each example's $Div$. The loss is an average: what becomes of every row?
#
# ### Exercise 7.2 · `SoftmaxCrossEntropy.backward`
#
# Return `dLdZ` for the batch of the last `forward`.
# Where `forward` has not run yet, raise a `RuntimeError` that says so.

# %% exercise="softmax_cross_entropy.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# The probabilities are needed once more: keep them in 7.1, or compute them again, with its shift.
# And by how many examples did the loss divide?
#
# </details>

# %% [markdown]
# By hand, the rows are halves of $[\frac18, \frac28, -\frac38]$ and of $[-\frac34, \frac14, \frac12]$:

# %%
with demo():
    loss.forward(Z, Y)
    by_hand = np.array([[1, 2, -3], [-6, 2, 4]]) / 16
    assert np.allclose(loss.backward(), by_hand)
    assert np.allclose(loss.backward().sum(axis=1), 0)

# %% [markdown]
# And by the long way, through your `Softmax` of notebook 05 (times 2, for its $Div$ has no $1/N$):

# %%
with demo():
    softmax = Softmax()
    dDivdP = -Y / softmax.forward(Z)
    assert np.allclose(softmax.backward(dDivdP), 2 * loss.backward())

# %% [markdown]
# A wiggle, on *your* loss: it follows a logit at the rate that `dLdZ` says.

# %%
push = np.array([[1e-6, 0, 0], [0, 0, 0]])
with demo():
    rate = (loss.forward(Z + push, Y) - loss.forward(Z, Y)) / 1e-6
    print(round(float(rate), 4), round(float(loss.backward()[0, 0]), 4))

# %% [markdown]
# Why both steps in one class? A network that is wrong, and sure, gives the right class a $y$ that
# rounds to 0. The first step divides by it, the second multiplies. Together they are harmless:

# %%
with demo():
    loss.forward(far, np.array([[0.0, 0.0, 1.0]]))
    assert np.allclose(loss.backward(), [[1, 0, -1]])

# %% [markdown]
# ## One last question
#
# A network that knows nothing gives each class the same probability.
# What is its loss, for the ten digits? And what do you think of one that starts with a loss of 8?

# %%
round(-log(1 / 10), 3)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 2.303: the first number to look for when a training starts. With a loss of 8 the network is
# *sure*, and wrong: its first weights or its inputs are too large.
#
# </details>
#
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | $Y$ is the output, $d$ is wanted | `Z` goes in, `Y` is wanted |
# | softmax, then KL: two steps back | one class, one step back |
# | $Loss = \frac1T \sum_i div(Y_i, d_i)$ | $1/N$ in `L`, so in `dLdZ` too; and nowhere else |
# | one example's row $\nabla_z Div$ | $N$ times one row of `dLdZ` |
#
# **What you learned.** A probability costs its negative logarithm. For one right class, that *is* the
# KL divergence. Its derivative by the logits is simple, bounded, and sums to 0.
#
# **What was verified.** Two examples by hand; the derivative in fractions, by the slide's sum, through
# your own `Softmax` and by wiggling; logits of ten thousand.
#
# **Roads not taken.** A squared error after a softmax: the network that errs most learns least. A tiny
# number inside the logarithm: a cost of 50 and one of 20000 look the same.
#
# **What comes next.** In notebook 08 this `dLdZ` starts its way back through a whole network.
