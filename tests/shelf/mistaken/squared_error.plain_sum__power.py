import numpy as np


def squared_error(y, d):
    return 0.5 * np.sum((y - d) * 2)
