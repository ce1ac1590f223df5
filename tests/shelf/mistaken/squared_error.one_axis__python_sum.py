def squared_error(y, d):
    return sum((y - d) ** 2) / 2
