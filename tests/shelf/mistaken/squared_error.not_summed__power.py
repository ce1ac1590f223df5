def squared_error(y, d):
    return (y - d) ** 2 / 2
