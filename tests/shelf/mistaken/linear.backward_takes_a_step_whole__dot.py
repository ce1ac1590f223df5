import numpy as np


class Linear:
    def __init__(self, in_features, out_features, weight_init_fn=None, bias_init_fn=None):
        self.W = np.zeros([out_features, in_features])
        self.b = np.zeros([out_features, 1])
        self.dLdW = np.zeros(self.W.shape)
        self.dLdb = np.zeros(self.b.shape)

    def forward(self, A):
        self.A = A
        self.N = A.shape[0]
        return np.dot(A, self.W.T) + np.dot(np.ones((self.N, 1)), np.transpose(self.b))

    def backward(self, dLdZ):
        dLdA = np.matmul(dLdZ, self.W)
        self.dLdW = np.dot(self.A.T, dLdZ).T
        self.dLdb = np.sum(dLdZ, axis=0, keepdims=True).T
        dLdA = dLdA
        lr = 1
        self.W = self.W - lr * self.dLdW
        self.b = self.b - lr * self.dLdb
        return dLdA
