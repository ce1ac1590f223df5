"""A small neural-network library that you complete: one idea of the lecture per file.

    squared_error          a divergence: how wrong one output is
    sigmoid, relu          scalar activations: each output depends on one input
    softmax                a vector activation: each output depends on all inputs
    linear                 a layer: weighted sums of its inputs, plus biases
    softmax_cross_entropy  the divergence of a softmax output, averaged over a batch
    mlp                    the network: layers and activations, one after another
    sgd                    one step of gradient descent
    shapes                 checks shapes and writes error messages (complete: nothing to do)

Letters: N examples in a batch, C features; examples are rows, so a batch `A` is N × C.
    Z is the output of a layer. A is the output of an activation, and the input of a layer.
Names: `dLdA` is the derivative of the loss L with respect to A, and has the shape of A.
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
