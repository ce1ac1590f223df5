"""The softmax: a vector activation, turning a row of numbers into probabilities.

N   examples in the batch, one a row
C   features of one example: here, classes
Z   what comes in (logits), N × C        A   what goes out (probabilities), N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class Softmax:
    """Turn each row into probabilities: every z_i of a row influences every y_j of that row.

    Attributes: A: the output of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch, which its derivative must have too.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.A: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Turn each row of numbers into positive numbers that sum to 1.

        For one example:

            y_i = exp(z_i) / Σ_j exp(z_j)

        Lecture: «Example Vector Activation: Softmax».
        A number added to a whole row changes nothing: use that, for exp(1000) overflows.

        Args:    Z: logits, N × C.
        Returns: A: probabilities, N × C; each row sums to 1.
        Sets:    whatever `backward` will need.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("Softmax.forward: Z", Z, ("N", "C"))
        raise NotImplementedError("Exercise 5.1: Softmax.forward")

    def backward(self, dLdA: Array) -> Array:
        """Carry the derivative from the output back to the input.

        For one example (δ_ij is 1 where i = j, and 0 elsewhere):

            ∂Div/∂z_i = Σ_j ∂Div/∂y_j · y_i (δ_ij − y_j)

        Lecture: «Example Vector Activation: Softmax».

        Args:    dLdA: derivative of the loss by the output, N × C.
        Returns: dLdZ: derivative of the loss by the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA has not the shape of Z.
        """
        expect_shape("Softmax.backward: dLdA", dLdA, self.seen)
        raise NotImplementedError("Exercise 5.2: Softmax.backward")
