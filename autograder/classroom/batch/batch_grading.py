"""Grade a batch on anything shaped like `concurrent.futures.Executor`, and lose nothing.

Theory of operation. One thread reads hand-ins in the order given, looks each up in the
journal, and hands what is new to the executor: never more than `at_once`, never further than
AHEAD of the hand-in that is reported next, so that memory stays flat. A result is journaled as it
comes, and reported in order. Where the executor breaks (a worker was killed), another is
started, and what was with it is given out again (`crew`).
However many are given up, the batch goes on, unless not even an empty hand-in can be graded.
A hand-in is graded in haste, so that no worker is long at it. What only haste stopped is journaled
as provisional, and tried again when nothing else is left to do (`second_tries`).
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import NamedTuple

from autograder.hand_in import reading
from autograder.model import Report
from autograder.scoring.record import parse_report

from . import second_tries
from .crew import GradingTask, WorkerCrew
from .journal import GradeJournal
from .work import GradingTerms, GradingWork

AHEAD = 1000  # hand-ins that wait for a slower one before them


class GradedHandIn(NamedTuple):
    """A report, whether it stood in the journal before, and as a line of JSON."""

    report: Report
    before: bool
    line: str


def grade_batch(
    paths: Iterable[str],
    terms: GradingTerms,
    journal: GradeJournal,
    start: Callable[[], Executor],
    at_once: int,
    force: bool = False,
    granted: float = second_tries.GRANTED,
) -> Iterator[GradedHandIn]:
    """Grade hand-ins; their reports in the order given, each as soon as it can be.

    Whatever ends it early, what is graded is in the journal, and the next run goes on from there.

    Args:   start: makes an executor.  at_once: how many hand-ins that is given at a time.
            force: grade what was graded before as well.
            granted: seconds that time-outs may cost in second tries.
    Raises: JournalError: nothing more can be recorded.  OSError: nothing can be graded here.
    """
    left: Iterator[str] | None = iter(paths)
    waiting: deque[GradingTask] = deque()
    crew = WorkerCrew(start, at_once)
    try:
        while left or waiting:
            while left and crew.free and len(waiting) < AHEAD:
                path = next(left, None)
                if path is None:
                    left = None
                    break
                task = GradingTask(GradingWork(reading.read_hand_in(path), terms))
                known = None if force else journal.known(task.work)
                if known:
                    task.line, task.before = known, True
                else:
                    crew.take(task)
                waiting.append(task)
            while waiting and waiting[0].line and not waiting[0].second:
                task = waiting.popleft()
                yield GradedHandIn(parse_report(task.line), task.before, task.line)
            for task in crew.finished():
                journal.record(task.work, task.line)
                del task.work  # the line may wait long for its turn, and needs no files
            if crew.is_idle and not (left and len(waiting) < AHEAD):
                late = {task.second.key: task.second for task in waiting if task.second}
                for work, line in crew.try_again(
                    second_tries.plan_second_tries([*late.values()], terms, granted)
                ):
                    journal.record(work, line)
                    late[work.key].line = line
                for task in waiting:
                    if task.second:
                        task.line, task.second = late[task.second.key].line, None
    finally:
        with contextlib.suppress(OSError):
            for task in crew.leave():
                journal.record(task.work, task.line)
