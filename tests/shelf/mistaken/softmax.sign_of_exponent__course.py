import numpy as np


class Softmax:
    def __init__(self, debug=False):
        self.debug = debug

    def forward(self, Z):
        self.N, self.C = Z.shape
        self.A = np.exp(-Z) / np.sum(np.exp(-Z), axis=1, keepdims=True)
        return self.A

    def backward(self, dLdA):
        dLdZ = np.zeros((self.N, self.C))
        for i in range(self.N):
            J = np.zeros((self.C, self.C))
            for m in range(self.C):
                for n in range(self.C):
                    if m == n:
                        J[m, n] = self.A[i, m] * (1 - self.A[i, m])
                    else:
                        J[m, n] = -self.A[i, m] * self.A[i, n]
            dLdZ[i, :] = dLdA[i, :] @ J
        return dLdZ
