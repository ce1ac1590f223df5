"""What a child tries once it is locked in, to find out whether the cell holds.

The steps that an attacker would take first. They are tried whenever a place is opened, in the
very cell that hand-ins get: a tier is believed for what it does, not for its version.
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
    """Try everything, and answer with the names of what was possible."""
    told = json.loads(work.read())
    work.close()
    lock()
    possible = [name for name, attempt in list_attempts(**told).items() if attempt_works(attempt)]
    answers.write(json.dumps(possible).encode())
    answers.flush()
    os._exit(0)


def list_attempts(secret: str, grader: int, variable: str) -> dict[str, Callable[[], Any]]:
    """What must fail, by what it would mean.

    Args: secret: a file of the grader's.  grader: its process.  variable: in its environment.
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
    raise PermissionError


def attempt_works(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, RuntimeError, KeyError):  # RuntimeError: a thread cannot be started
        return False
    return True
