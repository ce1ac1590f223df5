class SGD:
    def __init__(self, model, lr=0.1):
        self.l = model.layers
        self.lr = lr

    def step(self):
        for layer in self.l:
            W = layer.W - self.lr * layer.dLdW
            b = layer.b - self.lr * layer.dLdb
        layer.W, layer.b = W, b
