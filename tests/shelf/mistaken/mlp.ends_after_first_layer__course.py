import numpy as np

import mytorch.linear
import mytorch.relu


class MLP:
    def __init__(self, sizes, activation=mytorch.relu.ReLU, debug=False):
        self.layers = [
            mytorch.linear.Linear(sizes[i], sizes[i + 1], debug) if debug
            else mytorch.linear.Linear(sizes[i], sizes[i + 1])
            for i in range(len(sizes) - 1)
        ]
        self.f = [activation() for _ in range(len(sizes) - 2)]
        self.debug = debug

    def forward(self, A0):
        self.A = [A0]
        self.Z = []
        for i in range(len(self.layers)):
            Z = self.layers[i].forward(self.A[i])
            self.Z.append(Z)
            if i < len(self.f):
                self.A.append(self.f[i].forward(Z))
            return np.array(self.A[-1] if self.f else Z)

    def backward(self, dLdZ):
        L = len(self.layers)
        self.dLdA = [None] * L
        self.dLdZ = [None] * L
        self.dLdZ[L - 1] = dLdZ
        for i in reversed(range(L)):
            self.dLdA[i] = self.layers[i].backward(self.dLdZ[i])
            if i > 0:
                self.dLdZ[i - 1] = self.f[i - 1].backward(self.dLdA[i])
        return self.dLdA[0]
