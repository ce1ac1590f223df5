import numpy as np


def squared_error(y, d):
    return np.subtract(y, d)
