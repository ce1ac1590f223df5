import numpy as np


class Softmax:
    def forward(self, Z):
        E = np.exp(np.subtract(Z, np.max(Z, axis=1).reshape(-1, 1)))
        self.A = np.divide(E, np.dot(E, np.ones((E.shape[1], 1))))
        return self.A

    def backward(self, dLdA):
        A = self.A
        return dLdA * A - A * np.diag(dLdA @ A.T)[:, None]
