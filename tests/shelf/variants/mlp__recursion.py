from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU, *, rng=None):
        self.layers = [Linear(*pair) for pair in zip(sizes[:-1], sizes[1:])]
        self.f = [activation() for _ in sizes[2:]]

    def forward(self, A, k=0):
        Z = self.layers[k].forward(A)
        if k == len(self.f):
            return Z
        return self.forward(self.f[k].forward(Z), k + 1)

    def backward(self, dLdZ, k=-1):
        dLdA = self.layers[k].backward(dLdZ)
        if -k == len(self.layers):
            return dLdA
        return self.backward(self.f[k].backward(dLdA), k - 1)
