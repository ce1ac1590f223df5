"""Handle the grader's own faults: report them, and keep them from affecting other hand-ins."""

import errno
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from autograder.model import PACKAGE_FOLDER

from .module_reader import quote_name

T = TypeVar("T")
DISK_FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT)


def guard_step(
    otherwise: T, notes: list[str], what: str, whom: str, make: Callable[..., T], *given: object
) -> T:
    """Make something for one hand-in of many. If that fails, note it and return `otherwise`, so
    that the other hand-ins are not affected.

    Args:   notes: gets the note.
            what: what is made, to follow “the grader failed to”.
            whom: the hand-in for which it is made.
            make: is called with `given`.
    Raises: OSError: the disk is full, so the others would fail too.
    """
    try:
        return make(*given)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL_ERRORS:
            raise
        why = error.strerror if isinstance(error, OSError) else locate_own_fault(error)
        notes.append(f"the grader failed to {what} {quote_name(whom)} ({why})")
        return otherwise


def locate_own_fault(error: Exception) -> str:
    """The type and line of an exception in our code, without its text: a student's code may have
    written that."""
    places = [(Path(f.filename), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    *_, (path, line) = (place for place in places if PACKAGE_FOLDER in place[0].parents)
    return f"{type(error).__name__} in {path.relative_to(PACKAGE_FOLDER.parent).as_posix()}:{line}"
