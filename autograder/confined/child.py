"""The process that runs student code.

Theory of operation. The portable place starts `python -I -S child.py`, without site-packages or
user paths. The child can import the standard library and, through `AllowedFinder`, numpy,
safetensors and the parts of this package that drive exercises. (A sandbox has loaded all that,
forks, and calls `perform_work`.) The child trusts its parent, so it unpickles its work: the
options, the hand-in's modules, the jobs. It limits itself, closes its output, reports that the
student's code begins, drives the jobs in order, and writes one frame per answer to a descriptor
of its own. The child never gets a reference: the parent compares. If a child dies, only the
current job is lost. If it dies before it reports that the code begins, the machine is to blame.
"""

import json
import os
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from threading import Thread
from typing import IO, Any, NoReturn

MAX_WRITTEN_BYTES = 16 * 2**20  # per file
MAX_OPEN_FILES = 64
# The parts of this package that run in the same process as student code.
IMPORTABLE_ROOMS = ("model", "exercises", "harness", "confined")


class AllowedFinder:
    """Finds the few packages that the child may import, each in its own folder."""

    def __init__(self, folders: dict[str, str]) -> None:
        self.folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if path is None and name in self.folders:
            return PathFinder.find_spec(name, [self.folders[name]])
        if name.startswith("autograder.") and name.split(".")[1] not in IMPORTABLE_ROOMS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def main_child() -> None:
    """Run as a script: do the work on standard input, and answer on standard output."""
    sys.meta_path.insert(0, AllowedFinder(json.loads(sys.argv[1])))
    Thread(target=end_with_parent, args=(os.dup(2),), daemon=True).start()
    perform_work(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))


def end_with_parent(lifeline: int) -> None:
    """Exit when the parent ends: it holds the other end of this pipe and never writes to it."""
    os.read(lifeline, 1)
    os._exit(1)


def perform_work(
    work: IO[bytes], answers: IO[bytes], lock: Callable[[], None] = lambda: None
) -> NoReturn:
    """Do the work in the current folder, which must be empty, and end this process.

    Args: work: the pickled options and modules, then the pickled jobs.
          answers: gets one frame that says that the code begins, then one frame per job.
          lock: called after the modules are written to the folder, before any of them is read.
    """
    from autograder.exercises import EXERCISES, HOMES
    from autograder.harness import doubles, driving
    from autograder.harness.package import register_package
    from autograder.harness.wire import BEGIN_HEADER, encode_frame

    options, files = pickle.load(work)
    jobs = pickle.load(work)
    work.close()
    silence_streams()
    limit_process(options["memory"])
    folder = write_modules(files)
    lock()
    # from here on, the student's code may be the cause of whatever happens
    answers.write(encode_frame(BEGIN_HEADER, {}))
    answers.flush()
    package = register_package(folder, HOMES)
    drive = driving.drive_case
    if options["doubles"]:
        drive = doubles.drive_on_doubles(options["doubles"], options["seed"])
    for name, case, inputs in jobs:
        restart_clock(options["seconds"])
        exercise = EXERCISES[name]
        answer = drive(exercise, exercise.case(case), inputs, package)
        fault = vars(answer.fault) if answer.fault else None
        header = {"odd": dict(answer.odd), "fault": fault, "forwards": answer.forwards}
        answers.write(encode_frame(header, answer.tensors))
        answers.flush()
    os._exit(0)


def write_modules(files: Mapping[str, bytes]) -> Path:
    """Write modules to `mytorch` in the current folder.

    If the grader is killed, the current folder is removed at any moment. So the paths are relative:
    an absolute one would make the folder again, and nobody would remove it.

    Returns: the folder `mytorch`.  Raises: OSError: the current folder was removed.
    """
    folder = Path.cwd() / "mytorch"
    for name, content in files.items():
        file = Path("mytorch", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def silence_streams() -> None:
    """Connect standard input, output and error to the null device."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def limit_process(memory: int) -> None:
    """Limit this process as far as the system can (on Windows not at all).

    Args: memory: bytes of address space.
    """
    if sys.platform == "win32":
        return
    import resource

    for name, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_AS, memory),
    ):
        _, hard = resource.getrlimit(name)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(name, (limit, limit))
        except (ValueError, OSError):  # macOS refuses a limit on the address space
            continue


def restart_clock(seconds: int) -> None:
    """Let the system end this process after this many more seconds of CPU time."""
    if sys.platform != "win32":
        set_cpu_limit(int(time.process_time()) + 1 + seconds)


@lru_cache(maxsize=1)  # the limit is in whole seconds, and most jobs take a millisecond
def set_cpu_limit(second: int) -> None:
    """Set the soft limit of this process's CPU time, in seconds since it started."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (second, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main_child()
