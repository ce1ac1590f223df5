class SGD:
    def __init__(self, model, lr=0.1):
        self.model = model
        self.lr = lr

    def step(self):
        for layer in self.model.layers:
            layer.W -= self.lr * layer.W
            layer.b -= self.lr * layer.b
