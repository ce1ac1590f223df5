"""Run one driver on one case, whatever the code under it does.

The only place where a driver is called: in the kernel for feedback, in the child for a score,
in the key to make the references.
"""

import linecache
import traceback
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.model import Answer, Array, Case, Exercise, Fault, Layout

from .package import MissingName
from .watching import watch_forward

LARGEST = 2**18  # bytes of one tensor, and its length: a hundred times what exercises return
LONGEST = 1000  # characters of an exception's text, or of a line
KINDS = {"O": "object", "c": "complex", "U": "text", "S": "bytes", "V": "void", "M": "date"}
TYPES = (list, tuple, str, dict, set, complex)
OTHER, HUGE = "an object of another class", "an array far too large"
# Every word that there is for what is no array of numbers.
ODD = {"None", OTHER, HUGE, *(f"a {t.__name__}" for t in TYPES)}
ODD |= {f"an array of {kind} entries" for kind in (*KINDS.values(), "odd")}
GIVEN = "shapes.py"  # its frames are ours: the student's line is the one that called it


def drive_case(exercise: Exercise, case: Case, inputs: Mapping[str, Array], package: Any) -> Answer:
    """Drive `package` through one case.

    Args:    inputs: the case's arrays; the driver gets copies, laid out as the case says.
             package: anything with the names the driver asks for, as `package.Linear`.
    Returns: the tensors, or the fault that stopped them. Raises nothing but KeyboardInterrupt.
    """
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            arranged: dict[str, Any] = {
                name: arrange_array(array, case.layout) for name, array in inputs.items()
            }
            if case.scenario != "once":
                arranged["scenario"] = case.scenario
            with watch_forward(exercise, package) as watch:
                result = exercise.drive(package, **arranged)
            tensors = {name: to_plain_array(value) for name, value in result.items()}
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Answer(exercise.id, case.id, fault=describe_fault(error, package))
    return Answer(
        exercise.id,
        case.id,
        {name: value for name, value in tensors.items() if not isinstance(value, str)},
        {name: value for name, value in tensors.items() if isinstance(value, str)},
        forwards=watch.calls,
    )


def arrange_array(array: Array, layout: Layout) -> Array:
    """Copy an array so that it lies in memory as asked: plain, strided or frozen (read-only)."""
    if layout == "strided" and array.ndim:
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    copy = array.copy()
    copy.flags.writeable = layout != "frozen"
    return copy


def to_plain_array(value: Any) -> Array | str:
    """The value as an array that owns its numbers, or a word of `ODD` for what it is instead."""
    if value is None:
        return "None"
    if not isinstance(value, np.ndarray | np.generic | float | int):
        return f"a {type(value).__name__}" if type(value) in TYPES else OTHER
    if isinstance(value, np.ndarray) and is_huge_array(value):
        return HUGE
    array = np.array(value, order="C", subok=False)
    if array.dtype.kind not in "fiub":
        return f"an array of {KINDS.get(array.dtype.kind, 'odd')} entries"
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def is_huge_array(array: Array) -> bool:
    """Whether an array is beyond all that is compared; one without entries may be, by its shape."""
    largest: int = max(array.nbytes, *array.shape, 0)
    return largest > LARGEST


def describe_fault(error: BaseException, package: Any) -> Fault:
    """Say what went wrong, and in which line of the student's own files."""
    where, line = student_line(error, Path(*getattr(package, "__path__", ["?"])[:1]))
    name, text = type(error).__name__, str(error)[:LONGEST]
    if isinstance(error, NotImplementedError) and text.startswith("Exercise "):
        return Fault("not_attempted", name, text, where, line)
    if isinstance(error, MissingName):  # it says where itself
        return Fault("error", MissingName.__name__, missing=error.missing)
    return Fault("error", name, text, where, line)


def student_line(error: BaseException, folder: Path) -> tuple[str, str]:
    """The innermost line of the files in `folder` that an exception passed through.

    A line that only checks a shape, as every stub has one, gives way to the line that called it.

    Returns: (`mytorch/linear.py:42`, that line's source), or two empty strings.
    """
    places = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 0))
    found = []
    for filename, number in reversed(places):
        path = Path(filename)
        if folder in path.parents and path.name != GIVEN:
            name = Path("mytorch", path.relative_to(folder)).as_posix()
            linecache.checkcache(filename)
            line = linecache.getline(filename, number).strip()[:LONGEST]
            found.append((f"{name}:{number}", line))
    return next((f for f in found if "expect_shape(" not in f[1]), (found or [("", "")])[0])
