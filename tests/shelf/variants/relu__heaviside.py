import numpy as np


class ReLU:
    def forward(self, Z):
        self.dAdZ = np.heaviside(Z, 0.5)
        return (Z + np.abs(Z)) / 2

    def backward(self, dLdA):
        return np.multiply(self.dAdZ, dLdA, out=np.empty_like(dLdA))
