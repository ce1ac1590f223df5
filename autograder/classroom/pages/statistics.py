"""From reports, one after another, to what can be said of a class.

Nothing grows with the class but counts: of 100 000 reports, a page's worth is kept.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np

from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry
from autograder.model import Array, Item, Report
from autograder.scoring.wording import first_sentence, plain_message

Way: TypeAlias = Literal["wrong", "stopped", "untried"]
Trouble: TypeAlias = Literal[
    "provisional", "unreadable", "timeout", "crash", "error", "missing", "noted", "measured"
]

WAYS: dict[str, Way] = {
    "not_attempted": "untried",
    "error": "stopped",
    "timeout": "stopped",
    "crash": "stopped",
}
EXAMPLES = 12  # hand-ins named for each trouble
MOST = 1000  # different words counted; what comes later is counted together
OTHERS = "others"


@dataclass
class ExerciseTally:
    """One exercise over a class: its points, how they were lost, how it goes with the rest.

    lost  points lost, over all hand-ins, by the way of losing them
    sums  over all hand-ins, of x, y, x², y² and xy: x the points here, y those everywhere else
    """

    count: int = 0
    max_score: float = 0.0
    lost: dict[Way, float] = field(default_factory=lambda: defaultdict(float))
    sums: Array = field(default_factory=lambda: np.zeros(5))

    def add(self, items: list[Item], total: float) -> None:
        """Take in the items of one hand-in, which has so many points in all."""
        x = sum(item.score for item in items)
        y = total - x
        self.count += 1
        self.max_score = max(self.max_score, sum(item.max_score for item in items))
        self.sums += (x, y, x * x, y * y, x * y)
        for item in items:
            self.lost[way_lost(item)] += item.max_score - item.score

    @property
    def difficulty(self) -> float:
        """The mean share of the points that was reached: 1 is easy."""
        most = self.count * self.max_score
        return float(self.sums[0]) / most if most else 0.0

    @property
    def discrimination(self) -> float | None:
        """The correlation of the points here with those in all other exercises.

        None where either is the same for everybody.
        """
        x, y, xx, yy, xy = map(float, self.sums / self.count)
        spread = max(xx - x * x, 0.0) * max(yy - y * y, 0.0)
        return (xy - x * y) / sqrt(spread) if spread > 1e-12 else None


@dataclass
class ClassSummary:
    """What is known of a class; `add` takes one report after another.

    scores     how often each score was given, in final grades
    tried      hand-ins with a final grade in which anything was attempted: exercises and
               misconceptions are counted among these
    mistakes   in how many hand-ins a misconception shows; where: in which exercises
    troubles   how many hand-ins met each; examples: the first of them, and why
    kinds      as `exception_kind` says: in how many hand-ins each occurs
    """

    count: int = 0
    tried: int = 0
    max_score: float = 0.0
    scores: Counter[float] = field(default_factory=Counter)
    exercises: dict[str, ExerciseTally] = field(default_factory=dict)
    mistakes: Counter[str] = field(default_factory=Counter)
    where: dict[str, set[str]] = field(default_factory=dict)
    troubles: Counter[Trouble] = field(default_factory=Counter)
    examples: dict[Trouble, list[tuple[HandInEntry, str]]] = field(default_factory=dict)
    kinds: dict[Trouble, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    isolation: Counter[str] = field(default_factory=Counter)
    references: Counter[str] = field(default_factory=Counter)
    digests: Counter[str] = field(default_factory=Counter)

    def add(self, report: Report, entry: HandInEntry) -> None:
        """Take in one report."""
        self.count += 1
        self.max_score = max(self.max_score, report.max_score)
        count_word(self.isolation, report.isolation)
        count_word(self.references, report.references)
        for name, digest in report.digests.items():
            if name != "hand_in":
                count_word(self.digests, f"{name} {digest}")
        for trouble, reason in find_troubles(report).items():
            self.troubles[trouble] += 1
            if len(known := self.examples.setdefault(trouble, [])) < EXAMPLES:
                known.append((entry, reason))
        if report.provisional:
            return
        self.scores[round(report.score, 2)] += 1
        if all(way_lost(item) == "untried" for item in report.items):
            return
        self.tried += 1
        self.add_items(report)

    def add_items(self, report: Report) -> None:
        by_exercise: dict[str, list[Item]] = {}
        mistakes: dict[str, set[str]] = {}
        for item in report.items:
            by_exercise.setdefault(item.exercise, []).append(item)
            if item.mistake:
                mistakes.setdefault(item.mistake, set()).add(item.exercise)
        for exercise, items in by_exercise.items():
            self.exercises.setdefault(exercise, ExerciseTally()).add(items, report.score)
        for mistake, where in mistakes.items():
            key = count_word(self.mistakes, mistake)
            self.where.setdefault(key, set()).update(where)
        for trouble, kind in dict.fromkeys(
            (trouble_of(i), exception_kind(i)) for i in report.items
        ):
            if trouble in ("error", "missing"):
                count_word(self.kinds[trouble], kind)

    @property
    def final(self) -> int:
        return self.scores.total()

    @property
    def mean(self) -> float:
        return sum(s * n for s, n in self.scores.items()) / (self.final or 1)

    def quantile(self, share: float) -> float:
        """The score that a share of the final grades does not exceed; between two, their mix."""
        place = share * max(self.final - 1, 0)
        low, high = self.ranked(int(place)), self.ranked(-int(-place // 1))
        return low + (high - low) * (place - int(place))

    def ranked(self, place: int) -> float:
        """The score at a place among the final grades, the lowest at 0."""
        for score in sorted(self.scores):
            place -= self.scores[score]
            if place < 0:
                return score
        return 0.0

    def bins(self, most: int = 30) -> tuple[float, list[int]]:
        """The scores in at most so many bins: their width, and how many are in each.

        A bin holds its lower end and not its upper, but for the last, which holds both.
        """
        widths = (step * 10**power for power in range(6) for step in (1, 2, 5))
        width = next((w for w in widths if self.max_score <= w * most), self.max_score or 1)
        counts = [0] * max(1, -int(-self.max_score // width))
        for score, times in self.scores.items():
            counts[min(int(score // width), len(counts) - 1)] += times
        return width, counts


def count_word(counter: Counter[str], key: str) -> str:
    """Count a word from outside; returns what it was counted as."""
    if key not in counter and len(counter) >= MOST:
        key = OTHERS
    counter[key] += 1
    return key


def is_unreadable(report: Report) -> bool:
    """Whether nothing could be read, and nothing was driven."""
    return bool(report.message) and all(
        i.status == "not_attempted" and i.explanation.reason == "undriven" for i in report.items
    )


def is_empty(report: Report) -> bool:
    """Whether there was nothing to grade: nothing could be read, or all of it is missing."""
    return is_unreadable(report) or all(map(is_missing, report.items))


def way_lost(item: Item) -> Way:
    """How an item's points are lost, if they are. What is not there was not tried."""
    return "untried" if is_missing(item) else WAYS.get(item.status, "wrong")


def is_missing(item: Item) -> bool:
    """Whether a file, or what belongs into it, is not there at all."""
    fault = item.explanation.fault
    return item.status == "error" and fault is not None and bool(fault.missing)


def trouble_of(item: Item) -> Trouble | None:
    """What went wrong with one item, beyond wrong results."""
    if is_missing(item):
        return "missing"
    return item.status if item.status in ("timeout", "crash", "error") else None


def find_troubles(report: Report) -> dict[Trouble, str]:
    """What went wrong with a hand-in as a whole, and in whose words."""
    if report.provisional:
        inner = (plain_message(i) for i in report.items if i.status == "internal")
        return {"provisional": report.message or next(inner, "")}
    if is_empty(report):
        return {"unreadable": report.message or "nothing is in it"}
    found: dict[Trouble, str] = {"noted": report.message} if report.message else {}
    for item in report.items:
        if trouble := trouble_of(item):
            found.setdefault(trouble, first_sentence(item))
    if report.measured:
        found["measured"] = measured_in(report)
    return found


def measured_in(report: Report) -> str:
    """Which derivatives seem measured, with the calls of `forward` in one way back; "" if none."""
    calls = {EXERCISES[id].number: n for id, n in report.measured.items() if id in EXERCISES}
    return ", ".join(f"{number} ({n} calls of forward)" for number, n in calls.items())


def exception_kind(item: Item) -> str:
    """What kind of exception a line tells of: its type, without text and place; what is missing;
    or the reason why no more may be said of it."""
    fault = item.explanation.fault
    return fault.missing or fault.type if fault else item.explanation.reason
