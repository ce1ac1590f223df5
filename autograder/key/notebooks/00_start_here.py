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
# After that you know everything the other notebooks ask of you.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | a little Python: functions and calls | 5 minutes to the first tick, 15 in all | 2 points |
#
# ## How a page like this works
#
# This page is made of *cells*.
# Cells of text you read; cells of code you run.
# Click into the cell below and press **Shift + Enter**.

# %%
2 + 3

# %% [markdown]
# The answer appeared under the cell, and a number in front of it: the cell has run.
# Change the `2` to a `20` and run it again. Every cell works like that, as often as you like.
#
# The next cell fetches what this page needs.
# It says nothing when it is done.

# %%
import numpy as np

from mytorch.squared_error import squared_error
from workbook import course_map, demo, exercise, pictures

# %% [markdown]
# `mytorch` is a small library for neural networks.
# It is *yours*: all its parts are there, and each is waiting for the lines that you write.
# Today it gets its first.
#
# ## The idea
#
# A network gets an input and gives an output $y$. We wanted $d$.
# How wrong is that? One number has to say it.
# The lecture calls it the *divergence* of $y$ from $d$
# (slide «Training neural nets through Empirical Risk Minimization: Problem Setup»)
# and leaves open which one you take. Take the simplest, the **squared error**:
#
# $$Div(y, d) = \tfrac12 \sum_i (y_i - d_i)^2$$
#
# | symbol | name in code | shape |
# | --- | --- | --- |
# | $y$, the output | `y` | any, say `(3,)` |
# | $d$, what was wanted | `d` | as `y` |
# | $Div(y, d)$ | what `squared_error(y, d)` returns | one number |
#
# **By hand.** One small network goes with you through all notebooks.
# For its first example it gives $y = 2$, and $d = 1$ was wanted:
#
# $$Div = \tfrac12 (2 - 1)^2 = 0.5$$
#
# **Now you.** What is it for $y = [2, 0]$ and $d = [1, 3]$? Decide first, then open the answer.
#
# <details><summary>Answer</summary>
#
# The differences are $1$ and $-3$, their squares $1$ and $9$, half of their sum is $5$.
#
# </details>
#
# ## A picture, and a question first
#
# For one output the formula is an area: half of a square.
# Its side is the distance from $d$ to $y$.
#
# > **Predict.** $y$ moves until it is twice as far from $d$. How many times larger is $Div$ then?
#
# Now run the cell and drag *output y*.
# (With the keyboard: Tab goes to a slider, the arrow keys move it.)

# %%
pictures.half_square()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four times. Twice the side makes four times the square.
# So one large error costs more than several small ones.
# On the right the same numbers make a curve. It is flat at $d$ alone, where there is nothing left
# to improve. Learning means to roll down such a curve.
#
# </details>
#
# ## Your turn: Exercise 0.1
#
# The cell below is the exercise. Its first line inside the function is given: it refuses arrays
# whose shapes don't agree.
# **Replace the line with `raise` by your own**, then press Shift + Enter.
#
# You may need: `a - b` and `a * a` work on every entry of an array at once;
# `np.sum(a)` adds up all its entries; `return` gives the result back.

# %% exercise="squared_error"

# %% [markdown]
# The table under the cell tells you how you stand.
# ✔ means: right, on inputs of several shapes.
# ✘ means: not yet, and the lines below it say where, by how much, and often why.
#
# Did it say *not started*? Then the `raise` is still in the cell.
#
# ## Now do it wrong, on purpose
#
# Everybody meets the ✘ sooner or later, so meet it now, while nothing is at stake.
# Leave the ½ out of your answer and run the cell again.
#
# > **Predict.** What will the table say about your numbers?
#
# Read it, then put the ½ back until the tick returns.
# You cannot break anything: a cell can be run a hundred times, and only the last time counts.
#
# ## Use what you wrote
#
# Your function works everywhere now.
# Here it computes the two numbers from above.

# %%
with demo():
    print(squared_error(np.array([2.0]), np.array([1.0])))
    print(squared_error(np.array([2.0, 0.0]), np.array([1.0, 3.0])))

# %% [markdown]
# A cell that begins with `with demo():` uses your code.
# As long as that isn't finished, the cell waits, and says for which exercise.
# So you can always choose *Run ▸ Run All Cells*, however far you are.
#
# An `assert` says what must be true. Where it is, it says nothing.

# %%
with demo():
    assert squared_error(np.array([2.0]), np.array([1.0])) == 0.5
    assert squared_error(np.array([2.0, 0.0]), np.array([1.0, 3.0])) == 5

# %% [markdown]
# ## Where your text went
#
# Running the exercise cell wrote your function into a file:
# [mytorch/squared_error.py](../mytorch/squared_error.py). Open it and look.
# **The files in `mytorch` are what you hand in.**
# You may edit them directly, too; the cell is only the more comfortable way.
# If cell and file ever disagree, nothing is lost: the older text is kept aside, and a message
# says where.
#
# ## Two commands
#
# Open a terminal: *File ▸ New ▸ Terminal*. It understands:
#
# | type | and it |
# | --- | --- |
# | `autograder check` | scores everything you have so far and explains every lost point |
# | `autograder check 0.1` | does that for one exercise |
# | `autograder reset 0.1` | lets you start it over; your text is kept aside |
# | `autograder pack --name ada` | makes the zip that you hand in |
#
# ## When you are stuck
#
# 1. Read the feedback to its last line: the hint is there.
# 2. Read what the function promises. Click on its name in a cell and press **Shift + Tab**.
# 3. Go back to the slide. Each exercise names its slide.
# 4. A cell that never ends shows `[*]`. Choose *Kernel ▸ Interrupt Kernel*.
# 5. Everything is strange? *Kernel ▸ Restart Kernel and Run All Cells* is always allowed.
#
# ## The map
#
# This is the whole course, and how much of it is yours.
# The numbers are read from your `mytorch` each time you run the cell.

# %%
course_map()

# %% [markdown]
# ## One last question
#
# Somebody writes `np.mean` where the formula has the sum. For $y = 2$, $d = 1$ everything is right.
# For which inputs does the mistake show?
#
# <details><summary>Answer</summary>
#
# For all with more than one entry. With one entry, sum and mean are the same number.
# That is why the table tries several shapes: an example that is too simple proves nothing.
# Keep that in mind for your own asserts.
#
# </details>
#
# **What you learned.** A divergence says in one number how wrong an output is; the squared error
# grows with the square of the distance. You answer in a cell, the answer lands in a file, and a
# table tells you how it stands.
#
# **What was verified.** Two numbers by hand, and your function on inputs of three shapes.
#
# **Roads not taken.** $|y - d|$ would do as well, but it has a corner at $d$, and slopes are what we
# are going to walk along. The ½ is there for convenience: it cancels the 2 of the square's slope,
# which leaves $y - d$.
#
# **What comes next.** The map says it: follow its first link.
