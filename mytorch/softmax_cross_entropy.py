"""The cross-entropy of a softmax output, computed directly from the logits.

N   examples in the batch, one per row
C   classes
Z   logits, N × C        Y   desired output, N × C: 1 for the right class, 0 for the others
L   the loss: the divergence, averaged over the batch; one number
"""

import numpy as np

from .shapes import Array, expect_shape


class SoftmaxCrossEntropy:
    """Softmax and cross-entropy in one class: correct for large logits, with a short derivative.

    Attributes: Z, Y: the arguments of the last `forward`, N × C, or None before the first.
    """

    def __init__(self) -> None:
        self.Z: Array | None = None
        self.Y: Array | None = None

    def forward(self, Z: Array, Y: Array) -> float:
        """Compute the loss: the average divergence of the batch.

        For one example, with y = softmax(z) and d the desired output:

            Div(y, d) = − Σ_i d_i log y_i

        The lecture averages over the T examples of the training set; here, over the batch:

            Loss = 1/T Σ_t Div(y_t, d_t)

        Lecture: “Recognizing the digit” names the divergence, and notebook 07 derives its formula;
        the average: “Training neural nets through Empirical Risk Minimization: Problem Setup”.
        log(0) gives −inf. The result must still be correct for very large logits.

        Args:    Z: logits, N × C.  Y: desired output (probabilities), N × C; each row sums to 1.
        Returns: L: the average divergence, one number.
        Sets:    the attributes that `backward` will need; you choose them.
        Raises:  ValueError: Z is not N × C, or Y does not have the shape of Z.
        """
        expect_shape("SoftmaxCrossEntropy.forward: Z", Z, ("N", "C"))
        expect_shape("SoftmaxCrossEntropy.forward: Y", Y, np.shape(Z))
        raise NotImplementedError("Exercise 7.1: SoftmaxCrossEntropy.forward")

    def backward(self) -> Array:
        """Compute the derivative of the loss with respect to the logits.

        Use the chain rule, in two steps that you know. For one example:

            ∂Div/∂z_i = Σ_j ∂Div/∂y_j · ∂y_j/∂z_i

        Lecture: “Example Vector Activation: Softmax”. Most factors cancel.

        Returns: dLdZ: derivative of the loss with respect to the logits, N × C.
        Raises:  RuntimeError: `forward` has not run.
        """
        raise NotImplementedError("Exercise 7.2: SoftmaxCrossEntropy.backward")
