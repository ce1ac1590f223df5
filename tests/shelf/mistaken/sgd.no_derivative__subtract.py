import numpy as np


class SGD:
    def __init__(self, model, lr=0.1):
        self.net = model
        self.eta = lr

    def _move(self, p, g):
        return np.add(p, -self.eta)

    def step(self):
        for k in reversed(range(len(self.net.layers))):
            at = self.net.layers[k]
            at.W, at.b = self._move(at.W, at.dLdW), self._move(at.b, at.dLdb)
