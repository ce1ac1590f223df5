"""Talk to one child process: send its work, receive its answers, and find out how it ended.

Only the child's first frame is trusted, which says that the student's code begins. A failure before
it is the grader's fault. Later frames are read with limits on size and time, and `validation`
decides what is kept of them.
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

from autograder.harness.wire import BEGIN_HEADER, WireError, read_frame
from autograder.model import Answer, Fault, Job

from .time_budget import ResourceLimits, TimeBudget
from .usage import TimeMeter, count_oom_kills
from .validation import validate_answer

MIN_POLL_SECONDS, MAX_POLL_SECONDS = 0.01, 0.2  # between two readings of the clock
CHILD_START_TIMEOUT = 30.0  # seconds until the student's code begins
CHILD_EXIT_TIMEOUT = 1.0  # seconds from the end of its answers to its exit
CPU_LIMIT_REACHED = Fault("timeout")  # the system ended it before the clock was read


class ChildProcess(Protocol):
    """A process that runs student code. Its frames come on `stdout`."""

    @property
    def pid(self) -> int:
        """Its process number outside its namespace; -1 once it has ended."""

    @property
    def stdout(self) -> IO[bytes]: ...

    def wait(self, timeout: float) -> int:
        """Its exit code, negative for a signal.

        Raises: subprocess.TimeoutExpired; OSError: the place itself failed.
        """

    def end(self) -> None:
        """Kill it and all processes that it started, and remove its files."""


class ExecutionPlace(Protocol):
    """Where student code runs. `name` is its name in every report."""

    @property
    def name(self) -> str: ...

    def start(self, work: bytes) -> ChildProcess:
        """Start a child that gets this work. Raises: OSError: it cannot be started."""


@dataclass
class GradingSession:
    """One hand-in that is being graded, in as many processes as it takes.

    files        its modules, by path in `mytorch`
    budget       the time for all its processes; by default the limits, without a first try's budget
    fatal_files  its files with an exercise that ended a child or took too long
    timed_out    exercises that took too long in an earlier try
    """

    files: Mapping[str, bytes]
    limits: ResourceLimits
    place: ExecutionPlace
    budget: TimeBudget = field(init=False)
    fatal_files: set[str] = field(default_factory=set)
    timed_out: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.budget = TimeBudget(self.limits)


def run_conversation(
    session: GradingSession, jobs: Sequence[Job], doubles: Sequence[str] = (), seed: int = 0
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Args:    doubles: the classes to replace by doubles. Of these, fatal files are not sent.
             seed: of the doubles' numbers.
    Returns: the answers in the order of the jobs, and the fault if some are missing.
    """
    budget, files = session.budget, dict(session.files)
    for unread in session.fatal_files & {f"{target.split('.')[1]}.py" for target in doubles}:
        files.pop(unread, None)
    computing_limit = budget.computing_limit
    limits: dict[str, Any] = {"seconds": ceil(computing_limit), "memory": budget.limits.memory}
    options = limits | {"doubles": doubles, "seed": seed}
    killed = count_oom_kills()
    try:
        child = session.place.start(pickle.dumps((options, files)) + encode_jobs(tuple(jobs)))
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    begun = Event()
    given: list[Answer] = []
    ending: list[str] = []
    arguments = (child.stdout, jobs, files, begun, given, ending)
    receiver = Thread(target=receive_answers, args=arguments, daemon=True)
    receiver.start()
    try:
        fault = wait_for_begin(receiver, begun, budget)
        fault = fault or watch_answers(receiver, given, jobs, budget, child.pid)
        answers = list(given)
        if not fault and len(answers) < len(jobs):
            fault = explain_ending(child, ending, killed, begun.is_set())
        if fault == CPU_LIMIT_REACHED:
            fault = late_computing(budget, computing_limit)
        return answers, fault
    finally:
        child.end()
        receiver.join(timeout=1)
        if not receiver.is_alive():  # otherwise an escaped process holds the pipe
            child.stdout.close()


@lru_cache  # the same few lists of jobs are sent to every hand-in
def encode_jobs(jobs: Sequence[Job]) -> bytes:
    """The jobs, pickled for a child."""
    return pickle.dumps([(j.exercise, j.case.id, j.inputs) for j in jobs])


def receive_answers(
    stream: IO[bytes],
    jobs: Sequence[Job],
    files: Mapping[str, bytes],
    begun: Event,
    given: list[Answer],
    ending: list[str],
) -> None:
    """Receive a child's frames: set `begun` when the student's code begins, append each answer to
    `given`, and append “garbled” or “ended” to `ending` if there are too few.

    This runs in its own thread, because not every system can wait for a pipe with a timeout.
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
        elif got[0] == BEGIN_HEADER:
            begun.set()
        else:
            return


def wait_for_begin(receiver: Thread, begun: Event, budget: TimeBudget) -> Fault | None:
    """Wait until the student's code begins. This time does not count for the hand-in.

    Returns: a fault if the child does not begin in time.
    """
    since = budget.clock.now()
    while receiver.is_alive() and not begun.wait(MAX_POLL_SECONDS):
        if budget.clock.now() - since > CHILD_START_TIMEOUT:
            return Fault("internal", text=f"no process was ready within {CHILD_START_TIMEOUT:g} s")
    budget.clock.leave_out(since)
    return None


def watch_answers(
    receiver: Thread, given: Sequence[Answer], jobs: Sequence[Job], budget: TimeBudget, pid: int
) -> Fault | None:
    """Wait until the answers end. Returns: a fault if a limit was exceeded before."""
    limits, clock = budget.limits, budget.clock
    meter = TimeMeter(pid, clock.now())
    number, exercise, computing, waiting = -1, "", 0.0, 0.0  # of the case, and of its exercise
    computing_limit, waiting_limit = budget.computing_limit, budget.waiting_limit
    while receiver.is_alive():
        now = clock.now()
        computed, waited = meter.read(now)
        budget.spend(computed, waited)
        computing, waiting = computing + computed, waiting + waited
        if number != len(given) < len(jobs):
            number, computing, computing_limit = len(given), 0.0, budget.computing_limit
            if jobs[number].exercise != exercise:
                exercise, waiting, waiting_limit = jobs[number].exercise, 0.0, budget.waiting_limit
        if now >= limits.total:
            return Fault("timeout", text=f"the {limits.total:g} s of a hand-in are used up")
        if computing >= computing_limit:
            return late_computing(budget, computing_limit)
        if waiting >= waiting_limit:
            return budget.stop(waiting_limit, limits.wall, f"no answer within {limits.wall:g} s")
        if budget.seconds_left <= 0:
            return budget.stop(0, limits.wall, "")
        soonest = (limits.total - now, computing_limit - computing, waiting_limit - waiting)
        receiver.join(max(MIN_POLL_SECONDS, min(MAX_POLL_SECONDS, budget.seconds_left, *soonest)))
    return None


def late_computing(budget: TimeBudget, used: float) -> Fault:
    """The fault of a case that computed for its limit, in seconds."""
    seconds = budget.limits.seconds
    return budget.stop(used, seconds, f"more than {seconds} s of computing")


def explain_ending(
    child: ChildProcess, ending: Sequence[str], killed: int, has_begun: bool
) -> Fault:
    """The fault of a child that sent too few answers.

    Args: killed: the result of `count_oom_kills` before it started.
    """
    closed = "something else was written into" if ending == ["garbled"] else "it closed"
    try:
        code = child.wait(timeout=CHILD_EXIT_TIMEOUT)
    except subprocess.TimeoutExpired:
        code = 0
        if has_begun and ending:
            return Fault("crash", text=f"{closed} the grader's channel")
    except OSError as error:
        return Fault("internal", text=f"the place where it ran is gone ({error})")
    if not (has_begun and ending):
        return Fault("internal", text=f"the process failed before the code was read ({code})")
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return CPU_LIMIT_REACHED
    if code == -getattr(signal, "SIGKILL", 0) and code and count_oom_kills() > killed:
        return Fault("internal", text="the system had no memory left, and ended a process")
    if ending == ["garbled"]:
        return Fault("crash", text=f"{closed} the grader's channel")
    names = {-s: s.name for s in signal.Signals}
    how = names.get(code, "a signal") if code < 0 else "an exit"
    return Fault("crash", text=f"by itself ({how})")
