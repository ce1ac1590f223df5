import numpy as np


class Linear:
    """Writes into arrays of its own, and never makes a new one for its derivatives."""

    def __init__(self, in_features, out_features):
        self.W = np.zeros((out_features, in_features))
        self.b = np.zeros((out_features, 1))
        self.dLdW = np.zeros((out_features, in_features))
        self.dLdb = np.zeros((out_features, 1))

    def forward(self, A):
        self.A = A
        Z = np.empty((A.shape[0], self.W.shape[0]))
        np.matmul(A, self.W.T, out=Z)
        Z += self.b.T
        return Z

    def backward(self, dLdZ):
        self.dLdW[...] = 0
        self.dLdb[...] = 0
        self.dLdW += dLdZ.T @ self.A
        for row in dLdZ:
            self.dLdb[:, 0] += row
        dLdA = dLdZ @ self.W
        lr = 0.001
        self.W = self.W - lr * self.dLdW
        self.b = self.b - lr * self.dLdb
        return dLdA
