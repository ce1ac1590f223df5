import numpy as np


def squared_error(y, d):
    e = (y - d).reshape(-1)
    return np.dot(e, e)
