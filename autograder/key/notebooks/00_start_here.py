# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 00 · Start here
#
# In the next five minutes you will write your first function; a green tick shows that it works.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | a little Python: functions and calls | 5 minutes to the tick, 15 in all | 2 points |
#
# Click into the next cell and press **Shift + Enter**:

# %%
2 + 3

# %% [markdown]
# Change the 2 and run the cell again, as often as you like.
#
# The next cell imports everything that this notebook needs. Run it first, every time you come back.

# %%
from workbook import course_map, demo, exercise, pictures, question

import numpy as np

from mytorch.squared_error import squared_error

# %% [markdown]
# `mytorch` is a small library for neural networks. Some of its functions are unfinished; you will
# write them, a few in each notebook.
#
# ## The idea
#
# A neural network computes an output from an input. How it does so depends on its *parameters*:
# numbers, often thousands of them, that we may choose. Training looks for parameters that give the outputs we
# want. It repeats three steps:
#
# 1. Measure how wrong the output is, as one number. (You do this today.)
# 2. Compute the derivative of this number with respect to *every* parameter.
# 3. Change each parameter a little, so that the number falls.
#
# This course is about step 2. You could change one parameter, run the network again and look at the
# difference; but then you need one run for each parameter. *Backpropagation* gets all
# derivatives from one run forward and one run backward.
#
# Now step 1. A network's output is $y$, and the desired output is $d$. A number that says how wrong $y$
# is, compared with $d$, is called a *divergence*, written $Div$. The simplest one is the **squared
# error**:
#
# $$Div(y, d) = \tfrac12 \sum_i (y_i - d_i)^2$$
#
# | symbol | name in code | shape |
# | --- | --- | --- |
# | $y$, the output | `y` | any, for example `(3,)` |
# | $d$, the desired output | `d` | as `y` |
# | $Div(y, d)$ | what `squared_error(y, d)` returns | one number |
#
# All notebooks use the same small network as their example.
# For its first example the output is 2, and the desired output is 1. By hand:

# %%
1 / 2 * (2 - 1) ** 2

# %% [markdown]
# **Your turn.** The next cell asks a question. Run it, answer, and press **Enter**. A wrong answer
# costs nothing.

# %%
question("00.two_entries")

# %% [markdown]
# For a single output, $Div$ is half the area of a square. The side of this square is the line from
# $d$ to $y$.
#
# Predict first: the picture opens when you have answered. Then drag *output y* (or click its handle,
# then use the arrow keys), and check your answer.

# %%
question("00.twice_as_far", then=pictures.half_square)

# %% [markdown]
# ## What numpy does for you
#
# numpy computes with whole arrays, entry by entry, and `np.sum` adds all entries.

# %%
a = np.array([1.0, 2.0, 3.0])
b = np.array([5.0, 5.0, 5.0])
a - b

# %%
a * a

# %%
print(np.sum(a))

# %% [markdown]
# ## Exercise 0.1 · `squared_error`
#
# The next cell holds an unfinished function. Its first two lines are given: they raise an error if
# the input has the wrong type or shape.
# **Replace the line that begins with `raise` by your own line, which begins with `return`.**
# Then press Shift + Enter.

# %% [markdown]
# <details><summary>Python you need: <code>raise</code> and <code>@</code></summary>
#
# `raise` ends a function with an error, which Python calls an *exception*:
#
# ```python
# def half(x):
#     raise NotImplementedError("this function is not written yet")
# ```
#
# The line `@exercise(squared_error)` above the function is a *decorator*. It takes the function that
# you wrote, saves it in a file and checks it. Leave this line as it is.
#
# </details>

# %% exercise="squared_error"

# %% [markdown]
# ✔ means that your function is right for all inputs that were tried. ✘ means that it is not right yet;
# the table shows where the result is wrong, by how much, and often why.
#
# **Now make a mistake on purpose:** leave out the ½. First answer, then run the cell.

# %%
question("00.without_the_half")

# %% [markdown]
# ## Use it
#
# These are the two examples from above. Your function must give 0.5 and 5:

# %%
with demo():
    print(squared_error(np.array([2.0]), np.array([1.0])))
    print(squared_error(np.array([2.0, 0.0]), np.array([1.0, 3.0])))

# %% [markdown]
# An `assert` states something that must be true. If it is true, nothing is printed.

# %%
with demo():
    y, d = np.array([2.0, 0.0]), np.array([1.0, 3.0])
    assert squared_error(y, d) == 5
    assert squared_error(y, y) == 0
    assert squared_error(d, y) == squared_error(y, d)

# %% [markdown]
# A cell that begins with `with demo():` uses your code. As long as this code is unfinished, the cell
# prints one line and waits. So you can always choose *Run ▸ Run All Cells*.
#
# ## Where your code is saved
#
# Your function is now in the file [mytorch/squared_error.py](../mytorch/squared_error.py).
# **You hand in the files in `mytorch`.** You may also edit them directly. Nothing that you wrote is
# ever lost.
#
# To see your score, save the notebook, open a terminal (*File ▸ New ▸ Terminal*) and type a command:
#
# | command | what it does |
# | --- | --- |
# | `autograder check` | shows your score, and a reason for each lost point |
# | `autograder reset 0.1` | puts the exercise back as it was at first |
# | `autograder pack --name ada` | writes the zip file that you hand in |
#
# **If you are stuck**, read the whole table under the cell. If it recognises your mistake, it gives you
# a line that begins with **hint:**.
# Click a name and press **Shift + Tab** to read what the function does and which slide explains it.
# If a cell does not stop, choose *Kernel ▸ Interrupt Kernel*.
# If results look inconsistent, choose *Kernel ▸ Restart Kernel and Run All Cells*.
#
# ## The map
#
# The map shows all notebooks and how much of each you have completed. Run the cell again whenever you
# come back.

# %%
course_map()

# %% [markdown]
# ## One last question

# %%
print(np.mean(a), np.sum(a))

# %%
question("00.mean_for_sum")

# %% [markdown]
# ## The letters of the course
#
# You do not need this table today. Every later notebook uses these letters, and only with this
# meaning; come back here if you forget one.

# %% [markdown]
# <details><summary>All letters</summary>
#
# The slides look at one example, and it is a column. The code handles $N$ examples at once, one per
# row: a *batch*.
#
# | symbol | meaning | shape for one example | name in code | shape in code |
# | --- | --- | --- | --- | --- |
# | $x = y_0$ | the network's input | $C_0 \times 1$ | `A` (the data: `X`) | $N \times C_0$ |
# | $W_k$, $b_k$ | weights and biases of layer $k$ | $C_k \times C_{k-1}$, $C_k \times 1$ | `W`, `b` | the same |
# | $z_k$ | what layer $k$ computes: $W_k\, y_{k-1} + b_k$ | $C_k \times 1$ | `Z` | $N \times C_k$ |
# | $f_k$ | the activation function after layer $k$ | – | an object such as `ReLU()` | – |
# | $y_k$ | $f_k(z_k)$, the input of the next layer | $C_k \times 1$ | `A` | $N \times C_k$ |
# | $y$ | the output that we compare with $d$ | $C \times 1$ | `y` | as `d` |
# | $d$ | the desired output | as $y$ | `d`; for a batch `Y` (the data: `D`, `WANTED`) | $N \times C$ |
# | $Div$ | the divergence: how wrong one output is | one number | – | one per example |
# | $Loss$, short $L$ | the average of $Div$ over the examples | one number | `L` | one number |
# | $\nabla_z Div$, $\nabla_y Div$ | derivative of $Div$ with respect to $z$, to $y$ | a row | `dLdZ`, `dLdA`: of $L$, not of $Div$ | as `Z`, as `A` |
# | $\nabla_W Div$, $\nabla_b Div$ | derivative with respect to $W$, to $b$ | transposed | `dLdW`, `dLdb`: of $L$ | as `W`, as `b` |
# | $J_y(z)$ | the Jacobian: derivative of all $y_j$ with respect to all $z_i$ | $C \times C$ | `J` | for one example |
# | $\delta_{ij}$ | 1 if $i = j$, else 0 | one number | `i == j` | – |
# | $v$ | a subgradient | one number | `v` | – |
# | $\eta$ | the step size | one number | `lr` | one number |
#
# Capital letters count: $N$ examples, $K$ layers, $C$ entries of one example (features, units or
# classes; $C_{in}$ of them come into a layer and $C_{out}$ leave it). Small letters number them:
# example $n$, layer $k$, entries $i$ and $j$. So $y_k$ is the vector of layer $k$, and $y_i$ is one entry
# of a vector; each notebook says which of the two it means.
#
# The slides use four letters differently: $T$ counts examples (here $N$), $N$ counts layers (here $K$),
# $D_k$ is the width of layer $k$ (here $C_k$), and a capital $Y$ is the network's output. In code, `Y`
# is the *desired* output.
#
# </details>
#
# ## Looking back
#
# **What you learned.** A divergence measures, as one number, how wrong an output is.
# Your code is saved in a file, and a table explains the result.
#
# **What was verified.** You computed two numbers by hand. The table tried your function on several
# shapes, and you checked that `y` and `d` may be exchanged.
#
# **Roads not taken.** The distance $|y - d|$ has no derivative at $y = d$: its graph has a corner there.
# Without the ½, the derivative of the squared error would be $2 (y - d)$; with the ½ it is $y - d$.
#
# **What comes next.** Follow the link under the map.

# %% [markdown]
# <details><summary>On the slides</summary>
#
# The divergence is introduced on slide “Training neural nets through Empirical Risk Minimization:
# Problem Setup”. The slides leave it open which divergence to take.
#
# </details>
