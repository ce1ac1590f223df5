"""Workers on anything shaped like `concurrent.futures.Executor`, which may break and is replaced.

What was with a broken executor is given out again. Who was there at TOGETHER breaks goes alone
from then on, and is given up when that ends ALONE more times: its grade is provisional.
"""

import contextlib
import queue
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from autograder.hand_in.module_reader import HandIn, list_names
from autograder.scoring.record import to_json

from .second_tries import SecondTry
from .work import (
    GradingWork,
    SecondTryOrder,
    grade_work,
    perform_again,
    report_own_failure,
)

TOGETHER = 2  # broken executors before a hand-in goes alone
ALONE = 2  # broken executors more before it is given up
BREATH = 5.0  # seconds without a result before the executor is asked whether it is there
DOUBTFUL = 5  # hand-ins given up one after the other: then an empty one is tried


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
        """Leave the executor, without waiting for what it is at, which it cancels itself."""
        with contextlib.suppress(Exception):  # it may be what failed
            if self.executor:
                self.executor.shutdown(wait=not (self.given or self.trying))
        self.executor = None
