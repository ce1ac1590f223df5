"""Worker processes on this machine's processors, which end when the grader ends.

They are the standard library's pool, with fresh processes (`spawn`: it is the same on every
system, and they inherit none of the grader's threads, locks or files). This module adds what the
pool lacks: without it, workers outlive a grader that is killed, and Ctrl-C in the terminal reaches
them, too.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
FROM_THE_TERMINAL = ("SIGINT", "SIGHUP", "SIGQUIT")  # it sends them to all processes that it has
GRACE_SECONDS = 0.5  # in which a worker ends the process that runs student code


def count_processors() -> int:
    """How many processors this process may use: often fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool(ProcessPoolExecutor):
    """A process pool. `shutdown(wait=False)` cancels waiting work, and ends running work."""

    def __init__(self, count: int) -> None:
        context = get_context("spawn")
        self.count = count
        worker_end, self.grader_end = context.Pipe(duplex=False)
        with hold_ctrl_c():  # so that the process that tracks the pool's semaphores ignores it
            super().__init__(count, context, prepare_worker, (worker_end,))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        with hold_ctrl_c():  # else a worker that is starting prints a traceback on Ctrl-C
            future = super().submit(fn, *args, **kwargs)
        if len(self._processes) == self.count:
            self.close_result_writer()
        return future

    def close_result_writer(self) -> None:
        """Close the grader's copy of the end that workers write their results to.

        While it is open, a worker that dies in the middle of a result leaves the pool waiting for
        the rest for ever. No worker that starts later needs it.
        """
        if queue := getattr(self, "_result_queue", None):
            queue._writer.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if not wait:
            self.grader_end.close()
            self.close_result_writer()
            if queue := getattr(self, "_call_queue", None):
                queue.cancel_join_thread()  # else this waits for the work of dead workers
        super().shutdown(wait, cancel_futures=cancel_futures or not wait)


@contextlib.contextmanager
def hold_ctrl_c() -> Iterator[None]:
    """Delay the terminal's signals; processes that the block starts keep them blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    blocked = {signal.SIGTERM, *(getattr(signal, name) for name in FROM_THE_TERMINAL)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare_worker(pipe: "Connection[Any, Any]") -> None:
    """Prepare a worker: it ends when the grader's end of this pipe closes, and it ignores the
    terminal's signals.

    Its errors come back as results. Its stderr is closed, since Python may print a traceback when a
    worker is ended.
    """
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the worker ends
    for name in FROM_THE_TERMINAL:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=watch_parent, args=(pipe,), daemon=True).start()
    signal.signal(signal.SIGTERM, leave_worker)  # before this, there is nothing to end
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def watch_parent(pipe: "Connection[Any, Any]") -> None:
    """Wait until the grader's end of the pipe closes, then end this worker."""
    with contextlib.suppress(EOFError, OSError):
        pipe.recv_bytes()
    end_after_grace()
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def leave_worker(*_: object) -> NoReturn:
    """Stop grading; the exit also ends the process that runs student code."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_after_grace()
    raise SystemExit(1)


def end_after_grace() -> None:
    """End this worker after GRACE_SECONDS, whatever it does."""
    last = threading.Timer(GRACE_SECONDS, os._exit, (1,))
    last.daemon = True
    last.start()
