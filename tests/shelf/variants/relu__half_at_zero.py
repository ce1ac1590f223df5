import numpy as np


class ReLU:
    """Takes the slope 1/2 at the corner, which is a subgradient too."""

    def forward(self, Z):
        self.Z = Z
        return (Z + np.abs(Z)) / 2

    def backward(self, dLdA):
        return np.heaviside(self.Z, 0.5) * dLdA
