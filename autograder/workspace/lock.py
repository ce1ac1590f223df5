"""Keep two kernels, or a kernel and a command, from writing a student's tree at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = ".workbook/cells.lock"


@contextmanager
def hold_tree_lock(tree: Path) -> Iterator[None]:
    """Wait until nobody else writes the tree, and let nobody write until the block has ended.

    The system lets go of the lock when its process ends, however that happens. Where there are no
    such locks (a browser's Python, some network disks), there is no wait.
    """
    with suppress(OSError):
        (tree / LOCK).parent.mkdir(exist_ok=True)
    try:
        file = open(tree / LOCK, "a")  # noqa: SIM115 - closed below, whether it could be locked or not
    except OSError:  # the tree cannot be written to: whoever tries says so
        yield
        return
    with file:
        with suppress(ImportError, OSError):
            lock_file(file)
        yield


def lock_file(file: IO[str]) -> None:
    """Lock a file until it is closed. Raises: ImportError, OSError: there are no locks here."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        wait_for_windows(file)
    else:
        flock(file, LOCK_EX)


def wait_for_windows(file: IO[str]) -> None:
    """Lock a file as Windows does it: it tries for ten seconds, and then again."""
    import errno
    import msvcrt

    while True:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
            return
        except OSError as error:
            if error.errno != errno.EDEADLK:  # which says that ten seconds have passed
                raise
