"""Compare one tensor with its reference. Pure: arrays in, a finding out.

Levels, in order; the first that fails is the finding: missing, shape, dtype, finite, values.
"""

from collections.abc import Iterable

import numpy as np

from autograder.model import Array, Expected, Finding

# rtol and atol are one number: relative to the entry, and to the size of the incoming terms.
TOLERANCE = {8: 1e-6, 4: 1e-4}


def dtype_tolerance(arrays: Iterable[Array]) -> float:
    """The tolerance of the coarsest floating type among arrays, up to float32."""
    sizes = [array.dtype.itemsize for array in arrays if array.dtype.kind == "f"]
    return TOLERANCE[4 if min(sizes, default=8) < 8 else 8]


def compare_tensor(got: Array | str | None, expected: Expected, rtol: float) -> Finding | None:
    """Find the first level at which a tensor differs from what was expected.

    Args:    got: the tensor; a word for what was given instead of an array; None if nothing was.
             rtol: relative tolerance, also of `expected.scale`.
    Returns: None where everything agrees.
    """
    if got is None:
        return Finding("missing")
    if isinstance(got, str):
        return Finding("missing", odd=got)
    low, high = expected.low, expected.high
    if low.ndim == 0 and got.size == 1:
        got = got.reshape(())
    if got.shape != low.shape:
        return Finding("shape", shape=got.shape, expected_shape=low.shape)
    if got.dtype.kind != "f":
        return Finding("dtype", dtype=got.dtype.name)
    wide = got.astype(np.float64)
    # the nearest right value; low beside nan
    target = low if high is low else np.fmin(np.fmax(wide, low), high)
    allowed = rtol * (np.abs(target) + expected.scale)
    distance = np.abs(wide - target)
    if (distance <= allowed).all():
        return None
    finite = np.isfinite(wide)
    # beside nan and inf, no number counts
    excess = distance - allowed if finite.all() else 1.0 - finite
    index = index_of_largest(excess)
    return Finding(
        "values" if finite.all() else "finite",
        count=int((excess > 0).sum()),
        size=got.size,
        index=index,
        got=float(wide[index]),
        expected=float(target[index]),
        allowed=float(allowed[index]),
    )


def index_of_largest(array: Array) -> tuple[int, ...]:
    """The index of the largest entry; of several alike, the first, row by row."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(array)), array.shape))
