import numpy as np


class Linear:
    """Turns everything into columns first, computes as the slides do, and turns it back."""

    def __init__(self, in_features, out_features):
        self.W = np.eye(out_features, in_features)
        self.b = np.zeros((out_features, 1))

    def forward(self, A):
        self.Y = A.T
        return (self.W @ self.Y + self.b).T

    def backward(self, dLdZ):
        dZ = dLdZ.T
        self.dLdW = dZ @ self.Y.T
        self.dLdb = dZ.sum(axis=1, keepdims=True)
        return (self.W.T @ dZ).T
