import numpy as np


class ReLU:
    def __init__(self, debug=False):
        self.debug = debug

    def forward(self, Z):
        self.Z = Z
        self.A = np.maximum(np.zeros(Z.shape), Z)
        return self.A

    def backward(self, dLdA):
        self.dAdZ = np.where(self.A > 0, 1.0, 0.0)
        dLdZ = np.matmul(dLdA, self.dAdZ)
        if self.debug:
            self.dLdZ = dLdZ
        return dLdZ
