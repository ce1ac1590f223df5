class SGD:
    def __init__(self, model, lr=0.1):
        self.layers = model.layers
        self.lr = lr

    def step(self):
        [
            setattr(layer, name, getattr(layer, name) - self.lr * getattr(layer, f"dLd{name}"))
            for layer in self.layers
            for name in "Wb"
        ]
