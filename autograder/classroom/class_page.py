"""One page for the class: how it went, what was misunderstood, what failed, what to look at.

Self-contained, for screen and paper; it shows a `Summary` and adds nothing to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from .. import store
from ..exercises import EXERCISES
from . import plots
from .listing import Listing, Row
from .pages import (
    Cell,
    Markup,
    amount,
    definitions,
    document,
    element,
    exercise_name,
    foreign,
    link,
    percent,
    points,
    table,
    tier,
)
from .similar import Match
from .statistics import Summary, Tally, Trouble
from .student import Entry

LONG, SHORT = 12, 8  # how many entries a list has before it is cut
POOR = 0.2  # a discrimination that is pointed at

DIFFICULTY = (
    "Difficulty is the mean share of an exercise's points that was reached: 100 % is easy. "
    "Discrimination is the correlation of the points in this exercise with those in all others: "
    "near 1, who does well elsewhere does well here; near 0 or below, the exercise measures "
    "something else, or its wording misleads."
)
TROUBLES: dict[Trouble, tuple[str, str]] = {
    "provisional": ("Provisional", "The grader's fault, or an empty path: grade these again."),
    "unreadable": ("Unreadable or empty", "There was nothing to grade in it: a final 0."),
    "timeout": ("Timeout", "Student code computed longer than it may; those cases are lost."),
    "crash": ("Crash", "Student code ended its process; those cases are lost."),
    "error": ("Exception", "Student code raised an exception; the list below says whose."),
    "missing": ("Missing", "Not in the hand-in at all; counted as not attempted."),
    "noted": ("Noticed while reading", "Graded all the same."),
}
URGENT: dict[str, str] = {
    **{trouble: title for trouble, (title, _) in TROUBLES.items()},
    "undecided": "Several hand-ins",
    "unreadable": "Unreadable",
}
PARTS = {
    "scores": "Scores",
    "exercises": "Exercises",
    "misconceptions": "Misconceptions",
    "troubles": "What failed, and why",
    "people": "Whose hand-ins they are",
    "similar": "Near-identical hand-ins",
    "everybody": "All hand-ins",
    "how": "How it was graded",
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


def page(
    summary: Summary,
    listing: Listing,
    matches: Sequence[Match] = (),
    when: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The page of a class.

    Args: listing: its hand-ins, one by one.  matches: what `similar.Index.matches` found.
          when: when it was graded, in words.
          notes: who is missing, unknown or has several hand-ins, a line each.
    """
    return document(
        "Class report",
        element("h1", "Class report"),
        element("p", f"Graded {when}", class_="soft") if when else None,
        figures(summary),
        contents(bool(notes)),
        *scores(summary),
        *exercises(summary),
        *mistakes(summary),
        *troubles(summary),
        *people(notes),
        *similar(matches),
        *everybody(listing),
        how(summary),
    )


def contents(notes: bool) -> Markup:
    """The way to each part of the page."""
    links = (
        element("a", title, href=f"#{id}") for id, title in PARTS.items() if notes or id != "people"
    )
    return element("nav", *links, aria_label="On this page")


def heading(id: str) -> Markup:
    return element("h2", PARTS[id], id=id)


def people(notes: Sequence[str]) -> Iterator[Markup]:
    """Whose hand-ins they are, as far as there is something to say."""
    if notes:
        yield heading("people")
        yield element("ul", *(element("li", foreign(note)) for note in notes))


def figures(summary: Summary) -> Markup:
    """The class in a few numbers."""
    quarter, middle, three = (points(summary.quantile(q)) for q in (0.25, 0.5, 0.75))
    full = sum(n for score, n in summary.scores.items() if score >= summary.max_score)
    known = {
        "hand-ins": amount(summary.count),
        "final grades": amount(summary.final),
        "provisional": amount(summary.troubles["provisional"]),
        "unreadable or empty": amount(summary.troubles["unreadable"]),
        "points to reach": points(summary.max_score),
        "mean": f"{summary.mean:.1f}",
        "median": middle,
        "middle half": f"{quarter} – {three}",
        "all points": amount(full),
    }
    pairs = [element("div", element("dt", w), element("dd", n)) for w, n in known.items()]
    return element("dl", *pairs, class_="figures")


def scores(summary: Summary) -> Iterator[Markup]:
    yield heading("scores")
    if summary.final and summary.max_score:
        yield element("p", "How many final grades lie where; one on an edge counts to its right.")
        yield plots.histogram(summary)
    else:
        yield element("p", "There is no final grade yet.")


def exercises(summary: Summary) -> Iterator[Markup]:
    yield heading("exercises")
    if not summary.tried:
        yield element("p", "Nothing was attempted yet.")
        return
    yield element("p", f"Means over {amount(summary.tried)} hand-ins in which something was tried.")
    yield plots.key()
    most = max(tally.max_score for tally in summary.exercises.values()) or 1.0
    head = ("Exercise", "Points#", "Lost#", "How they are lost", "Difficulty#", "Discrimination#")
    yield table(head, (exercise(id, tally, most) for id, tally in summary.exercises.items()))
    yield element("p", DIFFICULTY, class_="soft")


def exercise(id: str, tally: Tally, most: float) -> list[Cell]:
    here = tally.discrimination
    said = "–" if here is None else f"{here:.2f}".replace("-", "\u2212")
    return [
        element("span", exercise_name(id)),
        points(tally.max_score),
        f"{sum(tally.lost.values()) / tally.count:.2f}",
        plots.lost(tally, exercise_name(id), most),
        percent(tally.difficulty),
        said if here is None or here >= POOR else element("strong", f"low {said}"),
    ]


def mistakes(summary: Summary) -> Iterator[Markup]:
    yield heading("misconceptions")
    known = summary.mistakes.most_common(LONG)
    if not known:
        yield element("p", "None of those that are known by name.")
        return
    yield element("p", f"In how many of {amount(summary.tried)} hand-ins each shows at least once.")
    rows = (mistake(id, n, n / summary.tried, summary.where[id]) for id, n in known)
    yield table(("Misconception", "Hand-ins#", "", "Share#"), rows)
    yield from more(len(summary.mistakes) - len(known), "rarer ones")


def mistake(id: str, count: int, share: float, where: set[str]) -> list[Cell]:
    known = store.misconceptions().get(id)
    name = known.name if known else id
    hint = f"Hint: {known.hint} (slide «{known.slide}»)" if known else ""
    lines = [", ".join(sorted(map(exercise_name, where))), hint]
    told = element("div", foreign(name), *(element("span", ln, class_="more") for ln in lines))
    return [told, count, plots.share(share, name), percent(share)]


def troubles(summary: Summary) -> Iterator[Markup]:
    yield heading("troubles")
    if not summary.troubles:
        yield element("p", "Nothing: every hand-in was read and ran to its end.")
    for trouble, (title, meaning) in TROUBLES.items():
        count = summary.troubles[trouble]
        examples = summary.examples.get(trouble, [])
        if count:
            yield element("h3", f"{title}: {amount(count)}")
            yield element("p", meaning, class_="soft")
        if count and (kinds := summary.kinds[trouble]):
            yield table(("Kind", "Hand-ins#"), kinds.most_common(SHORT), "narrow")
            yield from more(len(kinds) - SHORT, "rarer kinds")
        elif count:
            rows = ((entry.by, named(entry), reason) for entry, reason in examples)
            yield table(("Student", "Hand-in", "What happened"), rows)
            yield from more(count - len(examples), "in the list below")


def similar(matches: Sequence[Match]) -> Iterator[Markup]:
    yield heading("similar")
    yield element("p", SIMILAR)
    if matches:
        head = ("Hand-ins", "Alike in", "Fingerprints#", "Occur in at most#")
        yield table(head, map(alike, matches[:LONG]))
        yield from more(len(matches) - LONG, "less striking ones")
    else:
        yield element("p", "Nothing stands out.")


def alike(match: Match) -> list[Cell]:
    left = len(match.entries) - SHORT
    names = [element("span", whose(entry), class_="item") for entry in match.entries[:SHORT]]
    if left > 0:
        names.append(element("span", f"and {amount(left)} more", class_="item"))
    return [
        element("div", *names),
        "everything" if match.whole else element("div", *map(place, match.places)),
        sum(match.places.values()),
        f"{amount(match.shared_by)} of {amount(match.among)}",
    ]


def place(id: str) -> Markup:
    """An exercise, or a file of the hand-in's own."""
    name = exercise_name(id)
    return element("span", name if id in EXERCISES else foreign(name), class_="item")


def everybody(listing: Listing) -> Iterator[Markup]:
    yield heading("everybody")
    yield element("p", EVERYBODY, link("grades.csv", "grades.csv"), ".")
    yield table(("Student", "Hand-in", "Points#", "What to know"), map(one, listing.rows), "list")
    yield from more(listing.count - len(listing.rows), "in the table of grades")


def one(row: Row) -> list[Cell]:
    name, notes = URGENT.get(row.urgent), "; ".join(row.notes)
    return [
        row.entry.by,
        named(row.entry),
        "–" if row.score is None else points(row.score),
        element("span", element("strong", name), f" {notes}") if name else notes,
    ]


def named(entry: Entry) -> Markup:
    """A hand-in's name, which leads to its page."""
    return link(entry.page, entry.called)


def whose(entry: Entry) -> Markup:
    """A hand-in by the name of its student, if that is known; it leads to its page."""
    return link(entry.page, entry.student.name or entry.called)


def more(count: int, what: str) -> Iterator[Markup]:
    if count > 0:
        yield element("p", f"… and {amount(count)} more: {what}.", class_="soft")


def how(summary: Summary) -> Markup:
    """What a grade can be defended with."""

    def said(known: Counter[str]) -> str:
        return ", ".join(f"{tier(word)}: {amount(n)}" for word, n in known.most_common(SHORT))

    words = {
        "Isolation": said(summary.isolation),
        "Cases": said(summary.references),
        "Digests": said(summary.digests),
    }
    return element("footer", heading("how"), definitions(words))
