"""What a cell says about an exercise: a small table, and the same in plain text.

The words and the points are the autograder's: a notebook says what `autograder check` says.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from autograder.judge import Judgement
from autograder.model import Exercise
from autograder.report import MARKS, number, overall
from autograder.score import item

ROLES = {"edge": "edge cases", "stability": "huge numbers"}
COLOURS = {"✔": "var(--jp-success-color1, green)", "✘": "var(--jp-error-color1, #b00)"}
CELL = 'style="text-align: left; vertical-align: top; padding: 0.3em 0.8em"'
TABLE = 'style="margin: 0.5em 0; table-layout: auto; border-collapse: collapse"'


@dataclass(frozen=True)
class Row:
    """A line of the table: what was checked, in how many cases, its points, what was found."""

    mark: str
    checked: str
    cases: int
    points: str
    found: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Feedback:
    """What is known of an exercise once its cell has run.

    said    sentences about the cell and the file
    judged  the exercise on the public cases, line by line; nothing where it was not driven
    """

    exercise: Exercise
    said: tuple[str, ...] = ()
    judged: tuple[Judgement, ...] = ()

    @property
    def right(self) -> bool:
        return bool(self.judged) and all(line.status == "pass" for line in self.judged)

    def title(self) -> str:
        """`✘ Linear.forward (6.1): 4 of 5 points on the public cases`."""
        items = [item(line, [*self.judged], False, True) for line in self.judged]
        name = f"{self.exercise.title} ({self.exercise.number})"
        if not items:
            return f"· {name}"
        score = number(sum(i.score for i in items))
        most = number(self.exercise.max_score)
        return f"{overall(items)} {name}: {score} of {most} points on the public cases"

    def rows(self) -> Iterator[Row]:
        """The table, line by line; lines that say the same are one, and nothing is said twice."""
        scored = [(line, item(line, [*self.judged], False, True)) for line in self.judged]
        told: set[str] = set()
        for _, group in groupby(scored, key=lambda pair: pair[1].message or pair[1].id):
            lines, items = zip(*group)
            message = [text for text in items[0].message.split("\n") if text not in told]
            told.update(message)
            if lines[0].fault and lines[0].fault.type == "NameError":
                message.append(
                    f"{self.exercise.file} knows only its own names: put helpers and imports "
                    "inside the def, or into that file"
                )
            earned, most = sum(i.score for i in items), sum(i.max_score for i in items)
            yield Row(
                MARKS.get(items[0].status, "✘"),
                ", ".join(line.tensor or ROLES[line.role] for line in lines),
                lines[0].total,
                f"{number(earned)} of {number(most)}",
                tuple(filter(None, message)),
            )

    def __repr__(self) -> str:
        lines = [self.title(), *(f"  {sentence}" for sentence in self.said)]
        for row in self.rows():
            lines.append(f"  {row.mark} {row.checked} ({plural(row.cases)}): {row.points}")
            lines += [f"      {text}" for text in row.found]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = f"<strong>{escape(self.title())}</strong>"
        said = "".join(f"<div>{marked_up(sentence)}</div>" for sentence in self.said)
        rows = "".join(map(html, self.rows()))
        names = ("", "checked", "points", "found")
        header = "".join(f'<th scope="col" {CELL}>{name}</th>' for name in names)
        table = f"<table {TABLE}><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<div>{head}{said}{table if self.judged else ''}</div>"


def html(row: Row) -> str:
    found = "".join(f"<div>{marked_up(text)}</div>" for text in row.found)
    checked = f"<code>{escape(row.checked)}</code>" if " " not in row.checked else row.checked
    mark = f'<strong style="color: {COLOURS.get(row.mark, "inherit")}">{row.mark}</strong>'
    cells = (mark, f"{checked} in {plural(row.cases)}", row.points, found)
    return "<tr>" + "".join(f"<td {CELL}>{cell}</td>" for cell in cells) + "</tr>"


def marked_up(text: str) -> str:
    """A sentence in HTML; a line of code in it as code."""
    start, line, code = text.partition("the line is: ")
    return escape(start + line) + (f"<code>{escape(code)}</code>" if code else "")


def plural(cases: int) -> str:
    return f"{cases} case" + "s" * (cases != 1)


def show(shown: object) -> None:
    """Show something under the cell; print it where there is no notebook."""
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(shown)
    else:
        from IPython.display import display

        display(shown)
