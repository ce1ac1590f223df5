from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU):
        self.depth = len(sizes) - 1
        self.affine = [Linear(sizes[k], sizes[k + 1]) for k in range(self.depth)]
        self.squash = [activation() for k in range(self.depth - 1)]

    def forward(self, A):
        for k in range(self.depth):
            A = self.affine[k].forward(A)
            if k < self.depth - 1:
                A = A if k == self.depth - 2 else self.squash[k].forward(A)
        return A

    def backward(self, dLdZ):
        for k in range(self.depth - 1, -1, -1):
            if k < self.depth - 1:
                dLdZ = self.squash[k].backward(dLdZ)
            dLdZ = self.affine[k].backward(dLdZ)
        return dLdZ
