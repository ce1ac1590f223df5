class SGD:
    def __init__(self, model, lr=0.1):
        self.model, self.lr = model, lr

    def step(self):
        for name in ("W", "b"):
            for layer in self.model.layers:
                value, slope = getattr(layer, name), getattr(layer, "dLd" + name)
                for i in range(value.shape[0]):
                    for j in range(value.shape[1]):
                        value[i, j] = value[i, j] - self.lr * self.lr * slope[i, j]
                setattr(layer, name, value)
