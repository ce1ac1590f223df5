"""Compare one tensor with its reference. Arrays go in, a finding comes out; no side effects.

The levels, in order, are missing, shape, dtype, finite, values; the first that fails is reported.
"""

from collections.abc import Iterable

import numpy as np

from autograder.model import Array, Expected, Finding

# One number is both tolerances: relative to the entry, and to the size of the terms added up.
TOLERANCES = {8: 1e-6, 4: 1e-4}


def dtype_tolerance(arrays: Iterable[Array]) -> float:
    """The tolerance of the coarsest floating type among arrays, up to float32."""
    sizes = [array.dtype.itemsize for array in arrays if array.dtype.kind == "f"]
    return TOLERANCES[4 if min(sizes, default=8) < 8 else 8]


def compare_tensor(got: Array | str | None, expected: Expected, rtol: float) -> Finding | None:
    """Find the first level at which a tensor differs from what was expected.

    Args:    got: the tensor; a word for what was given instead of an array; None if nothing was.
             rtol: the tolerance, relative to the entry plus `expected.scale`.
    Returns: None if everything agrees.
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
    # the right value nearest to the entry; low if the entry is nan
    target = low if high is low else np.fmin(np.fmax(wide, low), high)
    allowed = rtol * (np.abs(target) + expected.scale)
    distance = np.abs(wide - target)
    if (distance <= allowed).all():
        return None
    finite = np.isfinite(wide)
    # if there are nan or inf entries, only these are reported
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
    """The index of the largest entry; if several are equal, the first one, row by row."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(array)), array.shape))
