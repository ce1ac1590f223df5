"""The trial: attempts to break out of the confinement, to find out whether it holds.

A child makes the attempts that an attacker would make first, under the same confinement as a
hand-in, whenever a tier is opened. A version number would not prove that a tier works.
"""

import ctypes
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, NoReturn


def perform_trial(work: IO[bytes], answers: IO[bytes], lock: Callable[[], None]) -> NoReturn:
    """Make all attempts, and answer with the names of those that succeeded, as JSON."""
    options = json.loads(work.read())
    work.close()
    lock()
    possible = [
        name for name, attempt in list_attempts(**options).items() if attempt_works(attempt)
    ]
    answers.write(json.dumps(possible).encode())
    answers.flush()
    os._exit(0)


def list_attempts(secret: str, grader: int, variable: str) -> dict[str, Callable[[], Any]]:
    """The attempts that must fail, by what they would do.

    Args: secret: the path of a file of the grader.  grader: the grader's pid.
          variable: the name of a variable in the grader's environment.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    return {
        "read the grader's files": lambda: open(secret).close(),
        "change the grader's files": lambda: os.chmod(secret, 0o644),
        "empty the grader's files": lambda: os.truncate(secret, os.stat(secret).st_size),
        "read other files": lambda: open("/etc/passwd").close(),
        "leave a file behind": lambda: open("/tmp/left", "w").close(),
        "leave memory behind": lambda: open("/dev/shm/left", "w").close(),
        "share memory": lambda: libc.shmget(0x5EED, 4096, 0o1666) != -1 or refuse_access(),
        "read the grader's memory": lambda: open(f"/proc/{grader}/mem", "rb").close(),
        "read the grader's environment": lambda: os.environ[variable],
        "signal the grader": lambda: os.kill(grader, 0),
        "signal its zygote": lambda: os.kill(os.getppid(), 0),
        "open a socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "start a process": lambda: os.fork() or os._exit(0),
        "start a thread": threading.Thread(target=len, args=((),)).start,
        "run a program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    }


def refuse_access() -> NoReturn:
    """Raises: PermissionError, always: for an attempt that reports its failure by its result."""
    raise PermissionError


def attempt_works(attempt: Callable[[], Any]) -> bool:
    """Whether an attempt succeeds."""
    try:
        attempt()
    except (OSError, RuntimeError, KeyError):  # RuntimeError: a thread cannot be started
        return False
    return True
