"""Data for training: two moons, which no straight line separates. They are always the same.

POINTS  the points, 60 × 2, one point per row
WANTED  the moon of each point as one-hot rows, 60 × 2
PLACES  the centres of a grid over the whole field, 672 × 2: the places where the picture shows what
        the network learned
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]

EACH = 30  # points per moon
LEFT, LOW = -1.5, -1.1  # the field's lower left corner
SIDE, COLUMNS, ROWS = 0.125, 32, 21  # its squares: their side, how many across and up


def draw_moons() -> Array:
    """Points near a half circle, and near another one upside down beside it."""
    rng = np.random.default_rng(0)
    angle, other = rng.uniform(0, np.pi, EACH), rng.uniform(0, np.pi, EACH)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(other), 0.5 - np.sin(other)], axis=1)
    return np.concatenate([upper, lower]) + 0.12 * rng.standard_normal((2 * EACH, 2))


def field_centres() -> Array:
    """The middle of each square of the field, row by row from the bottom."""
    across = LEFT + SIDE * (np.arange(COLUMNS) + 0.5)
    up = LOW + SIDE * (np.arange(ROWS) + 0.5)
    return np.stack([np.tile(across, ROWS), np.repeat(up, COLUMNS)], axis=1)


def fixed_points(array: Array) -> Array:
    """The array, made read-only, so that every cell uses the same points."""
    array.flags.writeable = False
    return array


POINTS = fixed_points(draw_moons())
WANTED = fixed_points(np.repeat(np.eye(2), EACH, axis=0))
PLACES = fixed_points(field_centres())
