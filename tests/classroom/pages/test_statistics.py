"""The statistics of a class, computed from its reports one by one."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from autograder.classroom.pages.statistics import EXAMPLES, MAX_WORDS, OTHERS, ClassSummary
from autograder.hand_in.student import HandInEntry, Student
from autograder.model import NOTHING_TO_SAY, Array, Explanation, Fault, Item, Report, Status

IDS = ("linear.forward", "linear.backward", "sgd.step")
MAXIMA = (5.0, 9.0, 2.0)
NAME = Fault("error", "NameError")
SLOW, ENDED = "SGD.step took longer than it may", "SGD.step ended the process"
UNREAD, FULL = (Explanation("undriven", why) for why in ("no zip", "disk full"))
ADA = HandInEntry("ada.zip", Student("7", "Ada"))


def item(
    exercise: str,
    score: float,
    most: float,
    status: Status = "fail",
    said: Explanation | Fault = NOTHING_TO_SAY,
) -> Item:
    status = "pass" if score == most else status
    said = Explanation(fault=said) if isinstance(said, Fault) else said
    return Item(f"{exercise}.x.general", exercise, f"mytorch.{exercise}", score, most, status, said)


def report(*scores: float, **changes: object) -> Report:
    """A report with these points in three exercises."""
    items = tuple(item(e, s, m) for e, s, m in zip(IDS, scores, MAXIMA, strict=True))
    made = Report("ada.zip", items, isolation="bubblewrap", references="hidden")
    return replace(made, **changes)  # type: ignore[arg-type]


def summary(*reports: Report) -> ClassSummary:
    made = ClassSummary()
    for one in reports:
        made.add(one, ADA)
    return made


@pytest.fixture(scope="module")
def points() -> Array:
    """The points of 400 made-up students in three exercises, in steps of ¼."""
    rng = np.random.default_rng(5)
    able = rng.normal(size=(400, 1)) + rng.normal(size=(400, 3))
    made: Array = np.round(np.array(MAXIMA) / (1 + np.exp(-able)) * 4) / 4
    return made


@pytest.fixture(scope="module")
def known(points: Array) -> ClassSummary:
    return summary(*(report(*row) for row in points))


def test_the_scores_are_numpys(known: ClassSummary, points: Array) -> None:
    """Mean, median and quartiles agree with numpy's, although only counts are kept."""
    total = points.sum(axis=1)
    assert known.final == 400
    assert known.mean == pytest.approx(total.mean())
    for share in (0, 0.25, 0.5, 0.75, 0.9, 1):
        assert known.quantile(share) == pytest.approx(np.quantile(total, share))


@pytest.mark.parametrize("scores", [(0, 2, 5), (0, 1, 3, 5), (4,), (1, 1, 1, 5, 5)])
def test_between_two_scores_a_quantile_is_their_mix(scores: tuple[int, ...]) -> None:
    """A quantile between two scores is interpolated linearly."""
    made = summary(*(report(score, 0, 0) for score in scores))
    for share in (0, 0.1, 0.25, 0.5, 0.6, 0.75, 1):
        assert made.quantile(share) == pytest.approx(np.quantile(scores, share))


def test_difficulty_and_discrimination_are_numpys(known: ClassSummary, points: Array) -> None:
    """The mean share of the points, and the correlation with the points of all other exercises."""
    for n, exercise in enumerate(IDS):
        tally = known.exercises[exercise]
        rest = points.sum(axis=1) - points[:, n]
        assert tally.difficulty == pytest.approx(points[:, n].mean() / MAXIMA[n])
        assert tally.discrimination == pytest.approx(np.corrcoef(points[:, n], rest)[0, 1])
        assert sum(tally.lost.values()) == pytest.approx(400 * MAXIMA[n] - points[:, n].sum())


def test_no_correlation_where_all_have_the_same() -> None:
    """For one hand-in, or an exercise that all solved, there is no number, and no exception."""
    for reports in ([report(5, 9, 2)], [report(5, 9, 2), report(5, 4.1, 0.1)] * 50):
        assert summary(*reports).exercises["linear.forward"].discrimination is None


def test_a_bin_holds_its_left_end_and_the_last_holds_both() -> None:
    """16 points in bins of 1: every score is in a bin, and full points are in the last one."""
    width, counts = summary(
        report(0, 0, 0), report(0, 1, 0), report(5, 9, 2), report(5, 8, 2)
    ).bins()
    assert (width, len(counts)) == (1, 16)
    assert {n: c for n, c in enumerate(counts) if c} == {0: 1, 1: 1, 15: 2}


def test_points_are_lost_in_three_ways() -> None:
    """By wrong results, by code that stopped, or by missing attempts."""
    items = (
        item("sgd.step", 0, 1),
        item("sgd.step", 0, 2, "error"),
        item("sgd.step", 0, 4, "timeout"),
        item("sgd.step", 0, 8, "crash"),
        item("sgd.step", 0, 16, "not_attempted"),
    )
    lost = summary(Report("x", items)).exercises["sgd.step"].lost
    assert dict(lost) == {"wrong": 1, "stopped": 14, "untried": 16}


def test_a_provisional_grade_is_no_grade() -> None:
    """It is counted and named, but its points are in no mean."""
    bad = report(0, 0, 0, provisional=True, message="no such file or folder")
    made = summary(report(5, 9, 2), bad)
    assert (made.count, made.final, made.mean) == (2, 1, 16)
    assert made.exercises["sgd.step"].count == 1
    assert made.troubles == {"provisional": 1}
    assert made.examples["provisional"][0][1] == "no such file or folder"


def test_an_empty_hand_in_says_nothing_of_the_exercises() -> None:
    """Its 0 is a score, but an empty hand-in does not make an exercise look hard."""
    idle = tuple(replace(i, score=0.0, status="not_attempted") for i in report(5, 9, 2).items)
    made = summary(report(5, 9, 2), Report("x", idle))
    assert (made.final, made.tried, made.exercises["sgd.step"].difficulty) == (2, 1, 1)
    assert not made.troubles


@pytest.mark.parametrize(
    ("change", "trouble", "reason"),
    [
        ({"message": "ignored links: x.py"}, "noted", "ignored links: x.py"),
        ({"items": (item("sgd.step", 0, 2, "timeout", Fault("timeout")),)}, "timeout", SLOW),
        ({"items": (item("sgd.step", 0, 2, "crash", Fault("crash")),)}, "crash", ENDED),
        (
            {"items": (item("sgd.step", 0, 2, "error", Fault("error", "NameError")),)},
            "error",
            "NameError",
        ),
        (
            {"items": (item("sgd.step", 0, 2, "not_attempted", UNREAD),), "message": "no zip"},
            *("unreadable", "no zip"),
        ),
        (
            {"items": (item("sgd.step", 0, 2, "internal", FULL),), "provisional": True},
            *("provisional", "disk full"),
        ),
    ],
)
def test_troubles_have_a_name_and_a_reason(
    change: dict[str, object], trouble: str, reason: str
) -> None:
    """The problems of a hand-in are counted once per hand-in, with the report's own words."""
    made = ClassSummary()
    made.add(report(5, 9, 2, **change), ADA)
    assert made.troubles == {trouble: 1}
    assert made.examples == {trouble: [(ADA, reason)]}


def test_what_is_missing_is_no_exception() -> None:
    """A missing file or class is not an attempt, and is counted separately."""
    lacks = ("mytorch/linear.py", "mytorch/linear.py:Linear")
    gone = [item(e, 0, 1, "error", Fault("error", missing=m)) for e, m in zip(IDS[:2], lacks)]
    made = summary(report(5, 9, 2, items=(*gone, item("sgd.step", 2, 2))))
    assert made.troubles == {"missing": 1}
    assert made.kinds["missing"] == dict.fromkeys(lacks, 1)
    assert not made.kinds["error"]
    assert made.exercises["linear.forward"].lost["untried"] == 1
    raised = Fault("error", "AttributeError", "mytorch/linear.py is missing")
    other = summary(report(5, 9, 2, items=(item("sgd.step", 0, 2, "error", raised),)))
    assert other.troubles == {"error": 1}, "the text of an exception may say anything"


def test_an_empty_hand_in_was_not_tried() -> None:
    """Everything is missing: that is not an exception, and no exercise looks hard."""
    gone = tuple(item(e, 0, 1, "error", Fault("error", missing="mytorch/linear.py")) for e in IDS)
    for message, reason in (("no folder mytorch", "no folder mytorch"), ("", "nothing is in it")):
        made = summary(report(5, 9, 2), report(0, 0, 0, items=gone, message=message))
        assert (made.final, made.tried) == (2, 1)
        assert made.examples == {"unreadable": [(ADA, reason)]}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Fault("error", "NameError", "", "mytorch/linear.py:7", "x"), "NameError"),
        (Fault("error", "NameError", "name: 'x' in mytorch/"), "NameError"),
        (Fault("error", "SystemExit"), "SystemExit"),
        (Fault("error"), ""),
        (Explanation("unseen_error"), "unseen_error"),
    ],
)
def test_exceptions_are_counted_by_kind(said: Explanation | Fault, kind: str) -> None:
    """By type, not by text or place, and once per hand-in."""
    broken = item("sgd.step", 0, 2, "error", said)
    assert summary(report(5, 9, 2, items=(broken, broken))).kinds["error"] == {kind: 1}


def test_a_misconception_counts_once_a_hand_in() -> None:
    """It counts once, however many tensors show it, with the exercises in which it shows."""
    wrong = [replace(i, mistake="linear.no_bias") for i in report(0, 0, 2).items]
    made = summary(report(0, 0, 2, items=(*wrong[:2], *wrong[:2])))
    assert made.mistakes == {"linear.no_bias": 1}
    assert made.where == {"linear.no_bias": {"linear.forward", "linear.backward"}}


def test_isolation_references_and_digests_are_kept() -> None:
    """The facts that justify a grade are kept; the digest of a single hand-in is not needed."""
    made = summary(report(5, 9, 2, digests={"hand_in": "1", "references": "2"}))
    assert (made.isolation, made.references) == ({"bubblewrap": 1}, {"hidden": 1})
    assert made.digests == {"references 2": 1}


def test_memory_does_not_grow_with_the_class() -> None:
    """10 000 more hand-ins, each with different texts, leave no additional memory in use."""

    def feed(made: ClassSummary, start: int, many: int) -> None:
        for n in range(start, start + many):
            one = report(n % 20 / 4, 9, 0, isolation=f"tier {n}", message=f"note {n}")
            items = (replace(one.items[0], mistake=f"m{n}"), *one.items[1:])
            raised = Explanation(fault=Fault("error", f"E{n}"))
            broken = replace(items[2], status="error", explanation=raised)
            named = replace(one, items=(*items[:2], broken), digests={"driver": f"{n}"})
            made.add(named, HandInEntry(f"{n}.zip", Student(str(n), f"name {n}")))

    made = ClassSummary()
    feed(made, 0, 2 * MAX_WORDS)
    tracemalloc.start()
    feed(made, 2 * MAX_WORDS, 10_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.count == 2 * MAX_WORDS + 10_000
    assert kept < 50_000
    assert len(made.mistakes) <= MAX_WORDS + 1
    assert made.mistakes[OTHERS] == made.count - MAX_WORDS
    assert len(made.examples["noted"]) == EXAMPLES
