# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 04 · Scalar activations
#
# Between two layers every number goes through a curve. Without it, a hundred layers could do no more
# than one. You write two curves, and the way back through each: the *sigmoid*, which has a slope
# everywhere, and the *ReLU*, which has a corner. There a slope must be chosen.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 00; what the slope of a curve is | 50 minutes | 12 points: 6 for `Sigmoid`, 6 for `ReLU` |
#
# ## Words
#
# The lecture looks at one example, as a column. We stack $N$ examples, one a row.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, what comes in | $C \times 1$ | `Z` | $N \times C$ |
# | $y = f(z)$, what goes out | $C \times 1$ | `A` | $N \times C$, as `Z` |
# | $f'(z_i)$, the curve's slope | one number | you choose | one for each entry of `Z` |
# | $\nabla_y Div$ | $1 \times C$ | `dLdA` | $N \times C$, as `A` |
# | $\nabla_z Div$ | $1 \times C$ | `dLdZ` | $N \times C$, as `Z` |
# | $J_y(z)$, the Jacobian | $C \times C$ | never written down | |
# | $v$, a subgradient | one number | `v` | one number |

# %%
import numpy as np

from workbook import demo, exercise, pictures

from mytorch.relu import ReLU
from mytorch.sigmoid import Sigmoid

# %% [markdown]
# ## 1 · Each number on its own
#
# Slide «Special Case 1. Vector activations» sets two kinds side by side. Here is the first kind:
# «Modifying a $z_i$ only changes corresponding $y_i$».
# So there is *one* curve, and every entry of `Z` goes through it, whoever its neighbours are.
# The **sigmoid** squashes it into $(0, 1)$:
#
# $$y = f(z) = \frac{1}{1 + e^{-z}}$$
#
# **By hand.** Take $z = \ln 3$. Then $e^{-z}$ is $\frac13$, and
# for $z = 0$ and $z = -\ln 3$ it is 1 and 3:

# %%
1 / (1 + 1/3), 1 / (1 + 1), 1 / (1 + 3)

# %% [markdown]
# What do $f(z)$ and $f(-z)$ sum to?
#
# ### When numbers end
#
# A computer's numbers end near $10^{308}$. When is $e^z$ beyond? You can see it coming:

# %%
round(float(np.log(np.finfo(float).max)), 1)

# %% [markdown]
# From $z = 710$ on, `np.exp` gives `inf`. One can calculate with that. Sometimes.

# %%
inf = np.inf
1 / inf, inf / inf

# %% [markdown]
# `nan` is «not a number», and whatever touches it becomes `nan`. Now write the same curve in two ways:
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^z}{e^z + 1}$$
#
# > **Predict.** Put $z = 1000$ into both, then $z = -1000$. Which of the four results is `nan`?
#
# <details><summary>Answer</summary>
#
# The right one at 1000: `inf / inf`. The left one at −1000 is `1 / inf`, and 0 is right.
# numpy warns of the overflow, but a warning is no wrong number.
#
# </details>
#
# ### Exercise 4.1 · `Sigmoid.forward`
#
# numpy's `exp` works entry by entry, so one line does the whole batch.
# The way back will need your result: `self.A = …` keeps it in the object.

# %% exercise="sigmoid.forward"

# %% [markdown]
# The numbers by hand come back, and the far ends are 1 and 0 (perhaps with a warning):

# %%
with demo():
    sigmoid = Sigmoid()
    print(sigmoid.forward(np.log([[3, 1, 1/3]])))

# %%
with demo():
    assert np.allclose(sigmoid.forward(np.array([[1000.0, -1000.0]])), [[1, 0]])

# %% [markdown]
# ## 2 · The slope
#
# In the picture a column of height 1 stands on $z$. The curve cuts it in two: $y$ below, $1 - y$ above.
#
# > **Predict.** Where is the curve steepest, and how steep: 1, ½, ¼? And at the far ends?

# %%
pictures.sigmoid()

# %% [markdown]
# <details><summary>Answer</summary>
#
# In the middle, where $y = \frac12$: the slope is ¼ there, and nowhere more. Both ends are flat.
#
# </details>

# %% [markdown]
# Now the remarkable thing: **the slope can be had from $y$ alone**, without another exponential.
# These slopes were read off the picture. Divide them by $y$:

# %%
y     = np.array([0.2,  0.25,   0.5,  0.75,   0.8])
slope = np.array([0.16, 0.1875, 0.25, 0.1875, 0.16])
slope / y

# %% [markdown]
# Compare with `y`, and look at the picture's column again. So what is the slope?
#
# **On paper**, lest it stay a guess: let $u = 1 + e^{-z}$, so $y = \frac1u$, and by the chain rule
#
# $$f'(z) = -\frac{1}{u^2} \cdot \frac{du}{dz} = \frac{1}{u} \cdot \frac{u - 1}{u}$$
#
# Put $y$ in the place of each $\frac1u$. Do your numbers agree?
#
# ## 3 · Back through a curve
#
# Slide «Scalar Activation: Derivative rule»: each $z_i$ moves its own $y_i$ and nothing else, so
#
# $$\frac{\partial Div}{\partial z_i} = \frac{\partial Div}{\partial y_i}\, \frac{dy_i}{dz_i}
# \qquad \text{where} \quad \frac{dy_i}{dz_i} = f'(z_i)$$
#
# «a simple product of derivatives». **By hand:** $z = [\ln 3, -\ln 3]$ has $y = [0.75, 0.25]$, and
# both slopes are 0.1875. The row $[2, -1]$ comes back from above:

# %%
[2 * 0.1875, -1 * 0.1875]

# %% [markdown]
# «Jacobians can describe the derivatives of neural activations w.r.t their input» says it with a
# matrix. For a scalar activation it is *diagonal*:

# %%
J = np.diag([0.1875, 0.1875])
J

# %%
np.array([2, -1]) @ J

# %% [markdown]
# The zeros say: no $z$ moves another's $y$. So nobody builds this matrix: **one product an entry does
# it.** For a batch, too: `dLdA`, `A` and `dLdZ` all are $N \times C$, and `*` works entry by entry.
#
# > **Errata.** On «Gradients: Backward Computation» the output layer's line has $f'_k(z_i^{(N)})$.
# > Read $f'_N$, as on «Backward Pass»: each layer has its own curve.
#
# ### Exercise 4.2 · `Sigmoid.backward`
#
# Where `forward` has not run yet, there is nothing to remember: raise a `RuntimeError` that says so.
# (No points hang on that. It spares you a riddle one day.)

# %% exercise="sigmoid.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Two factors: `dLdA`, and the slope, from what `forward` kept. For $y = 0.25$ it must be 0.1875.
# Where the table speaks of `NoneType`, or of your own `RuntimeError`, `forward` has kept nothing: run 4.1
# again, with `self.A = …`.
#
# </details>

# %% [markdown]
# The row by hand comes out of your method:

# %%
with demo():
    sigmoid.forward(np.log([[3, 1/3]]))
    assert np.allclose(sigmoid.backward(np.array([[2.0, -1.0]])), [[0.375, -0.1875]])

# %% [markdown]
# Don't believe it, *wiggle*: push every $z$ a little, and see how far $y$ follows.

# %%
with demo():
    some = np.array([[-2.0, 0.0, 1.5]])
    rate = (sigmoid.forward(some + 1e-6) - sigmoid.forward(some - 1e-6)) / 2e-6
    sigmoid.forward(some)
    assert np.allclose(rate, sigmoid.backward(np.ones((1, 3))))

# %% [markdown]
# ## 4 · A curve with a corner
#
# Slide «Special Case : Non-differentiable activations». The **ReLU**, the rectified linear unit, lets
# positive numbers through and stops the others:
#
# $$y = f(z) = \begin{cases} z & z > 0 \\ 0 & \text{otherwise} \end{cases}$$
#
# The small network has it between its layers. This is `Z` for its two examples (06 computes it):

# %%
Z = np.array([[1.0, 0.5], [-2.0, 1.0]])

# %% [markdown]
# > **Predict.** What is `A`? How many of the four numbers change?
#
# numpy can choose between two arrays, entry by entry, and it can compare:

# %%
np.where([True, False, True], [1, 2, 3], [10, 20, 30])

# %%
np.array([4, 5, 6]) > 5

# %% [markdown]
# ### Exercise 4.3 · `ReLU.forward`
#
# And look ahead: the slope will be 0 on one side and 1 on the other. Which array tells you the side?
# Remember it. And never write into `Z`: it belongs to whoever gave it to you.

# %% exercise="relu.forward"

# %%
with demo():
    relu = ReLU()
    print(relu.forward(Z))

# %% [markdown]
# One of the four changed: the −2 became 0.
#
# ## 5 · The slope at the corner
#
# Left of 0 the slope is 0, right of it 1. At 0 there is no tangent, but there are *lines that nowhere
# lie above the curve*. Slide «The subgradient»: the slope $v$ of such a line through the point at $z_0$ is
# a **subgradient**. For every $z$:
#
# $$f(z) - f(z_0) \;\ge\; v\,(z - z_0)$$
#
# > **Predict.** Which slopes do that at $z_0 = 1$? At $z_0 = -1$? At $z_0 = 0$?

# %%
pictures.corner()

# %% [markdown]
# The same in code: the inequality, at 61 places.

# %%
def f(z):
    return max(z, 0)

def lies_under(z0, v):
    return all(f(z) - f(z0) >= v * (z - z0) for z in np.linspace(-3, 3, 61))

[lies_under(0, v) for v in (-0.5, 0, 0.5, 1, 1.5)]

# %%
[lies_under(1, v) for v in (-0.5, 0, 0.5, 1, 1.5)]

# %% [markdown]
# At the corner, all slopes from 0 to 1. Where there is a tangent, its slope alone.
# «Subgradients and the RELU» takes one of them:
#
# $$f'(z) = \begin{cases} 0 & z < 0 \\ 1 & z \ge 0 \end{cases}$$
#
# «Can use any subgradient at 0»: the lecture takes 1, PyTorch 0, and **the table accepts all.**
#
# Or one takes «secants», lines through two points. These have one on either side of the corner:

# %%
def secant(left, right):
    return (f(right) - f(left)) / (right - left)

secant(-1, 1), secant(-1, 3), secant(-3, 1)

# %% [markdown]
# Can such a secant fall, or be steeper than 1?
#
# > **Errata.** «The subgradient» speaks of «any direction such that moving in that direction increases
# > the function». The inequality is the definition: 1.5 points where ReLU grows, and is none;
# > 0 is one, and points nowhere.
#
# «The gradient is not always the subgradient», says the slide. You have met such a curve today: the
# sigmoid has slope ¼ at 0, where it is 0.5 high. At 2 it is 0.88 high.

# %%
0.88 - 0.5 >= 1/4 * 2

# %% [markdown]
# Its tangent lies above it. It is no «bowl», and only for these subgradients are guaranteed.
#
# ## 6 · Back through the ReLU
#
# The rule is the same product as before. In the small network these rows come back:

# %%
dLdA = np.array([[2.0, -1.0], [-1.0, 0.5]])

# %% [markdown]
# > **Predict.** With `Z` from above: which of the four numbers come through?
#
# <details><summary>Answer</summary>
#
# All but one: $[2, -1]$ and $[0, 0.5]$. At $z = -2$ the ReLU was closed: its output could not move.
# **The sign of $z$ decides, not the sign of what comes back.**
#
# </details>
#
# ### Exercise 4.4 · `ReLU.backward`
#
# Where `forward` has not run yet: a `RuntimeError`, as in 4.2.

# %% exercise="relu.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Choose entry by entry, or multiply with the slopes: in a product, `True` and `False` are 1 and 0.
#
# </details>

# %%
with demo():
    relu.forward(Z)
    assert np.allclose(relu.backward(dLdA), [[2, -1], [0, 0.5]])

# %% [markdown]
# Which slope did *you* take at the corner?

# %%
with demo():
    relu.forward(np.zeros((1, 1)))
    print(relu.backward(np.ones((1, 1))))

# %% [markdown]
# ## One last question
#
# How much of a derivative comes back through the slopes of ten layers, at best: with sigmoids?
# With ReLUs?

# %%
0.25 ** 10

# %% [markdown]
# <details><summary>Answer</summary>
#
# With sigmoids a millionth: each slope is at most ¼. With ReLUs all of it, where all ten are open.
# The price: a unit whose $z$ is negative for *every* example gets nothing back, and learns no more.
#
# </details>

# %% [markdown]
# **What you learned.** A scalar activation has one slope for each number, and going back multiplies
# by it. The sigmoid's slope comes from its output. At a corner any subgradient will do.
#
# **What was verified.** The sigmoid by hand, at its far ends, and its slope by wiggling; subgradients
# at 61 places; the small network's rows through your `ReLU`.
#
# **Roads not taken.** A *leaky* ReLU has slope 0.01 instead of 0, so that no unit falls silent.
# $\tanh$ is a sigmoid that was stretched, from −1 to 1.
#
# **What comes next.** In notebook 05 each $z$ moves *every* $y$: the product becomes a sum, and the
# Jacobian is full.
