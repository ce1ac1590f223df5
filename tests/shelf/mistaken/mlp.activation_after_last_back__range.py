from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU):
        self.layers = [Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.f = [activation() for _ in sizes[1:-1]]

    def forward(self, A):
        for i in range(len(self.f)):
            A = self.f[i].forward(self.layers[i].forward(A))
        return self.layers[-1].forward(A)

    def backward(self, dLdZ):
        if self.f:
            dLdZ = self.f[-1].backward(dLdZ)
        dLdA = self.layers[-1].backward(dLdZ)
        for i in range(len(self.layers) - 1)[::-1]:
            dLdA = self.layers[i].backward(self.f[i].backward(dLdA))
        return dLdA
