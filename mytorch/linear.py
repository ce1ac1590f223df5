"""A layer of a network without its activation: weighted sums of its inputs, plus biases.

N      examples in the batch, one per row
C_in   number of inputs             C_out   number of outputs
A      the input, N × C_in          Z       the output, N × C_out
W      weights, C_out × C_in        b       biases, C_out × 1
"""

import numpy as np

from .shapes import Array, Shape, expect_shape, expect_size


class Linear:
    """Compute the outputs of a layer: each is a weighted sum of all inputs, plus a bias.

    Args:       in_features: C_in.  out_features: C_out.
                rng: random numbers for the first weights; a fixed generator if not given.
    Attributes: W: C_out × C_in.  b: C_out × 1.
                dLdW, dLdb: derivatives of the loss, in the shapes of W and b; `backward` sets them.
                A: the input of the last `forward`, N × C_in, or None before the first.
                seen: the shape of that input; the derivative must have the same N.
    Raises:     ValueError: a size is not a whole number of at least 1.
    """

    seen: Shape = ("N", "C_in")

    def __init__(
        self, in_features: int, out_features: int, *, rng: np.random.Generator | None = None
    ) -> None:
        expect_size("Linear: in_features", in_features)
        expect_size("Linear: out_features", out_features)
        rng = np.random.default_rng(0) if rng is None else rng
        self.W: Array = rng.standard_normal((out_features, in_features)) / np.sqrt(in_features)
        self.b: Array = np.zeros((out_features, 1))
        self.dLdW: Array = np.zeros_like(self.W)
        self.dLdb: Array = np.zeros_like(self.b)
        self.A: Array | None = None

    def forward(self, A: Array) -> Array:
        """Compute the layer's output for a whole batch.

        For one example (y_{k-1} and z_k are columns):

            z_k = W_k y_{k-1} + b_k

        Lecture: “Vector formulation”. Here: N examples at once, one per row.

        Args:    A: the layer's input, N × C_in.
        Returns: Z: the layer's output, N × C_out.
        Sets:    the attributes that `backward` will need; you choose them.
        Raises:  ValueError: A is not N × C_in, or b is not C_out × 1.
        """
        self.seen = expect_shape("Linear.forward: A", A, ("N", self.W.shape[1]))
        raise NotImplementedError("Exercise 6.1: Linear.forward")

    def backward(self, dLdZ: Array) -> Array:
        """Compute the derivatives with respect to the input, the weights and the biases.

        For one example (∇_z Div is a row, y = y_{k-1} is a column):

            ∇_W Div = y ∇_z Div      ∇_b Div = ∇_z Div      ∇_y Div = ∇_z Div · W

        Lecture: “Special Case: Application to a network”. Here: N examples at once, one per row.
        The lecture adds up the derivatives of all examples; here one call does this for the batch.

        Args:    dLdZ: derivative of the loss with respect to the output, N × C_out.
        Returns: dLdA: derivative of the loss with respect to the input, N × C_in.
        Sets:    dLdW (C_out × C_in, as W) and dLdb (C_out × 1, as b); overwrites the last ones.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdZ is not N × C_out,
                 with the N of `forward`.
        """
        expect_shape("Linear.backward: dLdZ", dLdZ, (self.seen[0], self.W.shape[0]))
        raise NotImplementedError("Exercise 6.2: Linear.backward")
