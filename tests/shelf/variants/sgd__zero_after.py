import numpy as np


class SGD:
    def __init__(self, model, lr=0.1):
        self.model = model
        self.lr = lr
        self.t = 0

    def step(self):
        self.t += 1
        for i in range(len(self.model.layers)):
            layer = self.model.layers[i]
            layer.W += -self.lr * layer.dLdW
            layer.b += -self.lr * layer.dLdb
        for layer in self.model.layers:
            layer.dLdW = np.zeros_like(layer.W)
            layer.dLdb = np.zeros_like(layer.b)
