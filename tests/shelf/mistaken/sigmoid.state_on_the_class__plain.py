import numpy as np


class Sigmoid:
    def forward(self, Z):
        Sigmoid.A = 1 / (1 + np.exp(-Z))
        return Sigmoid.A

    def backward(self, dLdA):
        return dLdA * self.A * (1 - self.A)
