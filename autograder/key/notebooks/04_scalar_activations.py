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
# Between two layers of a network, an *activation function* is applied to every number. Without it, a
# hundred layers could do no more than one. You write two activation functions, and the derivative of
# each: the *sigmoid*, which has a derivative everywhere, and the *ReLU*, whose graph has a corner.
# At the corner there is no derivative, and you choose a slope.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebook 00; derivatives and the chain rule for functions of one number | 50 minutes | 12 points: 6 for `Sigmoid`, 6 for `ReLU` |
#
# ## Words
#
# The slides look at one example, and it is a column. The code handles $N$ examples at once, one per
# row: a *batch*. Each example has $C$ entries.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $z$, the input of the activation (a layer's output) | $C \times 1$ | `Z` | $N \times C$ |
# | $y = f(z)$, the output of the activation | $C \times 1$ | `A` | $N \times C$, as `Z` |
# | $f'(z_i)$, the slope (derivative) at $z_i$ | one number | you choose | one per entry of `Z` |
#
# All letters of the course are in a table at the end of [notebook 00](00_start_here.ipynb).

# %%
from workbook import demo, exercise, pictures, question

import numpy as np

from mytorch.relu import ReLU
from mytorch.sigmoid import Sigmoid

# %% [markdown]
# ## Do you remember?
#
# A question from notebook 00.

# %%
question("04.recall_other_side")

# %% [markdown]
# ## 1 · Each number on its own
#
# There are two kinds of activation functions, and this notebook is about the first kind, the
# *scalar* activation: if you change one $z_i$, only $y_i$ changes, and no other output.
# So there is *one* function $f$, and it is applied to every entry of `Z`, whatever the other entries
# are. The **sigmoid** maps every number into the interval $(0, 1)$:
#
# $$y = f(z) = \frac{1}{1 + e^{-z}}$$
#
# **By hand.** For $z = \ln 3$, $z = 0$ and $z = -\ln 3$, the exponential $e^{-z}$ is $\frac13$, 1 and 3.
# So the three values of $f(z)$ are

# %%
1 / (1 + 1/3), 1 / (1 + 1), 1 / (1 + 3)

# %%
question("04.opposite_inputs")

# %% [markdown]
# ### When numbers end
#
# The largest float is about $1.8 \cdot 10^{308}$. For which $z$ is $e^z$ larger than that? If $z$ is larger
# than the logarithm of this number:

# %%
round(float(np.log(np.finfo(float).max)), 1)

# %% [markdown]
# So `np.exp(710)` gives `inf` (infinity). Some calculations with `inf` work; others give `nan`:

# %%
inf = np.inf
1 / inf, inf / inf

# %% [markdown]
# `nan` means “not a number”. Every sum and every product with `nan` is `nan` again.
# Now write the sigmoid in two ways:
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^z}{e^z + 1}$$
#

# %%
question("04.which_is_nan")

# %% [markdown]
# ### Exercise 4.1 · `Sigmoid.forward`
#
# `np.exp` works entry by entry, so one line is enough for the whole batch.
# You need the result again in Exercise 4.2: store it with `self.A = …`.

# %% [markdown]
# <details><summary>Python you need: classes and <code>self</code></summary>
#
# A *class* describes a kind of object, and an *object* can store values. A function inside a class is a
# *method*; its first argument, `self`, is the object itself:
#
# ```python
# class Counter:
#     def set(self, start):
#         self.count = start        # store a value in this object
#     def next(self):
#         self.count = self.count + 1
#         return self.count
# ```
#
# After `c = Counter()` and `c.set(5)`, the call `c.next()` returns 6. You do not pass `self`: Python does
# that. In the next cell you write one method, `forward`, of the class `Sigmoid`.
#
# </details>

# %% exercise="sigmoid.forward"

# %% [markdown]
# Your method must give the numbers that you computed by hand. (The double brackets make a batch: a table
# with one row.) For $z = 1000$ and $z = -1000$ it must give 1 and 0, perhaps with a warning:

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
# In the picture a column of height 1 stands on $z$. The graph divides it into two parts: $y$ below the
# graph, and $1 - y$ above it. Predict first.

# %%
question("04.steepest", then=pictures.sigmoid)

# %% [markdown]
# **You can compute the slope from $y$ alone**, without another exponential.
# The slopes below were read off the picture. Divide each by its $y$:

# %%
y     = np.array([0.2,  0.25,   0.5,  0.75,   0.8])
slope = np.array([0.16, 0.1875, 0.25, 0.1875, 0.16])
slope / y

# %% [markdown]
# **Question.** Compare these numbers with `y`, and with the two parts of the column in the picture.
# What is the slope, as a formula in $y$?
#
# **Now prove it on paper.** Let $u = 1 + e^{-z}$, so $y = \frac1u$ and $\frac{du}{dz} = -e^{-z} = -(u - 1)$.
# By the chain rule
#
# $$f'(z) = -\frac{1}{u^2} \cdot \frac{du}{dz} = \frac{1}{u} \cdot \frac{u - 1}{u}$$
#
# Write the second factor as $1 - \frac1u$, and replace each $\frac1u$ by $y$. Is it the formula that you found?
#
# <details><summary>Check your formula</summary>
#
# For $y = 0.2$ it must give 0.16, for $y = 0.25$ it must give 0.1875, and for $y = 0.5$ it must give 0.25.
# The slope is the product of the two parts of the column.
#
# </details>
#
# ## 3 · Back through an activation
#
# During training, the network needs to know how $Div$ changes if a $z_i$ changes.
# Suppose we already know how $Div$ changes if a $y_i$ changes. That is the *partial derivative*
# $\frac{\partial Div}{\partial y_i}$: the derivative with respect to $y_i$, while all other entries stay as they are.
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $\nabla_y Div$, all $\frac{\partial Div}{\partial y_i}$ in a row | $1 \times C$ | `dLdA` | $N \times C$, as `A` |
# | $\nabla_z Div$, all $\frac{\partial Div}{\partial z_i}$ in a row | $1 \times C$ | `dLdZ` | $N \times C$, as `Z` |
# | $J_y(z)$, the *Jacobian*: all $\frac{\partial y_j}{\partial z_i}$, in row $j$ and column $i$ | $C \times C$ | `J`, here only | $C \times C$ |
#
# The names in code contain an $L$, for the *loss*: the average of $Div$ over the batch. For one example
# it is $Div$ itself.
#
# Each $z_i$ changes only its own $y_i$. So the chain rule has only one product:
#
# $$\frac{\partial Div}{\partial z_i} = \frac{\partial Div}{\partial y_i}\, \frac{dy_i}{dz_i}
# \qquad \text{where} \quad \frac{dy_i}{dz_i} = f'(z_i)$$
#
# **By hand.** For $z = [\ln 3, -\ln 3]$ we have $y = [0.75, 0.25]$, and both slopes are 0.1875. Let
# $\nabla_y Div = [2, -1]$. Then $\nabla_z Div$ is

# %%
[2 * 0.1875, -1 * 0.1875]

# %% [markdown]
# The same calculation can be written with the Jacobian. For a scalar activation this matrix is
# *diagonal*: all entries outside the diagonal are 0.

# %%
J = np.diag([0.1875, 0.1875])
J

# %% [markdown]
# In Python, `@` is the matrix product. A row times the Jacobian gives the same two numbers:

# %%
np.array([2, -1]) @ J

# %% [markdown]
# A 0 in row $j$ and column $i$ says that $z_i$ does not change $y_j$. We never build this matrix in
# `mytorch`: **one multiplication per entry is enough.** That is also true for a batch: `dLdA`, `A` and
# `dLdZ` all have shape $N \times C$, and `*` works entry by entry.
#
# ### Exercise 4.2 · `Sigmoid.backward`
#
# The argument is `dLdA`; return `dLdZ`.
# If `forward` has not run yet, there is no stored result: raise a `RuntimeError` with a message that
# says so. (This earns no points, but gives you a clear error message.)

# %% [markdown]
# <details><summary>Python you need: raising an error yourself</summary>
#
# `self.A` is `None` until `forward` has stored a result, and `is None` tests for that. In the class
# `Counter` from above it would be:
#
# ```python
# if self.count is None:
#     raise RuntimeError("Counter.next: call set first")
# ```
#
# </details>

# %% exercise="sigmoid.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# The result is a product of two factors: `dLdA`, and the slope, which you compute from what `forward`
# stored. For $y = 0.25$ the slope must be 0.1875.
# If the table mentions `NoneType`, or your own `RuntimeError`, then `forward` has stored nothing: run 4.1
# again, with `self.A = …`.
#
# </details>

# %% [markdown]
# Your method must give the row that you computed by hand:

# %%
with demo():
    sigmoid.forward(np.log([[3, 1/3]]))
    assert np.allclose(sigmoid.backward(np.array([[2.0, -1.0]])), [[0.375, -0.1875]])

# %% [markdown]
# Check it numerically: change each $z$ slightly and measure the change in $y$. The quotient of the two
# changes must be the slope.

# %%
with demo():
    some = np.array([[-2.0, 0.0, 1.5]])
    rate = (sigmoid.forward(some + 1e-6) - sigmoid.forward(some - 1e-6)) / 2e-6
    sigmoid.forward(some)
    assert np.allclose(rate, sigmoid.backward(np.ones((1, 3))))

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Sections 1 and 2: “Special Case 1. Vector activations” shows both kinds of activation functions side
# by side. Section 3: “Scalar Activation: Derivative rule” has the product; “Jacobians can describe the
# derivatives of neural activations w.r.t their input” has the diagonal matrix.
#
# *Erratum.* On the first of the slides “Gradients: Backward Computation”, the output layer's line has
# $f'_k(z_i^{(N)})$. Read $f'_N$, as on “Backward Pass”: each layer has its own activation function.
#
# </details>
#
# ## 4 · A function with a corner
#
# The **ReLU**, the rectified linear unit, returns positive numbers unchanged, and 0 for all others:
#
# $$y = f(z) = \begin{cases} z & z > 0 \\ 0 & \text{otherwise} \end{cases}$$
#
# The small network has a ReLU between its two layers. This is its `Z` for two examples (notebook 06
# computes it):

# %%
Z = np.array([[1.0, 0.5], [-2.0, 1.0]])

# %% [markdown]
# What is `A`? Predict it, then write the ReLU.

# %%
question("04.changed_by_relu")

# %% [markdown]
# numpy can choose between two arrays, entry by entry, and it can compare:

# %%
np.where([True, False, True], [1, 2, 3], [10, 20, 30])

# %%
np.array([4, 5, 6]) > 5

# %% [markdown]
# ### Exercise 4.3 · `ReLU.forward`
#
# Think of Exercise 4.4 already: the slope will be 0 for negative $z$ and 1 for positive $z$. Which array
# tells you the sign of $z$? Store it in `self`.
# Do not change the entries of `Z`: the caller still needs them.

# %% exercise="relu.forward"

# %%
with demo():
    relu = ReLU()
    print(relu.forward(Z))

# %% [markdown]
# One of the four numbers changed: −2 became 0.
#
# ## 5 · The slope at the corner
#
# To the left of 0 the slope of the ReLU is 0, and to the right it is 1. At 0 there is no tangent. But
# there are lines through the corner that *lie nowhere above the graph*. The slope $v$ of such a line
# through the point at $z_0$ is called a **subgradient**. In a formula: $v$ is a subgradient at $z_0$ if, for
# every $z$,
#
# $$f(z) - f(z_0) \;\ge\; v\,(z - z_0)$$
#
# At $z_0 = 1$ and at $z_0 = -1$ only the tangent is such a line. What about the corner?

# %%
question("04.at_the_corner", then=pictures.corner)

# %% [markdown]
# The same in code. `lies_under` tests the inequality for one slope, at 61 values of $z$. The last line
# calls it for five slopes and prints the list of answers. First $z_0 = 0$, then $z_0 = 1$:

# %%
def f(z):
    return max(z, 0)

def lies_under(z0, v):
    return all(f(z) - f(z0) >= v * (z - z0) for z in np.linspace(-3, 3, 61))

[lies_under(0, v) for v in (-0.5, 0, 0.5, 1, 1.5)]

# %%
[lies_under(1, v) for v in (-0.5, 0, 0.5, 1, 1.5)]

# %% [markdown]
# At the corner, every slope from 0 to 1 is a subgradient. At $z_0 = 1$ only the slope of the tangent is
# one: 1. At $z_0 = -1$ it is only 0. The slides choose one of the subgradients at the corner, the 1:
#
# $$f'(z) = \begin{cases} 0 & z < 0 \\ 1 & z \ge 0 \end{cases}$$
#
# PyTorch chooses 0. Any subgradient is right, and **the table accepts all of them.**
#
# Instead of a subgradient you can also take the slope of a *secant*, a line through two points of the
# graph. Here are three secants. Each has one point on either side of the corner:

# %%
def secant(left, right):
    return (f(right) - f(left)) / (right - left)

secant(-1, 1), secant(-1, 3), secant(-3, 1)

# %%
question("04.slope_of_a_secant")

# %% [markdown]
# **Does every function have subgradients?** No: take the sigmoid at $z_0 = 0$. Its value is 0.5 there,
# and its slope is ¼. A subgradient of ¼ would need the following inequality at $z = 2$, where the sigmoid
# has the value 0.88:

# %%
0.88 - 0.5 >= 1/4 * 2

# %% [markdown]
# To the right of 0, the tangent lies above the sigmoid; to the left of 0, it lies below. So ¼ is the
# derivative at 0, but it is not a subgradient. The sigmoid is not *convex* (bowl-shaped), and only convex
# functions are guaranteed to have subgradients.

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Sections 4 and 5: “Special Case : Non-differentiable activations” (ReLU, secants), “The subgradient”,
# and “Subgradients and the RELU”, which says “Can use any subgradient at 0”.
#
# *Erratum.* “The subgradient” describes a subgradient as “any direction such that moving in that
# direction increases the function”. That is true only in one direction: if $v$ is a subgradient and not
# 0, then the inequality gives $f(z_0 + t v) \ge f(z_0) + t v^2$ for $t > 0$, so $f$ grows in the direction
# of $v$. But not every such direction is a subgradient: 1.5 points uphill at 0 but is not a subgradient.
# And 0 is a subgradient at 0, although it points in no direction. The inequality is the definition.
#
# </details>
#
# ## 6 · Back through the ReLU
#
# The rule is the product from section 3 again. In the small network, the two examples have
# $\nabla_y Div = [2, -1]$ and $[-1, 0.5]$. The loss $L$ is the average of the two divergences, so its derivative
# is half of each row:

# %%
dLdA = np.array([[2.0, -1.0], [-1.0, 0.5]]) / 2
dLdA

# %%
question("04.back_through_relu")

# %% [markdown]
# ### Exercise 4.4 · `ReLU.backward`
#
# If `forward` has not run yet, raise a `RuntimeError`, as in 4.2.

# %% exercise="relu.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Either choose entry by entry with `np.where`, or multiply by the slopes: in a product, `True` counts as
# 1 and `False` as 0.
#
# </details>

# %%
with demo():
    relu.forward(Z)
    assert np.allclose(relu.backward(dLdA), [[1, -0.5], [0, 0.25]])

# %% [markdown]
# Which slope did *you* choose at the corner? Here $z = 0$ and `dLdA` is 1, so the result is your slope:

# %%
with demo():
    relu.forward(np.zeros((1, 1)))
    print(relu.backward(np.ones((1, 1))))

# %% [markdown]
# ## One last question

# %%
question("04.ten_slopes")

# %%
0.25 ** 10

# %% [markdown]
# **What you learned.** A scalar activation has one slope per number; on the way back, each derivative is
# multiplied by its slope. The sigmoid's slope can be computed from its output. At a corner you may
# use any subgradient.
#
# **What was verified.** The sigmoid by hand and for very large numbers; its slope numerically; the
# subgradients at 61 values of $z$; the small network's rows with your `ReLU`.
#
# **Roads not taken.** A *leaky* ReLU has slope 0.01 instead of 0 for negative $z$, so that no unit stops
# learning. The function $\tanh$ is a sigmoid that is stretched to values from −1 to 1.
#
# **What comes next.** In notebook 05 each $z_i$ changes *every* $y_j$. Then the product becomes a sum, and
# the Jacobian is a full matrix.
