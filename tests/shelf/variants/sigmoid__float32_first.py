import numpy as np


class Sigmoid:
    def forward(self, Z):
        self.A = 1 / (1 + np.exp(-Z.astype(np.float32)))
        return self.A

    def backward(self, dLdA):
        return dLdA.astype(np.float32) * self.A * (1 - self.A)
