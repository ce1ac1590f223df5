from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU, **options):
        self.layers, self.f = [], []
        for k in range(1, len(sizes)):
            self.layers.append(Linear(sizes[k - 1], sizes[k]))
            if k != len(sizes) - 1:
                self.f.append(activation())

    def forward(self, A):
        self.outputs = {0: A}
        for k, layer in enumerate(self.layers, 1):
            Z = layer.forward(self.outputs[k - 1])
            self.outputs[k] = self.f[k - 1].forward(Z) if k <= len(self.f) else Z
        return self.outputs[len(self.layers)]

    def backward(self, dLdZ):
        dLdA = self.layers[-1].backward(dLdZ)
        for f, layer in zip(reversed(self.f), list(reversed(self.layers))[1:]):
            dLdA = layer.backward(f.backward(dLdA))
        return dLdA
