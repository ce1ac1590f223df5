"""The slides' formulas, one example at a time, and their derivatives by central differences.

This is a second twin of `mytorch`; it needs only numpy. Forward is the lecture's formula for one
column. No derivative is written down: each backward changes every input entry by ±h and computes
the change of the forward's result.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.model import Array

# A difference loses the digits that its two sides share, so we use the most precise type. The step
# is rather large, because logits of 1e4 cost four more digits.
Precise = np.longdouble
DIFFERENCE_STEP = 10 * float(np.finfo(Precise).eps) ** (1 / 3)
SIDES = [(1, -1)]  # (steps ahead, steps back); the last pair is the one in use
DIFFERENCE_TOLERANCE = 1e-9 if np.finfo(Precise).eps < 1e-18 else 1e-6

Function = Callable[[Array], Any]


@contextmanager
def one_sided(ahead: bool) -> Iterator[None]:
    """Replace central differences by differences ahead or back while the block runs. At a corner,
    these two derivatives are the ends of the interval of right answers."""
    SIDES.append((1, 0) if ahead else (0, -1))
    try:
        yield
    finally:
        SIDES.pop()


def central_differences(f: Function, x: Array, upstream: Array | float) -> Array:
    """The derivative of Σ upstream · f(x) with respect to each entry of x."""
    x = np.array(x, Precise)
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        there, back = x.copy(), x.copy()
        there[index] += SIDES[-1][0] * DIFFERENCE_STEP
        back[index] += SIDES[-1][1] * DIFFERENCE_STEP
        change = np.sum(upstream * (f(there) - f(back)))
        found[index] = change / (there[index] - back[index])
    return found


def sigmoid_of(z: Array) -> Array:
    """y = 1 / (1 + exp(−z)), for each number."""
    return np.array([1 / (1 + np.exp(-z_i)) if z_i > -1e3 else 0 * z_i for z_i in z])


def relu_of(z: Array) -> Array:
    """y = z if z > 0, and 0 otherwise."""
    return np.array([z_i if z_i > 0 else 0 * z_i for z_i in z])


def softmax_of(z: Array) -> Array:
    """y_i = exp(z_i) / Σ_j exp(z_j), with numerator and denominator multiplied by exp(−max z)."""
    y: Array = np.exp(z - max(z)) / sum(np.exp(z_j - max(z)) for z_j in z)
    return y


def affine_of(y: Array, W: Array, b: Array) -> Array:
    """z_j = Σ_i w_ji y_i + b_j."""
    return np.array([sum(w * y_i for w, y_i in zip(row, y)) + bias for row, (bias,) in zip(W, b)])


def divergence_of(z: Array, d: Array) -> Any:
    """Div = − Σ_i d_i log y_i, with y = softmax(z)."""
    total = np.log(sum(np.exp(z_j - max(z)) for z_j in z))
    return -sum(d_i * (z_i - max(z) - total) for d_i, z_i in zip(d, z))


def apply_to_rows(f: Function, rows: Array) -> Array:
    return np.stack([f(row) for row in rows])


def squared_error(y: Array, d: Array) -> float:
    """Div = ½ Σ_i (y_i − d_i)²."""
    return float(sum((y_i - d_i) ** 2 for y_i, d_i in zip(y.ravel(), d.ravel())) / 2)


class Activation:
    """A function of one example, applied to each row of a batch, with its constructor's
    arguments."""

    function: Callable[..., Any]

    def __init__(self, *arguments: float) -> None:
        self.arguments = arguments

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        return self.output(np.array(Z, Precise)).astype(np.float64)

    def output(self, Z: Array) -> Array:
        return apply_to_rows(lambda z: type(self).function(z, *self.arguments), Z)

    def backward(self, dLdA: Array) -> Array:
        return central_differences(self.output, self.Z, dLdA)


class Sigmoid(Activation):
    function = staticmethod(sigmoid_of)


class ReLU(Activation):
    function = staticmethod(relu_of)


class Softmax(Activation):
    function = staticmethod(softmax_of)


class Linear:
    """z = W y + b, on a batch."""

    W: Array
    b: Array

    def __init__(self, in_features: int, out_features: int) -> None:
        self.sizes = in_features, out_features

    def output(self, A: Array, W: Array | None = None, b: Array | None = None) -> Array:
        W, b = self.W if W is None else W, self.b if b is None else b
        return apply_to_rows(lambda y: affine_of(y, W, b), A)

    def forward(self, A: Array) -> Array:
        self.A = A
        return self.output(np.array(A, Precise)).astype(np.float64)

    def backward(self, dLdZ: Array) -> Array:
        self.dLdW = central_differences(lambda W: self.output(self.A, W=W), self.W, dLdZ)
        self.dLdb = central_differences(lambda b: self.output(self.A, b=b), self.b, dLdZ)
        return central_differences(self.output, self.A, dLdZ)


class SoftmaxCrossEntropy:
    """Loss = 1/T Σ_t Div(y_t, d_t)."""

    def output(self, Z: Array) -> Any:
        return sum(divergence_of(z, d) for z, d in zip(Z, self.Y)) / len(Z)

    def forward(self, Z: Array, Y: Array) -> float:
        self.Z, self.Y = Z, Y
        return float(self.output(np.array(Z, Precise)))

    def backward(self) -> Array:
        return central_differences(self.output, self.Z, 1.0)


class MLP:
    """y_k = f_k(W_k y_{k-1} + b_k), without f after the last layer; differentiated as one
    function."""

    def __init__(self, sizes: Sequence[int], activation: type[Activation] = ReLU) -> None:
        self.layers = [Linear(c_in, c_out) for c_in, c_out in pairwise(sizes)]
        self.f = activation.function

    def output(self, A: Array, change: Linear | None = None, **parameter: Array) -> Array:
        """The output for A, with one parameter of one layer (`change`) replaced."""
        for layer in self.layers:
            A = layer.output(A, **(parameter if layer is change else {}))
            A = A if layer is self.layers[-1] else apply_to_rows(self.f, A)
        return A

    def forward(self, A: Array) -> Array:
        self.A = A
        return self.output(np.array(A, Precise)).astype(np.float64)

    def backward(self, dLdZ: Array) -> Array:
        for layer in self.layers:
            self.differentiate(layer, dLdZ)
        return central_differences(self.output, self.A, dLdZ)

    def differentiate(self, layer: Linear, dLdZ: Array) -> None:
        layer.dLdW = central_differences(lambda W: self.output(self.A, layer, W=W), layer.W, dLdZ)
        layer.dLdb = central_differences(lambda b: self.output(self.A, layer, b=b), layer.b, dLdZ)


class SGD:
    """w = w − η dLoss/dw, for every parameter of every layer."""

    def __init__(self, model: Any, lr: float) -> None:
        self.layers, self.lr = model.layers, lr

    def step(self) -> None:
        for layer in self.layers:
            for name in ("W", "b"):
                values, slopes = getattr(layer, name), getattr(layer, f"dLd{name}")
                moved = [w - self.lr * s for w, s in zip(values.ravel(), slopes.ravel())]
                setattr(layer, name, np.reshape(moved, values.shape))
