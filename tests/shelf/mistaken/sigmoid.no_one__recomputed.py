import numpy as np


class Sigmoid:
    def forward(self, Z):
        self.Z = Z.copy()
        return self._f(Z)

    def _f(self, Z):
        return 1 / np.exp(-Z)

    def backward(self, dLdA):
        # f'(z) = f(z) f(-z)
        return self._f(self.Z) * (1 - self._f(self.Z)) * dLdA
