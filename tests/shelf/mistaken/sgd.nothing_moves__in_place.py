class SGD:
    def __init__(self, model, lr=0.1):
        self.model = model
        self.lr = lr

    def step(self):
        for layer in self.model.layers:
            W, b = layer.W, layer.b
            W = W - self.lr * layer.dLdW
            b = b - self.lr * layer.dLdb
