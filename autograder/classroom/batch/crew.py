"""Grade a batch on anything shaped like `concurrent.futures.Executor`, and lose nothing.

Theory of operation. One thread reads hand-ins in the order given, looks each up in the
journal, and hands what is new to the executor: never more than `at_once`, never further than
AHEAD of the hand-in that is reported next, so that memory stays flat. A result is journaled as it
comes, and reported in order. Where the executor breaks (a worker was killed), another is
started, and what was with it is given out again. Who was there at TOGETHER breaks goes alone
from then on, and is given up when that ends ALONE more times: its grade is provisional.
However many are given up, the batch goes on, unless not even an empty hand-in can be graded.
A hand-in is graded in haste, so that no worker is long at it. What only haste stopped is journaled
as provisional, and tried again when nothing else is left to do (`again`).
"""

import contextlib
import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from autograder.hand_in import reading
from autograder.hand_in.module_reader import HandIn, list_names
from autograder.model import Report
from autograder.scoring.report import to_json

from . import second_tries
from .journal import GradeJournal
from .second_tries import SecondTry
from .work import (
    GradingTerms,
    GradingWork,
    SecondTryOrder,
    grade_work,
    parse_report,
    perform_again,
    report_own_failure,
)

AHEAD = 1000  # hand-ins that wait for a slower one before them
TOGETHER = 2  # broken executors before a hand-in goes alone
ALONE = 2  # broken executors more before it is given up
BREATH = 5.0  # seconds without a result before the executor is asked whether it is there
DOUBTFUL = 5  # hand-ins given up one after the other: then an empty one is tried


class GradedHandIn(NamedTuple):
    """A report, whether it stood in the journal before, and as a line of JSON."""

    report: Report
    before: bool
    line: str


@dataclass
class GradingTask:
    """A hand-in on its way.

    line    its report as JSON, once there is one
    second  what is to be tried again, before that is its last word
    """

    work: GradingWork
    line: str = ""
    second: SecondTry | None = None
    before: bool = False
    breaks: int = 0


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


class WorkerCrew:
    """Gives tasks to an executor, and starts another where one breaks."""

    def __init__(self, start: Callable[[], Executor], at_once: int) -> None:
        self.start, self.at_once = start, at_once
        self.executor: Executor | None = None
        self.given: dict[Future[Any], GradingTask] = {}
        self.trying: dict[Future[Any], tuple[SecondTryOrder, ...]] = {}
        self.done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self.again: deque[GradingTask] = deque()
        self.broken = False
        self.given_up: list[str] = []  # one after the other, since one was graded

    @property
    def free(self) -> bool:
        """Whether another task can be taken."""
        return not (self.again or self.broken or self.full)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is given out, or to be."""
        return not (self.given or self.again)

    @property
    def full(self) -> bool:
        """Whether the executor has as many tasks as it may, or one that is to be alone."""
        alone = any(task.breaks >= TOGETHER for task in self.given.values())
        return alone or len(self.given) >= self.at_once

    def take(self, task: GradingTask) -> None:
        """Give a task to the executor; keep it for the next one if this one is broken."""
        try:
            future = self.submit(grade_work, task.work)
        except BrokenExecutor:
            self.again.append(task)
            self.mend()
            return
        self.given[future] = task
        future.add_done_callback(self.done.put)

    def finished(self) -> Iterator[GradingTask]:
        """Wait for the next end of a task, if any has been taken; the task, if it has a report."""
        self.give_again()
        if self.given:
            yield from self.settled(self.next_done())

    def next_done(self) -> "Future[Any]":
        """Wait for a future that is done.

        An executor whose scheduler is gone may say nothing by itself: now and then it is asked.
        """
        while True:
            try:
                return self.done.get(timeout=BREATH)
            except queue.Empty:
                with contextlib.suppress(BrokenExecutor):
                    self.submit(int)

    def submit(self, *work: Any) -> "Future[Any]":
        """Give work to the executor. Raises: BrokenExecutor; OSError: it takes no more."""
        self.executor = self.executor or self.start()
        try:
            return self.executor.submit(*work)
        except BrokenExecutor:
            raise
        except Exception as error:
            raise OSError(f"the executor takes no more work ({error})") from error

    def give_again(self) -> None:
        """Give out once more what was with a broken executor."""
        while self.again and not self.broken and not self.full:
            if self.again[0].breaks >= TOGETHER and self.given:
                return
            self.take(self.again.popleft())

    def settled(self, future: "Future[Any]") -> Iterator[GradingTask]:
        """The task of a future that is done, if it has a report now."""
        task = self.given.pop(future)
        try:
            done = future.result()
            task.line, self.given_up = done.line, []
            if done.was_short:
                task.second = SecondTry(
                    task.work.hand_in.name, task.work.key, done.line, done.waits
                )
        except BrokenExecutor:
            self.mend()
            task.breaks += 1
            if task.breaks < TOGETHER + ALONE:
                self.again.append(task)
                return
            self.doubt(task.work)
            ended = "the process that graded it was killed every time (is there memory enough?)"
            task.line = to_json(report_own_failure(task.work, ended))
        except Exception as error:
            said = f"it was lost on its way ({type(error).__name__}: {error})"
            task.line = to_json(report_own_failure(task.work, said))
        yield task

    def try_again(
        self, bundles: Iterator[tuple[SecondTryOrder, ...]]
    ) -> Iterator[tuple[GradingWork, str]]:
        """Do second tries; each work, and its report. Where a worker dies of some, theirs stays."""
        while True:
            for bundle in islice(bundles, 0 if self.broken else self.at_once - len(self.trying)):
                try:
                    future = self.submit(perform_again, bundle)
                except BrokenExecutor:
                    self.broken = True
                    break
                self.trying[future] = bundle
                future.add_done_callback(self.done.put)
            if self.trying:
                yield from self.tried(self.next_done())
            elif self.broken:
                self.mend()
            else:
                return

    def tried(self, future: "Future[Any]") -> Iterator[tuple[GradingWork, str]]:
        """The works of a second try that is done, and their reports, if it has come to an end."""
        bundle = self.trying.pop(future)
        try:
            lines = future.result()
        except Exception:
            self.broken = True
            return
        yield from zip((retry.work for retry in bundle), lines)

    def doubt(self, last: GradingWork) -> None:
        """Find out, when one after the other is given up, whether it is they or the machine.

        Raises: OSError: it's the machine.
        """
        self.given_up.append(last.hand_in.name)
        if len(self.given_up) < DOUBTFUL:
            return
        self.submit(grade_work, replace(last, hand_in=HandIn(""))).add_done_callback(self.done.put)
        try:
            self.next_done().result()
        except BrokenExecutor:
            raise OSError(
                "the processes that grade are killed whatever they do, even with an empty hand-in;"
                f" the last were at {list_names(self.given_up, DOUBTFUL)}: make sure that there is"
                " memory, use fewer --jobs, and run the same command again"
            ) from None
        self.given_up = []

    def mend(self) -> None:
        """Leave a broken executor, once all that it had has come back."""
        self.broken = bool(self.given)
        if not self.broken:
            self.dismiss()

    def leave(self) -> Iterator[GradingTask]:
        """Leave the executor; what it had finished."""
        ended = []
        with contextlib.suppress(queue.Empty):
            while True:
                ended.append(self.done.get_nowait())
        self.dismiss()
        for future in ended:
            if future in self.given and not future.cancelled() and not future.exception():
                yield from self.settled(future)

    def dismiss(self) -> None:
        """Leave the executor, without waiting for what it is at."""
        with contextlib.suppress(Exception):  # it may be what failed
            for future in (*self.given, *self.trying):
                future.cancel()
            if self.executor:
                self.executor.shutdown(wait=not (self.given or self.trying))
        self.executor = None
