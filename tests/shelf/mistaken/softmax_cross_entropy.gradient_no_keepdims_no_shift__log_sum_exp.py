import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.logp = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
        self.Y, self.Z = Y, Z
        return -np.einsum("nc,nc->", Y, self.logp) / Z.shape[0]

    def backward(self):
        return (np.exp(self.Z - np.logaddexp.reduce(self.Z, axis=1)) - self.Y) * (1 / self.Y.shape[0])
