"""An exercise cell: its function is written into a file of `mytorch` and judged.

    @exercise(Linear)
    def forward(self, A):
        ...

The order: the writer puts the cell's text into the file's text; that is executed in its module; the
file is written; the driver runs on the public cases; the feedback is shown. The file is what is
handed in. An unfinished cell changes nothing and raises nothing. If the new text cannot be
executed, file and module stay as they were.
"""

import inspect
import linecache
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from functools import cache
from importlib import import_module
from io import StringIO
from operator import attrgetter
from typing import Any

from IPython.display import display

from autograder.exercises import EXERCISES
from autograder.harness.driving import describe_fault, drive_case
from autograder.model import Exercise, Item
from autograder.scoring import reference_store
from autograder.scoring.judgement import judge_exercise as judge_answers
from autograder.scoring.points import note_earlier_exercise, score_exercise
from autograder.scoring.topic_file import DamagedFile
from autograder.scoring.wording import Sentence, describe_error
from autograder.workspace import cell_state, writer

from . import live
from .feedback import CellFeedback

MAX_PRINTED = 5_000  # characters of what the student's code prints
STAND_INS = "autograder check also scores it on stand-in layers, where this costs no points"
UNFINISHED = "not finished: delete the line raise NotImplementedError(…), then run the cell again"
USAGE = "Write @exercise above a def, and name its class or function in it: @exercise(Linear)."


def exercise(owner: Any) -> Callable[[Any], Any]:
    """Complete a class or a function of `mytorch` by the function below.

    Args:    owner: the class that the method belongs to, or the function itself.
    Returns: a decorator that writes the function into its file, shows the feedback, and returns
             the live method or function.
    """
    if not exercises_of(owner):
        print(USAGE)
        return lambda function: function

    def complete(function: Any) -> Any:
        try:
            asked, cell = find_cell_exercise(owner, function)
            display(run_cell(asked, cell))
            with suppress(
                KeyError, AttributeError
            ):  # it has no such name if its file cannot be executed
                return attrgetter(asked.title)(sys.modules[asked.module])
        except (live.NotebookRefused, DamagedFile) as refused:
            print(refused)
        except KeyboardInterrupt:
            print("Stopped before anything was written.")
        return function

    return complete


def run_cell(asked: Exercise, cell: str) -> CellFeedback:
    """Run the cell of an exercise.

    Args:   cell: the text of its function.
    Raises: NotebookRefused: the file cannot be read or written.
            DamagedFile: a file of the grader is damaged.
    """
    failed = live.refresh_modules()
    try:
        old = (live.attached_tree() / asked.file).read_bytes()
        new = writer.replace_function(old, asked.target, cell)
    except (OSError, writer.SourceError) as error:
        why = f"cannot be read ({error.strerror})" if isinstance(error, OSError) else error
        how = f"repair the file, or type in a terminal: autograder reset {asked.number}"
        raise live.NotebookRefused(
            f"{asked.file} {why}; your code was not written: {how}"
        ) from None
    if writer.is_stub(cell):
        return stub_feedback(asked, cell, failed)
    failed.pop(asked.module, None)  # if it still fails, executing the new text reports it
    try:
        with live.execute_module(import_module(asked.module), new):
            kept = write_cell(asked, new) if new != old else []
    except (live.NotebookRefused, DamagedFile):
        raise
    except (Exception, SystemExit) as error:
        return CellFeedback(
            asked, (*rejected_lines(asked, error, new), *broken_file_lines(failed)), mark="✘"
        )
    with suppress(OSError):  # at worst, the next run keeps a copy that is not needed
        cell_state.remember_cell(live.attached_tree(), asked)
    return drive_feedback(asked, [*broken_file_lines(failed), *kept])


def write_cell(asked: Exercise, new: bytes) -> list[str]:
    """Write a file's new text; first keep a function that no cell has written.

    Returns: what the student should know of that.  Raises: NotebookRefused: it cannot be written.
    """
    tree, said = live.attached_tree(), []
    try:
        if not (found := cell_state.read_state(tree, asked)).untouched:
            place = cell_state.keep_aside(tree, asked, found.text)
            said = [f"{asked.file} held code that is not from this cell; it is kept in {place}"]
        writer.write_atomically(tree / asked.file, new)
    except OSError as error:
        why = error.strerror or error
        raise live.NotebookRefused(
            f"{asked.file} cannot be written ({why}); it was not changed."
        ) from None
    return said


def stub_feedback(asked: Exercise, cell: str, failed: Mapping[str, BaseException]) -> CellFeedback:
    """The feedback on a cell that is still a stub: nothing is written, so the file is judged."""
    now = cell_state.read_state(live.attached_tree(), asked)
    said = "not started" if writer.same_code(cell, now.stub) else UNFINISHED
    if not now.text or writer.is_stub(now.text) or asked.module in failed:
        return CellFeedback(asked, (said, *broken_file_lines(failed)))
    kept = f"{asked.file} keeps your solution; this is the feedback on it"
    return drive_feedback(asked, [kept, f"the cell itself is {said}", *broken_file_lines(failed)])


def drive_feedback(asked: Exercise, said: list[Sentence | str]) -> CellFeedback:
    """Judge an exercise as it is in its file now. Args: said: lines that come first."""
    try:
        items, printed = judge_in_kernel(asked)
        print(printed, end="")
        scored = cache(lambda name: judge_in_kernel(EXERCISES[name])[0])
        blamed = [note_earlier_exercise(item, scored) for item in items]
        stand_ins = [STAND_INS] if asked.doubles and blamed != items else []
        return CellFeedback(asked, (*said, *stand_ins), blamed)
    except KeyboardInterrupt:
        stopped = f"you stopped it (an endless loop?); your code was saved in {asked.file}"
        return CellFeedback(asked, (stopped, *said), mark="✘")


def judge_in_kernel(asked: Exercise) -> tuple[list[Item], str]:
    """Judge an exercise on the public cases, in this process.

    Returns: its items, and what the student's code printed in the first case that fails.
    """
    references = reference_store.public_references()
    answers, printed = {}, {}
    for known in references.cases(asked.id):
        case = known.case
        with redirect_stdout(StringIO()) as caught:
            answers[case.id] = drive_case(asked, case, known.inputs, live.attached_package())
        printed[case.id] = caught.getvalue()
    judged = judge_answers(asked, references, answers)
    shown = next((line.first.case for line in judged if line.first), next(iter(printed)))
    return score_exercise(judged), printed[shown][:MAX_PRINTED]


def broken_file_lines(failed: Mapping[str, BaseException]) -> list[Sentence | str]:
    """Why files that the student edited cannot be executed."""
    said: list[Sentence | str] = []
    for module, error in failed.items():
        why, *line = describe_error(describe_fault(error, live.attached_package()))
        file = module.replace(".", "/") + ".py"
        said += [f"{file} cannot be executed, so its earlier text is used: {why}", *line]
    return said


def rejected_lines(asked: Exercise, error: BaseException, new: bytes) -> list[Sentence | str]:
    """Why a file's new text cannot be executed, and its line, since the text is in no file."""
    fault = describe_fault(error, live.attached_package())
    file, _, number = fault.where.rpartition(":")
    if file == asked.file:
        lines = writer.split_lines(writer.decode_file(new)[0])
        fault = replace(fault, where="", line=lines[int(number) - 1].strip())
    return [f"not written: with this cell, {asked.file} cannot be executed", *describe_error(fault)]


def exercises_of(owner: Any) -> dict[str, Exercise]:
    """The exercises that complete a class or a function, by their functions' names.

    Only its name counts, because a notebook's own function may hide that of `mytorch`.
    """
    titles = ((e.title.split("."), e) for e in EXERCISES.values())
    return {names[-1]: e for names, e in titles if names[0] == getattr(owner, "__name__", "")}


def find_cell_exercise(owner: Any, function: Any) -> tuple[Exercise, str]:
    """The exercise that a cell's function completes, and its text without `@exercise`.

    Raises: NotebookRefused: it is not a plain function, or the owner has no exercise of its name,
            or its text cannot be found.
    """
    inner = inspect.unwrap(function)
    if not inspect.isfunction(inner) or inner.__name__ == "<lambda>":
        raise live.NotebookRefused(USAGE)
    names, name, code = exercises_of(owner), inner.__name__, inner.__code__
    if name not in names:
        known = ", ".join(names)
        raise live.NotebookRefused(f"{owner.__name__} has no exercise {name}. It has: {known}.")
    for found in writer.cell_functions("".join(linecache.getlines(code.co_filename))):
        if found.line == code.co_firstlineno:
            return names[name], found.text
    raise live.NotebookRefused(
        f"The text of {name} was not found: define it in a cell, and use no %% magic there."
    )
