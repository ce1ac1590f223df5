"""One page for a student: every point, and why each lost one is lost.

A view of the report: it holds nothing that the report does not hold, so no hidden value either.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from autograder.hand_in.student import NOBODY, Student
from autograder.model import Item, Report
from autograder.scoring.report import MARKS, MEASURED, group_explained, overall_mark
from autograder.scoring.wording import LEADS, Sentence

from .markup import (
    Markup,
    definition_list,
    describe_tier,
    element,
    exercise_name,
    format_points,
    isolate_direction,
    render_document,
)
from .plots import plot_share
from .statistics import is_empty

PROVISIONAL = "This grade is provisional: something failed that is not your hand-in's fault."
PUBLIC = "Scored on the cases that you have, too; the grade is given on others like them."
EMPTY = "There was nothing in it that could be graded."
HIDDEN = (
    "Scored on hidden cases: like those in your notebooks, with other numbers, not shown here. "
    "What is said of a lost point is what your own cases show; `autograder check` shows more of it."
)
FOLLOWED = "Scored on stand-in layers, where a mistake in an earlier one costs nothing."
WORDS = {
    "a tensor's name": "its points: it must be right in all general cases",
    "edge": "one example, one feature, zeros, arrays that lie oddly in memory or must not change",
    "stability": "very large numbers, where careless formulas overflow",
    "stand-in layers": "what builds on earlier layers is run on your own, and on stand-ins that "
    "only record what they are given; the better run counts",
}


def render_student_page(report: Report, student: Student = NOBODY) -> str:
    """The page of one hand-in."""
    graded = [] if is_empty(report) else groupby(report.items, key=lambda item: item.exercise)
    calls = report.measured
    sections = [render_section(id, tuple(items), calls.get(id, 0)) for id, items in graded]
    total = f"{format_points(report.score)} of {format_points(report.max_score)} points"
    own = Path(report.hand_in).name  # where it lay is nobody's business
    who = [
        isolate_direction(word) for word in dict.fromkeys((student.name, student.id, own)) if word
    ]
    return render_document(
        "Report on your hand-in",
        element("h1", "Report on your hand-in"),
        element("p", *(c for name in who for c in (name, element("br"))), class_="soft"),
        element("p", total, class_="total"),
        plot_share(report.score / (report.max_score or 1.0), total, 640),
        lost_sentence(report) if sections else element("p", EMPTY),
        element("p", PROVISIONAL, class_="note") if report.provisional else None,
        element("p", isolate_direction(report.message), class_="note") if report.message else None,
        *sections,
        render_footer(report.references, report.isolation),
    )


def lost_sentence(report: Report) -> Markup | None:
    """Where points are lost, in one sentence."""
    by: dict[str, float] = {}
    for item in report.items:
        if item.score < item.max_score:
            by[item.exercise] = by.get(item.exercise, 0.0) + item.max_score - item.score
    said = ", ".join(f"{exercise_name(e)} (\u2212{format_points(p)})" for e, p in by.items())
    return element("p", f"Points are lost in {said}.") if said else None


@lru_cache(maxsize=1024)  # in a class, many have the same
def render_section(exercise: str, items: tuple[Item, ...], calls: int) -> Markup:
    """One exercise: the items that passed in a row, under them why the others did not.

    Args: calls: of `forward` in one way back, if its derivatives seem measured.
    """
    score, most = sum(i.score for i in items), sum(i.max_score for i in items)
    return element(
        "section",
        element(
            "h2",
            element("span", overall_mark(items), class_="sign"),
            element("span", exercise_name(exercise)),
            element("span", f"{format_points(score)} / {format_points(most)}", class_="points"),
        ),
        element("ul", *render_items(items)),
        element("p", MEASURED.format(calls), class_="note") if calls else None,
        class_="exercise",
    )


def render_items(items: tuple[Item, ...]) -> Iterator[Markup]:
    passed = [item for item in items if item.status == "pass"]
    lost = [item for item in items if item.status != "pass"]
    if passed:
        yield element("li", *map(render_item_score, passed), class_="soft")
    told: set[Sentence] = set()  # a misconception and its hint are said once an exercise
    for said, same in group_explained(lost):
        fresh = [sentence for sentence in said if sentence not in told]
        told.update(sentence for sentence in said if sentence.kind in ("mistake", "hint"))
        yield element("li", element("p", *map(render_item_score, same)), *render_explanation(fresh))
    if any(item.follow_through for item in items):
        yield element("li", element("p", FOLLOWED, class_="soft"))


def render_item_score(item: Item) -> Markup:
    """An item's mark, name and points: `✘ dLdW 0 / 4`."""
    name = element("code", item.id.removeprefix(item.exercise + ".").removesuffix(".general"))
    got = f" {format_points(item.score)} / {format_points(item.max_score)}"
    return element("span", f"{MARKS.get(item.status, '✘')} ", name, got, class_="item")


def render_explanation(said: Sequence[Sentence]) -> Iterator[Markup]:
    """What is said of an item, a paragraph a sentence; misconception and hint set apart."""
    apart = []
    for sentence in said:
        lead, text = LEADS[sentence.kind], sentence.text
        if sentence.kind == "mistake":
            apart.append(element("p", lead.capitalize(), element("strong", text), "."))
        elif sentence.kind == "hint":
            apart.append(element("p", lead.capitalize() + text))
        elif sentence.kind == "code":
            yield element("p", lead, element("code", text))
        else:
            yield element("p", text)
    if apart:
        yield element("div", *apart, class_="hint")


@lru_cache(maxsize=8)
def render_footer(references: str, isolation: str) -> Markup:
    marks = "✔ all points, ✘ some are lost, · not attempted, ! the grader failed"
    return element(
        "footer",
        element("p", HIDDEN if references == "hidden" else PUBLIC),
        element("p", marks),
        definition_list(WORDS),
        element("p", f"Where the code ran: {describe_tier(isolation)}.", class_="soft"),
    )
