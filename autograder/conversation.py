"""One child process: give it work, take its answers, and say how it ended.

What the child says is untrusted. Frames are read with size caps and within a time; what is
believed of them is `testimony`'s business.
"""

import pickle
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Thread
from typing import IO, Protocol

from .model import Answer, Fault, Job
from .testimony import believed
from .wire import WireError, read_frame

LOOK = 0.2  # seconds between two looks at the clock
GAP = 2.0  # seconds between them that nobody has lived through
LATE, ENDED = "took longer than it may", "ended the process"  # an exercise, for its report


class Child(Protocol):
    """A process that runs student code. Its frames come on `stdout`."""

    @property
    def stdout(self) -> IO[bytes]: ...

    def wait(self, timeout: float) -> int:
        """Its exit code, negative for a signal. Raises: subprocess.TimeoutExpired; OSError: the
        place itself failed."""

    def end(self) -> None:
        """End it and all that it started, and remove what it left."""


class Place(Protocol):
    """Where student code runs. `name` is the word for it in every report."""

    @property
    def name(self) -> str: ...

    def start(self, work: bytes) -> Child:
        """Start a child that is given its work. Raises: OSError: it is impossible."""


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use: CPU seconds a case, wall seconds an exercise and in all, bytes."""

    seconds: int = 5
    wall: float = 15.0
    total: float = 180.0
    memory: int = 2 * 2**30


class Clock:
    """Seconds that pass while somebody looks at it, over all of a hand-in's processes.

    A grader that is stopped, or gets no processor, sees a gap: that is not the hand-in's time.
    """

    def __init__(self) -> None:
        self.seen = self.gaps = time.monotonic()

    def now(self) -> float:
        before, self.seen = self.seen, time.monotonic()
        if self.seen - before > GAP:
            self.gaps += self.seen - before
        return self.seen - self.gaps


@dataclass
class Sitting:
    """The time that a hand-in has, over all the children that work on it.

    files   its modules, by path in `mytorch`
    deadly  those of them that hold an exercise which ended a child, or took too long
    """

    files: Mapping[str, bytes]
    limits: Limits
    place: Place
    clock: Clock = field(default_factory=Clock)
    deadly: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        return self.clock.now() >= self.limits.total


def converse(
    sitting: Sitting, jobs: Sequence[Job], doubles: Sequence[str] = (), seed: int = 0
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Args:    doubles: the classes that doubles are to replace, drawn from the seed. The files of
             those that are deadly stay away.
    Returns: the answers, in the order of the jobs, and why they stopped before the last, if so.
    """
    limits, files = sitting.limits, dict(sitting.files)
    for unread in sitting.deadly & {f"{target.split('.')[1]}.py" for target in doubles}:
        files.pop(unread, None)
    order = {"seconds": limits.seconds, "memory": limits.memory, "doubles": doubles, "seed": seed}
    try:
        child = sitting.place.start(pickle.dumps((order, files)) + asked(tuple(jobs)))
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    given: list[Answer] = []
    ending: list[str] = []
    receiver = Thread(target=receive, args=(child.stdout, jobs, files, given, ending), daemon=True)
    receiver.start()
    try:
        fault = waited(receiver, given, jobs, limits, sitting.clock)
        answers = list(given)
        if not fault and len(answers) < len(jobs):
            fault = why(child, ending, limits)
        return answers, fault
    finally:
        child.end()
        receiver.join(timeout=1)
        if not receiver.is_alive():  # else something that escaped holds the pipe: leave it
            child.stdout.close()


@lru_cache  # the same few jobs go to every hand-in
def asked(jobs: Sequence[Job]) -> bytes:
    """The jobs as a child gets them."""
    return pickle.dumps([(j.exercise, j.case.id, j.inputs, j.case.layout) for j in jobs])


def receive(
    stream: IO[bytes],
    jobs: Sequence[Job],
    files: Mapping[str, bytes],
    given: list[Answer],
    ending: list[str],
) -> None:
    """Append the child's answers to `given`; a word to `ending` where they end early.

    In a thread of its own, for not every system can wait for a pipe with a timeout.
    """
    for job in jobs:
        try:
            got = read_frame(stream)
        except (WireError, OSError, ValueError):
            ending.append("garbled")
            return
        if got is None:
            ending.append("ended")
            return
        given.append(believed(job.exercise, job.case.id, *got, files))


def waited(
    receiver: Thread,
    given: Sequence[Answer],
    jobs: Sequence[Job],
    limits: Limits,
    clock: Clock,
) -> Fault | None:
    """Wait until nothing more comes. Returns: the fault where a time is up before."""
    exercise, since = "", 0.0
    while receiver.is_alive():
        now, number = clock.now(), len(given)
        if now >= limits.total:
            return Fault("timeout", text=f"{LATE}: the {limits.total:g} s of a hand-in are used up")
        if number < len(jobs) and jobs[number].exercise != exercise:
            exercise, since = jobs[number].exercise, now
        if now >= since + limits.wall:
            return Fault("timeout", text=f"{LATE}: no answer within {limits.wall:g} s")
        receiver.join(min(LOOK, limits.total - now, since + limits.wall - now))
    return None


def why(child: Child, ending: Sequence[str], limits: Limits) -> Fault:
    """Say why a child gave no further answer."""
    if not ending:
        return Fault("internal", text="the grader stopped listening")
    if ending == ["garbled"]:
        return Fault("crash", text=f"{ENDED}: something else was written into the grader's channel")
    try:
        code = child.wait(timeout=GAP / 2)  # more, and it would be nobody's time
    except subprocess.TimeoutExpired:
        return Fault("crash", text=f"{ENDED}: the grader's channel was closed")
    except OSError as error:
        return Fault("internal", text=f"the place where it ran is gone ({error})")
    if code < 0 and code == -getattr(signal, "SIGXCPU", 0):
        return Fault("timeout", text=f"{LATE}: more than {limits.seconds} s of computing")
    names = {-s: s.name for s in signal.Signals}
    how = names.get(code, "a signal") if code < 0 else "an exit"
    return Fault("crash", text=f"{ENDED}: by itself ({how})")
