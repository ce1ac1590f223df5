"""Random inputs for cases, in the shapes and sizes that exercises need."""

import numpy as np

from autograder.model import Array

Random = np.random.Generator


def draw_normal(rng: Random, *shape: int) -> Array:
    """Numbers of about the size of 1, all different, so that a missing factor is noticed."""
    return rng.standard_normal(shape)


def draw_one_hot(rng: Random, n: int, c: int) -> Array:
    """Desired outputs, N × C: one 1 per row, in a random column."""
    return np.eye(c)[rng.integers(0, c, size=n)]


def draw_huge(rng: Random, *shape: int) -> Array:
    """Numbers beyond 1e4 with both signs in every row: their exponentials are 0 or overflow.

    They are far from each other, because float32 keeps at most two decimals of such numbers.
    """
    signs = np.where(np.arange(shape[-1]) % 2 == 0, 1.0, -1.0)
    return np.broadcast_to(signs, shape) * 1e4 * (1 + rng.random(shape))


def draw_apart(rng: Random, *shape: int) -> Array:
    """Rows of ordinary numbers around −1e3, 0 and 1e3.

    They show whether each row's own maximum is subtracted, and not that of the whole array. They
    are not larger, because float32 must keep the differences within a row.
    """
    return rng.standard_normal(shape) + 1e3 * (np.arange(shape[0])[:, np.newaxis] - 1)


def to_single_precision(inputs: dict[str, Array]) -> dict[str, Array]:
    """The same inputs in float32."""
    return {name: array.astype(np.float32) for name, array in inputs.items()}
