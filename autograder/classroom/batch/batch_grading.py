"""Grade a batch on any `concurrent.futures.Executor`, and lose no finished report.

Theory of operation. One thread reads the hand-ins in the given order, looks each up in the journal,
and gives new ones to the executor. At most `at_once` are with the executor, and at most MAX_AHEAD
wait for the next one that is reported, so that memory is bounded. A report goes into the journal
as soon as it is finished, and is yielded in the given order. If the executor breaks (a worker was
killed), `crew` starts another one and gives it the unfinished hand-ins.
The batch goes on even if hand-ins are given up, unless an empty hand-in cannot be graded either.
The first try of a hand-in is short, so that it does not block a worker. A hand-in that only this
stopped is recorded as provisional, and tried again when all others are done (`second_tries`).
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

MAX_AHEAD = 1000  # hand-ins that wait for a slower one before them


class GradedHandIn(NamedTuple):
    """A report, whether it was in the journal before, and the report as a line of JSON."""

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
    retry_seconds: float = second_tries.CLASS_RETRY_SECONDS,
) -> Iterator[GradedHandIn]:
    """Grade hand-ins, and yield their reports in the given order.

    If anything ends this early, finished reports are in the journal, and the next run goes on.

    Args:   start: makes an executor.  at_once: how many hand-ins it is given at a time.
            force: also grade what was graded before.
            retry_seconds: seconds that timeouts may cost in second tries.
    Raises: JournalError: nothing can be recorded any more.  OSError: nothing can be graded.
    """
    unread: Iterator[str] | None = iter(paths)
    waiting: deque[GradingTask] = deque()
    crew = WorkerCrew(start, at_once)
    try:
        while unread or waiting:
            while unread and crew.free and len(waiting) < MAX_AHEAD:
                path = next(unread, None)
                if path is None:
                    unread = None
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
                del task.work  # frees its files, which are not needed while the report waits
            if crew.is_idle and not (unread and len(waiting) < MAX_AHEAD):
                late = {task.second.key: task.second for task in waiting if task.second}
                for work, line in crew.try_again(
                    second_tries.plan_second_tries([*late.values()], terms, retry_seconds)
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
