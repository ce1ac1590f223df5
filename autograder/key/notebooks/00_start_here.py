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
# In five minutes you complete your first function, and a green tick says so.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | a little Python: functions and calls | 5 minutes to the tick, 15 in all | 2 points |
#
# Click into the next cell and press **Shift + Enter**:

# %%
2 + 3

# %% [markdown]
# Change the 2 and run it again, as often as you like.
#
# The next cell fetches what this page needs. Run it first, every time you come back.

# %%
import numpy as np

from workbook import course_map, demo, exercise, pictures

from mytorch.squared_error import squared_error

# %% [markdown]
# `mytorch` is a library for neural networks, and it is *yours*: it waits for the lines that you write.
#
# ## The idea
#
# A network's output is $y$, but we wanted $d$. How wrong is that, in one number?
# The lecture calls it the *divergence*
# (slide «Training neural nets through Empirical Risk Minimization: Problem Setup»).
# The simplest is the **squared error**:
#
# $$Div(y, d) = \tfrac12 \sum_i (y_i - d_i)^2$$
#
# | symbol | name in code | shape |
# | --- | --- | --- |
# | $y$, the output | `y` | any, say `(3,)` |
# | $d$, what was wanted | `d` | as `y` |
# | $Div(y, d)$ | what `squared_error(y, d)` returns | one number |
#
# One small network goes with you through all notebooks.
# Its first output is 2, and 1 was wanted. By hand:

# %%
1 / 2 * (2 - 1) ** 2

# %% [markdown]
# **Your turn, on paper:** what is it for $y = [2, 0]$ and $d = [1, 3]$?
#
# <details><summary>Answer</summary>
#
# The differences are 1 and −3, their squares 1 and 9. Half of their sum is 5.
#
# </details>

# %% [markdown]
# For a single output, $Div$ is the area of half a square, on the line from $d$ to $y$.
#
# > **Predict.** Move $y$ twice as far away from $d$. How many times larger is $Div$?
#
# Run the cell, then drag *output y* (or click its handle, then use the arrow keys).

# %%
pictures.half_square()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four times. On the right you see the same as a curve: learning will mean rolling down such curves.
#
# </details>
#
# ## What numpy does for you
#
# It computes entry by entry, and `np.sum` adds all entries up.

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
# The first lines are given: they refuse what does not fit.
# **Put your own line in the place of the `raise`**, beginning with `return`. Then Shift + Enter.

# %% exercise="squared_error"

# %% [markdown]
# ✔ means right, for several inputs. ✘ means not yet: see where, by how much, and often why.
#
# **Now do it wrong, on purpose:** leave out the ½, and run the cell.
#
# > **Predict.** What will the table say about your numbers?
#
# Then put the ½ back. Only the last run counts.
#
# ## Use it
#
# The two numbers from above:

# %%
with demo():
    print(squared_error(np.array([2.0]), np.array([1.0])))
    print(squared_error(np.array([2.0, 0.0]), np.array([1.0, 3.0])))

# %% [markdown]
# An `assert` states what must be true. As long as it is, you see nothing.

# %%
with demo():
    y, d = np.array([2.0, 0.0]), np.array([1.0, 3.0])
    assert squared_error(y, d) == 5
    assert squared_error(y, y) == 0
    assert squared_error(d, y) == squared_error(y, d)

# %% [markdown]
# A `demo` waits until your code is finished, so *Run ▸ Run All Cells* is always allowed.
#
# ## Where your text went
#
# Into a file: [mytorch/squared_error.py](../mytorch/squared_error.py).
# **What you hand in are the files in `mytorch`.** You may edit them, too; nothing you wrote is ever lost.
#
# | save, and type in a terminal (*File ▸ New*) | you get |
# | --- | --- |
# | `autograder check` | your score, and a reason for each lost point |
# | `autograder reset 0.1` | the exercise as it was at first |
# | `autograder pack --name ada` | the zip that you hand in |
#
# **Stuck?** Read all of the table. Where it knows the mistake, a line begins with **hint:**.
# **Shift + Tab** on a name shows what it promises, and its slide.
# A cell never ends: *Kernel ▸ Interrupt Kernel*.
# Everything is strange: *Kernel ▸ Restart Kernel and Run All Cells*.
#
# ## The map
#
# The course, and how much of it is yours. Run it again whenever you come back.

# %%
course_map()

# %% [markdown]
# ## One last question
#
# Somebody takes `np.mean` instead of the sum. For which inputs is the result right all the same?

# %%
print(np.mean(a), np.sum(a))

# %% [markdown]
# <details><summary>Answer</summary>
#
# For a single entry. That is why the table tries several shapes: too simple an example proves nothing.
#
# </details>
#
# ## Looking back
#
# **What you learned.** A divergence says in one number how wrong an output is.
# You answer in a cell, a file keeps it, a table explains it.
#
# **What was verified.** Two numbers by hand; your function on four shapes, and both ways round.
#
# **Roads not taken.** $|y - d|$ has a corner where we want a slope.
# Without the ½ the slope would be $2 (y - d)$; with it, $y - d$.
#
# **What comes next.** Follow the link under the map.
