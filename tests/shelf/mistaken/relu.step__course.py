import numpy as np


class ReLU:
    def __init__(self, debug=False):
        self.debug = debug

    def forward(self, Z):
        self.Z = Z
        self.A = (Z > 0) * np.ones(Z.shape)
        return self.A

    def backward(self, dLdA):
        self.dAdZ = np.where(self.A > 0, 1.0, 0.0)
        dLdZ = dLdA * self.dAdZ
        if self.debug:
            self.dLdZ = dLdZ
        return dLdZ
