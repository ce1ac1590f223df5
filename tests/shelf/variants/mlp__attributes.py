import mytorch
from mytorch.linear import Linear


class MLP:
    """An attribute a layer: fc1, act1, fc2, …"""

    def __init__(self, sizes, activation=None):
        activation = activation or mytorch.ReLU
        self.n = len(sizes) - 1
        for k in range(1, self.n + 1):
            setattr(self, f"fc{k}", Linear(sizes[k - 1], sizes[k]))
            if k < self.n:
                setattr(self, f"act{k}", activation())

    def order(self):
        for k in range(1, self.n + 1):
            yield getattr(self, f"fc{k}")
            if k < self.n:
                yield getattr(self, f"act{k}")

    def forward(self, A):
        for part in self.order():
            A = part.forward(A)
        return A

    def backward(self, dLdZ):
        for part in reversed(list(self.order())):
            dLdZ = part.backward(dLdZ)
        return dLdZ
