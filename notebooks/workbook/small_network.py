"""The small network that all notebooks use, and two examples for it.

Two inputs, two hidden units with a ReLU, one output without activation. Examples are rows.

X    inputs, N × 2                    D    desired outputs, N × 1
W1   first layer's weights, 2 × 2     B1   its biases, 2 × 1
W2   second layer's weights, 1 × 2    B2   its bias, 1 × 1
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]


def fixed_array(rows: list[list[float]]) -> Array:
    """A read-only array, so that the network is the same in every cell."""
    array = np.array(rows)
    array.flags.writeable = False
    return array


X = fixed_array([[1.0, 2.0], [0.0, 4.0]])
D = fixed_array([[1.0], [0.0]])
W1 = fixed_array([[1.0, -1.0], [0.5, 0.5]])
B1 = fixed_array([[2.0], [-1.0]])
W2 = fixed_array([[2.0, -1.0]])
B2 = fixed_array([[0.5]])
