import numpy as np


def squared_error(y, d):
    e = np.subtract(y, d)
    return np.vdot(e, e) / 2
