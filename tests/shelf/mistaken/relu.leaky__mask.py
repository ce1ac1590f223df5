class ReLU:
    def forward(self, Z):
        self.mask = Z > 0
        return Z * self.mask + 0.01 * Z * ~self.mask

    def backward(self, dLdA):
        return dLdA * self.mask
