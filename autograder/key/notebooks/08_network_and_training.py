# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 08 · The network and its training
#
# You have written all the parts of a network: layers, activations, a loss. In this notebook you connect
# them. You send a batch forward through the network and its derivatives back, and then you change the
# weights a little, so that the loss falls.
# At the end, a network that consists only of your code learns to separate two classes of points.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebooks 04 and 06; 07 for the last part | 60 minutes | 10 points: 3 forward, 5 backward, 2 for the step |
#
# ## Words
#
# The slides count layers up to $N$. Here $N$ counts examples, so there are $K$ layers, and $k$ numbers
# them. *In this notebook a small number below counts layers*: $z_1$ is the whole output of layer 1,
# and in code `z1` is the list of its entries. (In notebook 06 it was entry 1.)
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $y_0 = x$, the network's input | $C_0 \times 1$ | `A` | $N \times C_0$ |
# | $W_k$ and $b_k$ | $C_k \times C_{k-1}$, $C_k \times 1$ | in `layers[k - 1]`, a `Linear` | the same |
# | $f_k$, the activation after layer $k$ | – | `f[k - 1]` | – |
# | $z_k$, the output of layer $k$ | $C_k \times 1$ | what the layer returns | $N \times C_k$ |
# | $y_k = f_k(z_k)$, the input of layer $k + 1$ | $C_k \times 1$ | what the activation returns | $N \times C_k$ |
# | $z_K$, the network's output | $C_K \times 1$ | `Z` | $N \times C_K$ |

# %%
from workbook import demo, exercise, pictures, question
from workbook.small_network import B1, B2, W1, W2, D, X
from workbook.two_moons import PLACES, POINTS, WANTED

import numpy as np

from mytorch.mlp import MLP
from mytorch.sgd import SGD
from mytorch.softmax_cross_entropy import SoftmaxCrossEntropy

# %% [markdown]
# ## Do you remember?
#
# Two questions from earlier notebooks.

# %%
question("08.recall_stored_array")

# %%
question("08.recall_one_row")

# %% [markdown]
# ## 1 · A chain of layers
#
# To compute the output, set $y_0 = x$, and for each layer $k$ from first to last:
#
# $$z_k = W_k\, y_{k-1} + b_k \qquad y_k = f_k(z_k)$$
#
# The class `MLP` (*multi-layer perceptron*) already creates the parts. You give it the widths
# $C_0, \dots, C_K$: the number of inputs, then the number of outputs of each layer.

# %%
net = MLP([2, 2, 1])
print([layer.W.shape for layer in net.layers], len(net.f))

# %% [markdown]
# There are two layers and one activation: **no activation follows the last layer**, so the network's output
# is $z_K$. In a classifier these outputs are the logits, and the loss contains the softmax. Here there is
# one output, and the divergence is the squared error.
#
# The function `small` creates the small network with its weights. It copies them, because training will
# change them.

# %%
def small():
    net = MLP([2, 2, 1])
    first, last = net.layers
    first.W, first.b = W1.copy(), B1.copy()
    last.W, last.b = W2.copy(), B2.copy()
    return net

# %% [markdown]
# **By hand**, for its first example $x = [1, 2]$:

# %%
z1 = [1 * 1 + -1 * 2 + 2, 0.5 * 1 + 0.5 * 2 - 1]
y1 = [max(z, 0) for z in z1]
z2 = 2 * y1[0] + -1 * y1[1] + 0.5
z1, y1, z2

# %%
question("08.without_activation")

# %%
W2 @ W1

# %% [markdown]
# Remember these two numbers, 1.5 and −2.5: you will see them again in section 2.
#
# Now the order of the calls. `layers` has $K$ entries and `f` has only $K - 1$.

# %%
question("08.left_out_by_zip")

# %% [markdown]
# ### Exercise 8.1 · `MLP.forward`
#
# The layers and activations are in `self.layers` and `self.f`. Call their methods: do not write their
# calculations again.

# %% [markdown]
# <details><summary>Python you need: <code>zip</code> and <code>reversed</code></summary>
#
# `zip` pairs the entries of two lists, and `reversed` goes through a list from its end. `numbers[-1]` is the
# last entry of a list, and `numbers[:-1]` is the list without it:
#
# ```python
# list(zip([1, 2, 3], ["a", "b"]))   # [(1, 'a'), (2, 'b')]
# list(reversed([1, 2, 3]))          # [3, 2, 1]
# ```
#
# </details>

# %% exercise="mlp.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# One variable is enough. At first it is $x$; then it is, one after the other, each $z_k$ and each $y_k$.
#
# </details>

# %% [markdown]
# Your method must give the number that you computed by hand, 2 for the first example. The second example is $x = [0, 4]$.

# %%
with demo():
    print(small().forward(X))

# %% [markdown]
# Other networks: three layers, and a single one.

# %%
with demo():
    assert MLP([3, 5, 4, 2]).forward(np.ones((6, 3))).shape == (6, 2)
    single = MLP([2, 1])
    assert np.allclose(single.forward(X), single.layers[0].forward(X))

# %% [markdown]
# <details><summary>On the slides</summary>
#
# “The Forward Pass”. “Training by BackProp” also counts layers up to $K$. The slides have an activation
# after the last layer, too.
#
# </details>
#
# ## 2 · The way back
#
# Now the derivatives, from the last layer to the first. The names are those of notebooks 04 and 06:
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $\nabla_{z_K} Div$, with respect to the network's output | $1 \times C_K$ | `dLdZ` | $N \times C_K$, as `Z` |
# | $\nabla_x Div$, with respect to the network's input | $1 \times C_0$ | `dLdA` | $N \times C_0$, as `A` |
#
# For each layer $k$, from last to first, there are two steps: back through the activation, and back through
# the layer:
#
# $$\nabla_{z_k} Div = \nabla_{y_k} Div \; J_{y_k}(z_k) \qquad
# \nabla_{y_{k-1}} Div = \nabla_{z_k} Div \; W_k$$
#
# In the second step the layer also computes $\nabla_{W_k} Div = y_{k-1} \nabla_{z_k} Div$ and
# $\nabla_{b_k} Div = \nabla_{z_k} Div$. Your `Linear.backward` does all of that, and your `ReLU.backward`
# does the first step.
#
# **By hand**, for the first example. $Div = \frac12 (z_2 - d)^2$ with $d = 1$, so the first derivative is
# $\nabla_{z_2} Div = z_2 - d$. Both entries of $z_1$ are positive, so both slopes of the ReLU are 1.

# %%
dz2 = z2 - 1
dy1 = dz2 * W2[0]
dz1 = dy1 * [1, 1]
dz1 @ W1

# %% [markdown]
# These are the two numbers from section 1. The reason: if all entries of $z_1$ are positive, the ReLU
# changes nothing, so the network *is* a single layer, and its Jacobian is $W_2 W_1$. (Here
# $\nabla_{z_2} Div$ is 1.)
#
# In the picture, steps 1 to 4 go forward, and steps 5 to 10 go back.

# %%
question("08.unit_without_effect", then=pictures.network)

# %% [markdown]
# **Which values are stored, and where?** The way back needs values of the forward pass. You have already
# stored them: each layer keeps its own input, and each activation keeps what *it* needs. This is why every
# place in the chain has its own activation object. The network itself need not store anything.
#
# Each layer also stores its `dLdW` and `dLdb` when its `backward` is called.
#
# **Question.** What does this call return, and which part of the network needs this result next?
#
# <details><summary>Answer</summary>
#
# It returns `dLdA`, the derivative with respect to the layer's input. This input was the output of the
# activation before it, so this activation's `backward` needs it next. For the first layer there is no
# part before it: `MLP.backward` returns this `dLdA`.
#
# </details>
#
# ### Exercise 8.2 · `MLP.backward`
#
# The argument is `dLdZ`; return `dLdA`. Call the `backward` of each layer and each activation once.

# %% exercise="mlp.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# For three layers, write down the order in which your `forward` calls the layers and activations. Then
# read this list from its end. Python has `reversed`.
#
# </details>

# %% [markdown]
# The two examples have $\nabla_{z_2} Div = 1$ and −0.5. The loss is the average of the divergences, so `dLdZ`
# holds half of each.

# %%
dLdZ = np.array([[1.0], [-0.5]]) / 2

# %% [markdown]
# Each stored derivative must be the average of the two derivatives that the picture shows for the examples:

# %%
with demo():
    net = small()
    net.forward(X)
    assert np.allclose(net.backward(dLdZ), [[0.75, -1.25], [0.125, 0.125]])
    first, last = net.layers
    assert np.allclose(last.dLdW, [[0.5, 0]]) and np.allclose(last.dLdb, 0.25)
    assert np.allclose(first.dLdW, [[1, 2], [-0.5, 0]])
    assert np.allclose(first.dLdb, [[1], [-0.25]])

# %% [markdown]
# You know this `dLdA` and this `first.dLdW` from notebook 06. There, the first layer's `dLdZ` was given.
# Now it is computed from the loss, back through a layer and an activation.
#
# Check the whole network numerically. The function `risk` computes the loss of the small network for both
# examples. (The lecture also calls the loss the *empirical risk*.) The cell changes one weight of the
# first layer, and must print the same number twice:

# %%
def risk(net):
    return float(np.mean((net.forward(X) - D) ** 2) / 2)

with demo():
    pushed = small()
    pushed.layers[0].W[0, 1] += 1e-6
    rate = (risk(pushed) - risk(small())) / 1e-6
    net.backward(dLdZ)
    print(round(rate, 3), net.layers[0].dLdW[0, 1])

# %% [markdown]
# <details><summary>On the slides</summary>
#
# Section 2: “The Backward Pass” says “Note analogy to forward pass”; compare it with “For comparison: The
# Forward Pass”. About stored values, “Computing derivatives” says “We must remember them”.
#
# *Errata.* The loop of “Gradients: Backward Computation” runs over $k = N{-}1 \dots 0$. But there is no $z^{(0)}$
# and no $f_0$: for $k = 0$ only the line with the weights is meant.
# “Backward Pass” has, in a loop over outputs $i$, the line
# $\partial Div / \partial w_{ij} = y_i\, \partial Div / \partial z_j$ “for $j = 0 \dots$”. There $j$ counts inputs. Read
# $\partial Div / \partial w_{ji} = y_j\, \partial Div / \partial z_i$, as on the slide with the overdots.
#
# </details>
#
# ## 3 · One step downhill
#
# *Gradient descent* changes every parameter a little against its derivative:
#
# $$W \leftarrow W - \eta\, \nabla_W Loss^\top$$
#
# $\eta$ (eta) is the *step size*, a small positive number. In code it is `lr`, short for *learning rate*. The
# same is done with every $b$. Two parts of the slides' formula are already done in your code: your layers
# have transposed the derivatives when they stored them, and the factor $1/T$ is in the loss.

# %%
question("08.nearer_to_0")

# %% [markdown]
# **By hand**, with $\eta = 0.1$:

# %%
round(-1 - 0.1 * 2, 3)

# %% [markdown]
# **How much does the loss fall?** A step changes all nine parameters. The derivative predicts: each
# parameter changes by $-\eta$ times its derivative, and this changes the loss by $-\eta$ times the square of
# the derivative. So the loss should fall by $\eta$ times the sum of all squared derivatives. For the small
# network this sum is 6.625, and the loss is 0.3125. For $\eta = 0.02$ the prediction is

# %%
round(0.3125 - 0.02 * 6.625, 3)

# %% [markdown]
# The true loss after this step is 0.199, a little more than 0.18. The derivative predicts the effect of a
# small step only; the smaller the step, the better the prediction.

# %%
question("08.always_falls", then=pictures.step_size)

# %% [markdown]
# ### Exercise 8.3 · `SGD.step`
#
# `self.model` is the network, and `self.lr` is $\eta$. After the step, every layer has new `W` and `b`.
# The table names a place by three numbers, for example `[1, 0, 2]`: layer, row and column, counted from 0.

# %% [markdown]
# <details><summary>Why is the class called SGD?</summary>
#
# *SGD* stands for *stochastic gradient descent*: usually each step uses a small random part of the
# examples, a batch. The step itself is the same for every batch. In this notebook every batch contains all
# examples, so nothing is random.
#
# </details>

# %% exercise="sgd.step"

# %% [markdown]
# The weight computed by hand, −1.2, must be in the first row. The loss was 0.3125 before the step:

# %%
with demo():
    net = small()
    net.forward(X)
    net.backward(dLdZ)
    SGD(net, lr=0.1).step()
    print(net.layers[0].W)
    print(round(risk(net), 4))

# %% [markdown]
# In the picture you find the same loss, 0.101, at $\eta = 0.1$.

# %% [markdown]
# <details><summary>On the slides</summary>
#
# “Recap: Gradient Descent Algorithm” has $W^{k+1} = W^k - \eta^k\, \nabla Loss(W^k)^\top$. Be careful: this upper $k$
# counts *steps*, and the lower $k$ in $W_k$ counts layers. “Neural network training algorithm” does the step
# for every layer, with $\eta / T$.
#
# *Erratum.* “Neural network training algorithm” computes $\nabla_{y_k} Div = \nabla_{z_{k+1}} Div\, W_{k+1}$ “for
# all $k$”. For the last layer there is no layer $k + 1$: there, the divergence itself gives the derivative.
#
# </details>
#
# ## 4 · Training: many steps
#
# Training repeats three parts: forward, backward, step. It stops when the loss hardly changes any more. The
# task here: 60 points lie on two half circles, the “two moons”, and the network must say for each point to
# which moon it belongs. No straight line separates the moons, so a single layer cannot do it. The first two
# points, and their desired outputs:

# %%
POINTS[:2].round(2), WANTED[:2]

# %% [markdown]
# The network has two inputs, eight hidden units and two classes. Its two outputs are logits, and the loss
# is `SoftmaxCrossEntropy`. Read the loop: every line in it calls a method that you wrote.
# `PLACES` is a grid of points; the network's answers there are only used for the picture.
# `argmax(axis=1)` finds the largest number of each row: this is the class that the network chooses.

# %%
losses, answers = [], []
with demo():
    net = MLP([2, 8, 2], rng=np.random.default_rng(0))
    loss, descent = SoftmaxCrossEntropy(), SGD(net, lr=0.5)
    for step in range(401):
        answers.append(net.forward(PLACES))
        losses.append(loss.forward(net.forward(POINTS), WANTED))
        net.backward(loss.backward())
        descent.step()
    said, wanted = net.forward(POINTS).argmax(axis=1), WANTED.argmax(axis=1)
    print((said == wanted).sum(), "of 60 right")

# %% [markdown]
# In the picture, the dashed line is a training that went well, and the solid line is yours. Answer, then
# move the slider to step 0, and then slowly to the right. (Notebook 07 asked for the first loss with ten
# classes.)

# %%
question("08.first_loss", then=lambda: pictures.learning(losses, answers))

# %% [markdown]
# Change something: 3 hidden units instead of 8, `lr=20`, or another seed. Not every training goes well. The
# last slides of the lecture, “Issues”, ask why.

# %%
question("08.places_in_between")

# %% [markdown]
# ## One last question
#
# The slides say “initialize all weights”, but not to which values. Let all nine parameters of the
# small network be 0. Which of their derivatives are not 0?

# %%
question("08.all_zero")

# %%
with demo():
    net = small()
    for layer in net.layers:
        layer.W, layer.b = np.zeros_like(layer.W), np.zeros_like(layer.b)
    net.backward((net.forward(X) - D) / 2)
    for layer in net.layers:
        print(layer.dLdW.tolist(), layer.dLdb.tolist())

# %% [markdown]
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | for $k = 1$ to $N$: $z_k$, then $y_k$ | `forward` of each layer and each activation, first to last |
# | for $k = N$ down to 1: $\nabla_{z_k}$, then $\nabla_{y_{k-1}}$ | `backward` of each, last to first |
# | the network stores intermediate values | each part stores its own |
# | $\nabla_{W_k} Loss$ += one example's, for all $t$ | one call for the batch; the result is in each layer's `dLdW` |
# | $W_k = W_k - \frac{\eta}{T} (\nabla_{W_k} Loss)^\top$ | transposed when stored, $1/N$ in the loss: only $\eta$ remains |
#
# **What you learned.** Backpropagation calls the parts of the forward pass in the opposite order. Each part
# needs to know only its own derivative. The derivative predicts the effect of a small step only.
#
# **What was verified.** The small network forward, backward and for one step, by hand and with your classes;
# one weight numerically, through the whole network; a training against a known curve.
#
# **Roads not taken.** On the slides, a softmax is the last activation. Then the loss gets probabilities, and
# notebook 07 showed that very large logits make them 0. Another way is to take one example at a time, with a
# step after each: that makes 60 times as many steps, and each one follows the derivative of only one
# example.
#
# **What comes next.** In notebook 09 the points become images of digits. The network stays the same.
