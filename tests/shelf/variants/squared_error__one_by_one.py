# a loss of shape (1, 1), from a product of matrices
def squared_error(y, d):
    e = (y - d).reshape(-1, 1)
    return 0.5 * (e.T @ e)
