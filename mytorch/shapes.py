"""The shapes of arrays, and the sentence that a wrong one gets.

Complete as it is: there is nothing to fill in here.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]


def expect_shape(what: str, array: Array, shape: tuple[str | int, ...]) -> None:
    """Refuse an array of another shape than the one written down.

    A number stands for itself, a letter for any size:

        expect_shape("Linear.forward: A", A, ("N", 3))

    Args:    what: the method and its argument, as the sentence is to name them.
             array: any array.  shape: one entry an axis.
    Raises:  ValueError: «Linear.forward: A must be (N, 3), got (5, 2)».
    """
    got = np.shape(array)
    agrees = len(got) == len(shape) and all(
        isinstance(want, str) or want == size for want, size in zip(shape, got, strict=True)
    )
    if not agrees:
        wanted = ", ".join(str(want) for want in shape)
        raise ValueError(f"{what} must be ({wanted}), got {got}")
