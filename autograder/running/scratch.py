"""Folders that are gone when the process that made them is, however that ended.

Theory of operation. All lie in one folder of this process. A second process, the sweeper (this
file, run as a script), waits until the pipe is closed whose other end this process alone holds,
and removes that folder. It is in a session of its own and deaf to what ends a grader.
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

SWEEP_TIMEOUT = 10.0  # seconds that the sweeper tries, where something still writes
REMOVAL_CPU_SECONDS = 2.0  # seconds of computing for the removal of what a child left


def make_scratch_folder() -> str:
    """Make a new, empty folder of this process, for its user alone. Raises: OSError."""
    path = os.path.join(scratch_top(os.getpid()), secrets.token_hex(8))
    os.mkdir(path, 0o700)
    return path


@cache
def scratch_top(owner: int) -> str:
    """The folder of a process, which is this one; it may be passed by other users."""
    path = os.path.join(tempfile.gettempdir(), f"autograder-{secrets.token_hex(8)}")
    sweeper = subprocess.Popen(  # before there is anything to sweep
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
    """Have everything removed, and wait for it."""
    if owner == os.getpid() and sweeper.stdin:
        sweeper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            sweeper.wait(SWEEP_TIMEOUT)


def sweep_scratch(path: str) -> None:
    """Wait for the end of whoever started this process, then remove a folder."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.stdin.buffer.read()
    end = time.monotonic() + SWEEP_TIMEOUT
    while os.path.lexists(path) and time.monotonic() < end:
        remove_folder(path)
        time.sleep(0.02)


def remove_folder(folder: str) -> None:
    """Remove a folder, however deep and whatever its permissions: by moving up what lies deeper.

    Some of it may remain where somebody goes on writing: nobody waits for that.
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
                        os.chmod(inner, 0o700)  # to be moved, it must be writable itself
                    os.rename(inner, next(fresh))
                os.rmdir(entry)
        os.rmdir(folder)


if __name__ == "__main__":
    sweep_scratch(sys.argv[1])
