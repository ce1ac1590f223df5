"""The softmax: a vector activation that turns a row of numbers into probabilities.

N   examples in the batch, one per row
C   entries of one example, one per class
Z   the input (logits), N × C        A   the output (probabilities), N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class Softmax:
    """Turn each row into probabilities: every z_i of a row affects every y_j of that row.

    Attributes: A: the output of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch; its derivative must have the same shape.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.A: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Turn each row of numbers into positive numbers that sum to 1.

        For one example:

            y_i = exp(z_i) / Σ_j exp(z_j)

        Lecture: “Example Vector Activation: Softmax”.
        exp(1000) gives inf. But you may add the same number to all entries of a row: this does
        not change the result.

        Args:    Z: logits, N × C.
        Returns: A: probabilities, N × C; each row sums to 1.
        Sets:    the attributes that `backward` will need; you choose them.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("Softmax.forward: Z", Z, ("N", "C"))
        raise NotImplementedError("Exercise 5.1: Softmax.forward")

    def backward(self, dLdA: Array) -> Array:
        """Compute the derivative with respect to the input from that with respect to the output.

        For one example (δ_ij is 1 if i = j, else 0):

            ∂Div/∂z_i = Σ_j ∂Div/∂y_j · y_i (δ_ij − y_j)

        Lecture: “Example Vector Activation: Softmax”.

        Args:    dLdA: derivative of the loss with respect to the output, N × C.
        Returns: dLdZ: derivative of the loss with respect to the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA does not have Z's shape.
        """
        expect_shape("Softmax.backward: dLdA", dLdA, self.seen)
        raise NotImplementedError("Exercise 5.2: Softmax.backward")
