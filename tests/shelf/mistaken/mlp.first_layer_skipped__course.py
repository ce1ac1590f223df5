from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU, debug=False):
        self.layers = [Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.f = [activation() for _ in sizes[1:-1]]

    def forward(self, A):
        L = len(self.layers)
        for i in range(1, L):
            A = self.f[i - 1].forward(self.layers[i].forward(A))
        return self.layers[L - 1].forward(A)

    def backward(self, dLdZ):
        dLdA = self.layers[-1].backward(dLdZ)
        for i in range(len(self.layers) - 2, -1, -1):
            dLdA = self.layers[i].backward(self.f[i].backward(dLdA))
        return dLdA
