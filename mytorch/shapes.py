"""Check the shapes of arrays, and write the error messages for wrong ones.

This file is complete: there is nothing to fill in here.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Shape: TypeAlias = tuple[str | int, ...]


def expect_shape(what: str, array: Array, shape: Shape) -> tuple[int, ...]:
    """Raise an error if an array does not have the given shape.

    A number stands for itself, and a letter stands for any size of at least 1:

        expect_shape("Linear.forward: A", A, ("N", 3))

    Args:    what: the method and its argument, as the message should name them.
             array: any array.  shape: one entry per axis.
    Returns: the array's shape.
    Raises:  ValueError: “Linear.forward: A must be (N, 3), got (5, 2)”.
    """
    expect_numbers(what, array)
    got = np.shape(array)
    agrees = len(got) == len(shape) and all(
        size > 0 if isinstance(want, str) else size == want
        for want, size in zip(shape, got, strict=True)
    )
    if not agrees:
        wanted = ", ".join(str(want) for want in shape)
        wanted += "," * (len(shape) == 1)
        raise ValueError(f"{what} must be ({wanted}), got {got}")
    return got


def expect_numbers(what: str, array: Array) -> None:
    """Raise an error for a list, and for entries that are not floats or (signed) integers.

    Raises: ValueError: “Linear.forward: A must be an array of floats, got list”.
    """
    if isinstance(array, np.ndarray | np.generic):
        is_numbers, kind = array.dtype.kind in "fi", array.dtype
    else:
        is_numbers, kind = type(array) in (float, int), type(array).__name__
    if not is_numbers:
        raise ValueError(f"{what} must be an array of floats, got {kind}")


def expect_size(what: str, size: int) -> None:
    """Raise an error if a number cannot be the size of an array.

    Raises: ValueError: “Linear: in_features must be a whole number from 1 on, got -3”.
    """
    if not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"{what} must be a whole number from 1 on, got {size!r}")
