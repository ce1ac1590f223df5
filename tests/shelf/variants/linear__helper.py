import numpy as np


def affine(A, W, b):
    return np.matmul(A, np.swapaxes(W, 0, 1)) + b.flatten()[None, :]


def gradients(A, W, dLdZ):
    ones = np.ones((1, dLdZ.shape[0]))
    return dLdZ @ W, np.tensordot(dLdZ, A, axes=(0, 0)), np.transpose(ones @ dLdZ)


class Linear:
    def __init__(self, in_features: int, out_features: int, rng=None, debug: bool = False):
        self.W = np.zeros((out_features, in_features), dtype="d")
        self.b = np.zeros((out_features, 1), dtype="d")

    def forward(self, A):
        out = affine(A, self.W, self.b)
        self.saved = (A.copy(), out)
        return out

    def backward(self, dLdZ):
        A, _ = self.saved
        dLdA, self.dLdW, self.dLdb = gradients(A, self.W, dLdZ)
        return dLdA
