import numpy as np


class Sigmoid:
    def forward(self, Z):
        self.A = np.exp(Z) / (np.exp(-Z) + 1)
        return self.A

    def backward(self, dLdA):
        return dLdA * self.A * (1 - self.A)
