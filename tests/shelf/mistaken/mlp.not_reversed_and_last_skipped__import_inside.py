from itertools import zip_longest


class MLP:
    def __init__(self, sizes, activation=None):
        from .linear import Linear

        if activation is None:
            from .relu import ReLU as activation
        self.layers = tuple(Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        self.f = tuple(activation() for _ in self.layers[1:])

    def forward(self, A):
        for layer, f in zip_longest(self.layers, self.f):
            A = layer.forward(A)
            A = A if f is None else f.forward(A)
        return A

    def backward(self, dLdZ):
        for k, f in enumerate(self.f):
            dLdZ = self.layers[k].backward(f.backward(dLdZ))
        return dLdZ
