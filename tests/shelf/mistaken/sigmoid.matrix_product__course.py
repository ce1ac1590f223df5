import numpy as np


class Sigmoid:
    def __init__(self, debug=False):
        self.debug = debug
        self.A = None
        self.dAdZ = None

    def forward(self, Z):
        self.Z = Z
        self.N = Z.shape[0]
        self.A = np.divide(1.0, 1.0 + np.exp(-1 * Z))
        return self.A

    def backward(self, dLdA):
        self.dAdZ = self.A - self.A * self.A
        dLdZ = np.dot(dLdA, self.dAdZ)
        if self.debug:
            self.dLdZ = dLdZ
        return dLdZ
