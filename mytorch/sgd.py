"""One step of gradient descent: it changes all weights and biases of a network.

W      a layer's weights, C_out × C_in     b      its biases, C_out × 1
dLdW   derivative of the loss, as W        dLdb   derivative of the loss, as b
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .shapes import Array, expect_shape


class Layer(Protocol):
    """The attributes that a layer must have: parameters, and derivatives of the same shape."""

    W: Array
    b: Array
    dLdW: Array
    dLdb: Array


class Model(Protocol):
    """The attribute that a network must have: its layers."""

    @property
    def layers(self) -> Sequence[Layer]: ...


class SGD:
    """Change the parameters against the gradient, one step at a time.

    SGD stands for stochastic gradient descent: usually each step uses a random part of the
    examples. The step is the same whichever examples they are.

    Args:   model: a network with `.layers`.  lr: the step size η (learning rate), above 0.
    Raises: ValueError: lr is not a finite number above 0.
    """

    def __init__(self, model: Model, lr: float = 0.1) -> None:
        if not isinstance(lr, int | float | np.floating) or not 0 < lr < np.inf:
            raise ValueError(f"SGD: lr must be a finite number above 0, got {lr!r}")
        self.model = model
        self.lr = float(lr)  # a number of numpy's float64 would make float32 parameters float64

    def step(self) -> None:
        """Change every parameter of every layer a little against its derivative.

        For every layer k the lecture has (a derivative there has the transposed shape):

            W_k = W_k − η (∇_{W_k} Loss)ᵀ      b_k = b_k − η (∇_{b_k} Loss)ᵀ

        Here dLdW and dLdb already have the shapes of W and b: do not transpose them again.
        Lecture: “Neural network training algorithm”. Its factor 1/T is already in the loss.

        Sets:   W and b of every layer of the model.
        Raises: ValueError: a derivative does not have the shape of its parameter.
        """
        raise NotImplementedError("Exercise 8.3: SGD.step")
