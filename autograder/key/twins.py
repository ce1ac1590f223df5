"""A twin of `mytorch` that uses PyTorch's float64 autograd: no derivative is written down here.

It has the names that the drivers use; inputs and results are numpy arrays. It needs the extra
`proof`.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.model import Array

torch: Any = import_module("torch")  # imported by name, so that mypy also works without PyTorch
functional: Any = import_module("torch.nn.functional")


def make_leaf(array: Array) -> Any:
    """A float64 tensor with respect to which autograd computes a derivative."""
    return torch.tensor(np.asarray(array, np.float64), requires_grad=True)


def derivative_of(tensor: Any) -> Array:
    """The derivative that backward stored in a leaf; zeros if the result does not depend on it."""
    gradient = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    return np.array(gradient)


def squared_error(y: Array, d: Array) -> float:
    loss = functional.mse_loss(torch.tensor(y), torch.tensor(d), reduction="sum")
    return float(loss) / 2


class Activation:
    """A function of PyTorch, forward and backward, with its constructor's arguments."""

    function: Callable[..., Any]

    def __init__(self, *arguments: float) -> None:
        self.arguments = arguments

    def forward(self, Z: Array) -> Array:
        self.Z = make_leaf(Z)
        self.A = type(self).function(self.Z, *self.arguments)
        return np.array(self.A.detach())

    def backward(self, dLdA: Array) -> Array:
        self.A.backward(torch.tensor(dLdA))
        return derivative_of(self.Z)


class Sigmoid(Activation):
    function = staticmethod(torch.sigmoid)


class ReLU(Activation):
    function = staticmethod(torch.relu)


class Softmax(Activation):
    function = staticmethod(lambda Z: torch.softmax(Z, dim=1))


class Linear:
    """PyTorch's affine function."""

    W: Array
    b: Array
    dLdW: Array
    dLdb: Array

    def __init__(self, in_features: int, out_features: int) -> None:
        self.sizes = in_features, out_features

    def function(self, A: Any) -> Any:
        """The output for a tensor A; new leaves are made from the parameters."""
        self.weight, self.bias = make_leaf(self.W), make_leaf(self.b)
        return functional.linear(A, self.weight, self.bias[:, 0])

    def store(self) -> None:
        """Copy the derivatives from the leaves."""
        self.dLdW, self.dLdb = derivative_of(self.weight), derivative_of(self.bias)

    def forward(self, A: Array) -> Array:
        self.A = make_leaf(A)
        self.Z = self.function(self.A)
        return np.array(self.Z.detach())

    def backward(self, dLdZ: Array) -> Array:
        self.Z.backward(torch.tensor(dLdZ))
        self.store()
        return derivative_of(self.A)


class SoftmaxCrossEntropy:
    """PyTorch's cross-entropy of logits, with probabilities as targets."""

    def forward(self, Z: Array, Y: Array) -> float:
        self.Z = make_leaf(Z)
        self.L = functional.cross_entropy(self.Z, torch.tensor(Y))
        return float(self.L)

    def backward(self) -> Array:
        self.L.backward()
        return derivative_of(self.Z)


class MLP:
    """One graph from the input to the output: autograd differentiates all layers at once."""

    def __init__(self, sizes: Sequence[int], activation: type[Activation] = ReLU) -> None:
        self.layers = [Linear(c_in, c_out) for c_in, c_out in pairwise(sizes)]
        self.activation = activation

    def forward(self, A: Array) -> Array:
        self.A = make_leaf(A)
        Y = self.A
        for layer in self.layers[:-1]:
            Y = self.activation.function(layer.function(Y))
        self.Z = self.layers[-1].function(Y)
        return np.array(self.Z.detach())

    def backward(self, dLdZ: Array) -> Array:
        self.Z.backward(torch.tensor(dLdZ))
        for layer in self.layers:
            layer.store()
        return derivative_of(self.A)


class SGD:
    """PyTorch's optimiser, applied to the arrays of the layers."""

    def __init__(self, model: Any, lr: float) -> None:
        self.layers, self.lr = model.layers, lr

    def step(self) -> None:
        for layer in self.layers:
            layer.W, layer.b = self.moved([(layer.W, layer.dLdW), (layer.b, layer.dLdb)])

    def moved(self, pairs: Iterable[tuple[Array, Array]]) -> list[Array]:
        parameters = []
        for value, gradient in pairs:
            parameters.append(make_leaf(value))
            parameters[-1].grad = torch.tensor(gradient)
        torch.optim.SGD(parameters, lr=self.lr).step()
        return [np.array(parameter.detach()) for parameter in parameters]
