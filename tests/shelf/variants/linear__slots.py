import numpy as np


class Linear:
    __slots__ = ("W", "b", "dLdW", "dLdb", "cache")

    def __init__(self, in_features, out_features):
        self.W = np.empty((out_features, in_features))
        self.b = np.empty((out_features, 1))

    def forward(self, A):
        self.cache = {"A": A}
        return (self.W @ A.T + self.b).T

    def backward(self, dLdZ):
        A = self.cache.pop("A")
        self.dLdW = np.add.reduce(dLdZ[:, :, None] * A[:, None, :], axis=0)
        self.dLdb = np.add.reduce(dLdZ, axis=0)[:, None]
        return (self.W.T @ dLdZ.T).T
