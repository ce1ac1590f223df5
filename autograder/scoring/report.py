"""Show a report as text for people."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TextIO

from autograder.exercises import EXERCISES, NOTEBOOKS
from autograder.model import NOTHING_TO_SAY, Exercise, Item, Report

from .wording import Sentence, describe_item, first_sentence

MARKS = {"pass": "✔", "fail": "✘", "not_attempted": "·", "internal": "!"}
IN_PUBLIC = (
    "Points are given on hidden cases. Lines, counts, shapes and places are those of the public "
    "cases, where `autograder check` shows more."
)
MEASURED = (
    "these derivatives seem measured ({} calls of forward within one backward), not derived; "
    "that costs no point"
)
ANSI_COLOURS = {"✔": "32", "✘": "31", "·": "2", "!": "33"}


def to_text(report: Report, colour: bool = False) -> str:
    """The whole report: one line per exercise, and below it the reason for each lost point."""
    lines = []
    if report.message:
        lines += [f"note: {report.message}", ""]
    for name, group in groupby(report.items, key=lambda item: item.exercise):
        lines += exercise_lines(EXERCISES[name], list(group), colour)
        if name in report.measured:
            lines.append(f"    {MEASURED.format(report.measured[name])}")
    lines += ["", f"{'Total':<42}{score_text(report.score, report.max_score)}"]
    if report.provisional:
        lines.append("This grade is provisional: it costs nobody a point until it is final.")
    if report.references == "hidden" and report.isolation == "process":
        lines.append("Warning: it ran without a sandbox, where it could read the grader's files.")
    if report.references == "hidden" and report.score < report.max_score:
        lines.append(IN_PUBLIC)
    if report.references == "public":
        lines.append("Scored on the public cases; the grade is given on others like them.")
    return "\n".join(lines)


def heading_line(title: str, items: Sequence[Item], colour: bool) -> str:
    """A mark, a title and the points of several items together."""
    score, most = sum(item.score for item in items), sum(item.max_score for item in items)
    return f"{paint_mark(overall_mark(items), colour)} {title:<40}{score_text(score, most)}"


def exercise_lines(exercise: Exercise, items: Sequence[Item], colour: bool) -> list[str]:
    lines = [heading_line(f"{exercise.number}  {exercise.title}", items, colour)]
    if overall_mark(items) == MARKS["not_attempted"]:
        waiting = (item for item in items if item.explanation.reason == "waits")
        needed = dict.fromkeys(said for item in waiting for said in describe_item(item))
        return lines + [f"    {said}" for said in needed]
    for same, said in group_items(item for item in items if item.status != "pass"):
        names = ", ".join(item.id.removeprefix(exercise.id + ".") for item in same)
        first = first_sentence(same[0])
        cost = sum(item.max_score for item in same)
        lines.append(f"    {paint_mark('✘', colour)} {names} (−{tidy_number(cost)}): {first}")
        lines += [f"        {line}" for line in said if str(line) != first]
    if any(item.follow_through for item in items) and any(item.score for item in items):
        lines.append(
            "    scored on stand-in layers, where a mistake in an earlier one costs nothing"
        )
    return lines


def group_items(items: Iterable[Item]) -> Iterator[tuple[list[Item], list[Sentence]]]:
    """Items with the same explanation, and those of its sentences that were not said before."""
    told: set[Sentence] = set()
    for said, same in group_explained(items):
        fresh = [sentence for sentence in said if sentence not in told]
        told.update(fresh)
        yield same, fresh


def group_explained(items: Iterable[Item]) -> Iterator[tuple[list[Sentence], list[Item]]]:
    """Neighbouring items with the same explanation, and its sentences."""
    groups = groupby(items, lambda i: i.id if i.explanation == NOTHING_TO_SAY else i.explanation)
    for same in (list(group) for _, group in groups):
        yield describe_item(same[0]), same


def to_brief_text(report: Report, colour: bool = False) -> str:
    """One line per notebook, and the total."""
    lines = []
    by_notebook = groupby(report.items, key=lambda i: EXERCISES[i.exercise].notebook)
    for notebook, items in by_notebook:
        lines.append(heading_line(f"{notebook}  {NOTEBOOKS[notebook]}", list(items), colour))
    return "\n".join([*lines, f"{'  Total':<42}{score_text(report.score, report.max_score)}"])


def overall_mark(items: Iterable[Item]) -> str:
    """One mark for several items: the mark they share; otherwise ! if one has it, else ✘."""
    marks = {MARKS.get(item.status, "✘") for item in items}
    return marks.pop() if len(marks) == 1 else "!" if "!" in marks else "✘"


def score_text(score: float, most: float) -> str:
    return f"{tidy_number(score):>6} / {tidy_number(most)}"


def tidy_number(value: float) -> float | int:
    """Points without a trailing `.0` and without rounding errors."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def paint_mark(mark: str, colour: bool) -> str:
    return f"\x1b[{ANSI_COLOURS[mark]}m{mark}\x1b[0m" if colour else mark


def wants_colour(stream: TextIO) -> bool:
    """Whether to use colour: only in a terminal, and not if the user set NO_COLOR."""
    return stream.isatty() and "NO_COLOR" not in os.environ
