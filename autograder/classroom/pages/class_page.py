"""The page of the class: scores, misconceptions, failures, and hand-ins to look at.

It is self-contained, for screen and paper. It shows a `ClassSummary` and adds nothing to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from autograder.scoring import reference_store

from . import entries, plots
from .entries import LONG_LIST, SHORT_LIST
from .listing import ClassListing
from .markup import (
    Cell,
    Markup,
    count_remaining,
    definition_list,
    describe_tier,
    element,
    exercise_name,
    format_amount,
    format_percent,
    format_points,
    isolate_direction,
    render_document,
    render_table,
)
from .similarity import SimilarHandIns
from .statistics import ClassSummary, ExerciseTally

NO_SIMILAR = SimilarHandIns()
LOW_DISCRIMINATION = 0.2  # what is lower is marked

DIFFICULTY_TEXT = (
    "Difficulty is the mean share of an exercise's points that students reached: 100 % is easy. "
    "Discrimination is the correlation of the points in this exercise with those in all others. "
    "If it is near 1, students who do well in the others do well in this one. If it is near 0 or "
    "below, the exercise measures something else, or its wording misleads."
)


def render_class_page(
    summary: ClassSummary,
    listing: ClassListing,
    similar: SimilarHandIns = NO_SIMILAR,
    when: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The page of a class.

    Args: listing: its hand-ins, one by one.  similar: those that are nearly identical.
          when: the time of grading, in words.
          notes: students who are missing, unknown or have several hand-ins, one line each.
    """
    parts = {
        "Scores": render_scores(summary),
        "Exercises": render_exercises(summary),
        "Misconceptions": render_mistakes(summary),
        "What failed and why": entries.render_troubles(summary),
        "Students and their hand-ins": render_people(notes),
        "Near-identical hand-ins": chain(
            entries.render_similar(similar.matches), render_people(similar.left_out)
        ),
        "All hand-ins": entries.render_everybody(listing),
        "How it was graded": render_grading_terms(summary),
    }
    sections = [(f"part{n}", title, list(part)) for n, (title, part) in enumerate(parts.items())]
    sections = [(id, title, part) for id, title, part in sections if part]
    links = (element("a", title, href=f"#{id}") for id, title, _ in sections)
    return render_document(
        "Class report",
        element("h1", "Class report"),
        element("p", f"Graded {when}", class_="soft") if when else None,
        render_figures(summary),
        element("nav", *links, aria_label="On this page"),
        *(element("section", element("h2", title, id=id), *part) for id, title, part in sections),
    )


def render_figures(summary: ClassSummary) -> Markup:
    """The class in a few numbers."""
    quarter, middle, three = (format_points(summary.quantile(q)) for q in (0.25, 0.5, 0.75))
    full = sum(n for score, n in summary.scores.items() if score >= summary.max_score)
    known = {
        "hand-ins": format_amount(summary.count),
        "final grades": format_amount(summary.final),
        "provisional": format_amount(summary.troubles["provisional"]),
        "unreadable or empty": format_amount(summary.troubles["unreadable"]),
        "points in all": format_points(summary.max_score),
        "mean": f"{summary.mean:.1f}",
        "median": middle,
        "middle half": f"{quarter} – {three}",
        "all points": format_amount(full),
    }
    pairs = [element("div", element("dt", w), element("dd", n)) for w, n in known.items()]
    return element("dl", *pairs, class_="figures")


def render_scores(summary: ClassSummary) -> Iterator[Markup]:
    if summary.final and summary.max_score:
        yield element(
            "p",
            "The final grades by range of points. A grade on an edge counts to its right.",
        )
        yield plots.plot_histogram(summary)
    else:
        yield element("p", "There is no final grade yet.")


def render_exercises(summary: ClassSummary) -> Iterator[Markup]:
    if not summary.tried:
        yield element("p", "Nothing was attempted yet.")
        return
    yield element(
        "p", f"Means over {format_amount(summary.tried)} hand-ins with at least one attempt."
    )
    yield plots.plot_key()
    most = max(tally.max_score for tally in summary.exercises.values()) or 1.0
    head = ("Exercise", "Points#", "Lost#", "How points are lost", "Difficulty#", "Discrimination#")
    yield render_table(
        head, (exercise_cells(id, tally, most) for id, tally in summary.exercises.items())
    )
    yield element("p", DIFFICULTY_TEXT, class_="soft")


def exercise_cells(id: str, tally: ExerciseTally, most: float) -> list[Cell]:
    value = tally.discrimination
    text = "–" if value is None else f"{value:.2f}".replace("-", "\u2212")
    return [
        element("span", exercise_name(id)),
        format_points(tally.max_score),
        f"{sum(tally.lost.values()) / tally.count:.2f}",
        plots.plot_lost_points(tally, exercise_name(id), most),
        format_percent(tally.difficulty),
        text if value is None or value >= LOW_DISCRIMINATION else element("strong", f"low {text}"),
    ]


def render_mistakes(summary: ClassSummary) -> Iterator[Markup]:
    known = summary.mistakes.most_common(LONG_LIST)
    if not known:
        yield element("p", "No known misconception was found.")
        return
    yield element(
        "p", f"How many of {format_amount(summary.tried)} hand-ins show each of them at least once."
    )
    rows = (mistake_cells(id, n, n / summary.tried, summary.where[id]) for id, n in known)
    yield render_table(("Misconception", "Hand-ins#", "", "Share#"), rows)
    yield from count_remaining(len(summary.mistakes) - len(known), "rarer ones")


def mistake_cells(id: str, count: int, share: float, where: set[str]) -> list[Cell]:
    known = reference_store.known_misconceptions().get(id)
    name = known.name if known else id
    hint = f"Hint: {known.hint} (slide «{known.slide}»)" if known else ""
    lines = [", ".join(sorted(map(exercise_name, where))), hint]
    description = element(
        "div", isolate_direction(name), *(element("span", ln, class_="more") for ln in lines)
    )
    return [description, count, plots.plot_share(share, name), format_percent(share)]


def render_people(notes: Sequence[str]) -> Iterator[Markup]:
    """Notes on students or hand-ins, as a list."""
    if notes:
        yield element("ul", *(element("li", isolate_direction(note)) for note in notes))


def render_grading_terms(summary: ClassSummary) -> Iterator[Markup]:
    """How the grades were made: isolation, kind of cases, digests."""

    def list_counts(known: Counter[str]) -> str:
        return ", ".join(
            f"{describe_tier(word)}: {format_amount(n)}"
            for word, n in known.most_common(SHORT_LIST)
        )

    words = {
        "Isolation": list_counts(summary.isolation),
        "Cases": list_counts(summary.references),
        "Digests": list_counts(summary.digests),
    }
    yield definition_list(words)
