import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.logp = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
        self.Y = Y
        return -np.einsum("nc,nc->", Y, self.logp) / Z.shape[0]

    def backward(self):
        return (self.Y - np.exp(self.logp)) * (1 / self.Y.shape[0])
