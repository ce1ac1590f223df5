"""A small neural-network library, completed by you, one idea of the lecture a file.

    squared_error          how far one output is from what was wanted
    sigmoid, relu          activations that look at one number at a time
    softmax                an activation whose every output looks at every input
    linear                 a layer: an affine combination of its inputs
    softmax_cross_entropy  the divergence of a softmax output, averaged over a batch
    mlp                    layers and activations in a chain: the network
    sgd                    one step of gradient descent
    shapes                 the sentences that misuse gets (complete as it is)

Letters: N examples in a batch, C features; examples are rows, so a batch `A` is N × C.
Names: `dLdA` is the derivative of the loss L by A, and has the shape of A.
"""

from .linear import Linear
from .mlp import MLP
from .relu import ReLU
from .sgd import SGD
from .sigmoid import Sigmoid
from .softmax import Softmax
from .softmax_cross_entropy import SoftmaxCrossEntropy
from .squared_error import squared_error

__all__ = [
    "MLP",
    "SGD",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "squared_error",
]
