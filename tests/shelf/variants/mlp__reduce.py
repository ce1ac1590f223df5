from functools import reduce
from itertools import chain

from .linear import Linear
from .relu import ReLU


class MLP:
    def __init__(self, sizes, activation=ReLU):
        self.layers = [Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.f = [activation() for _ in self.layers][1:]

    @property
    def steps(self):
        return [*chain.from_iterable(zip(self.layers, self.f)), self.layers[-1]]

    def forward(self, A):
        return reduce(lambda signal, step: step.forward(signal), self.steps, A)

    def backward(self, dLdZ):
        return reduce(lambda signal, step: step.backward(signal), self.steps[::-1], dLdZ)
