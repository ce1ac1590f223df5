from mytorch import Linear, ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU, debug=False):
        self.layers = []
        for a, b in zip(sizes[:-1], sizes[1:]):
            self.layers.append(Linear(a, b))
            self.layers.append(activation())
        self.layers.pop()
        self.debug = debug

    def forward(self, A0):
        A = A0
        for layer in self.layers:
            A = layer.forward(A)
        self.Z = A
        return A

    def backward(self, dLdZ):
        for layer in self.layers[::-1]:
            dLdZ = layer.backward(dLdZ)
        return dLdZ
