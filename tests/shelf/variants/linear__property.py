import numpy as np


class Linear:
    """Holds its weights turned over, and turns them for those who ask."""

    def __init__(self, in_features, out_features):
        self._weights = np.zeros((in_features, out_features), order="F")
        self._bias = np.zeros(out_features)

    def _turn(self, W):
        self._weights = np.asfortranarray(W).T

    W = property(lambda self: self._weights.T, _turn)

    @property
    def b(self):
        return self._bias[:, np.newaxis]

    @b.setter
    def b(self, value):
        self._bias = np.ravel(value)

    def forward(self, A):
        self._A = np.asfortranarray(A)
        return self._A.dot(self._weights) + self._bias

    def backward(self, dLdZ):
        self.dLdW = np.asfortranarray(dLdZ.T.dot(self._A))
        self.dLdb = dLdZ.sum(axis=0, dtype=np.float64).reshape(-1, 1)
        return np.inner(dLdZ, self._weights)
