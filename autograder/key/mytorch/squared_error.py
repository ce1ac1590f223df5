"""The squared error: a divergence, half the squared distance of output and desired output.

y   output of the network, D × 1 or any other shape
d   desired output, the shape of y
"""

import numpy as np

from .shapes import Array, expect_numbers, expect_shape


def squared_error(y: Array, d: Array) -> float:
    """Measure how wrong the output y is: one number, 0 if y = d and else positive.

        Div(y, d) = ½ Σ_i (y_i − d_i)²

    Lecture: “Training neural nets through Empirical Risk Minimization: Problem Setup”.

    Args:    y: output of the network, any shape.  d: desired output, the shape of y.
    Returns: the divergence, one number.
    Raises:  ValueError: y or d is not an array of numbers, or d does not have the shape of y.
    """
    expect_numbers("squared_error: y", y)
    expect_shape("squared_error: d", d, np.shape(y))
    ### BEGIN SOLUTION
    difference = y - d
    return float(0.5 * np.sum(difference * difference))
    ### END SOLUTION
