"""A layer of a network without its activation: an affine combination of what comes in.

N      examples in the batch, one a row
C_in   features that come in        C_out   features that go out
A      what comes in, N × C_in      Z       what goes out, N × C_out
W      weights, C_out × C_in        b       biases, C_out × 1
"""

import numpy as np

from .shapes import Array, Shape, expect_shape, expect_size


class Linear:
    """Combine the inputs of a layer: each output is a weighted sum of all inputs, plus a bias.

    Args:       in_features: C_in.  out_features: C_out.
                rng: where the first weights come from; a fixed one if not given.
    Attributes: W: C_out × C_in.  b: C_out × 1.
                dLdW, dLdb: derivatives of the loss, as W and b; set by `backward`.
                A: the input of the last `forward`, N × C_in, or None before the first.
                seen: the shape of that input; its N is that of the derivative too.
    Raises:     ValueError: a size is no whole number from 1 on.
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

        Lecture: «Vector formulation». Here: N examples at once, one a row.

        Args:    A: the layer's input, N × C_in.
        Returns: Z: the layer's output, N × C_out.
        Sets:    whatever `backward` will need.
        Raises:  ValueError: A is not N × C_in, or b is not C_out × 1.
        """
        self.seen = expect_shape("Linear.forward: A", A, ("N", self.W.shape[1]))
        ### BEGIN SOLUTION
        expect_shape("Linear.forward: b", self.b, (self.W.shape[0], 1))
        self.A = A
        return A @ self.W.T + self.b.T
        ### END SOLUTION

    def backward(self, dLdZ: Array) -> Array:
        """Carry the derivative from the layer's output back to its input.

        For one example the lecture has (∇z a row, y a column):

            ∇_W Div = y ∇z Div      ∇_b Div = ∇z Div      ∇_y Div = ∇z Div · W

        Lecture: «Special Case: Application to a network». Here: N examples at once, one a row.
        The lecture adds the examples' gradients up; so does a batch, in one go.

        Args:    dLdZ: derivative of the loss by the output, N × C_out.
        Returns: dLdA: derivative of the loss by the input, N × C_in.
        Sets:    dLdW (C_out × C_in, as W) and dLdb (C_out × 1, as b), overwriting the last ones.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdZ is not N × C_out,
                 with the N of `forward`.
        """
        expect_shape("Linear.backward: dLdZ", dLdZ, (self.seen[0], self.W.shape[0]))
        ### BEGIN SOLUTION
        if self.A is None:
            raise RuntimeError("Linear.backward: call forward first")
        self.dLdW = dLdZ.T @ self.A
        self.dLdb = dLdZ.T @ np.ones((len(dLdZ), 1), dLdZ.dtype)
        return dLdZ @ self.W
        ### END SOLUTION
