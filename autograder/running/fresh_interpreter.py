"""The portable place for student code: a fresh interpreter, with what limits the system offers.

It is no sandbox: what runs in it may read what the user may read.
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

from . import scratch

PACKAGE = Path(__file__).parents[1]
CHILD = PACKAGE / "confined" / "child.py"
PACKAGES = (numpy, safetensors)  # beside our own modules, all that a child may import


class FreshInterpreter:
    """Starts each child as a new Python in an empty folder of its own."""

    name = "process"

    def start(self, work: bytes) -> "InterpreterChild":
        """Start a child that has its work on standard input. Raises: OSError: it is impossible."""
        return InterpreterChild(work)


class InterpreterChild:
    """One child (`conversation.ChildProcess`)."""

    def __init__(self, work: bytes) -> None:
        self.scratch = scratch.make_scratch_folder()
        theirs, ours = os.pipe()
        self.lifeline = os.fdopen(ours, "wb")  # it is closed when we end, and so the child ends
        try:
            with tempfile.TemporaryFile() as file:
                file.write(work)
                file.seek(0)
                self.process = subprocess.Popen(
                    [
                        sys.executable,
                        "-I",
                        "-S",
                        "-B",
                        "-X",
                        "utf8",
                        str(CHILD),
                        importable_folders(),
                    ],
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
        """End it and, where the system can, all that it started and that stayed with it."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.clear()

    def clear(self) -> None:
        self.lifeline.close()
        scratch.remove_folder(self.scratch)


def importable_folders() -> str:
    """Where a child finds the packages that it may import."""
    folders = {p.__name__: str(Path(str(p.__file__)).parents[1]) for p in PACKAGES}
    return json.dumps(folders | {"autograder": str(PACKAGE.parent)})


def child_environment() -> dict[str, str]:
    """As little of our surroundings as a child can live with."""
    kept = ("OPENBLAS_", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMP", "TEMP")
    ours = {k: v for k, v in os.environ.items() if k.upper().startswith(kept)}
    return ours | {f"{blas}_NUM_THREADS": "1" for blas in ("OPENBLAS", "OMP", "MKL")}
