import math
from functools import reduce

import numpy as np


def squared_error(y, d):
    pairs = zip(np.ravel(y).tolist(), np.ravel(d).tolist())
    squares = [(a - b) ** 2 for a, b in pairs]
    return reduce(lambda total, square: total + square, squares, 0.0) / 2


def distance(y, d):
    return math.sqrt(2 * squared_error(y, d))
