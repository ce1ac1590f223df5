import numpy as np


class Softmax:
    def forward(self, Z):
        self.A = Z
        e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def backward(self, dLdA):
        N, C = dLdA.shape
        dLdZ = np.zeros((N, C))
        for i in range(N):
            y = self.A[i]
            J = np.diag(y) - np.outer(y, y)
            dLdZ[i] = dLdA[i] @ J
        return dLdZ
