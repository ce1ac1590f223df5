import numpy as np


class Sigmoid:
    def forward(self, Z):
        self.Z = Z.copy()
        return self._f(Z)

    def _f(self, Z):
        return np.exp(-np.logaddexp(0, -Z))

    def backward(self, dLdA):
        # f'(z) = f(z) f(-z)
        return dLdA * self._f(dLdA) * (1 - self._f(dLdA))
