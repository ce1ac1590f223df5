"""Every hand-in of a class in one line: what needs a human first, then the fewest points."""

from dataclasses import dataclass, field

from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry
from autograder.model import Report
from autograder.scoring import reference_store
from autograder.scoring.wording import describe_exception_kind

from .statistics import exception_kind, find_troubles, measured_in

MOST = 2000  # rows that a page can hold; the table of grades has all
URGENT = ("provisional", "undecided", "unreadable", "crash", "timeout")
CALM = ""


@dataclass(frozen=True)
class ListingRow:
    """One hand-in, its points, and what to know of it.

    urgent  a word of URGENT, or CALM
    score   None where there is no grade yet
    """

    entry: HandInEntry
    urgent: str
    score: float | None
    notes: tuple[str, ...]

    @property
    def key(self) -> tuple[int, float, str, str]:
        """Its place among all."""
        rank = URGENT.index(self.urgent) if self.urgent else len(URGENT)
        return rank, self.score or 0.0, self.entry.by, self.entry.hand_in


@dataclass
class ClassListing:
    """The first rows of a class, however many it has."""

    first: list[ListingRow] = field(default_factory=list)
    count: int = 0

    def add(self, row: ListingRow) -> None:
        self.count += 1
        self.first.append(row)
        if len(self.first) >= 2 * MOST:
            self.first = self.rows

    @property
    def rows(self) -> list[ListingRow]:
        return sorted(self.first, key=lambda make_listing_row: make_listing_row.key)[:MOST]


def make_listing_row(
    report: Report, entry: HandInEntry, counts: str, late: bool = False
) -> ListingRow:
    """The row of a hand-in.

    Args: counts: whether it counts for its student: `yes`, or why not.
          late: whether its site says that it came late.
    """
    found = {str(trouble): reason for trouble, reason in find_troubles(report).items()}
    if counts.startswith("undecided"):
        found["undecided"] = ""
    urgent = next((word for word in URGENT if word in found), CALM)
    notes = [found.get(urgent, ""), "" if counts == "yes" else f"counts: {counts}", "late" * late]
    notes += [
        found.get("noted", ""),
        *list_faults(report),
        *list_lost_points(report),
        *name_misconceptions(report),
    ]
    notes += list_measured(report)
    score = None if report.provisional else report.score
    said = tuple(dict.fromkeys(filter(None, notes)))
    return ListingRow(entry, urgent, score, said)


def list_faults(report: Report) -> list[str]:
    """What kinds of exceptions there were, and which files or names are missing."""
    if report.provisional or "unreadable" in find_troubles(report):
        return []
    kinds = {exception_kind(item) for item in report.items if item.status == "error"}
    return sorted(map(describe_exception_kind, kinds))


def list_lost_points(report: Report) -> list[str]:
    """In which exercises points are lost, if not in all."""
    numbers = dict.fromkeys(
        EXERCISES[i.exercise].number
        for i in report.items
        if i.score < i.max_score and i.exercise in EXERCISES
    )
    return [f"lost in {', '.join(numbers)}"] if 0 < len(numbers) < len(EXERCISES) else []


def name_misconceptions(report: Report) -> list[str]:
    """What shows in it, by name."""
    known = reference_store.known_misconceptions()
    ids = sorted({item.mistake for item in report.items if item.mistake})
    return [known[id].name if id in known else id for id in ids]


def list_measured(report: Report) -> list[str]:
    """In which exercises derivatives seem to be measured by differences."""
    return [f"derivatives seem measured in {found}"] if (found := measured_in(report)) else []
