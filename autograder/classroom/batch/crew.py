"""Give work to any `concurrent.futures.Executor`, and replace the executor if it breaks.

The unfinished hand-ins of a broken executor are given out again. A hand-in that was there at
MAX_SHARED_BREAKS breaks is graded alone from then on. If the executor breaks MAX_LONE_BREAKS more
times, the hand-in is given up: its grade is provisional.
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
    grade_again,
    grade_work,
    report_own_failure,
)

MAX_SHARED_BREAKS = 2  # of executors, before a hand-in is graded alone
MAX_LONE_BREAKS = 2  # more breaks, before it is given up
PROBE_SECONDS = 5.0  # without a result, before the executor is probed
MAX_GIVEN_UP = 5  # hand-ins one after the other, before an empty one is tried


@dataclass
class GradingTask:
    """A hand-in that is being graded.

    line    its report as JSON, or "" until there is one
    second  its second try, if it needs one before the report is final
    before  whether the journal had its report
    breaks  how many executors broke while they had it
    """

    work: GradingWork
    line: str = ""
    second: SecondTry | None = None
    before: bool = False
    breaks: int = 0


class WorkerCrew:
    """Gives tasks to an executor, and starts another one if it breaks."""

    def __init__(self, start: Callable[[], Executor], at_once: int) -> None:
        self.start, self.at_once = start, at_once
        self.executor: Executor | None = None
        self.given: dict[Future[Any], GradingTask] = {}
        self.second_tries: dict[Future[Any], tuple[SecondTryOrder, ...]] = {}
        self.done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self.unfinished: deque[GradingTask] = deque()
        self.broken = False
        self.given_up: list[str] = []  # since the last hand-in that was graded

    @property
    def free(self) -> bool:
        """Whether another task can be taken."""
        return not (self.unfinished or self.broken or self.full)

    @property
    def is_idle(self) -> bool:
        """Whether no task is with the executor or waits for it."""
        return not (self.given or self.unfinished)

    @property
    def full(self) -> bool:
        """Whether the executor has `at_once` tasks, or one that must be alone."""
        alone = any(task.breaks >= MAX_SHARED_BREAKS for task in self.given.values())
        return alone or len(self.given) >= self.at_once

    def take(self, task: GradingTask) -> None:
        """Give a task to the executor; if that is broken, keep the task for the next one."""
        try:
            future = self.submit(grade_work, task.work)
        except BrokenExecutor:
            self.unfinished.append(task)
            self.replace_executor()
            return
        self.given[future] = task
        future.add_done_callback(self.done.put)

    def finished(self) -> Iterator[GradingTask]:
        """Wait until a task ends, if there is one; yield it if it has a report."""
        self.give_again()
        if self.given:
            yield from self.collect_task(self.next_done())

    def next_done(self) -> "Future[Any]":
        """Wait for a future that is done.

        An executor whose scheduler is gone may report nothing, so it is probed now and then.
        """
        while True:
            try:
                return self.done.get(timeout=PROBE_SECONDS)
            except queue.Empty:
                with contextlib.suppress(BrokenExecutor):
                    self.submit(int)

    def submit(self, *work: Any) -> "Future[Any]":
        """Give work to the executor. Raises: BrokenExecutor; OSError: it accepts no more work."""
        self.executor = self.executor or self.start()
        try:
            return self.executor.submit(*work)
        except BrokenExecutor:
            raise
        except Exception as error:
            raise OSError(f"the executor accepts no more work ({error})") from error

    def give_again(self) -> None:
        """Give the tasks of a broken executor to the new one."""
        while self.unfinished and not self.broken and not self.full:
            if self.unfinished[0].breaks >= MAX_SHARED_BREAKS and self.given:
                return
            self.take(self.unfinished.popleft())

    def collect_task(self, future: "Future[Any]") -> Iterator[GradingTask]:
        """Yield the task of a future that is done, if it has a report now."""
        task = self.given.pop(future)
        try:
            done = future.result()
            task.line, self.given_up = done.line, []
            if done.was_short:
                task.second = SecondTry(
                    task.work.hand_in.name, task.work.key, done.line, done.waits
                )
        except BrokenExecutor:
            self.replace_executor()
            task.breaks += 1
            if task.breaks < MAX_SHARED_BREAKS + MAX_LONE_BREAKS:
                self.unfinished.append(task)
                return
            self.check_machine(task.work)
            reason = "the process that graded it was killed every time (is there enough memory?)"
            task.line = to_json(report_own_failure(task.work, reason))
        except Exception as error:
            reason = f"its report was lost ({type(error).__name__}: {error})"
            task.line = to_json(report_own_failure(task.work, reason))
        yield task

    def try_again(
        self, bundles: Iterator[tuple[SecondTryOrder, ...]]
    ) -> Iterator[tuple[GradingWork, str]]:
        """Do second tries, and yield each work with its report.

        If a worker dies in some of them, their first reports stay.
        """
        while True:
            for bundle in islice(
                bundles, 0 if self.broken else self.at_once - len(self.second_tries)
            ):
                try:
                    future = self.submit(grade_again, bundle)
                except BrokenExecutor:
                    self.broken = True
                    break
                self.second_tries[future] = bundle
                future.add_done_callback(self.done.put)
            if self.second_tries:
                yield from self.collect_second_tries(self.next_done())
            elif self.broken:
                self.replace_executor()
            else:
                return

    def collect_second_tries(self, future: "Future[Any]") -> Iterator[tuple[GradingWork, str]]:
        """Yield the works of a bundle that is done, with their reports, unless the worker died."""
        bundle = self.second_tries.pop(future)
        try:
            lines = future.result()
        except Exception:
            self.broken = True
            return
        yield from zip((retry.work for retry in bundle), lines)

    def check_machine(self, last: GradingWork) -> None:
        """If several hand-ins in a row are given up, find out whether the machine is the cause.

        Raises: OSError: an empty hand-in cannot be graded either.
        """
        self.given_up.append(last.hand_in.name)
        if len(self.given_up) < MAX_GIVEN_UP:
            return
        self.submit(grade_work, replace(last, hand_in=HandIn(""))).add_done_callback(self.done.put)
        try:
            self.next_done().result()
        except BrokenExecutor:
            raise OSError(
                "the processes that grade are always killed, even for an empty hand-in; the last"
                f" hand-ins were {list_names(self.given_up, MAX_GIVEN_UP)}: make sure that there is"
                " enough memory, use fewer --jobs, and run the same command again"
            ) from None
        self.given_up = []

    def replace_executor(self) -> None:
        """Leave a broken executor as soon as all of its futures are done."""
        self.broken = bool(self.given)
        if not self.broken:
            self.shut_executor_down()

    def leave(self) -> Iterator[GradingTask]:
        """Leave the executor, and yield the tasks that it had finished."""
        ended = []
        with contextlib.suppress(queue.Empty):
            while True:
                ended.append(self.done.get_nowait())
        self.shut_executor_down()
        for future in ended:
            if future in self.given and not future.cancelled() and not future.exception():
                yield from self.collect_task(future)

    def shut_executor_down(self) -> None:
        """Leave the executor. It cancels its own work, so this does not wait for it."""
        with contextlib.suppress(Exception):  # the executor may be what failed
            if self.executor:
                self.executor.shutdown(wait=not (self.given or self.second_tries))
        self.executor = None
