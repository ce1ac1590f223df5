"""One child process: give it work, take its answers, and say how it ended.

What the child says is untrusted, but for its first word: that the student's code begins. What
fails before is ours. Frames are read with size caps and within a time; what is believed of them
is `validation`'s business.
"""

import pickle
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from threading import Event, Thread
from typing import IO, Any, Protocol

from autograder.harness.wire import BEGUN, WireError, read_frame
from autograder.model import Answer, Fault, Job

from .patience import ResourceLimits, TimeBudget
from .usage import TimeMeter, count_oom_kills
from .validation import validate_answer

LOOK, GLANCE = 0.2, 0.01  # seconds between two looks at the clock: the most and the least
STARTING = 30.0  # seconds that a child may take until the student's code begins
ENDING = 1.0  # seconds that a child may take to be gone once its channel is closed
OVERDUE = Fault("timeout")  # the system ended it before the clock was looked at


class ChildProcess(Protocol):
    """A process that runs student code. Its frames come on `stdout`."""

    @property
    def pid(self) -> int:
        """Its number here, whatever it is where it runs; -1 once it is gone."""

    @property
    def stdout(self) -> IO[bytes]: ...

    def wait(self, timeout: float) -> int:
        """Its exit code, negative for a signal. Raises: subprocess.TimeoutExpired; OSError: the
        place itself failed."""

    def end(self) -> None:
        """End it and all that it started, and remove what it left."""


class ExecutionPlace(Protocol):
    """Where student code runs. `name` is the word for it in every report."""

    @property
    def name(self) -> str: ...

    def start(self, work: bytes) -> ChildProcess:
        """Start a child that is given its work. Raises: OSError: it is impossible."""


@dataclass
class GradingSession:
    """One hand-in at work, in as many processes as it takes.

    files     its modules, by path in `mytorch`
    patience  the time that all its processes have; by default what the limits say, without haste
    deadly    those of its files that hold an exercise which ended a child, or took too long
    late      exercises that took too long in an earlier sitting
    """

    files: Mapping[str, bytes]
    limits: ResourceLimits
    place: ExecutionPlace
    patience: TimeBudget = field(init=False)
    deadly: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.patience = TimeBudget(self.limits)


def run_conversation(
    sitting: GradingSession, jobs: Sequence[Job], doubles: Sequence[str] = (), seed: int = 0
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Args:    doubles: the classes that doubles are to replace, drawn from the seed. The files of
             those that are deadly stay away.
    Returns: the answers, in the order of the jobs, and why they stopped before the last, if so.
    """
    patience, files = sitting.patience, dict(sitting.files)
    for unread in sitting.deadly & {f"{target.split('.')[1]}.py" for target in doubles}:
        files.pop(unread, None)
    most = patience.most_computing
    limits: dict[str, Any] = {"seconds": ceil(most), "memory": patience.limits.memory}
    order = limits | {"doubles": doubles, "seed": seed}
    killed = count_oom_kills()
    try:
        child = sitting.place.start(pickle.dumps((order, files)) + encode_jobs(tuple(jobs)))
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    begun = Event()
    given: list[Answer] = []
    ending: list[str] = []
    arguments = (child.stdout, jobs, files, begun, given, ending)
    receiver = Thread(target=receive_answers, args=arguments, daemon=True)
    receiver.start()
    try:
        fault = wait_for_begin(receiver, begun, patience)
        fault = fault or watch_answers(receiver, given, jobs, patience, child.pid)
        answers = list(given)
        if not fault and len(answers) < len(jobs):
            fault = explain_ending(child, ending, killed, begun.is_set())
        if fault == OVERDUE:
            fault = late_computing(patience, most)
        return answers, fault
    finally:
        child.end()
        receiver.join(timeout=1)
        if not receiver.is_alive():  # else something that escaped holds the pipe: leave it
            child.stdout.close()


@lru_cache  # the same few jobs go to every hand-in
def encode_jobs(jobs: Sequence[Job]) -> bytes:
    """The jobs as a child gets them."""
    return pickle.dumps([(j.exercise, j.case.id, j.inputs) for j in jobs])


def receive_answers(
    stream: IO[bytes],
    jobs: Sequence[Job],
    files: Mapping[str, bytes],
    begun: Event,
    given: list[Answer],
    ending: list[str],
) -> None:
    """Set `begun` where the student's code begins, and append the child's answers to `given`; a
    word to `ending` where they end early.

    In a thread of its own, for not every system can wait for a pipe with a timeout.
    """
    for job in (None, *jobs):
        try:
            got = read_frame(stream)
        except (WireError, OSError, ValueError):
            ending.append("garbled")
            return
        if got is None:
            ending.append("ended")
            return
        if job:
            given.append(validate_answer(job.exercise, job.case.id, *got, files))
        elif got[0] == BEGUN:
            begun.set()
        else:
            return


def wait_for_begin(receiver: Thread, begun: Event, patience: TimeBudget) -> Fault | None:
    """Wait until the student's code begins, which is not its time. Returns: a fault if it fails."""
    since = patience.clock.now()
    while receiver.is_alive() and not begun.wait(LOOK):
        if patience.clock.now() - since > STARTING:
            return Fault("internal", text=f"no process was ready within {STARTING:g} s")
    patience.clock.leave_out(since)
    return None


def watch_answers(
    receiver: Thread, given: Sequence[Answer], jobs: Sequence[Job], patience: TimeBudget, pid: int
) -> Fault | None:
    """Wait until nothing more comes. Returns: the fault where patience ends before."""
    limits, clock = patience.limits, patience.clock
    meter = TimeMeter(pid, clock.now())
    number, exercise, computing, waiting = -1, "", 0.0, 0.0  # of the case, and of its exercise
    most_computing, most_waiting = patience.most_computing, patience.most_waiting
    while receiver.is_alive():
        now = clock.now()
        computed, waited = meter.read(now)
        patience.spend(computed, waited)
        computing, waiting = computing + computed, waiting + waited
        if number != len(given) < len(jobs):
            number, computing, most_computing = len(given), 0.0, patience.most_computing
            if jobs[number].exercise != exercise:
                exercise, waiting, most_waiting = jobs[number].exercise, 0.0, patience.most_waiting
        if now >= limits.total:
            return Fault("timeout", text=f"the {limits.total:g} s of a hand-in are used up")
        if computing >= most_computing:
            return late_computing(patience, most_computing)
        if waiting >= most_waiting:
            return patience.stop(most_waiting, limits.wall, f"no answer within {limits.wall:g} s")
        if patience.left <= 0:
            return patience.stop(0, limits.wall, "")
        soonest = (limits.total - now, most_computing - computing, most_waiting - waiting)
        receiver.join(max(GLANCE, min(LOOK, patience.left, *soonest)))
    return None


def late_computing(patience: TimeBudget, most: float) -> Fault:
    """What becomes of a case that computed for the most that it may."""
    seconds = patience.limits.seconds
    return patience.stop(most, seconds, f"more than {seconds} s of computing")


def explain_ending(
    child: ChildProcess, ending: Sequence[str], killed: int, has_begun: bool
) -> Fault:
    """Say why a child gave no further answer.

    Args: killed: what `count_oom_kills` said at its start.
    """
    closed = "something else was written into" if ending == ["garbled"] else "it closed"
    try:
        code = child.wait(timeout=ENDING)
    except subprocess.TimeoutExpired:
        code = 0
        if has_begun and ending:
            return Fault("crash", text=f"{closed} the grader's channel")
    except OSError as error:
        return Fault("internal", text=f"the place where it ran is gone ({error})")
    if not (has_begun and ending):
        return Fault("internal", text=f"the process failed before the code was read ({code})")
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return OVERDUE
    if code == -getattr(signal, "SIGKILL", 0) and code and count_oom_kills() > killed:
        return Fault("internal", text="the system had no memory left, and ended a process")
    if ending == ["garbled"]:
        return Fault("crash", text=f"{closed} the grader's channel")
    names = {-s: s.name for s in signal.Signals}
    how = names.get(code, "a signal") if code < 0 else "an exit"
    return Fault("crash", text=f"by itself ({how})")
