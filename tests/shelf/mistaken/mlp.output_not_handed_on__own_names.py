from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU):
        self.depth = len(sizes) - 1
        self.affine = [Linear(sizes[k], sizes[k + 1]) for k in range(self.depth)]
        self.squash = [activation() for k in range(self.depth - 1)]

    def forward(self, A):
        Z = A
        for k in range(self.depth - 1):
            Z = self.affine[k].forward(Z)
            A = self.squash[k].forward(Z)
        return self.affine[-1].forward(A)

    def backward(self, dLdZ):
        for k in range(self.depth - 1, -1, -1):
            if k < self.depth - 1:
                dLdZ = self.squash[k].backward(dLdZ)
            dLdZ = self.affine[k].backward(dLdZ)
        return dLdZ
