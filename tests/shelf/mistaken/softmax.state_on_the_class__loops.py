import numpy as np


class Softmax:
    def forward(self, Z):
        N, C = Z.shape
        A = np.zeros((N, C))
        for i in range(N):
            largest = max(Z[i])
            total = 0
            for j in range(C):
                A[i, j] = np.exp(Z[i, j] - largest)
                total += A[i, j]
            for j in range(C):
                A[i, j] /= total
        Softmax.A = A
        return A

    def backward(self, dLdA):
        N, C = dLdA.shape
        dLdZ = np.zeros((N, C))
        for n in range(N):
            for i in range(C):
                for j in range(C):
                    delta = 1 if i == j else 0
                    dLdZ[n, i] += dLdA[n, j] * self.A[n, i] * (delta - self.A[n, j])
        return dLdZ
