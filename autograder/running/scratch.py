"""Scratch folders that are removed when the process that made them ends, in whatever way.

Theory of operation. All are in one folder per process. A second process, the sweeper (this file,
run as a script), waits until the other end of a pipe is closed, which only the first process
holds, and removes that folder. It has its own session and ignores the signals that end a grader.
"""

import atexit
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from itertools import count

SWEEP_TIMEOUT = 10.0  # seconds, if something still writes there
REMOVAL_CPU_SECONDS = 2.0  # for one folder of a child


def make_scratch_folder() -> str:
    """Make a new, empty folder that only this user can open. Raises: OSError."""
    path = os.path.join(scratch_top(os.getpid()), secrets.token_hex(8))
    os.mkdir(path, 0o700)
    return path


@cache
def scratch_top(owner: int) -> str:
    """Make the folder of this process, which other users can pass through.

    Args:   owner: this process's pid: a fork gets a new folder.
    Raises: OSError.
    """
    path = os.path.join(tempfile.gettempdir(), f"autograder-{secrets.token_hex(8)}")
    sweeper = subprocess.Popen(  # before the folder exists, so that nothing can be left behind
        [sys.executable, "-I", "-S", "-B", __file__, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(leave_scratch, owner, sweeper)
    os.mkdir(path)
    os.chmod(path, 0o711)
    return path


def leave_scratch(owner: int, sweeper: "subprocess.Popen[bytes]") -> None:
    """Let the sweeper remove everything, and wait for it."""
    if owner == os.getpid() and sweeper.stdin:
        sweeper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            sweeper.wait(SWEEP_TIMEOUT)


def sweep_scratch(path: str) -> None:
    """Wait until the process that started this one ends, then remove a folder."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.stdin.buffer.read()
    end = time.monotonic() + SWEEP_TIMEOUT
    while os.path.lexists(path) and time.monotonic() < end:
        remove_folder(path)
        time.sleep(0.02)


def remove_folder(folder: str) -> None:
    """Remove a folder, however deep it is and whatever its permissions are.

    Deeper entries are moved up first, so that no path gets too long. If a process goes on writing
    to the folder, we give up after a time and leave the rest.
    """
    end = time.thread_time() + REMOVAL_CPU_SECONDS
    fresh = (f"{folder}/{secrets.token_hex(16)}{number}" for number in count())
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        while (entries := list(os.scandir(folder))) and time.thread_time() < end:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry)
                    continue
                os.chmod(entry, 0o700)
                for inner in list(os.scandir(entry)):
                    if inner.is_dir(follow_symlinks=False):
                        os.chmod(inner, 0o700)  # a folder must be writable to be moved
                    os.rename(inner, next(fresh))
                os.rmdir(entry)
        os.rmdir(folder)


if __name__ == "__main__":
    sweep_scratch(sys.argv[1])
