import numpy as np


def squared_error(y, d):
    se = np.square(np.subtract(d, y))
    while np.ndim(se):
        se = sum(se)
    return se * 0.5
