"""Show a report: as text for people, as one line of JSON for machines."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import TextIO

from .exercises import EXERCISES, NOTEBOOKS
from .handin import shown
from .model import Exercise, Item, Report

MARKS = {"pass": "✔", "fail": "✘", "not_attempted": "·", "internal": "!"}
COLOURS = {"✔": "32", "✘": "31", "·": "2", "!": "33"}


def to_json(report: Report) -> str:
    """One line of JSON, with the keys of the contract."""
    return json.dumps(
        {
            "hand_in": report.hand_in,
            "message": report.message,
            "score": number(report.score),
            "max_score": number(report.max_score),
            "provisional": report.provisional,
            "isolation": report.isolation,
            "references": report.references,
            "digests": dict(report.digests),
            "items": [asdict(item) for item in report.items],
        },
        ensure_ascii=False,
    )


def to_text(report: Report, colour: bool = False) -> str:
    """The whole report: a line an exercise, and under it why each lost point is lost."""
    lines = []
    if report.message:
        lines += [f"note: {report.message}", ""]
    for name, group in groupby(report.items, key=lambda item: item.exercise):
        lines += exercise_lines(EXERCISES[name], list(group), colour)
    lines += ["", f"{'Total':<42}{points(report.score, report.max_score)}"]
    if report.provisional:
        lines.append("This grade is provisional: it is not the hand-in's fault.")
    if report.references == "public":
        lines.append("Scored on the public cases; the grade is given on others like them.")
    return "\n".join(lines)


def exercise_lines(exercise: Exercise, items: list[Item], colour: bool) -> list[str]:
    score, most = sum(i.score for i in items), sum(i.max_score for i in items)
    mark = overall(items)
    title = f"{exercise.number}  {exercise.title}"
    lines = [f"{painted(mark, colour)} {title:<40}{points(score, most)}"]
    if mark == "·":
        return lines + [f"    {m}" for m in {i.message for i in items} if m.startswith("needs ")]
    lost = [item for item in items if item.status != "pass"]
    told: set[str] = set()  # a misconception and its hint are said once an exercise
    for message, alike in groupby(lost, key=lambda item: item.message):
        same = list(alike)
        names = ", ".join(item.id.removeprefix(exercise.id + ".") for item in same)
        first, *rest = message.split("\n")
        cost = sum(item.max_score for item in same)
        lines.append(f"    {painted('✘', colour)} {names} (−{number(cost)}): {first}")
        lines += [f"        {line}" for line in rest if line not in told]
        told.update(rest)
    if any(item.follow_through for item in items) and score:
        lines.append("    scored on stand-in layers, so that earlier mistakes cost nothing here")
    return lines


def brief(report: Report, colour: bool = False) -> str:
    """A line a notebook, and the total."""
    lines = []
    for number_, group in groupby(report.items, key=lambda i: EXERCISES[i.exercise].number[0]):
        items = list(group)
        score, most = sum(i.score for i in items), sum(i.max_score for i in items)
        name = f"{number_.zfill(2)}  {NOTEBOOKS[number_.zfill(2)]}"
        lines.append(f"{painted(overall(items), colour)} {name:<40}{points(score, most)}")
    return "\n".join([*lines, f"{'  Total':<42}{points(report.score, report.max_score)}"])


def row(report: Report) -> str:
    """One hand-in among many: its points, its name, and what to know of it."""
    notes = [report.message] if report.message else []
    if report.provisional:
        notes.append("provisional")
    lost = dict.fromkeys(
        EXERCISES[i.exercise].number for i in report.items if i.score < i.max_score
    )
    if 0 < len(lost) < len(EXERCISES):
        notes.append(f"lost in {', '.join(lost)}")
    mistakes = sorted({item.mistake for item in report.items if item.mistake})
    if mistakes:
        notes.append(", ".join(mistakes))
    score = points(report.score, report.max_score)
    return f"{score}  {shown(report.hand_in)}" + (f"  [{'; '.join(notes)}]" if notes else "")


def overall(items: Iterable[Item]) -> str:
    """One mark for several items: the mark they share, else ✘."""
    marks = {MARKS.get(item.status, "✘") for item in items}
    return marks.pop() if len(marks) == 1 else "!" if "!" in marks else "✘"


def points(score: float, most: float) -> str:
    return f"{number(score):>6} / {number(most)}"


def number(value: float) -> float | int:
    """Points without a trailing `.0`, and without the noise of adding quarters."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def painted(mark: str, colour: bool) -> str:
    return f"\x1b[{COLOURS[mark]}m{mark}\x1b[0m" if colour else mark


def wants_colour(stream: TextIO) -> bool:
    """Colour only for a terminal, and never against the user's NO_COLOR."""
    return stream.isatty() and "NO_COLOR" not in os.environ
