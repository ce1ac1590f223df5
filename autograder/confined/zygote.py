"""The process that is forked for every hand-in: Python and numpy loaded, nothing else done.

Started by `parent` as a script, alone or inside `bwrap`, with a socket to the parent as its
standard input. It never looks at a student's file: it takes two descriptors, one with the work
and one for the answers, forks a child, hands its pidfd back, waits for it, and says how it
ended. A child is a copy that shares no writable memory with it. It ends when its parent has
closed the socket, or has died, and so does the child that is at work.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

NOTHING, TRY = b"", b"try"
ENOUGH = 3  # times that all drivers run before Python has made its shortcuts


def main_zygote() -> None:
    told = json.loads(sys.argv[1])
    sys.path.append(told["folders"]["autograder"])  # last: it may hold more than our package
    from autograder.confined import child, trial
    from autograder.confined.cell import Cell

    sys.path.pop()
    sys.meta_path.insert(0, child.AllowedFinder(told["folders"]))
    warm_up()
    cell = Cell(**told["cell"])
    cell.prepare()
    parent = socket.socket(fileno=os.dup(0))
    parent.send(str(cell).encode())
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page
    while True:
        word, descriptors, _, _ = socket.recv_fds(parent, 16, 2)
        if word == NOTHING:
            return
        perform = trial.perform_trial if word == TRY else child.perform_work
        serve_child(parent, cell, perform, *descriptors)


def serve_child(
    parent: socket.socket, cell: Any, perform: Callable[..., NoReturn], work: int, answers: int
) -> None:
    """Have one child do its work, and say how it ended."""
    pid = cell.fork()
    if pid == 0:
        work_in_child(parent, cell, perform, work, answers)
    os.close(work)
    os.close(answers)
    pidfd = os.pidfd_open(pid)
    socket.send_fds(parent, [b"started"], [pidfd])
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    waiting.register(parent, select.POLLIN)
    if pidfd not in dict(waiting.poll()):  # then the parent is gone
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    cell.clear()
    parent.send(b"%d" % (-code if code == signal.SIGXCPU else code))


def work_in_child(
    parent: socket.socket, cell: Any, perform: Callable[..., NoReturn], work: int, answers: int
) -> NoReturn:
    """What a child does. What fails before it is locked in is the grader's fault, and said so."""

    def lock() -> None:
        cell.lock()
        parent.close()

    try:
        cell.enter()
        perform(os.fdopen(work, "rb"), os.fdopen(answers, "wb"), lock)
    except OSError as error:
        with suppress(OSError):  # locked in, it can no longer speak
            parent.send(f"! {error}".encode())
    finally:
        os._exit(1)


def warm_up() -> None:
    """Do once what Python and numpy put off to the first time: children then find it done.

    All drivers run, on classes that are nobody's, with inputs drawn here.
    """
    import numpy as np

    from autograder.exercises import EXERCISES, HOMES
    from autograder.harness import doubles, package, wire

    nobodys = package.register_package(Path(os.devnull), HOMES)
    classes = [".".join(e.target.split(".")[:3]) for e in EXERCISES.values()]
    drive = doubles.drive_on_doubles(classes, seed=0)
    rng = np.random.default_rng(0)
    for exercise in [*EXERCISES.values()] * ENOUGH:
        for case in exercise.cases:
            given = drive(exercise, case, case.inputs(rng), nobodys)
            wire.encode_frame({}, given.tensors)
    for kind in (np.float32, np.float64):
        A: Any = rng.normal(size=(3, 4)).astype(kind)
        np.einsum("ij,kj->ik", A, np.exp(A) / np.exp(A).sum(axis=1, keepdims=True))
        np.linalg.norm(np.concatenate([A @ A.T, np.log(np.abs(A)).mean(axis=0)[None, :3]]))
    exec(compile("pass", "-", "exec", dont_inherit=True), {})
    package.forget_package("mytorch")


if __name__ == "__main__":
    main_zygote()
