"""The solved package, read as text: what becomes a skeleton, a stub, a cell, a solution.

A region between BEGIN SOLUTION and END SOLUTION ends a function. What stands before it (the
docstring, checks of the arguments) is given to students.
"""

import ast
import copy
import textwrap
from pathlib import Path

from ..exercises import EXERCISES
from ..model import Exercise
from ..source import function_text

FOLDER = Path(__file__).parent / "mytorch"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def modules() -> dict[str, str]:
    """The sources of the solved package, by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.py"))}


def skeleton(file: str, source: str) -> str:
    """A module with every solution replaced by the exercise's `raise`.

    Raises: ValueError: a region belongs to no exercise.
    """
    lines = source.splitlines(keepends=True)
    kept: list[str] = []
    inside = False
    for number, line in enumerate(lines, start=1):
        if line.strip() == BEGIN:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(f"{indent}{unfinished(owner(file, source, number))}\n")
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "".join(kept)


def solution(source: str) -> str:
    """A module as a student would have completed it: without the markers."""
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() not in (BEGIN, END))


def unfinished(exercise: Exercise) -> str:
    return f'raise NotImplementedError("{exercise.stub}")'


def owner(file: str, source: str, line: int) -> Exercise:
    """The exercise whose function holds a line."""
    for exercise in EXERCISES.values():
        if exercise.file == f"mytorch/{file}":
            node = function(exercise, source)
            if node.lineno <= line <= (node.end_lineno or 0):
                return exercise
    raise ValueError(f"{file}:{line}: this solution belongs to no exercise")


def function(exercise: Exercise, source: str) -> ast.FunctionDef:
    """The definition of an exercise's target.

    Raises: ValueError: the module has no such definition.
    """
    body: list[ast.stmt] = ast.parse(source).body
    node: ast.stmt | None = None
    for name in exercise.target.split(".")[2:]:
        definitions = (n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef))
        node = next((n for n in definitions if n.name == name), None)
        body = node.body if isinstance(node, ast.ClassDef) else []
    if not isinstance(node, ast.FunctionDef):
        raise ValueError(f"{exercise.file} has no {exercise.title}")
    return node


def stub(exercise: Exercise) -> str:
    """The unfinished function of an exercise, as `reset` puts it back."""
    file = exercise.file.removeprefix("mytorch/")
    return function_text(skeleton(file, modules()[file]).encode(), exercise.target)


def cell(exercise: Exercise, solved: bool) -> str:
    """The exercise cell: the decorated function, without annotations and docstring."""
    file = exercise.file.removeprefix("mytorch/")
    source = modules()[file]
    source = solution(source) if solved else skeleton(file, source)
    node = function(exercise, source)
    first = node.body[1] if ast.get_docstring(node) else node.body[0]
    lines = source.splitlines(keepends=True)[first.lineno - 1 : node.end_lineno]
    body = textwrap.indent(textwrap.dedent("".join(lines)), "    ")
    decorated = exercise.target.split(".")[2]
    return f"@exercise({decorated})\n{signature(node)}\n{body}".rstrip()


def signature(node: ast.FunctionDef) -> str:
    bare = copy.deepcopy(node)
    bare.returns, bare.decorator_list = None, []
    for argument in ast.walk(bare.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    bare.body = [ast.Pass()]
    return ast.unparse(bare).splitlines()[0]
