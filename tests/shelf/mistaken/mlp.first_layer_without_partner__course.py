import mytorch.linear
import mytorch.relu


class MLP:
    def __init__(self, sizes, activation=mytorch.relu.ReLU, debug=False):
        self.layers = [
            mytorch.linear.Linear(sizes[i], sizes[i + 1], debug) if debug
            else mytorch.linear.Linear(sizes[i], sizes[i + 1])
            for i in range(len(sizes) - 1)
        ]
        self.f = [activation() for _ in range(len(sizes) - 2)]
        self.debug = debug

    def forward(self, A0):
        self.A = [A0]
        for i in range(len(self.layers)):
            Z = self.layers[i].forward(self.A[i])
            self.A.append(self.f[i].forward(Z) if i < len(self.f) else Z)
        return self.A[-1]

    def backward(self, dLdZ):
        L = len(self.layers)
        for i in range(L - 1, 0, -1):
            dLdA = self.layers[i].backward(dLdZ)
            dLdZ = self.f[i - 1].backward(dLdA)
        return dLdZ
