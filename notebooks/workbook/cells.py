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
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from io import StringIO
from operator import attrgetter
from types import FrameType
from typing import Any

from IPython.display import display

from autograder.advice.copied import copied_cell_lines
from autograder.advice.parity import run_as_in_grader
from autograder.exercises import EXERCISES
from autograder.harness.driving import describe_fault, drive_case
from autograder.model import Exercise, Item
from autograder.scoring import reference_store
from autograder.scoring.judgement import judge_exercise as judge_answers
from autograder.scoring.points import note_earlier_exercise, score_exercise
from autograder.scoring.topic_file import DamagedFile
from autograder.scoring.wording import Sentence, describe_error
from autograder.workspace import cell_state, writer
from autograder.workspace.lock import hold_tree_lock

from . import live
from .feedback import CellFeedback

MAX_PRINTED = 5_000  # characters of what the student's code prints
STAND_INS = "autograder check also scores it on stand-in layers, where this costs no points"
RAISE = "the line raise NotImplementedError(…)"
UNFINISHED = f"not finished: delete {RAISE}, then run the cell again"
ABOVE = (
    f"not finished: {RAISE} stands above your code, so your code is never run: delete that line, "
    "then run the cell again"
)
EARLIER = "{file} still holds the code that you ran earlier; this is no feedback on this cell"
UNREADABLE = (
    "{file} cannot be read ({why}), so its earlier text is used: close the program that holds it, "
    "or allow yourself to read it, then run this cell again"
)
HELD = "{file} held code that is not from this cell; it is kept in {place}"
USAGE = "Write @exercise above a def, and name its class or function in it: @exercise(Linear)."
BARE = (
    "@exercise needs the name of what the def below completes, in brackets: write {marks} "
    "above the def, and run the cell again."
)
CLASS = (
    "@exercise stands above a def, not above a class: put each method into its own exercise cell, "
    "under @exercise({name})."
)


def exercise(owner: Any) -> Any:
    """Complete a class or a function of `mytorch` with the function below.

    Args:    owner: the class that the method belongs to, or the function itself.
    Returns: a decorator that writes the function into its file, shows the feedback, and returns
             the live method or function. Under `@exercise` alone, the owner is the function below.
    """
    if is_bare_call(inspect.currentframe()):
        return complete_bare(owner)
    if not exercises_of(owner):
        print(USAGE)
        return lambda function: function
    return partial(complete_exercise, owner)


def complete_exercise(owner: Any, function: Any) -> Any:
    """Run an exercise's cell, and show the feedback.

    Returns: the live method or function; if there is none, the function in the cell.
    """
    try:
        asked, cell = find_cell_exercise(owner, function)
        display(run_cell(asked, cell))
        with suppress(KeyError, AttributeError):  # its file may not be executable
            return attrgetter(asked.title)(sys.modules[asked.module])
    except (live.NotebookRefused, DamagedFile) as refused:
        print(refused)
    except KeyboardInterrupt:
        print("Stopped before anything was written.")
    return function


def is_bare_call(frame: FrameType | None) -> bool:
    """Whether a decorator's frame was called by `@exercise` alone, without brackets."""
    caller = frame and frame.f_back
    if not caller:
        return False
    text = "".join(linecache.getlines(caller.f_code.co_filename))
    return caller.f_lineno in writer.bare_mark_lines(text)


def complete_bare(thing: Any) -> Any:
    """Complete the function under `@exercise` alone, if its name determines the exercise.

    Otherwise, say what to write above it, and return it unchanged.
    """
    name = getattr(thing, "__name__", "")
    if inspect.isfunction(thing) and name in exercises_of(thing):
        return complete_exercise(thing, thing)
    owners = [e.title.partition(".")[0] for e in EXERCISES.values() if e.title.endswith(f".{name}")]
    if inspect.isfunction(thing) and owners:
        print(BARE.format(marks=", ".join(f"@exercise({owner})" for owner in owners)))
    elif isinstance(thing, type) and exercises_of(thing):
        print(CLASS.format(name=name))
    else:
        print(USAGE)
    return thing


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
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            how = "make it a file that you may read, then run the cell again"
        raise live.NotebookRefused(
            f"{asked.file} {why}; your code was not written: {how}"
        ) from None
    if writer.is_stub(cell):
        return stub_feedback(asked, cell, failed)
    failed.pop(asked.module, None)  # if it still fails, executing the new text reports it
    try:
        with live.execute_module(import_module(asked.module), new):
            kept = write_cell(asked, old, new)
    except FileChanged:  # by another kernel, while this one executed the text
        return run_cell(asked, cell)
    except (live.NotebookRefused, DamagedFile):
        raise
    except (Exception, SystemExit) as error:
        return CellFeedback(
            asked, (*rejected_lines(asked, error, new), *broken_file_lines(failed)), mark="✘"
        )
    copied = copied_cell_lines(asked, cell)
    return drive_feedback(asked, [*broken_file_lines(failed), *kept, *copied])


class FileChanged(Exception):
    """A file no longer holds the text from which a cell's new text was made."""


def write_cell(asked: Exercise, old: bytes, new: bytes) -> list[str]:
    """Write a file's new text; a function in it that no cell wrote is kept aside first.

    Returns: what the student should know about that.
    Raises:  FileChanged: the file does not hold the old text.
             NotebookRefused: it cannot be written.
    """
    tree, said = live.attached_tree(), []
    try:
        with hold_tree_lock(tree):
            if (tree / asked.file).read_bytes() != old:
                raise FileChanged
            if new != old:
                if not (found := cell_state.read_state(tree, asked)).untouched:
                    place = cell_state.keep_aside(tree, asked, found.text)
                    said = [HELD.format(file=asked.file, place=place)]
                writer.write_atomically(tree / asked.file, new)
            with suppress(OSError):  # then the next run only keeps an unnecessary copy aside
                cell_state.remember_cell(tree, asked)
    except OSError as error:
        why = error.strerror or error
        raise live.NotebookRefused(
            f"{asked.file} cannot be written ({why}); it was not changed."
        ) from None
    return said


def stub_feedback(asked: Exercise, cell: str, failed: Mapping[str, BaseException]) -> CellFeedback:
    """What to say about a cell that still stops at its stub's `raise`, so that it is not written.

    If the cell has no code of its own and the file is finished, the feedback on the file is shown.
    If the cell has code, it is not shown, because students would think that it is about this code.
    """
    now = cell_state.read_state(live.attached_tree(), asked)
    broken = broken_file_lines(failed)
    has_solution = now.text and not writer.is_stub(now.text) and asked.module not in failed
    if not writer.same_code(cell, now.stub):
        said = ABOVE if writer.has_code_after_stub(cell) else UNFINISHED
        earlier = [EARLIER.format(file=asked.file)] if has_solution else []
        return CellFeedback(asked, (said, *earlier, *broken))
    if not has_solution:
        return CellFeedback(asked, ("not started", *broken))
    kept = f"{asked.file} keeps your solution; this is the feedback on it"
    return drive_feedback(asked, [kept, "the cell itself is not started", *broken])


def drive_feedback(asked: Exercise, said: list[Sentence | str]) -> CellFeedback:
    """Judge an exercise as its file has it now. Args: said: sentences that come first."""
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
    answers, printed, package = {}, {}, live.attached_package()
    for known in references.cases(asked.id):
        case = known.case
        with redirect_stdout(StringIO()) as caught, run_as_in_grader(live.attached_tree()):
            answers[case.id] = drive_case(asked, case, known.inputs, package)
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
        if isinstance(error, OSError) and error.filename == sys.modules[module].__file__:
            said.append(UNREADABLE.format(file=file, why=error.strerror))
            continue
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
