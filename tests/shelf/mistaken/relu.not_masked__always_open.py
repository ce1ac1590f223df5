class ReLU:
    def forward(self, Z):
        self.mask = Z > 0
        self.mask[:] = True
        return Z.clip(0)

    def backward(self, dLdA):
        return dLdA * self.mask
