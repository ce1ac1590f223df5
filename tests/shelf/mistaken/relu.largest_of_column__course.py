import numpy as np


class ReLU:
    def __init__(self, debug=False):
        self.debug = debug

    def forward(self, Z):
        self.Z = Z
        self.A = Z.max(axis=0)
        return self.A

    def backward(self, dLdA):
        self.dAdZ = np.where(self.Z > 0, 1.0, 0.0)
        dLdZ = dLdA * self.dAdZ
        if self.debug:
            self.dLdZ = dLdZ
        return dLdZ
