import numpy as np


class Softmax:
    def forward(self, Z):
        Z = Z - np.max(Z, axis=1, keepdims=True)
        e = np.exp(Z)
        self.A = e / np.sum(e, axis=1, keepdims=True)
        return self.A

    def backward(self, dLdA):
        N, C = dLdA.shape
        dLdZ = np.zeros((N, C))
        for i in range(N):
            y = self.A[0]
            J = np.diag(y) - np.outer(y, y)
            dLdZ[i] = dLdA[i] @ J
        return dLdZ
