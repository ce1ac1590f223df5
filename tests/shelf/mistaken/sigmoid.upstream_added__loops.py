import math

import numpy as np


def sigma(z):
    if z < -500:
        return 0.0
    return 1 / (1 + math.exp(-z))


class Sigmoid:
    def forward(self, Z):
        self.Z = np.array(Z)
        A = np.zeros(Z.shape, dtype=Z.dtype)
        for i in range(Z.shape[0]):
            for j in range(Z.shape[1]):
                A[i, j] = sigma(Z[i, j])
        return A

    def backward(self, dLdA):
        dLdZ = np.zeros(self.Z.shape)
        for i in range(self.Z.shape[0]):
            for j in range(self.Z.shape[1]):
                y = sigma(self.Z[i, j])
                dLdZ[i, j] = dLdA[i, j] + y * (1 - y)
        return dLdZ
