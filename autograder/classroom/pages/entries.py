"""The parts of the class's page that name hand-ins: what failed, what is alike, and everybody."""

from collections.abc import Iterator, Sequence

from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry
from autograder.scoring.wording import describe_exception_kind

from .listing import ClassListing, ListingRow
from .markup import (
    Cell,
    Markup,
    count_remaining,
    element,
    exercise_name,
    format_amount,
    format_points,
    isolate_direction,
    link_to,
    render_table,
)
from .similarity import SimilarityMatch
from .statistics import ClassSummary, Trouble

LONG, SHORT = 12, 8  # how many entries a list has before it is cut

TROUBLES: dict[Trouble, tuple[str, str]] = {
    "provisional": ("Provisional", "The grader's fault, or an empty path: grade these again."),
    "unreadable": ("Unreadable or empty", "There was nothing to grade in it: a final 0."),
    "timeout": ("Timeout", "Student code computed longer than it may; those cases are lost."),
    "crash": ("Crash", "Student code ended its process; those cases are lost."),
    "error": ("Exception", "Student code raised an exception; the list below says whose."),
    "missing": ("Missing", "Not in the hand-in at all; counted as not attempted."),
    "noted": ("Noticed while reading", "Graded all the same."),
    "measured": (
        "Derivatives that seem measured",
        "A `backward` calls `forward` over and over, a small step beside: differences, it seems, "
        "in place of a formula. That is right, and costs no points: look at it, and ask.",
    ),
}
URGENT: dict[str, str] = {
    **{trouble: title for trouble, (title, _) in TROUBLES.items()},
    "undecided": "Several hand-ins",
    "unreadable": "Unreadable",
}
EVERYBODY = (
    "What needs you stands first, then who has the fewest points. "
    "Each name leads to the page that the student gets. All of it for a spreadsheet: "
)
SIMILAR = (
    "Short right answers are alike by nature. Listed is only what hardly anybody else in this "
    "class has: rare code, or a rare combination of common code. Compared are fingerprints of "
    "Python's tokens: names, numbers, comments and layout make no difference, and what was given "
    "is left out. A match proves nothing and costs no points: look at both, and ask."
)


def render_troubles(summary: ClassSummary) -> Iterator[Markup]:
    if not summary.troubles:
        yield element("p", "Nothing: every hand-in was read and ran to its end.")
    for trouble, (title, meaning) in TROUBLES.items():
        count = summary.troubles[trouble]
        examples = summary.examples.get(trouble, [])
        if count:
            yield element("h3", f"{title}: {format_amount(count)}")
            yield element("p", meaning, class_="soft")
        if count and (kinds := summary.kinds[trouble]):
            known = ((describe_exception_kind(kind), n) for kind, n in kinds.most_common(SHORT))
            yield render_table(("Kind", "Hand-ins#"), known, "narrow")
            yield from count_remaining(len(kinds) - SHORT, "rarer kinds")
        elif count:
            rows = ((entry.by, link_hand_in(entry), reason) for entry, reason in examples)
            yield render_table(("Student", "Hand-in", "What happened"), rows)
            yield from count_remaining(count - len(examples), "in the list below")


def render_similar(matches: Sequence[SimilarityMatch]) -> Iterator[Markup]:
    yield element("p", SIMILAR)
    if matches:
        head = ("Hand-ins", "Alike in", "Fingerprints#", "Occur in at most#")
        yield render_table(head, map(match_cells, matches[:LONG]))
        yield from count_remaining(len(matches) - LONG, "less striking ones")
    else:
        yield element("p", "Nothing stands out.")


def match_cells(match: SimilarityMatch) -> list[Cell]:
    left = len(match.entries) - SHORT
    names = [element("span", link_student(entry), class_="item") for entry in match.entries[:SHORT]]
    if left > 0:
        names.append(element("span", f"and {format_amount(left)} more", class_="item"))
    return [
        element("div", *names),
        "everything" if match.whole else element("div", *map(name_place, match.places)),
        sum(match.places.values()),
        f"{format_amount(match.shared_by)} of {format_amount(match.among)}",
    ]


def name_place(id: str) -> Markup:
    """An exercise, or a file of the hand-in's own."""
    name = exercise_name(id)
    return element("span", name if id in EXERCISES else isolate_direction(name), class_="item")


def render_everybody(listing: ClassListing) -> Iterator[Markup]:
    yield element("p", EVERYBODY, link_to("grades.csv", "grades.csv"), ".")
    yield render_table(
        ("Student", "Hand-in", "Points#", "What to know"), map(row_cells, listing.rows), "list"
    )
    yield from count_remaining(listing.count - len(listing.rows), "in the table of grades")


def row_cells(row: ListingRow) -> list[Cell]:
    name, notes = URGENT.get(row.urgent), "; ".join(row.notes)
    return [
        row.entry.by,
        link_hand_in(row.entry),
        "–" if row.score is None else format_points(row.score),
        element("span", element("strong", name), f" {notes}") if name else notes,
    ]


def link_hand_in(entry: HandInEntry) -> Markup:
    """A hand-in's name, which leads to its page."""
    return link_to(entry.page, entry.called)


def link_student(entry: HandInEntry) -> Markup:
    """A hand-in by the name of its student, if that is known; it leads to its page."""
    return link_to(entry.page, entry.student.name or entry.called)
