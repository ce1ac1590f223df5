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
# You have all the parts: layers, activations, a loss. Now chain them.
# You send a batch through the chain, and derivatives back; you take one step downhill.
# At the end of this page a network that is yours to the last line learns something.
#
# | you need | it takes | you can earn |
# | --- | --- | --- |
# | notebooks 04 and 06; 07 for the last part | 60 minutes | 10 points: 3 forward, 5 backward, 2 for the step |
#
# ## Words
#
# The slides count layers up to $N$. Here $N$ counts examples, so layers go up to $K$, as on
# «Training by BackProp».
#
# | on the slides | shape there | name in code | shape in code |
# | --- | --- | --- | --- |
# | $y_0 = x$, the input | $C_0 \times 1$ | `A` | $N \times C_0$ |
# | $W_k$ and $b_k$ | $C_k \times C_{k-1}$, $C_k \times 1$ | in `layers[k - 1]`, a `Linear` | the same |
# | $f_k$, an activation | – | `f[k - 1]` | – |
# | $z_k$ and $y_k$ | $C_k \times 1$ | what layer and activation return | $N \times C_k$ |
# | $z_K$, the logits | $C_K \times 1$ | `Z` | $N \times C_K$ |
# | $\nabla_{z_K} Div$ | $1 \times C_K$ | `dLdZ` | $N \times C_K$, as `Z` |
# | $\nabla_x Div$ | $1 \times C_0$ | `dLdA` | $N \times C_0$, as `A` |
# | $\eta$, the step size | one number | `lr` | one number |

# %%
import numpy as np

from workbook import demo, exercise, pictures
from workbook.small_network import B1, B2, W1, W2, D, X
from workbook.two_moons import PLACES, POINTS, WANTED

from mytorch.mlp import MLP
from mytorch.sgd import SGD
from mytorch.softmax_cross_entropy import SoftmaxCrossEntropy

# %% [markdown]
# ## 1 · A chain
#
# Slide «The Forward Pass»: set $y_0 = x$, and for each layer
#
# $$z_k = W_k\, y_{k-1} + b_k \qquad y_k = f_k(z_k)$$
#
# How the parts are made is given: `MLP` takes the widths $C_0, \dots, C_K$.

# %%
net = MLP([2, 2, 1])
print([layer.W.shape for layer in net.layers], len(net.f))

# %% [markdown]
# Two layers, one activation: **none follows the last layer**. Its output are the logits, and their
# softmax stands in the loss.
#
# Here is the small network (with copies, so that it may learn).

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

# %% [markdown]
# > **Predict.** Leave the activation out. How many layers does the network have then, in truth?

# %%
W2 @ W1

# %% [markdown]
# <details><summary>Answer</summary>
#
# One. $W_2 (W_1 x + b_1) + b_2$ is $(W_2 W_1)\, x$ plus a constant: a single layer with the weights
# you see. Without something bent in between, any number of layers melts into one.
#
# </details>

# %% [markdown]
# Keep these two numbers in mind: they will be back.
#
# Now the puzzle. `layers` has $K$ entries and `f` has $K - 1$. Python's `zip` walks through two lists
# side by side and stops with the shorter one. Who is left over, and when is its turn?
#
# ### Exercise 8.1 · `MLP.forward`
#
# The layers and activations are in `self.layers` and `self.f`. Don't compute what they can.

# %% exercise="mlp.forward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# One variable is enough. It is $x$ at first; then it is, in turn, each $z$ and each $y$ on the way.
#
# </details>

# %% [markdown]
# The numbers by hand come back, 2 for the first example. The second one is $x = [0, 4]$.

# %%
with demo():
    print(small().forward(X))

# %%
with demo():
    assert MLP([3, 5, 4, 2]).forward(np.ones((6, 3))).shape == (6, 2)
    single = MLP([2, 1])
    assert np.allclose(single.forward(X), single.layers[0].forward(X))

# %% [markdown]
# ## 2 · The way back
#
# Slide «The Backward Pass»: for each layer, last to first,
#
# $$\nabla_{z_k} Div = \nabla_{y_k} Div \; J_{y_k}(z_k) \qquad
# \nabla_{y_{k-1}} Div = \nabla_{z_k} Div \; W_k$$
#
# and on the way $\nabla_{W_k} Div = y_{k-1} \nabla_{z_k} Div$ and $\nabla_{b_k} Div = \nabla_{z_k} Div$.
# «Note analogy to forward pass», it says: compare the slide
# «For comparison: The Forward Pass».
#
# **By hand**, for the first example. $Div = \frac12 (z_2 - d)^2$ with $d = 1$, so it starts with
# $z_2 - d$. Both units let everything through, so the ReLU's slopes are 1 and 1.

# %%
dz2 = z2 - 1
dy1 = dz2 * W2[0]
dz1 = dy1 * [1, 1]
dz1 @ W1

# %% [markdown]
# Here they are again, the two numbers: where all units let through, the network *is* a single layer,
# and $W_2 W_1$ is its Jacobian.
#
# In the picture, steps 1 to 4 go forward, and steps 5 to 10 back.
#
# > **Predict.** In example 2 the first unit has $z = -2$. Which derivatives are 0 for that reason:
# > those of the weights into this unit, or of the weight out of it?

# %%
pictures.network()

# %% [markdown]
# <details><summary>Answer</summary>
#
# All of them. Nothing comes back through a ReLU that is shut: $\partial z = 0$, so the weights and
# the bias before it get nothing. And nothing went out through it: $y = 0$, so the weight behind it
# has no say. Only $\partial y = -1$ is not 0: the loss does care, but cannot reach the unit.
#
# </details>

# %% [markdown]
# > **Errata.** Slide «Gradients: Backward Computation»: for $f'_k(z_i^{(N)})$ read $f'_N$. Its loop
# > runs over $k = N{-}1 .. 0$, but there is no $z^{(0)}$ and no $f_0$: for $k = 0$ only the line with
# > the weights is meant. The slides «Backward Pass» have $y_i\, \partial Div / \partial z_j$ beside
# > $w_{ij}$, «for $j = 0 \dots$», in a loop over *outputs* $i$. There $j$ counts inputs. Read
# > $\partial Div / \partial w_{ji} = y_j\, \partial Div / \partial z_i$, as on the slide with the overdots.
#
# **Who remembers what.** «We must remember them», says the slide «Computing derivatives» of the values
# on the way. You have done that already: each layer keeps its own input, each activation what *it*
# needs. That is why every place in the chain has an activation object of its own. The network
# itself need not remember anything.
#
# **Who keeps what.** Each layer stores its `dLdW` and `dLdb` when its `backward` is called. What does
# that call return, and who is waiting for it?
#
# ### Exercise 8.2 · `MLP.backward`
#
# Take `dLdZ`, return `dLdA`, and pass every station once.

# %% exercise="mlp.backward"

# %% [markdown]
# <details><summary>A hint, if you want one</summary>
#
# Write down in which order your `forward` called whom, for three layers. Read the list from its end.
# Python has `reversed`.
#
# </details>

# %% [markdown]
# A batch's loss is an average, so the derivatives of the two examples, 1 and −0.5, arrive halved.

# %%
dLdZ = np.array([[1.0], [-0.5]]) / 2

# %% [markdown]
# Each stored derivative is the average of the two that the picture shows:

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
# You know these `dLdA` and `first.dLdW` from notebook 06. There the first layer's `dLdZ` fell from
# the sky. Now it comes from the loss, through a layer and an activation.
# And a wiggle, from one end of the network to the other:

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
# ## 3 · One step downhill
#
# Slide «Recap: Gradient Descent Algorithm»:
#
# $$W^{k+1} = W^k - \eta^k\, \nabla Loss(W^k)^\top$$
#
# Careful, this $k$ stands above and counts *steps*. The $k$ below, in $W_k$, counts layers.
# Slide «Neural network training algorithm» does the same for every layer, with $\eta / T$.
# Two things in it are done already: your layers turned the derivatives when they stored them, and
# $1/T$ is in the loss.
#
# > **Errata.** On that slide, $\nabla_{y_k} Div = \nabla_{z_{k+1}} Div\, W_{k+1}$ is «for all $k$».
# > For the last layer there is no $k + 1$: there the divergence itself gives the derivative.
#
# > **Predict.** The weight from $x_2$ to the first unit is −1, and its derivative is 2.
# > Does a step bring it nearer to 0?
#
# **By hand**, with $\eta = 0.1$:

# %%
round(-1 - 0.1 * 2, 3)

# %% [markdown]
# It goes away from 0: only the derivative's sign decides, not the weight's.
#
# All nine parameters move at once. For a *small* step the loss should fall by $\eta$ times the sum of
# all squared derivatives: a derivative multiplies a change, and each change is $-\eta$ times a
# derivative. Here that sum is 6.625. So $\eta = 0.02$ should take the loss from 0.3125 to

# %%
round(0.3125 - 0.02 * 6.625, 3)

# %% [markdown]
# > **Predict.** A step always goes against the derivative. Does the loss always fall?

# %%
pictures.step_size()

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. A derivative promises something about *here*. Up to about $\eta = 0.15$ the loss gets less, at 0.07
# most; further on, the step jumps over the valley. At $\frac16$ the curve has a corner: there the
# step shuts a ReLU.
#
# </details>
#
# ### Exercise 8.3 · `SGD.step`
#
# `self.model` is the network, `self.lr` is $\eta$. Afterwards every layer has new `W` and `b`.
# A place in the table, like `[1, 0, 2]`, is layer, row and column, counted from 0.

# %% exercise="sgd.step"

# %% [markdown]
# The weight by hand is in the first row. The loss was 0.3125:

# %%
with demo():
    net = small()
    net.forward(X)
    net.backward(dLdZ)
    SGD(net, lr=0.1).step()
    print(net.layers[0].W)
    print(round(risk(net), 4))

# %% [markdown]
# Find that loss in the picture.
#
# ## 4 · And now again, and again
#
# Slide «Overall Approach»: forward, backward, a step. Slide «Neural network training algorithm» repeats
# that «until $Loss$ has converged». The task: 60 points on two moons.
# No straight line divides them, so a single layer cannot do it.

# %%
POINTS[:2].round(2), WANTED[:2]

# %% [markdown]
# Two inputs, eight units between, two classes. Read the loop: each line is yours.
# (`PLACES` are points all over the plane: what the network says there is for the picture alone.
# How to write such a loop yourself comes later.)

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
# > **Predict.** Your network knew nothing at first. At which loss did it start, with two classes?
# > (Notebook 07 asked that for ten.) And when did the border between the moons bend: at once, or late?
#
# The dashes are a training that went well. Yours is the solid line. Go back to step 0, and watch it.

# %%
pictures.learning(losses, answers)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Near $\log 2 = 0.693$. In 50 steps it falls to 0.24, with a border that is nearly straight.
# Then for a long time little happens: the bend must be found, unit by unit.
# After 400 steps the loss is 0.035.
#
# </details>

# %% [markdown]
# Change something: 3 units instead of 8, `lr=20`, another seed. Not every training goes well, and
# why is what the lecture's last slides call «Issues».
#
# In the loop, could the line with `PLACES` stand *between* the loss and `net.backward`?
#
# <details><summary>Answer</summary>
#
# No. Each layer remembers its *last* input. The derivatives of the loss at the points would meet what
# the places left behind: even the shapes would differ.
#
# </details>
#
# ## One last question
#
# The slides say «initialize all weights», and not to what. Let all nine parameters of the
# small network be 0. Which of their derivatives are not 0?

# %%
with demo():
    net = small()
    for layer in net.layers:
        layer.W, layer.b = np.zeros_like(layer.W), np.zeros_like(layer.b)
    net.backward((net.forward(X) - D) / 2)
    for layer in net.layers:
        print(layer.dLdW.tolist(), layer.dLdb.tolist())

# %% [markdown]
# <details><summary>Answer</summary>
#
# One: that of the last bias. $y_1 = 0$ leaves nothing for $W_2$, and $W_2 = 0$ lets nothing through to
# the first layer. It stays so after every step. That is why weights start at random.
#
# </details>
#
# ## The bridge
#
# | the lecture | this workbook |
# | --- | --- |
# | for $k = 1$ to $N$: $z_k$, then $y_k$ | each layer's and each activation's `forward`, first to last |
# | for $k = N$ down to 1: $\nabla_{z_k}$, then $\nabla_{y_{k-1}}$ | each one's `backward`, last to first |
# | intermediate values are stored by the network | each part remembers its own |
# | $\nabla_{W_k} Loss$ += one example's, for all $t$ | one call for the batch, in each layer's `dLdW` |
# | $W_k = W_k - \frac{\eta}{T} (\nabla_{W_k} Loss)^\top$ | turned when stored, $1/N$ in the loss: $\eta$ remains |
#
# **What you learned.** Backpropagation is the forward chain, read from its end. Each part knows its own
# derivative and nothing else. A step is a promise that holds nearby.
#
# **What was verified.** The small network forward, backward and one step, by hand and by your classes;
# a weight by wiggling from end to end; a training against a known curve.
#
# **Roads not taken.** A softmax as the last activation, as on the slides: the loss would then meet
# probabilities, and notebook 07 showed what that costs. One example at a time, with a step after
# each: 60 times as many steps, each in a noisier direction.
#
# **What comes next.** In notebook 09 the points become images of digits. The network stays.
