"""The portable place for student code: a fresh interpreter, with the limits that the system offers.

It is not a sandbox: student code can read everything that the user can read.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import safetensors

from autograder.model import PACKAGE_FOLDER

from . import scratch

CHILD_SCRIPT = PACKAGE_FOLDER / "confined" / "child.py"
CHILD_PACKAGES = (numpy, safetensors)  # all that a child may import besides our own modules


class FreshInterpreter:
    """Starts each child as a new Python in an empty folder of its own."""

    name = "process"

    def start(self, work: bytes) -> "InterpreterChild":
        """Start a child that gets this work. Raises: OSError: it cannot be started."""
        return InterpreterChild(work)


class InterpreterChild:
    """One child (a `conversation.ChildProcess`)."""

    def __init__(self, work: bytes) -> None:
        self.scratch = scratch.make_scratch_folder()
        options = ("-I", "-S", "-B", "-X", "utf8")
        theirs, ours = os.pipe()
        self.lifeline = os.fdopen(ours, "wb")  # closes when the grader ends: so the child ends
        try:
            with tempfile.TemporaryFile() as file:
                file.write(work)
                file.seek(0)
                self.process = subprocess.Popen(
                    [sys.executable, *options, str(CHILD_SCRIPT), importable_folders()],
                    stdin=file,
                    stdout=subprocess.PIPE,
                    stderr=theirs,
                    cwd=self.scratch,
                    env=child_environment(),
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
        """Kill the child and, if possible, all processes of its group."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.clear()

    def clear(self) -> None:
        self.lifeline.close()
        scratch.remove_folder(self.scratch)


FRESH_INTERPRETER = FreshInterpreter()


def importable_folders() -> str:
    """The folders of the packages that a child may import, as JSON."""
    folders = {p.__name__: str(Path(str(p.__file__)).parents[1]) for p in CHILD_PACKAGES}
    return json.dumps(folders | {"autograder": str(PACKAGE_FOLDER.parent)})


def child_environment() -> dict[str, str]:
    """The few environment variables that a child needs."""
    kept = ("OPENBLAS_", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMP", "TEMP")
    ours = {k: v for k, v in os.environ.items() if k.upper().startswith(kept)}
    return ours | {f"{blas}_NUM_THREADS": "1" for blas in ("OPENBLAS", "OMP", "MKL")}
