"""The sigmoid: a scalar activation, squashing every number into (0, 1).

N   examples in the batch, one a row
C   features of one example
Z   what comes in, N × C        A   what goes out, N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class Sigmoid:
    """Squash each number into (0, 1), on its own: each z_i influences one y_i alone.

    Attributes: A: the output of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch, which its derivative must have too.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.A: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Apply the sigmoid to every entry.

        For one number:

            y = f(z) = 1 / (1 + exp(−z))

        Lecture: «Special Case 1. Vector activations», where scalar activations stand beside them.
        exp(1000) overflows: the number written down must be right there too.

        Args:    Z: any numbers, N × C.
        Returns: A: N × C, between 0 and 1.
        Sets:    whatever `backward` will need.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("Sigmoid.forward: Z", Z, ("N", "C"))
        raise NotImplementedError("Exercise 4.1: Sigmoid.forward")

    def backward(self, dLdA: Array) -> Array:
        """Carry the derivative from the output back to the input.

        For one number, with y = f(z):

            ∂Div/∂z_i = ∂Div/∂y_i · f′(z_i)

        Lecture: «Scalar Activation: Derivative rule». What f′ is, and that it can be had from y
        alone, is yours to find.

        Args:    dLdA: derivative of the loss by the output, N × C.
        Returns: dLdZ: derivative of the loss by the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA has not the shape of Z.
        """
        expect_shape("Sigmoid.backward: dLdA", dLdA, self.seen)
        raise NotImplementedError("Exercise 4.2: Sigmoid.backward")
