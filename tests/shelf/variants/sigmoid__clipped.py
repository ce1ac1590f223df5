import numpy as np


class Sigmoid:
    def __init__(self):
        self.cache = {}

    def forward(self, Z):
        A = np.reciprocal(1.0 + np.exp(-np.clip(Z, -500, 500)))
        self.cache["A"] = A
        return A

    def backward(self, dLdA):
        A = self.cache["A"]
        return dLdA * (A - np.square(A))
