"""One child process: give it work, take its answers, and say how it ended.

What the child says is untrusted. Frames are read with size caps and within a time; what is
believed of them is `testimony`'s business.
"""

import contextlib
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import IO, Any, Protocol

import numpy as np

from .model import Answer, Array, Fault, Inputs, Layout
from .testimony import believed
from .wire import WireError, frame, read_frame

LARGEST = 2**20  # bytes of one answer
LOOK = 0.2  # seconds between two looks at the clock
GAP = 2.0  # seconds between them that nobody has lived through


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


@dataclass(frozen=True, eq=False)
class Job:
    """One driver on one case."""

    exercise: str
    case: str
    inputs: Inputs
    layout: Layout

    @cache  # noqa: B019 - the same few jobs go to every hand-in
    def frame(self) -> bytes:
        header = {"exercise": self.exercise, "case": self.case, "layout": self.layout}
        return frame(header, self.inputs)


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use: CPU seconds a case, wall seconds an exercise and in all, bytes."""

    seconds: int = 5
    wall: float = 15.0
    total: float = 60.0
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


@dataclass(frozen=True)
class Order:
    """What a child is told before its jobs: on doubles of which classes, drawn from which seed;
    bare: without loading their files."""

    doubles: tuple[str, ...] = ()
    seed: int = 0
    bare: bool = False


def converse(
    place: Place,
    files: Mapping[str, bytes],
    order: Order,
    jobs: Sequence[Job],
    limits: Limits,
    clock: Clock,
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Args:    files: the modules of the hand-in.  clock: its time, which ends at `limits.total`.
    Returns: the answers, in the order of the jobs, and why they stopped before the last, if so.
    """
    header = {**asdict(order), "seconds": limits.seconds, "memory": limits.memory}
    modules: dict[str, Array] = {n: np.frombuffer(c, np.uint8) for n, c in files.items()}
    try:
        child = place.start(frame(header, modules) + b"".join(job.frame() for job in jobs))
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    frames: queue.Queue[Any] = queue.Queue(maxsize=2)
    receiver = threading.Thread(target=receive, args=(child.stdout, len(jobs), frames), daemon=True)
    receiver.start()
    given: list[Answer] = []
    fault = None
    try:
        since = clock.now()
        for number, job in enumerate(jobs):
            if number and job.exercise != jobs[number - 1].exercise:
                since = clock.now()
            got = awaited(frames, clock, min(since + limits.wall, limits.total))
            if not isinstance(got, tuple):
                fault = why(child, got, limits, clock)
                break
            header, tensors = got
            given.append(believed(job.exercise, job.case, header, tensors, files))
        return given, fault
    finally:
        child.end()
        with contextlib.suppress(queue.Empty):
            while True:  # a receiver that waits for room ends
                frames.get_nowait()
        receiver.join(timeout=1)
        if not receiver.is_alive():  # else something that escaped holds the pipe: leave it
            child.stdout.close()


def awaited(frames: "queue.Queue[Any]", clock: Clock, end: float) -> Any:
    """The next frame, or None if it does not come in time."""
    while (left := end - clock.now()) > 0:
        with contextlib.suppress(queue.Empty):
            return frames.get(timeout=min(LOOK, left))
    return None


def receive(stream: IO[bytes], count: int, frames: "queue.Queue[Any]") -> None:
    """Put the child's frames into a queue; a word where they end early."""
    try:
        for _ in range(count):
            got = read_frame(stream, LARGEST)
            frames.put(got or "ended")
            if got is None:
                return
    except (WireError, OSError, ValueError):
        frames.put("garbled")


def why(child: Child, word: str | None, limits: Limits, clock: Clock) -> Fault:
    """Say why a child gave no further answer."""
    if word is None and clock.now() >= limits.total:
        return Fault("timeout", text=f"the {limits.total:g} s of a hand-in are used up")
    if word is None:
        return Fault("timeout", text=f"no answer within {limits.wall:g} s")
    if word != "ended":
        return Fault("crash", text="something else was written into the grader's channel")
    try:
        code = child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return Fault("crash", text="the grader's channel was closed")
    except OSError as error:
        return Fault("internal", text=f"the place where it ran is gone ({error})")
    if code < 0 and code == -getattr(signal, "SIGXCPU", 0):
        return Fault("timeout", text=f"more than {limits.seconds} s of computing")
    names = {-s: s.name for s in signal.Signals}
    how = names.get(code, "a signal") if code < 0 else "an exit"
    return Fault("crash", text=f"the process ended by itself ({how})")
