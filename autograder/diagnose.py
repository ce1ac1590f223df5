"""Name what is wrong from the wrong tensors themselves. Pure: arrays in, ids and phrases out.

Two kinds of answer. A misconception is a planted mistake whose stored tensors agree with the
student's in every case. A pattern says only what the wrong entries have in common.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from .model import Array

CLOSE = 1e-3  # of the distance between mistake and reference: closer than any two mistakes are
ROUNDING = 1e-9  # of the reference: where a mistake is right in some entries, and nan in others


def matches(
    signature: Mapping[str, Array | str],
    got: Mapping[str, Array | str],
    right: Mapping[str, Array],
    wrong: Iterable[str],
) -> bool:
    """Whether one mistake explains one tensor in all cases of a role.

    Args: signature: by case, what the mistake gives where it differs from the reference: an
                     array, or an exception's name.
          got: the same of the student.  right: the references.  wrong: cases that failed.
    """
    arrays = [case for case, value in signature.items() if not isinstance(value, str)]
    if not arrays or not set(wrong) <= set(signature):
        return False
    return all(same(signature[case], got.get(case), right[case]) for case in signature)


def same(sign: Array | str, got: Array | str | None, right: Array) -> bool:
    """Whether the student's result is the mistake's, to a thousandth of its distance.

    nan and inf count alike: which of them comes out is a matter of style.
    """
    if isinstance(sign, str) or isinstance(got, str) or got is None:
        return isinstance(sign, str) and isinstance(got, str) and sign == got
    if got.size == sign.size == 1:
        got = got.reshape(sign.shape)
    if got.shape != sign.shape or not np.array_equal(np.isfinite(got), np.isfinite(sign)):
        return False
    finite = np.isfinite(sign)
    distance = np.abs(sign - right) if sign.shape == right.shape else np.abs(sign)
    allowed = CLOSE * np.max(distance[finite], initial=0)
    allowed += ROUNDING * np.max(np.abs(right), initial=0)
    return bool(np.all(np.abs(got[finite] - sign[finite]) <= allowed))


def pattern(pairs: Iterable[tuple[Array, Array]], batch: Iterable[int]) -> str:
    """What wrong results have in common, or "" if nothing.

    Args: pairs: (got, expected) of every failing case.  batch: N of each.
    """
    compared = [(got, right, n) for (got, right), n in zip(pairs, batch)]
    if not compared:
        return ""
    return next((text for text, holds in PATTERNS if all(holds(*c) for c in compared)), "") or (
        factor(compared) or rows(compared)
    )


def close(got: Array, right: Array) -> bool:
    size = np.max(np.abs(right), initial=0)
    return got.shape == right.shape and bool(np.all(np.abs(got - right) <= 1e-6 * size + 1e-300))


def summed(wide: Array, narrow: Array) -> bool:
    """Whether `narrow` is `wide` summed over the examples (its rows)."""
    return (
        wide.ndim == 2
        and wide.size > narrow.size
        and wide.shape[1] == narrow.size
        and close(wide.sum(axis=0), narrow.ravel())
    )


PATTERNS: tuple[tuple[str, Callable[[Array, Array, int], bool]], ...] = (
    ("it is zero everywhere", lambda g, r, n: g.shape == r.shape and not g.any() and bool(r.any())),
    (
        "it is the right result transposed",
        lambda g, r, n: g.ndim == 2 and not close(g, r) and close(g.T, r),
    ),
    (
        "it holds the right numbers, in another shape",
        lambda g, r, n: g.shape != r.shape and close(g.ravel(), r.ravel()),
    ),
    ("it is not yet summed over the examples", lambda g, r, n: summed(g, r)),
    (
        "it is the right result, summed to one number",
        lambda g, r, n: g.size == 1 < r.size and close(g.ravel(), r.sum().reshape(1)),
    ),
    ("every sign is the wrong way round", lambda g, r, n: bool(g.any()) and close(-g, r)),
    (
        "the sizes are right, but some signs are not",
        lambda g, r, n: close(np.abs(g), np.abs(r)) and bool(g.any()),
    ),
    (
        "it is the right result divided by the number of examples",
        lambda g, r, n: n > 1 and close(g * n, r),
    ),
    (
        "it is the right result times the number of examples",
        lambda g, r, n: n > 1 and close(g / n, r),
    ),
    (
        "the rows are in the opposite order",
        lambda g, r, n: g.ndim == 2 and len(g) > 1 and close(g[::-1], r),
    ),
)


def factor(compared: list[tuple[Array, Array, int]]) -> str:
    """Whether one number, the same in all cases, or one in each, stands between got and right."""
    factors = []
    if sum(right.size for _, right, _ in compared) < 2:
        return ""  # one number is some multiple of any other
    for got, right, _ in compared:
        if got.shape != right.shape or not right.any():
            return ""
        ratio = float(np.sum(got * right) / np.sum(right * right))
        if not np.isfinite(ratio) or not close(got, ratio * right) or ratio == 0:
            return ""
        factors.append(ratio)
    if max(factors) - min(factors) <= 1e-6 * abs(factors[0]):
        return f"it is the right result times {factors[0]:.4g}"
    if len(compared) > 1 and compared[0][1].size > 1:
        return "it is the right result times a number that changes from case to case"
    return ""


def rows(compared: list[tuple[Array, Array, int]]) -> str:
    """Whether the wrong entries stand in one row or one column, or the right ones do."""
    for axis, word in ((0, "row"), (1, "column")):
        for place, name in ((0, "first"), (-1, "last")):
            for wanted, text in (
                (True, "only the {} {} is wrong"),
                (False, "only the {} {} is right"),
            ):
                if all(alone(g, r, axis, place, wanted) for g, r, _ in compared):
                    return text.format(name, word)
    return ""


def alone(got: Array, right: Array, axis: int, place: int, wrong: bool) -> bool:
    """Whether one line of a matrix is wrong and the others right, or the other way round."""
    if got.shape != right.shape or got.ndim != 2 or got.shape[axis] < 2:
        return False
    size = np.max(np.abs(right), initial=0)
    bad = np.any(np.abs(got - right) > 1e-6 * size, axis=1 - axis)
    only = np.zeros(len(bad), dtype=bool)
    only[place] = True
    return bool(np.array_equal(bad, only if wrong else ~only))
