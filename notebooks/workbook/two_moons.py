"""Points to learn from: two moons, drawn once and for all, that no straight line divides.

POINTS  where they lie, 60 × 2, one point a row
WANTED  to which moon each belongs, 60 × 2: a 1 at the right one, else 0
PLACES  a net of places over the whole field, 672 × 2: where to ask what was learned
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]

EACH = 30  # points of each moon
LEFT, LOW = -1.5, -1.1  # the field's lower left corner
SIDE, COLUMNS, ROWS = 0.125, 32, 21  # its squares: their side, how many across and up


def draw_moons() -> Array:
    """One half circle, and one upside down beside it; every point a little off."""
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
    """The array, no longer to be written to: every cell sees the same points."""
    array.flags.writeable = False
    return array


POINTS = fixed_points(draw_moons())
WANTED = fixed_points(np.repeat(np.eye(2), EACH, axis=0))
PLACES = fixed_points(field_centres())
