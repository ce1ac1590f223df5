import numpy as np


class Sigmoid:
    """By way of the hyperbolic tangent: one curve is the other, moved and stretched."""

    def __init__(self):
        self.t = None

    def forward(self, Z):
        self.t = np.tanh(Z / 2)
        return (1 + self.t) / 2

    def backward(self, dLdA):
        return dLdA * (1 - self.t**2) / 4
