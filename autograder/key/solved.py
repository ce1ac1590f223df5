"""The solved package as text, from which skeleton, stubs, cells and solutions are made.

A function ends with its solution, between BEGIN SOLUTION and END SOLUTION. Students get the lines
before it: the docstring and the checks of the arguments.
"""

import ast
import copy
import re
import textwrap
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.model import Exercise
from autograder.workspace.writer import Function, find_function, function_text, parse_text

SOLVED = Path(__file__).parent / "mytorch"
REGION = re.compile(r"( *)### BEGIN SOLUTION\n.*? *### END SOLUTION\n", re.DOTALL)
MARKER = re.compile(r" *### (BEGIN|END) SOLUTION\n")


def solved_modules() -> dict[str, str]:
    """The sources of the solved package, by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted(SOLVED.glob("*.py"))}


def make_skeleton(file: str, source: str) -> str:
    """A module with every solution replaced by the exercise's `raise`.

    Raises: ValueError: a solution belongs to no exercise.
    """

    def unfinished(region: re.Match[str]) -> str:
        line = source.count("\n", 0, region.start()) + 1
        return (
            f'{region[1]}raise NotImplementedError("{owning_exercise(file, source, line).stub}")\n'
        )

    return REGION.sub(unfinished, source)


def strip_markers(source: str) -> str:
    """A module as a student would complete it: without the markers."""
    return MARKER.sub("", source)


def owning_exercise(file: str, source: str, line: int) -> Exercise:
    """The exercise whose function contains a line."""
    for exercise in EXERCISES.values():
        if exercise.file == f"mytorch/{file}":
            node = find_definition(source, exercise.target)
            if node.lineno <= line <= (node.end_lineno or 0):
                return exercise
    raise ValueError(f"{file}:{line}: this solution belongs to no exercise")


def find_definition(source: str, target: str) -> Function:
    """The definition of a target in its module's source.

    Raises: ValueError: the module has no such definition.
    """
    _, node = find_function(parse_text(source), target)
    if node is None:
        raise ValueError(f"there is no {target}")
    return node


def source_of(exercise: Exercise) -> str:
    """The source of the solved module of an exercise.

    Raises: ValueError: there is no such module.
    """
    path = SOLVED / Path(exercise.file).name
    if not path.is_file():
        raise ValueError(
            f"{exercise.id} has no solution: autograder/key/{exercise.file} is missing"
        )
    return path.read_text("utf-8")


def make_stub(exercise: Exercise) -> str:
    """The unfinished function of an exercise, which `reset` restores."""
    skeleton = make_skeleton(Path(exercise.file).name, source_of(exercise))
    return function_text(skeleton.encode(), exercise.target)


def make_cell(exercise: Exercise, solved: bool) -> str:
    """The code of an exercise cell: the decorated function, without annotations and docstring."""
    source = source_of(exercise)
    name = Path(exercise.file).name
    source = strip_markers(source) if solved else make_skeleton(name, source)
    node = find_definition(source, exercise.target)
    first = node.body[1] if ast.get_docstring(node) else node.body[0]
    lines = source.splitlines(keepends=True)[first.lineno - 1 : node.end_lineno]
    body = textwrap.indent(textwrap.dedent("".join(lines)), "    ")
    decorated = exercise.target.split(".")[2]
    return f"@exercise({decorated})\n{bare_signature(node)}\n{body}".rstrip()


def bare_signature(node: Function) -> str:
    bare = copy.deepcopy(node)
    bare.returns, bare.decorator_list = None, []
    for argument in ast.walk(bare.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    bare.body = [ast.Pass()]
    return ast.unparse(bare).splitlines()[0]
