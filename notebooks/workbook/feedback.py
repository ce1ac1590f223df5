"""The feedback of a cell on an exercise: a small table, and the same in plain text.

Sentences and points are those of the autograder, with one difference: here a network runs only on
the student's own layers, while `autograder check` also scores it on stand-ins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from autograder.model import NOTHING_TO_SAY, Exercise, Item
from autograder.scoring.report import group_items, overall_mark, tidy_number
from autograder.scoring.wording import LEADS, Sentence

NOTEBOOKS_OWN = ("display", "get_ipython")
ONLY_NOTEBOOKS = "only notebooks have {name}, the grader does not: delete it, or use print"
ROLE_TITLES = {"edge": "edge cases", "stability": "huge numbers"}
COLOURS = {"✔": "var(--jp-success-color1, green)", "✘": "var(--jp-error-color1, #b00)"}
CELL = 'style="text-align: left; vertical-align: top; padding: 0.3em 0.8em"'
TITLES = ("", "checked", "points", "found")
HEADER = "".join(f'<th scope="col" {CELL}>{title}</th>' for title in TITLES)
MARKED_UP = {
    "code": "{0}<code>{1}</code>",
    "mistake": "{0}<strong>{1}</strong>",
    "hint": "<strong>{0}</strong>{1}",
}
TABLE = 'style="margin: 0.5em 0; table-layout: auto; border-collapse: collapse"'


Row = tuple[str, str, str, list[Sentence]]  # one cell per column in TITLES


@dataclass(frozen=True, repr=False)
class CellFeedback:
    """What is known about an exercise after its cell has run.

    said   sentences about the cell and the file
    items  the result on the public cases, line by line; empty if the exercise was not driven
    mark   the mark before the sentences if there are no items
    """

    exercise: Exercise
    said: tuple[Sentence | str, ...] = ()
    items: Sequence[Item] = ()
    mark: str = "·"

    def sentences(self) -> tuple[Sentence | str, ...]:
        """The sentences above the table.

        The first one is the title, `✘ Linear.forward (6.1): 4 of 5 points on the public cases`.
        """
        name = f"{self.exercise.title} ({self.exercise.number}):"
        if not self.items:
            first, *rest = self.said
            return (f"{self.mark} {name} {first}", *rest)
        points = out_of(self.items, self.exercise.max_score)
        return (
            f"{overall_mark(self.items)} {name} {points} points on the public cases",
            *self.said,
        )

    def rows(self) -> Iterator[Row]:
        """The table, line by line: a mark, what was checked, its points, what was found.

        Items with the same explanation share a line, and no sentence is repeated.
        """
        lines = {id: (tensor, role) for tensor, role, id in self.exercise.lines}
        for items, said in group_items(self.items):
            checked = [lines[item.id] for item in items]
            names = ", ".join(tensor or ROLE_TITLES[role] for tensor, role in checked)
            cases = sum(case.role == checked[0][1] for case in self.exercise.cases)
            points = out_of(items, sum(item.max_score for item in items))
            explanation = items[0].explanation
            found = said or [Sentence("as above")] * (explanation != NOTHING_TO_SAY)
            if explanation.fault and explanation.fault.type == "NameError":
                only = next((n for n in NOTEBOOKS_OWN if f"'{n}'" in explanation.fault.text), "")
                where = f"put helpers and imports inside the def, or into {self.exercise.file}"
                found.append(Sentence(ONLY_NOTEBOOKS.format(name=only) if only else where))
            yield overall_mark(items), f"{names} ({cases} cases)", points, found

    def __repr__(self) -> str:
        lines = ["\n  ".join(map(str, self.sentences()))]
        for mark, checked, points, found in self.rows():
            lines.append(f"  {mark} {checked}: {points}")
            lines += [f"      {text}" for text in found]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = self.sentences()
        said = f"<div><strong>{escape(str(first))}</strong></div>" + "".join(map(marked_up, rest))
        if not self.items:
            return said
        rows = "".join(map(row_html, self.rows()))
        table = f"<thead><tr>{HEADER}</tr></thead><tbody>{rows}</tbody>"
        return f"{said}<table {TABLE}>{table}</table>"


def row_html(row: Row) -> str:
    mark, checked, points, found = row
    painted = f'<strong style="color: {COLOURS.get(mark, "inherit")}">{mark}</strong>'
    said = "".join(map(marked_up, found))
    cells = (painted, escape(checked), points.replace(" ", "&nbsp;"), said)
    return "<tr>" + "".join(f"<td {CELL}>{cell}</td>" for cell in cells) + "</tr>"


def marked_up(said: Sentence | str) -> str:
    """A sentence in HTML: a line of code as code, the name of a mistake and its hint in bold."""
    sentence = Sentence(said) if isinstance(said, str) else said
    form = MARKED_UP.get(sentence.kind, "{0}{1}")
    return f"<div>{form.format(LEADS[sentence.kind], escape(sentence.text))}</div>"


def out_of(items: Sequence[Item], most: float) -> str:
    return f"{tidy_number(sum(item.score for item in items))} of {tidy_number(most)}"
