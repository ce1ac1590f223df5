import numpy as np


class ReLU:
    def forward(self, Z):
        self.sign = np.sign(Z)
        return np.clip(Z, 0, None)

    def backward(self, dLdA):
        return np.multiply(np.clip(self.sign, 0, 1), dLdA)
