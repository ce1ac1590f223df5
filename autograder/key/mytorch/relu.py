"""The ReLU (rectified linear unit): a scalar activation that needs a subgradient at 0.

N   examples in the batch, one per row
C   features of one example
Z   the input, N × C        A   the output, N × C
"""

import numpy as np

from .shapes import Array, Shape, expect_shape


class ReLU:
    """Return positive numbers unchanged, and 0 for all others.

    Attributes: Z: the input of the last `forward`, N × C, or None before the first.
                seen: the shape of the last batch; its derivative must have the same shape.
    """

    seen: Shape = ("N", "C")

    def __init__(self) -> None:
        self.Z: Array | None = None

    def forward(self, Z: Array) -> Array:
        """Apply the ReLU to every entry.

        For one number:

            y = f(z) = z if z > 0, and 0 otherwise

        Lecture: “Special Case : Non-differentiable activations”.

        Args:    Z: any numbers, N × C.
        Returns: A: N × C, no entry negative.
        Sets:    the attributes that `backward` will need; you choose them.
        Raises:  ValueError: Z is not N × C.
        """
        self.seen = expect_shape("ReLU.forward: Z", Z, ("N", "C"))
        ### BEGIN SOLUTION
        self.Z = Z
        return np.maximum(Z, 0)
        ### END SOLUTION

    def backward(self, dLdA: Array) -> Array:
        """Compute the derivative with respect to the input from that with respect to the output.

        For one number:

            ∂Div/∂z_i = ∂Div/∂y_i · f′(z_i),   f′(z) = 0 for z < 0 and 1 for z ≥ 0

        Lecture: “Subgradients and the RELU”. At 0 the slide chooses slope 1. Every slope from 0
        to 1 is a subgradient there, so all of them are right.

        Args:    dLdA: derivative of the loss with respect to the output, N × C.
        Returns: dLdZ: derivative of the loss with respect to the input, N × C.
        Raises:  RuntimeError: `forward` has not run.  ValueError: dLdA does not have Z's shape.
        """
        expect_shape("ReLU.backward: dLdA", dLdA, self.seen)
        ### BEGIN SOLUTION
        if self.Z is None:
            raise RuntimeError("ReLU.backward: call forward first")
        return np.where(self.Z >= 0, dLdA, 0)
        ### END SOLUTION
