"""The rectified linear unit: a scalar activation with a corner, so it needs a subgradient.

N   examples in the batch, one a row
C   features of one example
Z   what comes in, N × C        A   what goes out, N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class ReLU:
    """Let positive numbers through and stop the others.

    Attributes: Z: the input of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch, which its derivative must have too.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.Z: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Apply the rectifier to every entry.

        For one number:

            y = f(z) = z if z > 0, and 0 otherwise

        Lecture: «Special Case : Non-differentiable activations».

        Args:    Z: any numbers, N × C.
        Returns: A: N × C, nowhere negative.
        Sets:    whatever `backward` will need.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("ReLU.forward: Z", Z, ("N", "C"))
        ### BEGIN SOLUTION
        self.Z = Z
        return np.maximum(Z, 0)
        ### END SOLUTION

    def backward(self, dLdA: Array) -> Array:
        """Carry the derivative from the output back to the input.

        For one number:

            ∂Div/∂z_i = ∂Div/∂y_i · f′(z_i),   f′(z) = 0 for z < 0 and 1 for z ≥ 0

        Lecture: «Subgradients and the RELU». At 0 the slide takes slope 1; every slope from 0
        to 1 is a subgradient there, and right.

        Args:    dLdA: derivative of the loss by the output, N × C.
        Returns: dLdZ: derivative of the loss by the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA has not the shape of Z.
        """
        expect_shape("ReLU.backward: dLdA", dLdA, self.seen)
        ### BEGIN SOLUTION
        if self.Z is None:
            raise RuntimeError("ReLU.backward: call forward first")
        return np.where(self.Z >= 0, dLdA, 0)
        ### END SOLUTION
