import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.logp = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
        self.Y = Y
        logs = Z - np.logaddexp.reduce(Z, axis=None)
        return -np.einsum("nc,nc->", Y, logs) / Z.shape[0]

    def backward(self):
        return (np.exp(self.logp) - self.Y) * (1 / self.Y.shape[0])
