"""The portable place for student code: a fresh interpreter, with what limits the system offers.

It is no sandbox: what runs in it may read what the user may read.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import numpy
import safetensors

CHILD = Path(__file__).with_name("child.py")
PACKAGES = (numpy, safetensors)  # beside our own modules, all that a child may import
REMOVING = 2.0  # seconds of computing for the removal of what a child left


class FreshInterpreter:
    """Starts each child as a new Python in an empty folder of its own."""

    name = "process"

    def start(self, work: bytes) -> "Interpreter":
        """Start a child that has its work on standard input. Raises: OSError: it is impossible."""
        return Interpreter(work)


class Interpreter:
    """One child (`conversation.Child`)."""

    def __init__(self, work: bytes) -> None:
        self.scratch = tempfile.mkdtemp()
        theirs, ours = os.pipe()
        self.lifeline = os.fdopen(ours, "wb")  # it is closed when we end, and so the child ends
        try:
            with tempfile.TemporaryFile() as file:
                file.write(work)
                file.seek(0)
                self.process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(CHILD), allowed()],
                    stdin=file,
                    stdout=subprocess.PIPE,
                    stderr=theirs,
                    cwd=self.scratch,
                    env=environment(),
                    start_new_session=True,
                )
        except OSError:
            self.clear()
            raise
        finally:
            os.close(theirs)
        assert self.process.stdout is not None
        self.stdout = self.process.stdout
        self.pid = self.process.pid
        self.wait = self.process.wait

    def end(self) -> None:
        """End it and, where the system can, all that it started and that stayed with it."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.clear()

    def clear(self) -> None:
        self.lifeline.close()
        remove(self.scratch)


def allowed() -> str:
    """Where a child finds the packages that it may import."""
    folders = {p.__name__: str(Path(str(p.__file__)).parents[1]) for p in PACKAGES}
    return json.dumps(folders | {"autograder": str(CHILD.parents[1])})


def environment() -> dict[str, str]:
    """As little of our surroundings as a child can live with."""
    kept = ("OPENBLAS_", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMP", "TEMP")
    ours = {k: v for k, v in os.environ.items() if k.upper().startswith(kept)}
    return ours | {f"{blas}_NUM_THREADS": "1" for blas in ("OPENBLAS", "OMP", "MKL")}


def remove(folder: str) -> None:
    """Remove a folder, however deep and whatever its permissions: by moving up what lies deeper.

    Some of it may remain where somebody goes on writing: nobody waits for that.
    """
    end = time.thread_time() + REMOVING
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
