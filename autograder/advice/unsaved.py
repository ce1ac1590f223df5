"""Find parts of `mytorch` that a cell defines without `@exercise`, so that no file has them."""

import ast
from collections.abc import Iterator

from autograder.exercises import EXERCISES
from autograder.model import Exercise
from autograder.workspace.writer import Definition, is_exercise_mark, nested_statements

ONLY_HERE = "this notebook only: {file} is unchanged, and only that file counts."
PASTED = "Put each method into its own exercise cell, under @exercise({owner}). "
AGAIN = "Then run the cell with the imports again, so that {owner} is the one in {file}."
MARK = "If it is your solution, write @exercise({owner}) above the def, and run the cell again."
SET = "Write the function in its exercise cell instead, under @exercise({owner})."


def unsaved_notes(cell: ast.Module) -> Iterator[str]:
    """Say which parts of `mytorch` a cell defines that are not in the files, and what to do.

    Args: cell: the syntax tree of a cell that has run.
    """
    for node in nested_statements(cell):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from assigned_notes(target, node.value)
        elif isinstance(node, Definition) and not any(map(is_exercise_mark, node.decorator_list)):
            yield from defined_notes(node)


def defined_notes(node: Definition) -> Iterator[str]:
    """Say what it means to define a class or function without `@exercise`."""
    own = [e for e in EXERCISES.values() if node.name in e.title.split(".")]
    if isinstance(node, ast.ClassDef) and own:
        own = [e for e in own if e.title.startswith(f"{node.name}.")] or own[:1]
        yield fill(f"{node.name} is now a class of {ONLY_HERE} {PASTED}{AGAIN}", own[0])
    elif not isinstance(node, ast.ClassDef):
        own = [e for e in own if e.title == node.name or is_method_of(e, node)]
        named = [e for e in own if e.title in ast.unparse(node)]  # as a stub's first line does
        if len(found := named or own) == 1:
            yield fill(f"{node.name} is now a function of {ONLY_HERE} {MARK}", found[0])
        elif found:
            owners = ", ".join(f"@exercise({e.title.partition('.')[0]})" for e in found)
            yield (
                f"{node.name} is now a function of this notebook only: no file in mytorch has "
                "changed, and only the files count. If it is your solution, write the line of its "
                f"class above the def, and run the cell again. There are: {owners}."
            )


def is_method_of(exercise: Exercise, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function looks like an exercise's method: it has its name, and `self`."""
    first = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)][:1]
    return exercise.title.endswith(f".{node.name}") and first == ["self"]


def assigned_notes(target: ast.expr, value: ast.expr) -> Iterator[str]:
    """Say what it means to assign to a class, to one of its methods, or to a function."""
    name = ast.unparse(target).removeprefix("mytorch.")
    if ast.unparse(value).rpartition(".")[2] == name:  # `Linear = mytorch.Linear`
        return
    for exercise in EXERCISES.values():
        if exercise.title == name:
            yield fill(f"{name} was changed in {ONLY_HERE} {SET}", exercise)
            return
        if exercise.title.startswith(f"{name}."):
            yield fill(f"{name} was changed in {ONLY_HERE} {PASTED}{AGAIN}", exercise)
            return


def fill(sentence: str, exercise: Exercise) -> str:
    return sentence.format(owner=exercise.title.partition(".")[0], file=exercise.file)
