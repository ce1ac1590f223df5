import numpy as np


class Softmax:
    def forward(self, Z):
        shifted = (Z - Z.max(axis=1, keepdims=True)).astype(np.float32)
        e = np.exp(shifted)
        self.A = e / e.sum(axis=1, keepdims=True)
        return self.A

    def backward(self, dLdA):
        dLdA = dLdA.astype(np.float32)
        return self.A * (dLdA - (dLdA * self.A).sum(axis=1, keepdims=True))
