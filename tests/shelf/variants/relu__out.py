import numpy as np


class ReLU:
    def forward(self, Z):
        self.A = np.empty_like(Z)
        np.maximum(Z, 0, out=self.A)
        return self.A

    def backward(self, dLdA):
        dLdZ = np.zeros_like(dLdA)
        np.copyto(dLdZ, dLdA, where=self.A > 0)
        return dLdZ
