class ReLU:
    def forward(self, Z):
        self.closed = Z <= 0
        A = Z * 1.0
        A[self.closed] = 0
        return A

    def backward(self, dLdA):
        return dLdA - dLdA * self.closed
