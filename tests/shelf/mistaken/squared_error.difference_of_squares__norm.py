import numpy as np


def squared_error(y, d):
    return (np.linalg.norm(y) ** 2 - np.linalg.norm(d) ** 2) / 2
