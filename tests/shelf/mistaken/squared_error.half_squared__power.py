import numpy as np


def squared_error(y, d):
    return np.sum(((y - d) / 2) ** 2)
