"""The process that runs student code. Started by `runner`, as a script, with nothing around it.

Theory of operation. The parent starts `python -I -S child.py`: no site-packages, no user
paths. What can be imported is the standard library and, through `Allowed`, numpy, safetensors
and of this package what drives exercises. The parent then sends one frame that says what to do, one
frame a job, and closes the pipe. The child limits itself, takes its output away, drives the
jobs in order and writes one frame an answer to a descriptor of its own. No reference ever
comes here: the parent compares. A child that dies loses the job it was at, no more.
"""

import json
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

FILE_SIZE = 16 * 2**20
OPEN_FILES = 64
OURS = ("doubles", "exercises", "harness", "model", "package", "wire")


class Allowed:
    """Finds the few packages that the child may import, each in its own folder."""

    def __init__(self, folders: dict[str, str]) -> None:
        self.folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if path is None and name in self.folders:
            return PathFinder.find_spec(name, [self.folders[name]])
        if name.startswith("autograder.") and name.split(".")[1] not in OURS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def main() -> None:
    sys.meta_path.insert(0, Allowed(json.loads(sys.argv[1])))
    from autograder import doubles, harness
    from autograder.exercises import EXERCISES, HOMES
    from autograder.package import register
    from autograder.wire import read_frame, write_frame

    answers = os.fdopen(os.dup(1), "wb")
    with open(0, "rb", closefd=False) as parent:
        order, _ = read_frame(parent) or sys.exit("no order")
        jobs = []
        while frame := read_frame(parent):
            jobs.append(frame)
    silence()
    limit(order["memory"])
    package = register(Path(order["folder"]), HOMES)
    drive = harness.answer
    if order["doubles"]:
        drive = doubles.rehearsal(order["doubles"], order["seed"], bare=order["bare"])
    for header, inputs in jobs:
        restart_clock(order["seconds"])
        answer = drive(
            EXERCISES[header["exercise"]], header["case"], inputs, header["layout"], package
        )
        fault = vars(answer.fault) if answer.fault else None
        write_frame(answers, {"odd": dict(answer.odd), "fault": fault}, answer.tensors)
    os._exit(0)


def silence() -> None:
    """Give student code a standard input that is at its end, and an output that goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def limit(memory: int) -> None:
    """Limit this process, as far as the system can (not at all on Windows)."""
    if sys.platform == "win32":
        return
    import resource

    for name, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_AS, memory),
    ):
        _, hard = resource.getrlimit(name)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(name, (most, most))
        except (ValueError, OSError):  # macOS refuses a limit on the address space
            continue


def restart_clock(seconds: int) -> None:
    """Let the system end this process after so many more seconds of computing."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
