"""Keep two kernels, or a kernel and a command, from writing a student's tree at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = ".workbook/cells.lock"


@contextmanager
def hold_tree_lock(tree: Path) -> Iterator[None]:
    """Wait until no other process writes the tree, and lock the tree until the block ends.

    The system releases the lock whenever the process ends, even after a crash. On systems without
    such locks (a browser's Python, some network disks), the block runs at once.
    """
    with suppress(OSError):
        (tree / LOCK).parent.mkdir(exist_ok=True)
    try:
        file = open(tree / LOCK, "a")  # noqa: SIM115 - closed below, even if locking fails
    except OSError:  # the tree cannot be written to; the code that writes will report it
        yield
        return
    with file:
        with suppress(ImportError, OSError):
            lock_file(file)
        yield


def lock_file(file: IO[str]) -> None:
    """Lock a file until it is closed. Raises: ImportError, OSError: the system has no locks."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        wait_for_windows(file)
    else:
        flock(file, LOCK_EX)


def wait_for_windows(file: IO[str]) -> None:
    """Lock a file on Windows, which waits for at most ten seconds: so try again and again."""
    import errno
    import msvcrt

    while True:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
            return
        except OSError as error:
            if error.errno != errno.EDEADLK:  # this error means: ten seconds have passed
                raise
