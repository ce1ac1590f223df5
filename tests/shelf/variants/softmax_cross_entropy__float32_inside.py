import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        z = np.array(Z, dtype="float32")
        self.Y = Y
        self.log = z - (z.max(axis=1) + np.log(np.exp(z.T - z.max(axis=1)).sum(axis=0)))[:, None]
        return float((-self.log * Y).sum() / len(z))

    def backward(self):
        return (np.exp(self.log) - self.Y.astype("float32")) / np.float32(len(self.Y))
