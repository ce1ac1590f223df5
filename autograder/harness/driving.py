"""Run one driver on one case, and turn every exception into a fault.

Drivers are called only here: in the notebook's kernel for feedback, in the child for a score, and
in the key to make the references.
"""

import linecache
import traceback
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from autograder.model import Answer, Array, Case, Exercise, Fault, Layout

from .package import MissingName
from .watching import watch_forward

MAX_TENSOR_BYTES = 2**18  # and its largest side: a hundred times what exercises return
MAX_TEXT_LENGTH = 1000  # of an exception's text, or of a line of code
DTYPE_NAMES = {"O": "object", "c": "complex", "U": "text", "S": "bytes", "V": "void", "M": "date"}
NAMED_TYPES = (list, tuple, str, dict, set, complex)
OTHER_OBJECT, HUGE_ARRAY = "an object of another class", "an array far too large"
# All words that describe a value that is not an array of numbers.
NON_ARRAY_WORDS = {"None", OTHER_OBJECT, HUGE_ARRAY, *(f"a {t.__name__}" for t in NAMED_TYPES)}
NON_ARRAY_WORDS |= {f"an array of {kind} entries" for kind in (*DTYPE_NAMES.values(), "odd")}
SHAPES_FILE = "shapes.py"  # not the student's file: the line that called it counts instead


def drive_case(
    exercise: Exercise,
    case: Case,
    inputs: Mapping[str, Array],
    package: Any,
    is_watched: bool = True,
) -> Answer:
    """Drive `package` through one case.

    Args:    inputs: the case's arrays; the driver gets copies, laid out as the case says.
             package: any object with the names that the driver uses, as `package.Linear`.
             is_watched: whether calls of `forward` are counted, which takes a third of the time.
    Returns: the tensors, or the fault that stopped the driver.
    Raises:  KeyboardInterrupt, and nothing else.
    """
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            arranged: dict[str, Any] = {
                name: arrange_array(array, case.layout) for name, array in inputs.items()
            }
            if case.scenario != "once":
                arranged["scenario"] = case.scenario
            watching = watch_forward(exercise, package) if is_watched else nullcontext()
            with watching as watch:
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
        forwards=watch.calls if watch else 0,
    )


def arrange_array(array: Array, layout: Layout) -> Array:
    """Copy an array into a memory layout: plain, strided or frozen (read-only)."""
    if layout == "strided" and array.ndim:
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    copy = array.copy()
    copy.flags.writeable = layout != "frozen"
    return copy


def to_plain_array(value: Any) -> Array | str:
    """The value as an array that owns its numbers, or the word of `NON_ARRAY_WORDS` for it.

    Numbers wider than 8 bytes become float64.
    """
    if value is None:
        return "None"
    if not isinstance(value, np.ndarray | np.generic | float | int):
        return f"a {type(value).__name__}" if type(value) in NAMED_TYPES else OTHER_OBJECT
    if isinstance(value, np.ndarray) and is_huge_array(value):
        return HUGE_ARRAY
    array = np.array(value, order="C", subok=False)
    if array.dtype.kind not in "fiub":
        return f"an array of {DTYPE_NAMES.get(array.dtype.kind, 'odd')} entries"
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def is_huge_array(array: Array) -> bool:
    """Whether an array is too large to compare. An empty array may be too, because of its shape."""
    largest: int = max(array.nbytes, *array.shape, 0)
    return largest > MAX_TENSOR_BYTES


def describe_fault(error: BaseException, package: Any) -> Fault:
    """The fault of an exception, with the line of the student's files that raised it.

    Args: package: the student's package; its files are in its `__path__`.
    """
    where, line = student_line(error, Path(*getattr(package, "__path__", ["?"])[:1]))
    name, text = type(error).__name__, str(error)[:MAX_TEXT_LENGTH]
    if isinstance(error, NotImplementedError) and text.startswith("Exercise "):
        return Fault("not_attempted", name, text, where, line)
    if isinstance(error, MissingName):  # its text names the file
        return Fault("error", MissingName.__name__, missing=error.missing)
    return Fault("error", name, text, where, line)


def student_line(error: BaseException, folder: Path) -> tuple[str, str]:
    """The innermost line in the files of `folder` that an exception passed through.

    A line that only checks a shape (`expect_shape`) is skipped: its caller made the mistake.

    Returns: (`mytorch/linear.py:42`, that line's source), or two empty strings.
    """
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno or 0))
    found = []
    for filename, number in reversed(lines):
        path = Path(filename)
        if folder in path.parents and path.name != SHAPES_FILE:
            name = Path("mytorch", path.relative_to(folder)).as_posix()
            linecache.checkcache(filename)
            line = linecache.getline(filename, number).strip()[:MAX_TEXT_LENGTH]
            found.append((f"{name}:{number}", line))
    return next((f for f in found if "expect_shape(" not in f[1]), (found or [("", "")])[0])
