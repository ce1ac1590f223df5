"""The parts of the class page that name hand-ins: failures, near-identical ones, all of them."""

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

LONG_LIST, SHORT_LIST = 12, 8  # how many entries a list has before it is cut

TROUBLES: dict[Trouble, tuple[str, str]] = {
    "provisional": (
        "Provisional",
        "A fault of the grader or of the machine, or a missing path: grade these again.",
    ),
    "unreadable": ("Unreadable or empty", "It contains nothing to grade: a final 0."),
    "timeout": ("Timeout", "Student code ran longer than its limit; those cases are lost."),
    "crash": ("Crash", "Student code ended its process; those cases are lost."),
    "error": (
        "Exception",
        "Student code raised an exception; the list of all hand-ins shows where.",
    ),
    "missing": ("Missing", "A file, class or function is missing; it counts as not attempted."),
    "noted": ("Noticed while reading", "These were graded nevertheless."),
    "measured": (
        "Derivatives that seem measured",
        "A `backward` calls `forward` many times with small differences, as if it measured the "
        "derivative instead of using the formula. This is right and costs no points: look at the "
        "code, and ask.",
    ),
}
URGENT_TITLES: dict[str, str] = {
    **{trouble: title for trouble, (title, _) in TROUBLES.items()},
    "undecided": "Several hand-ins",
    "unreadable": "Unreadable",
}
ALL_HAND_INS_TEXT = (
    "First come the hand-ins that need you, then the others, those with the fewest points first. "
    "Each name links to the page that the student gets. The same for a spreadsheet: "
)
SIMILAR_TEXT = (
    "Short right answers resemble each other. So this list shows only code that few others in this "
    "class have: rare code, or a rare combination of common code. It compares fingerprints of "
    "Python's tokens: names, numbers, comments and layout make no difference, and the given code "
    "is left out. A match proves nothing and costs no points: look at both hand-ins, and ask."
)


def render_troubles(summary: ClassSummary) -> Iterator[Markup]:
    if not summary.troubles:
        yield element("p", "Nothing: every hand-in could be read, and its code ran to the end.")
    for trouble, (title, meaning) in TROUBLES.items():
        count = summary.troubles[trouble]
        examples = summary.examples.get(trouble, [])
        if count:
            yield element("h3", f"{title}: {format_amount(count)}")
            yield element("p", meaning, class_="soft")
        if count and (kinds := summary.kinds[trouble]):
            common = kinds.most_common(SHORT_LIST)
            known = ((describe_exception_kind(kind), n) for kind, n in common)
            yield render_table(("Kind", "Hand-ins#"), known, "narrow")
            yield from count_remaining(len(kinds) - SHORT_LIST, "rarer kinds")
        elif count:
            rows = ((entry.by, link_hand_in(entry), reason) for entry, reason in examples)
            yield render_table(("Student", "Hand-in", "What happened"), rows)
            yield from count_remaining(count - len(examples), "in the list below")


def render_similar(matches: Sequence[SimilarityMatch]) -> Iterator[Markup]:
    yield element("p", SIMILAR_TEXT)
    if matches:
        head = ("Hand-ins", "Alike in", "Fingerprints#", "Occur in at most#")
        yield render_table(head, map(match_cells, matches[:LONG_LIST]))
        yield from count_remaining(len(matches) - LONG_LIST, "with less rare code")
    else:
        yield element("p", "No hand-ins share rare code.")


def match_cells(match: SimilarityMatch) -> list[Cell]:
    left = len(match.entries) - SHORT_LIST
    names = [
        element("span", link_student(entry), class_="item") for entry in match.entries[:SHORT_LIST]
    ]
    if left > 0:
        names.append(element("span", f"and {format_amount(left)} more", class_="item"))
    return [
        element("div", *names),
        "everything" if match.whole else element("div", *map(name_place, match.places)),
        sum(match.places.values()),
        f"{format_amount(match.shared_by)} of {format_amount(match.among)}",
    ]


def name_place(id: str) -> Markup:
    """The name of an exercise, or of a file that the student added."""
    name = exercise_name(id)
    return element("span", name if id in EXERCISES else isolate_direction(name), class_="item")


def render_everybody(listing: ClassListing) -> Iterator[Markup]:
    yield element("p", ALL_HAND_INS_TEXT, link_to("grades.csv", "grades.csv"), ".")
    yield render_table(
        ("Student", "Hand-in", "Points#", "Notes"), map(row_cells, listing.rows), "list"
    )
    yield from count_remaining(listing.count - len(listing.rows), "in the table of grades")


def row_cells(row: ListingRow) -> list[Cell]:
    name, notes = URGENT_TITLES.get(row.urgent), "; ".join(row.notes)
    return [
        row.entry.by,
        link_hand_in(row.entry),
        "–" if row.score is None else format_points(row.score),
        element("span", element("strong", name), f" {notes}") if name else notes,
    ]


def link_hand_in(entry: HandInEntry) -> Markup:
    """A hand-in's name, with a link to its page."""
    return link_to(entry.page, entry.called)


def link_student(entry: HandInEntry) -> Markup:
    """The name of a hand-in's student, if known, or of the hand-in, with a link to its page."""
    return link_to(entry.page, entry.student.name or entry.called)
