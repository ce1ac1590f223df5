import numpy as np


def squared_error(y, d):
    total = 0.0
    for a, b in zip(np.ravel(y), np.ravel(d)):
        total += abs(a - b)
    return total / 2
