import numpy as np


class ReLU:
    def forward(self, Z):
        self.Z = Z
        self.A = np.maximum(Z, 0)
        return Z

    def backward(self, dLdA):
        return dLdA * (self.A > 0)
