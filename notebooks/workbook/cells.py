"""An exercise cell: its function goes into `mytorch`, through the file, and is judged.

    @exercise(Linear)
    def forward(self, A):
        ...

source → the writer → the file's new text, executed in its module → the file → the driver on the
public cases → feedback. The file is what is handed in. An unfinished cell changes nothing and
raises nothing; a text that cannot be executed leaves file and module as they were.
"""

import inspect
import linecache
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from difflib import get_close_matches
from importlib import import_module
from io import StringIO
from types import FunctionType, ModuleType
from typing import Any

from autograder import aside, source, store
from autograder.exercises import EXERCISES
from autograder.explain import raised
from autograder.harness import answer, fault_of
from autograder.judge import Judgement
from autograder.model import Exercise
from autograder.score import judgements
from autograder.source import SourceError, function_text, is_stub

from . import live
from .feedback import Feedback, show
from .live import Refused

ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
PRINTED = 5_000  # characters
STAND_INS = "autograder check also scores it on stand-in layers: there that costs nothing"
UNFINISHED = "not finished: delete the line raise NotImplementedError(…), then run the cell again"
PLACE = "@exercise stands above a def, with what it completes in brackets: @exercise(Linear)"


def exercise(owner: Any) -> Callable[[Any], Any]:
    """Complete a class or a function of `mytorch` by the function below.

    Args:    owner: the class that the method belongs to, or the function itself, or its module.
    Returns: what puts the function below into its file, shows the feedback, and returns the live
             method or function.
    """
    if not exercises_of(owner):
        print(stranger(owner))
        return lambda function: function

    def complete(function: Any) -> Any:
        try:
            asked = find(owner, function)
            show(run(asked, cell_text(function)))
            return living(asked, function)
        except Refused as refused:
            print(refused)
        except KeyboardInterrupt:
            print("Stopped before anything was written.")
        return function

    return complete


def run(asked: Exercise, cell: str) -> Feedback:
    """Run the cell of an exercise.

    Args:   cell: the text of its function.
    Raises: Refused: the file cannot be read or written.
    """
    failed = live.refresh()
    old = contents(asked)
    if is_stub(cell):
        return unfinished(asked, cell, old, failed)
    failed.pop(asked.module, None)  # if it is still so, executing the new text says it
    try:
        new = source.replace_function(old, asked.target, cell)
    except SourceError as error:
        how = f"mend the file, or type in a terminal: autograder reset {asked.number}"
        raise Refused(f"{asked.file} {error}; the cell was not written: {how}") from None
    try:
        module = import_module(asked.module)
        executed = getattr(module.__loader__, "executed", old)
        live.execute(module, new)
    except (Exception, SystemExit) as error:
        return Feedback(asked, (*rejected(asked, error, new), *broken(failed)), mark="✘")
    try:
        kept = write(asked, cell, old, new)
    except OSError as error:
        live.execute(module, executed)
        why = error.strerror or error
        raise Refused(f"{asked.file} cannot be written ({why}); it is as it was.") from None
    return feedback(asked, [*broken(failed), *kept])


def write(asked: Exercise, cell: str, old: bytes, new: bytes) -> list[str]:
    """Write a file's new text; a function in it that no cell wrote is kept aside first.

    Returns: what the student is to know of that.  Raises: OSError: it cannot be written.
    """
    tree, said = live.tree(), []
    if new != old:
        found = aside.state(tree, asked)
        if not found.untouched:
            place = aside.keep(tree, asked, found.text)
            said = [f"{asked.file} held a text that is not from this cell; it is kept in {place}"]
        source.write_atomically(tree / asked.file, new)
    with suppress(OSError):  # then the next run keeps a copy aside that it need not keep
        aside.remember(tree, asked, cell)
    return said


def unfinished(
    asked: Exercise, cell: str, data: bytes, failed: Mapping[str, BaseException]
) -> Feedback:
    """What to say of a cell that is still a stub: nothing is written, so it is about the file.

    Raises: Refused: the file has no such function.
    """
    untried = source.same_code(cell, store.stubs()[asked.id])
    said = ["not started" if untried else UNFINISHED]
    try:
        stands = not is_stub(function_text(data, asked.target))
    except SourceError as error:
        raise Refused(f"{asked.file} {error}.") from None
    if not stands or asked.module in failed:
        return Feedback(asked, (*said, *broken(failed)))
    kept = f"{asked.file} keeps its solution, and this is the feedback on that"
    return feedback(asked, [kept, f"the cell itself is {said[0]}", *broken(failed)])


def feedback(asked: Exercise, said: list[str]) -> Feedback:
    """Drive an exercise as its file now is, and say what that shows."""
    try:
        judged, printed = judge(asked)
        print(printed, end="")
        return Feedback(asked, (*said, *blame(asked, judged)), judged)
    except KeyboardInterrupt:
        stopped = f"you stopped it (an endless loop?); {asked.file} holds your text all the same"
        return Feedback(asked, (stopped, *said), mark="✘")


def judge(asked: Exercise) -> tuple[tuple[Judgement, ...], str]:
    """Judge an exercise on the public cases, in this process.

    Returns: its lines, and what the student's code printed in the first case that fails.
    """
    references = store.public()
    answers, printed = {}, {}
    for known in references.cases(asked.id):
        case = known.case
        with redirect_stdout(StringIO()) as caught:
            answers[case.id] = answer(asked, case.id, known.inputs, case.layout, live.package())
        printed[case.id] = caught.getvalue()
    judged, _ = judgements(asked, references, answers)
    shown = next((line.first.case for line in judged if line.first), next(iter(printed)))
    return tuple(judged), printed[shown][:PRINTED]


def blame(asked: Exercise, judged: tuple[Judgement, ...]) -> list[str]:
    """Say which earlier exercise may be why this one is wrong, where nothing else explains it."""
    wrong = [line for line in judged if line.status != "pass"]
    if not wrong or any(line.mistakes or line.status == "not_attempted" for line in wrong):
        return []
    for earlier in below(asked):
        general = [line for line in judge(earlier)[0] if line.role == "general"]
        if any(line.status != "pass" for line in general):
            why = f"{earlier.title} ({earlier.number}) is not right yet: that may be why"
            return [why, *([STAND_INS] if asked.doubles else [])]
    return []


def below(asked: Exercise) -> Iterator[Exercise]:
    """The exercises that one builds on, each behind those that it builds on itself."""
    for name in asked.needs:
        yield from below(EXERCISES[name])
        yield EXERCISES[name]


def broken(failed: Mapping[str, BaseException]) -> list[str]:
    """What is wrong with files that were edited by hand and cannot be executed."""
    said = []
    for module, error in failed.items():
        fault = fault_of(error, live.package())
        file, why = module.replace(".", "/") + ".py", raised(fault, values=True)
        said += [f"{file} cannot be executed, and counts as it was before: {why}"]
        said += the_line(fault.line)
    return said


def rejected(asked: Exercise, error: BaseException, new: bytes) -> list[str]:
    """Why a file's new text cannot be executed, and the line of it, which is in no file."""
    fault = fault_of(error, live.package())
    file, _, number = fault.where.rpartition(":")
    line = source.read(new).lines[int(number) - 1].strip() if file == asked.file else fault.line
    said = f"not written: with this cell, {asked.file} cannot be executed"
    return [said, raised(fault, values=True), *the_line(line)]


def the_line(line: str) -> list[str]:
    return [f"the line is: {line}"] if line else []


def contents(asked: Exercise) -> bytes:
    """What an exercise's file holds.  Raises: Refused: it cannot be read."""
    try:
        return (live.tree() / asked.file).read_bytes()
    except OSError as error:
        raise Refused(f"{asked.file} cannot be read ({error.strerror}).") from None


def living(asked: Exercise, otherwise: Any) -> Any:
    """The live method or function of an exercise."""
    found: Any = sys.modules.get(asked.module)
    for name in asked.title.split("."):
        found = getattr(found, name, otherwise)
    return found


def exercises_of(owner: Any) -> dict[str, Exercise]:
    """The exercises that complete a class, a function or a module, by their functions' names.

    A function goes by its name alone: a notebook's own may hide that of `mytorch`.
    """
    place = f"{getattr(owner, '__module__', '')}.{getattr(owner, '__qualname__', '')}"
    if isinstance(owner, ModuleType):
        place = owner.__name__
    title = owner.__name__ if isinstance(owner, FunctionType) else ""
    parts = [(e, *e.target.rpartition(".")) for e in EXERCISES.values()]
    return {name: e for e, within, _, name in parts if within == place or e.title == title}


def stranger(owner: Any) -> str:
    """Why something cannot be completed."""
    if isinstance(owner, FunctionType):
        return f"{PLACE}."
    if exercises_of(type(owner)):
        return f"@exercise takes the class {type(owner).__name__}, not an object of it."
    name = getattr(owner, "__name__", repr(owner))
    return f"{name} is nothing of {live.NAME}: import it first, as in the cells above."


def find(owner: Any, function: Any) -> Exercise:
    """The exercise that a function completes.

    Raises: Refused: it is no plain function, or the owner has no exercise of its name.
    """
    inner = inspect.unwrap(function) if callable(function) else function
    if not isinstance(inner, FunctionType) or inner.__name__ == "<lambda>":
        raise Refused(f"{PLACE}.")
    if inner.__code__.co_flags & ASYNC:
        raise Refused("Write def, not async def: nothing here is awaited.")
    names = exercises_of(owner)
    if inner.__name__ in names:
        return names[inner.__name__]
    close = get_close_matches(inner.__name__, names, 1)
    known = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names) or 'none'}."
    raise Refused(f"{owner.__name__} has no exercise {inner.__name__}; {known}")


def cell_text(function: Any) -> str:
    """The text of a cell's function, without `@exercise`.

    Raises: Refused: it cannot be found.
    """
    code = inspect.unwrap(function).__code__
    text, found = "".join(linecache.getlines(code.co_filename)), []
    with suppress(SourceError):
        found = [f for f in source.cell_functions(text) if f.line == code.co_firstlineno]
    if not found:
        raise Refused(
            f"The text of {code.co_name} is not to be found: run it in a cell, without %%."
        )
    return found[0].text
