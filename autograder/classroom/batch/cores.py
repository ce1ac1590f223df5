"""Worker processes on this machine's processors, which end when whoever started them does.

The standard library's own pool, with fresh processes (`spawn`: the same on every system, and
nothing of the grader's threads, locks or files is in them). What it lacks: its workers outlive a
grader that is killed, and a Ctrl-C in the terminal reaches them too.
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
FROM_THE_TERMINAL = ("SIGINT", "SIGHUP", "SIGQUIT")  # it sends them to everyone
GRACE = 0.5  # seconds in which a worker may end the process that runs student code


def count_processors() -> int:
    """How many processors this process may use: often fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool(ProcessPoolExecutor):
    """A process pool; `shutdown(wait=False)` cancels what waits, and ends what is running."""

    def __init__(self, count: int) -> None:
        context = get_context("spawn")
        theirs, self.held = context.Pipe(duplex=False)
        with hold_ctrl_c():  # for the process that watches over the pool's semaphores
            super().__init__(count, context, prepare_worker, (theirs,))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        with hold_ctrl_c():  # a worker that is just beginning would answer Ctrl-C with a traceback
            return super().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if not wait:
            self.held.close()
            if queue := getattr(self, "_call_queue", None):
                queue.cancel_join_thread()  # else the work for workers that are dead is waited for
        super().shutdown(wait, cancel_futures=cancel_futures or not wait)


@contextlib.contextmanager
def hold_ctrl_c() -> Iterator[None]:
    """Let the terminal's signals wait, and what is started in the meantime never see it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    deaf = {signal.SIGTERM, *(getattr(signal, name) for name in FROM_THE_TERMINAL)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, deaf)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare_worker(theirs: "Connection[Any, Any]") -> None:
    """Prepare a worker: it ends with the other end of this pipe, and is deaf to its terminal.

    What it has to say comes as a result; as it is ended, Python may print a traceback.
    """
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as it lives
    for name in FROM_THE_TERMINAL:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=watch_parent, args=(theirs,), daemon=True).start()
    signal.signal(signal.SIGTERM, leave_worker)  # until now there is nothing to leave
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def watch_parent(theirs: "Connection[Any, Any]") -> None:
    with contextlib.suppress(EOFError, OSError):
        theirs.recv_bytes()
    end_after_grace()
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def leave_worker(*_: object) -> NoReturn:
    """Stop grading where it stands: on its way out, the child process is ended."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_after_grace()
    raise SystemExit(1)


def end_after_grace() -> None:
    """Whatever the worker is at, it ends after its grace."""
    last = threading.Timer(GRACE, os._exit, (1,))
    last.daemon = True
    last.start()
