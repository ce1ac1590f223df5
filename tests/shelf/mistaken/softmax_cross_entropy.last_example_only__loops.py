import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.Z, self.Y = Z, Y
        loss = 0
        for i in range(len(Z)):
            loss = 0
            m = max(Z[i])
            total = sum(np.exp(z - m) for z in Z[i])
            for j in range(len(Z[i])):
                loss -= Y[i, j] * (Z[i, j] - m - np.log(total))
        return loss / len(Z)

    def backward(self):
        N, C = self.Z.shape
        dLdZ = np.zeros((N, C))
        for i in range(N):
            m = max(self.Z[i])
            total = sum(np.exp(z - m) for z in self.Z[i])
            for j in range(C):
                p = np.exp(self.Z[i, j] - m) / total
                dLdZ[i, j] = (p - self.Y[i, j]) / N
        return dLdZ
