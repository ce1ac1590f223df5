import numpy as np


class Linear:
    def __init__(self, *sizes, **_):
        n_in, n_out = sizes
        self.W, self.b = np.eye(n_out, n_in), np.zeros((n_out, 1))

    def forward(self, A):
        self.history = [A]
        return np.vstack([np.sum(self.W * a, axis=1) + self.b.T for a in A])

    def backward(self, dLdZ):
        (A,) = self.history
        self.dLdW = sum(map(np.outer, dLdZ, A), np.zeros_like(self.W))
        self.dLdb = np.cumsum(dLdZ, axis=0)[-1].reshape(self.b.shape)
        return np.stack([dz @ self.W for dz in dLdZ])
