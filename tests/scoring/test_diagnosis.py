"""What wrong results have in common: a phrase is given only if it holds in all cases."""

from collections.abc import Callable

import numpy as np
import pytest

from autograder.model import Array
from autograder.scoring.diagnosis import Pair, find_pattern
from autograder.scoring.wording import PATTERNS, describe_pattern

BATCH = (3, 5)
RIGHT = [np.random.default_rng(n).standard_normal((n, 4)) for n in BATCH]
Change = Callable[[Array, int], Array]


def pairs(change: Change) -> list[Pair]:
    """The same change, applied to two right results with batches of 3 and 5."""
    return [(change(right.copy(), n), right, n) for right, n in zip(RIGHT, BATCH)]


def find_phrase(compared: list[Pair]) -> str:
    """The phrase for what the results have in common, or ""."""
    return describe_pattern(found) if (found := find_pattern(compared)) else ""


def only(*place: slice | int) -> Change:
    """Add 1 at one place of the matrix."""

    def change(right: Array, n: int) -> Array:
        right[place] += 1
        return right

    return change


def but(*place: slice | int) -> Change:
    """Add 1 everywhere except at one place."""

    def change(right: Array, n: int) -> Array:
        right[place] -= 1
        return right + 1

    return change


ALL = slice(None)
TIMES = "it is the right result times"
LOOP = "if there is a loop, where does it end?"
SIGNS = np.array([1, -1, 1, -1])


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("it is zero everywhere", lambda r, n: 0 * r),
        ("it is zero everywhere", lambda r, n: 1e-17 * r * np.arange(1, 5)),
        ("it is the right result, rounded", lambda r, n: r.round()),
        ("it is the right result, rounded", lambda r, n: r.round(5)),
        ("it is the right result transposed", lambda r, n: r.T),
        ("it holds the right numbers, in another shape", lambda r, n: r.ravel()),
        ("it is the right result, summed to one number", lambda r, n: r.sum()[None]),
        ("the sizes are right, but some signs are not", lambda r, n: r * SIGNS),
        ("the rows are in the opposite order", lambda r, n: r[::-1]),
        ("every sign is the wrong way round", lambda r, n: -r),
        ("it is the right result divided by the number of examples", lambda r, n: r / n),
        (f"{TIMES} the number of examples", lambda r, n: r * n),
        (f"{TIMES} the number of examples, and has the wrong sign", lambda r, n: -r * n),
        (PATTERNS["no_number"], lambda r, n: r * np.nan),
        (f"{TIMES} 0.25", lambda r, n: r / 4),
        (f"{TIMES} a number that changes from case to case", lambda r, n: r + r * n),
        ("only the first row is wrong", only(0)),
        ("only the last row is wrong", only(-1)),
        ("only the first column is wrong", only(ALL, 0)),
        ("only the last column is wrong", only(ALL, -1)),
        (f"only the first row is right: {LOOP}", but(0)),
        (f"only the last row is right: {LOOP}", but(-1)),
        ("only the first column is right", but(ALL, 0)),
        ("only the last column is right", but(ALL, -1)),
        ("", lambda r, n: r + 1),
        ("", only(1)),
        ("only the first row is wrong", only(0, 0)),
    ],
)
def test_what_all_cases_share_is_said(said: str, change: Change) -> None:
    """The phrase is given if every failing case shows it; if one case does not, there is none."""
    shown = pairs(change)
    assert find_phrase(shown) == said
    odd = (shown[1][1] + 1 + np.arange(4), shown[1][1], 5)
    assert find_phrase([shown[0], odd]) == ""


@pytest.mark.parametrize("change", [lambda r, n: r / 4, lambda r, n: -r, lambda r, n: r.T, only(0)])
@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_a_pattern_holds_to_a_millionth(change: Change, size: float) -> None:
    """With an error of 1e-5, no pattern is found, whatever the size of the numbers."""
    exact = [(size * got, size * right, n) for got, right, n in pairs(change)]
    assert find_phrase(exact)
    noise = [1e-5 * size * np.resize([1, -1, -1], got.shape) for got, _, _ in exact]
    assert find_phrase([(got + off, r, n) for (got, r, n), off in zip(exact, noise)]) == ""


def test_not_yet_summed_is_seen_beside_the_sum() -> None:
    """The result has one row or column per example where their sum is expected, in any shape."""
    said = "it is not yet summed over the examples"
    for right in (RIGHT[0].sum(axis=0), RIGHT[0].sum(axis=0)[:, None]):
        assert find_phrase([(RIGHT[0], right, 3)]) == said
        assert find_phrase([(RIGHT[0].T, right, 3)]) == f"{said}, and transposed"


def test_some_numbers_among_nan_are_no_pattern() -> None:
    """The sentence about missing numbers is given only if no case has any number."""
    none, one = (np.full((3, 4), np.nan), RIGHT[0], 3), (np.diag([1, 2, np.inf]), np.eye(3), 3)
    assert find_phrase([none, none]) == PATTERNS["no_number"]
    assert find_phrase([none, one]) == ""


def test_one_number_is_no_pattern() -> None:
    """One number is a multiple of any other, so only a known factor is reported."""
    one = np.array([2.0])
    assert find_phrase([(3 * one, one, 1)]) == ""
    assert find_phrase([(3 * one, one, 1), (5 * one, one, 1)]) == ""
    assert find_phrase([(3 * one, one, 1), (3 * one, one, 1)]) == f"{TIMES} 3"
    assert find_phrase([(-one, one, 1)]) == "every sign is the wrong way round"
    assert find_phrase([(one, one + 0.2, 1)]) == ""
    assert find_phrase([(one + 0.2, one + 0.21, 1)]) == "it is the right result, rounded"
    assert find_phrase([(3 * one, one, 3)]) == f"{TIMES} the number of examples"
    almost = np.array([[1.0, 2.0]])
    assert "examples" not in find_phrase([(almost * (1 + 5e-7), almost, 1)])


def test_what_is_nearly_right_is_no_multiple() -> None:
    """With a small number added, the phrase is not «times 1»; this holds for a single number
    too."""
    nearly = "it is nearly right: is something rounded, or a small number added somewhere?"
    assert find_phrase(pairs(lambda right, n: right.round(5) + 2e-6)) == nearly
    assert find_phrase(pairs(lambda right, n: right + 1e-5)) == nearly
    assert find_phrase([(np.array(2.00001), np.array(2.0), 4)]) == nearly
    assert (
        find_phrase(pairs(lambda right, n: right * 1.001)) == "it is the right result times 1.001"
    )
