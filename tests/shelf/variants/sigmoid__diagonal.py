import numpy as np


class Sigmoid:
    """A Jacobian for every example, though it is diagonal."""

    def forward(self, Z):
        self.A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))
        return self.A

    def backward(self, dLdA):
        return np.vstack([g @ np.diag(a * (1 - a)) for g, a in zip(dLdA, self.A)])
