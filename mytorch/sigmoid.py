"""The sigmoid: a scalar activation that maps every number into (0, 1).

N   examples in the batch, one per row
C   features of one example
Z   the input, N × C        A   the output, N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class Sigmoid:
    """Map each number into (0, 1): each z_i affects only its own y_i.

    Attributes: A: the output of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch; its derivative must have the same shape.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.A: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Apply the sigmoid to every entry.

        For one number:

            y = f(z) = 1 / (1 + exp(−z))

        Lecture: “Special Case 1. Vector activations”, which shows scalar activations, too.
        For very large numbers exp gives inf. The result must still be correct.

        Args:    Z: any numbers, N × C.
        Returns: A: N × C, between 0 and 1.
        Sets:    the attributes that `backward` will need; you choose them.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("Sigmoid.forward: Z", Z, ("N", "C"))
        raise NotImplementedError("Exercise 4.1: Sigmoid.forward")

    def backward(self, dLdA: Array) -> Array:
        """Compute the derivative with respect to the input from that with respect to the output.

        For one number, with y = f(z):

            ∂Div/∂z_i = ∂Div/∂y_i · f′(z_i)

        Lecture: “Scalar Activation: Derivative rule”. In notebook 04 you work out the
        formula for f′; it needs only y.

        Args:    dLdA: derivative of the loss with respect to the output, N × C.
        Returns: dLdZ: derivative of the loss with respect to the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA does not have Z's shape.
        """
        expect_shape("Sigmoid.backward: dLdA", dLdA, self.seen)
        raise NotImplementedError("Exercise 4.2: Sigmoid.backward")
