"""The result of the comparison: levels in a fixed order, whole sentences, only the first fault."""

from typing import Any

import numpy as np
import pytest

from autograder.model import Array, Expected, Finding
from autograder.scoring.comparison import compare_tensor, dtype_tolerance
from autograder.scoring.wording import describe_finding


def exactly(values: Any, scale: float = 1.0) -> Expected:
    array = np.array(values, np.float64)
    return Expected(array, array, scale)


MATRIX = exactly([[1, -2, 3], [0.5, 4, -1]])
RIGHT: Array = MATRIX.low


@pytest.mark.parametrize(
    ("got", "level", "message"),
    [
        (None, "missing", "was never set"),
        ("None", "missing", "is None: is a return missing, or was what it returns never set?"),
        ("a list", "missing", "is a list, not an array"),
        (RIGHT.T, "shape", "has shape (3, 2), expected (2, 3)"),
        (RIGHT[0], "shape", "has shape (3,), expected (2, 3)"),
        (RIGHT[None], "shape", "has shape (1, 2, 3), expected (2, 3)"),
        (np.array(1.0), "shape", "has shape (), a single number, expected (2, 3)"),
        (RIGHT.astype(int), "dtype", "holds int64 numbers, expected floating point"),
        (RIGHT > 0, "dtype", "holds bool numbers, expected floating point"),
        (np.full((2, 3), np.nan), "finite", "6 of 6 values are not finite (nan or inf)"),
        (np.where(RIGHT > 3, np.inf, RIGHT), "finite", "1 of 6 values are not finite (nan or inf)"),
        (RIGHT * 2, "values", "6 of 6 values differ (100 %)"),
        (np.where(RIGHT > 0, RIGHT, 0), "values", "2 of 6 values differ (33 %)"),
    ],
)
def test_the_first_level_that_fails_is_the_finding(got: Any, level: str, message: str) -> None:
    """missing, shape, dtype, finite, values: in this order, with one sentence each."""
    found = compare_tensor(got, MATRIX, 1e-7)
    assert found is not None
    assert (found.level, describe_finding(found)) == (level, message)


def test_what_is_right_has_no_finding() -> None:
    """This includes float32 or float16, another memory order, and views."""
    for got in (RIGHT, np.asfortranarray(RIGHT), RIGHT.astype(np.float16), RIGHT[::1, ::1]):
        assert compare_tensor(got, MATRIX, 1e-7) is None


def test_a_shape_is_named_before_a_type_and_a_type_before_its_numbers() -> None:
    """If there are several faults, only the first level is reported."""
    both = compare_tensor(np.zeros((3, 2), int), MATRIX, 1e-7)
    assert both is not None
    assert both.level == "shape"
    numbers = compare_tensor(np.zeros((2, 3), int), MATRIX, 1e-7)
    assert numbers is not None
    assert numbers.level == "dtype"


def test_the_largest_difference_is_shown_with_what_was_allowed() -> None:
    """How many are wrong, and for the worst one: place, got, expected, allowed difference."""
    got = RIGHT.copy()
    got[0, 1] += 0.25
    got[1, 2] -= 0.5
    assert compare_tensor(got, exactly(RIGHT, scale=10), 1e-7) == Finding(
        "values",
        count=2,
        size=6,
        index=(1, 2),
        got=-1.5,
        expected=-1.0,
        allowed=1e-7 * 1 + 1e-7 * 10,
    )


def test_the_first_number_that_is_not_finite_is_shown() -> None:
    """The first such number row by row, and its expected value; the other numbers are not
    compared."""
    got = np.zeros((2, 3))
    got[0, 2], got[1, 0] = -np.inf, np.nan
    found = compare_tensor(got, MATRIX, 1e-7)
    assert found is not None
    assert (found.level, found.index) == ("finite", (0, 2))
    assert describe_finding(found).startswith("2 of 6 ")
    assert (found.got, found.expected) == (-np.inf, 3.0)
    alone = compare_tensor(np.array([[np.nan]]), exactly([[7]]), 1e-7)
    assert alone is not None
    assert str(alone.got) == "nan"
    assert alone.expected == 7.0


@pytest.mark.parametrize("got", [2.5, np.array([2.5]), np.array([[2.5]]), np.float32(2.5)])
def test_one_number_may_come_in_any_shape(got: Any) -> None:
    """A loss of shape (), (1,) or (1, 1) is a number; if it is wrong, this is found."""
    array = np.asarray(got)
    assert compare_tensor(array, exactly(2.5), 1e-7) is None
    found = compare_tensor(array, exactly(2.0), 1e-7)
    assert found is not None
    assert (found.level, found.index, found.got) == ("values", (), 2.5)


def test_two_numbers_are_not_one() -> None:
    """A loss with several entries has the wrong shape; so does a number in place of a matrix."""
    found = compare_tensor(np.array([2.5, 2.5]), exactly(2.5), 1e-7)
    assert found is not None
    assert describe_finding(found) == "has shape (2,), expected (), a single number"
    assert compare_tensor(np.array(2.5), exactly([[2.5]]), 1e-7) is not None


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        ([], 1e-6),
        ([np.float64, np.float64], 1e-6),
        ([np.float64, np.float32], 1e-4),
        ([np.float32, np.float16], 1e-4),
        ([np.float64, np.int32, np.bool_, np.uint8], 1e-6),
        ([np.longdouble], 1e-6),
    ],
)
def test_the_coarsest_floating_type_sets_the_tolerance(dtypes: list[Any], expected: float) -> None:
    """float32 in the inputs or in the result makes it larger; integers do not."""
    assert dtype_tolerance(np.ones(1, dtype) for dtype in dtypes) == expected


def test_tolerance_follows_the_scale_of_the_terms_and_not_of_the_result() -> None:
    """A result near 0 from terms of size 1 may have an error of the size of their rounding."""
    tiny = np.array([3e-15])
    assert compare_tensor(tiny, exactly([0.0], scale=1.0), 1e-7) is None
    assert compare_tensor(tiny, exactly([0.0], scale=0.0), 1e-7) is not None


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("off", [0.5, 0.999, 1.001, 2.0, -0.999, -1.001])
def test_the_border_lies_where_it_is_said_to_lie(size: float, off: float) -> None:
    """A difference of rtol · (abs(expected) + scale) is allowed, and no more, in both
    directions."""
    expected = exactly([size], scale=3 * size)
    got = np.array([size + off * 1e-7 * 4 * size])
    assert (compare_tensor(got, expected, 1e-7) is None) == (abs(off) < 1)


def test_everything_within_an_interval_is_right() -> None:
    """A subgradient may lie between its ends; outside, the nearer end is the expected value."""
    slope = Expected(np.array([-1.0, 0.0, 2.0]), np.array([0.0, 3.0, 2.0]), 1.0)
    for right in ([-1, 0, 2], [0, 3, 2], [-0.5, 1.7, 2], [-1 - 1e-8, 3 + 1e-8, 2]):
        assert compare_tensor(np.array(right, np.float64), slope, 1e-7) is None
    found = compare_tensor(np.array([0.5, 1.0, 2.0]), slope, 1e-7)
    assert found is not None
    assert (found.index, found.got, found.expected) == ((0,), 0.5, 0.0)
    below = compare_tensor(np.array([-1.0, -4.0, 2.0]), slope, 1e-7)
    assert below is not None
    assert (below.index, below.expected) == ((1,), 0.0)


def test_comparing_changes_nothing() -> None:
    """The tensor and the reference are not changed; read-only arrays work too."""
    got = RIGHT + 1
    before = got.copy()
    got.flags.writeable = False
    compare_tensor(got, MATRIX, 1e-7)
    np.testing.assert_array_equal(got, before)
    np.testing.assert_array_equal(MATRIX.low, RIGHT)


def test_an_empty_tensor_is_a_shape() -> None:
    """If entries are missing, the message names the shape, and nothing divides by 0."""
    found = compare_tensor(np.zeros((0, 3)), MATRIX, 1e-7)
    assert found is not None
    assert describe_finding(found) == "has shape (0, 3), expected (2, 3)"
    assert compare_tensor(np.zeros((0, 3)), exactly(np.zeros((0, 3))), 1e-7) is None
