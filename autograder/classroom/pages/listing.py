"""The list of all hand-ins: first those that need the instructor, then by ascending points."""

from dataclasses import dataclass, field

from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry
from autograder.model import Report
from autograder.scoring import reference_store
from autograder.scoring.wording import describe_exception_kind

from .statistics import exception_kind, find_troubles, measured_in

MAX_ROWS = 2000  # rows of the page; grades.csv has all
URGENT_REASONS = ("provisional", "undecided", "unreadable", "crash", "timeout")


@dataclass(frozen=True)
class ListingRow:
    """One hand-in, its points, and what the instructor should know of it.

    urgent  a word of URGENT_REASONS, or ""
    score   None if there is no grade yet
    """

    entry: HandInEntry
    urgent: str
    score: float | None
    notes: tuple[str, ...]

    @property
    def key(self) -> tuple[int, float, str, str]:
        """Sorts the rows."""
        rank = (*URGENT_REASONS, "").index(self.urgent)
        return rank, self.score or 0.0, self.entry.by, self.entry.hand_in


@dataclass
class ClassListing:
    """The first rows of a class; its memory is bounded, however many hand-ins there are."""

    first: list[ListingRow] = field(default_factory=list)
    count: int = 0

    def add(self, row: ListingRow) -> None:
        self.count += 1
        self.first.append(row)
        if len(self.first) >= 2 * MAX_ROWS:
            self.first = self.rows

    @property
    def rows(self) -> list[ListingRow]:
        return sorted(self.first, key=lambda row: row.key)[:MAX_ROWS]


def make_listing_row(
    report: Report, entry: HandInEntry, counts: str, late: bool = False
) -> ListingRow:
    """The row of a hand-in.

    Args: counts: whether it counts for its student: `yes`, or why not.
          late: whether the course site says that it was late.
    """
    found = {str(trouble): reason for trouble, reason in find_troubles(report).items()}
    if counts.startswith("undecided"):
        found["undecided"] = ""
    urgent = next((word for word in URGENT_REASONS if word in found), "")
    notes = [found.get(urgent, ""), "" if counts == "yes" else f"counts: {counts}", "late" * late]
    notes += [
        found.get("noted", ""),
        *list_faults(report),
        *list_lost_points(report),
        *name_misconceptions(report),
    ]
    notes += list_measured(report)
    score = None if report.provisional else report.score
    return ListingRow(entry, urgent, score, tuple(dict.fromkeys(filter(None, notes))))


def list_faults(report: Report) -> list[str]:
    """What kinds of exceptions there were, and which files or names are missing."""
    if report.provisional or "unreadable" in find_troubles(report):
        return []
    kinds = {exception_kind(item) for item in report.items if item.status == "error"}
    return sorted(map(describe_exception_kind, kinds))


def list_lost_points(report: Report) -> list[str]:
    """The exercises in which points are lost, unless that is all of them."""
    numbers = dict.fromkeys(
        EXERCISES[i.exercise].number
        for i in report.items
        if i.score < i.max_score and i.exercise in EXERCISES
    )
    return [f"lost in {', '.join(numbers)}"] if 0 < len(numbers) < len(EXERCISES) else []


def name_misconceptions(report: Report) -> list[str]:
    """The names of the misconceptions that a report shows."""
    known = reference_store.known_misconceptions()
    ids = sorted({item.mistake for item in report.items if item.mistake})
    return [known[id].name if id in known else id for id in ids]


def list_measured(report: Report) -> list[str]:
    """The exercises in which derivatives seem to be measured by differences."""
    return [f"derivatives seem measured in {found}"] if (found := measured_in(report)) else []
