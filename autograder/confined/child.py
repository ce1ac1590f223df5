"""The process that runs student code. Its place starts it, with nothing around it.

Theory of operation. The portable place starts `python -I -S child.py`: no site-packages, no
user paths. What can be imported is the standard library and, through `AllowedFinder`, numpy,
safetensors and of this package what drives exercises. (A sandbox has all that loaded, forks,
and calls `perform_work`.) The child reads its work, pickled, for it trusts its parent: how it is
to be done, the hand-in's modules, the jobs. It limits itself, takes its output away, says
that the student's code begins, drives the jobs in order and writes one frame an answer to a
descriptor of its own. No reference ever comes here: the parent compares. A child that dies
loses the job it was at, no more; one that dies before that first word is the machine's fault.
"""

import json
import os
import pickle
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from threading import Thread
from typing import IO, Any, NoReturn

FILE_SIZE = 16 * 2**20
OPEN_FILES = 64
ROOMS = (
    "model",
    "exercises",
    "harness",
    "confined",
)  # of this package, all that runs beside student code


class AllowedFinder:
    """Finds the few packages that the child may import, each in its own folder."""

    def __init__(self, folders: dict[str, str]) -> None:
        self.folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if path is None and name in self.folders:
            return PathFinder.find_spec(name, [self.folders[name]])
        if name.startswith("autograder.") and name.split(".")[1] not in ROOMS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def main_child() -> None:
    sys.meta_path.insert(0, AllowedFinder(json.loads(sys.argv[1])))
    Thread(target=end_with_parent, args=(os.dup(2),), daemon=True).start()
    perform_work(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))


def end_with_parent(lifeline: int) -> None:
    """End with the parent, which holds the other end of a pipe that nobody writes to."""
    os.read(lifeline, 1)
    os._exit(1)


def perform_work(
    work: IO[bytes], answers: IO[bytes], lock: Callable[[], None] = lambda: None
) -> NoReturn:
    """Do the work in the working directory, which is empty, and end this process.

    Args: lock: called when the modules lie in the folder, before any of them is read.
    """
    from autograder.exercises import EXERCISES, HOMES
    from autograder.harness import doubles, driving
    from autograder.harness.package import register_package
    from autograder.harness.wire import BEGUN, encode_frame

    order, files = pickle.load(work)
    jobs = pickle.load(work)
    work.close()
    silence_streams()
    limit_process(order["memory"])
    folder = Path.cwd() / "mytorch"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    lock()
    answers.write(encode_frame(BEGUN, {}))  # from here on, what happens may be the student's doing
    answers.flush()
    package = register_package(folder, HOMES)
    drive = driving.drive_case
    if order["doubles"]:
        drive = doubles.drive_on_doubles(order["doubles"], order["seed"])
    for name, case, inputs in jobs:
        restart_clock(order["seconds"])
        exercise = EXERCISES[name]
        answer = drive(exercise, exercise.case(case), inputs, package)
        fault = vars(answer.fault) if answer.fault else None
        said = {"odd": dict(answer.odd), "fault": fault, "forwards": answer.forwards}
        answers.write(encode_frame(said, answer.tensors))
        answers.flush()
    os._exit(0)


def silence_streams() -> None:
    """Give student code a standard input that is at its end, and an output that goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def limit_process(memory: int) -> None:
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
    if sys.platform != "win32":
        set_cpu_limit(int(time.process_time()) + 1 + seconds)


@lru_cache(maxsize=1)  # the system counts in whole seconds, and jobs take a thousandth
def set_cpu_limit(second: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (second, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main_child()
