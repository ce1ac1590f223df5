"""What a planted mistake is, and how it is planted."""

import ast
from dataclasses import dataclass
from pathlib import Path

SOLVED = Path(__file__).parents[1] / "mytorch"


@dataclass(frozen=True)
class Mistake:
    """A misconception, as a substitution in one function of the solved package.

    id      `linear.mean_over_batch`          target  `mytorch.linear.Linear.backward`
    old     stands exactly once in the target's source          new  what stands there instead
    name    what a teacher calls it           hint    a question or fact that leads to the idea
    slide   the title of the lecture's slide
    """

    id: str
    target: str
    old: str
    new: str
    name: str
    hint: str
    slide: str

    @property
    def file(self) -> str:
        """The changed file, in the package's folder: `linear.py`."""
        return self.target.split(".")[1] + ".py"

    def plant(self) -> str:
        """The source of the file with the mistake in it.

        Raises: ValueError: `old` does not stand exactly once in the target.
        """
        source = (SOLVED / self.file).read_text("utf-8")
        lines = source.splitlines(keepends=True)
        start, end = span(source, self.target.split(".")[2:])
        function = "".join(lines[start:end])
        if function.count(self.old) != 1:
            raise ValueError(f"{self.id}: {self.old!r} stands {function.count(self.old)} times")
        return "".join([*lines[:start], function.replace(self.old, self.new), *lines[end:]])


def span(source: str, names: list[str]) -> tuple[int, int]:
    """First and last line (exclusive, from 0) of a nested definition."""
    body: list[ast.stmt] = ast.parse(source).body
    for name in names:
        (node,) = [
            n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name
        ]
        body = node.body
    return node.lineno - 1, node.end_lineno or node.lineno
