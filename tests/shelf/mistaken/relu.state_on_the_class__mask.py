class ReLU:
    def forward(self, Z):
        ReLU.mask = Z > 0
        return Z * ReLU.mask

    def backward(self, dLdA):
        return dLdA * self.mask
