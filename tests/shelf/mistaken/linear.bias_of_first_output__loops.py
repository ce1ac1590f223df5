import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.W = np.ones((out_features, in_features))
        self.b = np.ones((out_features, 1))

    def forward(self, A):
        self.A = A
        N, C0 = A.shape
        C1 = self.W.shape[0]
        Z = np.zeros((N, C1))
        for n in range(N):
            for j in range(C1):
                Z[n, j] = self.b[0, 0]
                for i in range(C0):
                    Z[n, j] += self.W[j, i] * A[n, i]
        return Z

    def backward(self, dLdZ):
        N, C0 = self.A.shape
        C1 = self.W.shape[0]
        dLdA = np.zeros((N, C0))
        self.dLdW = np.zeros((C1, C0))
        self.dLdb = np.zeros((C1, 1))
        for n in range(N):
            for j in range(C1):
                self.dLdb[j, 0] += dLdZ[n, j]
                for i in range(C0):
                    self.dLdW[j, i] += self.A[n, i] * dLdZ[n, j]
                    dLdA[n, i] += self.W[j, i] * dLdZ[n, j]
        return dLdA
