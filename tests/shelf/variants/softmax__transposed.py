import numpy as np


class Softmax:
    """Works on columns, as the lecture does."""

    def forward(self, Z):
        columns = np.array(Z.T, order="C")
        columns -= columns.max(axis=0)
        np.exp(columns, out=columns)
        columns /= columns.sum(axis=0)
        self.columns = columns
        return columns.T

    def backward(self, dLdA):
        G, Y = dLdA.T, self.columns
        return (Y * G - Y * (Y * G).sum(axis=0)).T
