import numpy as np


def squared_error(y, d):
    return 0.5 * np.linalg.norm(y - d)
