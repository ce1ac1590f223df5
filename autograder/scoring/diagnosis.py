"""Find out from wrong tensors what is wrong. These functions have no side effects.

There are two kinds of answer. A misconception is a known mistake whose stored tensors agree with
the student's in every case. A pattern says only what the wrong entries have in common.
"""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from autograder.model import Array, Pattern

CLOSE = 1e-3  # relative to the distance of mistake and reference; mistakes differ by more
ROUNDING = 1e-9  # relative to the reference: for mistakes with only right and nan entries
EXACT = 1e-6  # relative to the right result, for patterns
NEARLY = 1e-4  # relative to the right result: so near that only precision is lost

Pair = tuple[Array, Array, int]  # got, expected, and the number of examples N


def matches_mistake(sign: Array | str, got: Array | str | None, right: Array) -> bool:
    """Whether the student's result agrees with the mistake's, within the tolerance CLOSE.

    nan and inf count as equal: small differences in the code decide which of them results.

    Args: sign: what the mistake gives: an array, or an exception's name.  got: what the student's
          code gives, or None.  right: the reference.
    """
    if isinstance(sign, str) or isinstance(got, str) or got is None:
        return isinstance(sign, str) and isinstance(got, str) and sign == got
    if got.size == sign.size == 1:
        got = got.reshape(sign.shape)
    finite = np.isfinite(sign)
    if got.shape != sign.shape or (np.isfinite(got) != finite).any():
        return False
    distance = np.abs(sign - right) if sign.shape == right.shape else np.abs(sign)
    allowed = CLOSE * largest_entry(distance[finite]) + ROUNDING * largest_entry(right)
    return largest_entry(got[finite] - sign[finite]) <= allowed


def find_pattern(compared: Sequence[Pair]) -> Pattern | None:
    """What the wrong results of all failing cases have in common, or None if nothing."""
    return find_resemblance(compared) or find_multiple(compared) or find_lone_line(compared)


def find_resemblance(compared: Sequence[Pair]) -> Pattern | None:
    """The first operation on the results or the references that makes them agree."""
    if any(nearly_equal(got, right) or not got.size for got, right, _ in compared):
        return None
    for kind, sides in RESEMBLANCES.items():
        if all(nearly_equal(*sides(*pair)) for pair in compared):
            return Pattern(kind)
    return None


RESEMBLANCES: dict[str, Callable[[Array, Array, int], tuple[Array, Array]]] = {
    "no_number": lambda g, r, n: (np.isfinite(g).astype(float), np.zeros(g.shape)),
    "negative": lambda g, r, n: (g, -r),
    "divided_by_count": lambda g, r, n: (g, r / n),
    "times_count": lambda g, r, n: (g, r * n),
    "negative_times_count": lambda g, r, n: (g, -r * n),
    "zero": lambda g, r, n: (np.rint(g / (EXACT * largest_entry(r))), 0 * r),
    "rounded": lambda g, r, n: round_alike(g, r),
    "transposed": lambda g, r, n: (g.T, r),
    "other_shape": lambda g, r, n: (g.ravel(), r.ravel()),
    "not_summed": lambda g, r, n: sum_examples(g, r, 0),
    "not_summed_transposed": lambda g, r, n: sum_examples(g, r, -1),
    "summed_to_one": lambda g, r, n: (g.ravel(), r.sum()[None]),
    "some_signs": lambda g, r, n: (np.abs(g), np.abs(r)),
    "rows_reversed": lambda g, r, n: (np.atleast_2d(g)[::-1], r),
}


def round_alike(got: Array, right: Array) -> tuple[Array, Array]:
    """The result, and the reference rounded to as many decimals as the result has.

    A single whole number does not count as rounded: it may be whole by chance.
    """
    decimals = next((d for d in range(got.size == 1, 6) if nearly_equal(got, got.round(d))), 6)
    return got, right.round(decimals)


def sum_examples(got: Array, right: Array, axis: int) -> tuple[Array, Array]:
    return np.atleast_1d(got).sum(axis=axis), right.ravel()


def find_multiple(compared: Sequence[Pair]) -> Pattern | None:
    """Whether got is a multiple of right, with the same factor in all cases or one per case."""
    factors = np.array([common_factor(got, right) for got, right, _ in compared])
    first, sizes = factors[0], [right.size for _, right, _ in compared]
    if np.all(np.abs(factors - 1) <= NEARLY):
        return Pattern("nearly_right")
    if not factors.all() or sum(sizes) == 1:  # a single number is a multiple of any other
        return None
    if np.all(np.abs(factors - first) <= EXACT * np.abs(first)):
        return Pattern("multiple", float(first))
    return Pattern("varying_multiple") if sizes[0] > 1 else None


def common_factor(got: Array, right: Array) -> float:
    """The factor by which right must be multiplied to give got, or 0 if there is none."""
    if got.shape != right.shape or not right.any() or not np.isfinite(got).all():
        return 0.0
    factor = float(np.sum(got * right) / np.sum(right * right))
    off = largest_entry(got - factor * right) / largest_entry(right)
    return factor if off <= (NEARLY if abs(factor - 1) <= NEARLY else EXACT) else 0.0


def find_lone_line(compared: Sequence[Pair]) -> Pattern | None:
    """Whether only the first or last row or column is wrong, or only that one is right."""
    lines, places = ((0, "row"), (1, "column")), ((0, "first"), (-1, "last"))
    for (axis, line), (place, name), what in product(lines, places, ("wrong", "right")):
        if all(
            differs_in_line(got, right, axis, place, what == "wrong") for got, right, _ in compared
        ):
            return Pattern(f"{name}_{line}_{what}")
    return None


def differs_in_line(got: Array, right: Array, axis: int, place: int, wrong: bool) -> bool:
    """Whether one row or column is wrong and the others are right, or the other way round."""
    if got.shape != right.shape or got.ndim != 2 or got.shape[axis] < 2:
        return False
    bad = ~np.all(np.abs(got - right) <= EXACT * largest_entry(right), axis=1 - axis)
    only = np.arange(len(bad)) == place % len(bad)
    return np.array_equal(bad, only == wrong)


def nearly_equal(got: Array, right: Array) -> bool:
    return (
        got.shape == right.shape
        and largest_entry(got - right) <= EXACT * largest_entry(right) + 1e-300
    )


def largest_entry(array: Array) -> float:
    return float(np.abs(array).max(initial=0))
