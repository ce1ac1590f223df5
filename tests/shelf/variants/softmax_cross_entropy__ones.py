import numpy as np


def log_softmax(Z):
    top = Z.max(axis=1)[:, None]
    return Z - top - np.log(np.exp(Z - top) @ np.ones((Z.shape[1], 1)))


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.N = Z.shape[0]
        self.logs, self.Y = log_softmax(Z), Y
        L = np.ones((1, self.N)) @ (-Y * self.logs) @ np.ones((Z.shape[1], 1)) / self.N
        return L

    def backward(self):
        return np.exp(self.logs) / self.N - self.Y / self.N
