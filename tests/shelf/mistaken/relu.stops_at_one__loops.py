import numpy as np


class ReLU:
    def forward(self, Z):
        self.Z = Z
        N, C = Z.shape
        A = np.zeros((N, C))
        for n in range(N):
            for c in range(C):
                if Z[n, c] > 0:
                    A[n, c] = min(1, Z[n, c])
        return A

    def backward(self, dLdA):
        N, C = self.Z.shape
        dLdZ = np.zeros((N, C))
        for n in range(N):
            for c in range(C):
                if self.Z[n, c] >= 0:
                    dLdZ[n, c] = dLdA[n, c]
        return dLdZ
