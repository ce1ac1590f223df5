import numpy as np


class Sigmoid:
    def forward(self, Z):
        Z = np.asarray(Z)
        self.A = np.piecewise(
            Z, [Z >= 0], [lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(z) / (1 + np.exp(z))]
        )
        return self.A

    def backward(self, dLdA):
        one = np.ones_like(self.A)
        return np.multiply(np.multiply(self.A, one - self.A), dLdA)
