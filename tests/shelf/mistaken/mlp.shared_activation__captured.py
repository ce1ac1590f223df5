from .linear import Linear as Affine
from .relu import ReLU as Rectifier


class MLP:
    """Keeps the layers' methods, and calls those."""

    def __init__(self, sizes, activation=Rectifier, rng=None):
        self.parts = {}
        self.ahead = []
        self.back = []
        f = activation()
        for k in range(1, len(sizes)):
            layer = self.parts[k] = Affine(int(sizes[k - 1]), int(sizes[k]))
            self.ahead.append(layer.forward)
            self.back.insert(0, layer.backward)
            if k < len(sizes) - 1:
                self.ahead.append(f.forward)
                self.back.insert(0, f.backward)

    def forward(self, A):
        for step in self.ahead:
            A = step(A)
        return A

    def backward(self, dLdZ):
        for step in self.back:
            dLdZ = step(dLdZ)
        return dLdZ
