from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU):
        self.layers = [Linear(a, b) for a, b in zip(sizes, sizes[1:])]
        self.f = [activation() for _ in self.layers]

    def forward(self, A):
        for layer, f in zip(self.layers, self.f):
            A = layer.forward(A)
            if len(self.layers) > 1:
                A = f.forward(A)
        return A

    def backward(self, dLdZ):
        dLdA = self.layers[-1].backward(dLdZ)
        for k in range(len(self.layers) - 2, -1, -1):
            dLdA = self.layers[k].backward(self.f[k].backward(dLdA))
        return dLdA
