class ReLU:
    def forward(self, Z):
        self.A = Z.copy()
        self.A[self.A < 0] = 0
        return self.A

    def backward(self, dLdA):
        dLdZ = dLdA.copy()
        dLdZ[self.A <= 0] = 0
        dLdZ[dLdZ <= 0] = 0
        return dLdZ
