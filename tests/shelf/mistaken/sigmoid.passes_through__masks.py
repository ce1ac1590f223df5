import numpy as np


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, Z):
        self.out = np.empty_like(Z)
        pos = Z >= 0
        neg = ~pos
        self.out[pos] = 1 / (1 + np.exp(-Z[pos]))
        e = np.exp(Z[neg])
        self.out[neg] = e / (1 + e)
        return self.out

    def backward(self, dLdA):
        grad = dLdA.copy()
        return grad
