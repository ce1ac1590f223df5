import numpy as np


def squared_error(y, d):
    return np.linalg.norm(y - d) ** 2 / 2
