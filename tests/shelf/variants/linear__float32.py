import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.W = np.zeros((out_features, in_features), dtype=np.float32)
        self.b = np.zeros((out_features, 1), dtype=np.float32)

    def forward(self, A):
        self.A = A.astype(np.float32)
        return self.A @ np.float32(self.W).T + np.float32(self.b).T

    def backward(self, dLdZ):
        dLdZ = dLdZ.astype(np.float32)
        self.dLdW = dLdZ.T @ self.A
        self.dLdb = dLdZ.T @ np.ones((len(dLdZ), 1), dtype=np.float32)
        return dLdZ @ np.float32(self.W)
