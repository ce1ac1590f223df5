"""The network: layers and activations, one after another.

N             examples in the batch, one per row
C_0 … C_K     widths: the number of inputs, then of the outputs of layers 1 … K
A             the network's input, N × C_0      Z   its output, N × C_K
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from .linear import Linear
from .relu import ReLU
from .shapes import Array, Shape, expect_shape, expect_size


class Activation(Protocol):
    """The methods that an activation must have."""

    def forward(self, Z: Array, /) -> Array: ...

    def backward(self, dLdA: Array, /) -> Array: ...


class MLP:
    """A multi-layer perceptron: K layers, with an activation after each layer but the last.

    Args:       sizes: the widths C_0 … C_K, at least two.
                activation: the class of the activations between the layers.
                rng: random numbers for the weights of all layers, if given.
    Raises:     ValueError: there are fewer than two widths, or one is not a whole number of at
                least 1; activation is not a class.
    Attributes: layers: the K layers.  f: the K − 1 activations; the last layer's output is the
                network's output.  widths: C_0 … C_K.  seen: the shape of the last batch.
    """

    widths: Shape = ("C_0", "C_K")
    seen: Shape = ("N", "C_0")

    def __init__(
        self,
        sizes: Sequence[int],
        activation: type[Activation] = ReLU,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        given = {} if rng is None else {"rng": rng}
        if not isinstance(sizes, Sequence | np.ndarray) or len(sizes) < 2:
            raise ValueError(f"MLP: sizes must be at least two widths, got {sizes!r}")
        for size in sizes:
            expect_size("MLP: each of sizes", size)
        if not callable(activation):
            raise ValueError(f"MLP: activation must be a class, got {activation!r}")
        self.widths = tuple(sizes)
        self.layers = [Linear(c_in, c_out, **given) for c_in, c_out in pairwise(sizes)]
        self.f = [activation() for _ in self.layers[:-1]]

    def forward(self, A: Array) -> Array:
        """Compute the network's output for a batch, from the first layer to the last.

        For one example:

            y_0 = x;   for k = 1 … K:   z_k = W_k y_{k-1} + b_k,   y_k = f_k(z_k)

        Lecture: “The Forward Pass”. Here no activation follows the last layer.

        Args:    A: the network's input, N × C_0.
        Returns: Z: the network's output, N × C_K: z_K of each example.
        Raises:  ValueError: A is not N × C_0.
        """
        self.seen = expect_shape("MLP.forward: A", A, ("N", self.widths[0]))
        raise NotImplementedError("Exercise 8.1: MLP.forward")

    def backward(self, dLdZ: Array) -> Array:
        """Compute the derivatives of all layers, from the last layer to the first.

        For one example:

            for k = K … 1:   ∇_{z_k} Div = ∇_{y_k} Div · J_{y_k}(z_k)
                             ∇_{y_{k-1}} Div = ∇_{z_k} Div · W_k

        Lecture: “The Backward Pass”. Each layer stores its own dLdW and dLdb.

        Args:    dLdZ: derivative of the loss with respect to the network's output, N × C_K.
        Returns: dLdA: derivative of the loss with respect to the network's input, N × C_0.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdZ is not N × C_K, with the
                 N of `forward`.
        """
        expect_shape("MLP.backward: dLdZ", dLdZ, (self.seen[0], self.widths[-1]))
        raise NotImplementedError("Exercise 8.2: MLP.backward")
