"""Faults of ours: told by type and line, and kept from costing other hand-ins anything."""

import errno
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .module_reader import quote_name

T = TypeVar("T")
DISK_FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT)
PACKAGE = Path(__file__).parents[1]


def guard_step(
    otherwise: T, notes: list[str], what: str, whom: str, make: Callable[..., T], *given: object
) -> T:
    """What is made for one of many. Where that fails, by a fault of ours, it is `otherwise`, and
    a note says so: it costs the others nothing.

    Args:   what: what is done, as it is said behind «the grader failed to».
            whom: the hand-in for which it is done.
    Raises: OSError: the disk is full, and no other could be made either.
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
    """An exception of ours by type and line. Its text may be made of what a child said."""
    places = [(Path(f.filename), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    *_, (path, line) = (place for place in places if PACKAGE in place[0].parents)
    return f"{type(error).__name__} in {path.relative_to(PACKAGE.parent).as_posix()}:{line}"
