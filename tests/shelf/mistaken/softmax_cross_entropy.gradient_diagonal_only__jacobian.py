import numpy as np

from mytorch.softmax import Softmax as S


class SoftmaxCrossEntropy:
    """The long way back: through the logarithm, then through the Jacobian of one's own softmax."""

    def __init__(self):
        self.softmax = S()

    def forward(self, Z, Y):
        self.Y = Y
        self.A = self.softmax.forward(Z)
        self.target = Y.argmax(axis=1)
        losses = []
        for z, k in zip(Z, self.target):
            top = z.max()
            losses.append(top + np.log(np.exp(z - top).sum()) - z[k])
        return sum(losses) / len(losses)

    def backward(self):
        N = len(self.Y)
        rows = []
        for y, d in zip(self.A, self.Y):
            rows.append(-d * (1 - y))
        return np.array(rows) / N
