"""The zygote: a process that has loaded Python and numpy, and is forked for every hand-in.

The parent (`running.zygotes`) starts it as a script, alone or inside `bwrap`, with a socket as its
standard input. The zygote never reads a student's file. It receives two descriptors, one with the
work and one for the answers, forks a child, sends the child's pidfd back, waits for the child, and
reports its exit code. A child is a copy that shares no writable memory with the zygote. When the
parent closes the socket or dies, the zygote and its running child end.
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

PARENT_CLOSED, RUN_TRIAL = b"", b"try"
WARM_UP_ROUNDS = 3  # Python specialises its bytecode after a few runs of each driver


def main_zygote() -> None:
    """Run as a script: serve one child after the other until the parent closes the socket."""
    options = json.loads(sys.argv[1])
    sys.path.append(options["folders"]["autograder"])  # last: it may hold other packages too
    from autograder.confined import child, trial
    from autograder.confined.confinement import ChildConfinement

    sys.path.pop()
    sys.meta_path.insert(0, child.AllowedFinder(options["folders"]))
    confinement = ChildConfinement(**options["confinement"])
    confinement.prepare()
    parent = socket.socket(fileno=os.dup(0))
    parent.send(str(confinement).encode())
    is_warm = False
    while True:
        command, descriptors, _, _ = socket.recv_fds(parent, 16, 2)
        if command == PARENT_CLOSED:
            return
        if command != RUN_TRIAL and not is_warm:  # many are started for a trial only
            warm_up()
            is_warm = True
        perform = trial.perform_trial if command == RUN_TRIAL else child.perform_work
        serve_child(parent, confinement, perform, *descriptors)


def serve_child(
    parent: socket.socket,
    confinement: Any,
    perform: Callable[..., NoReturn],
    work: int,
    answers: int,
) -> None:
    """Fork one child, wait until it ends, and send its exit code to the parent."""
    pid = confinement.fork()
    if pid == 0:
        work_in_child(parent, confinement, perform, work, answers)
    os.close(work)
    os.close(answers)
    pidfd = os.pidfd_open(pid)
    socket.send_fds(parent, [b"started"], [pidfd])
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    waiting.register(parent, select.POLLIN)
    if pidfd not in dict(waiting.poll()):  # then the parent has ended
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    confinement.clear()
    parent.send(b"%d" % (-code if code == signal.SIGXCPU else code))


def work_in_child(
    parent: socket.socket,
    confinement: Any,
    perform: Callable[..., NoReturn],
    work: int,
    answers: int,
) -> NoReturn:
    """Confine this child and do its work. A failure before it is locked is the grader's fault, so
    it is sent to the parent."""

    def lock() -> None:
        confinement.lock()
        parent.close()

    try:
        confinement.enter()
        perform(os.fdopen(work, "rb"), os.fdopen(answers, "wb"), lock)
    except OSError as error:
        with suppress(OSError):  # a locked child cannot send
            parent.send(f"! {error}".encode())
    finally:
        os._exit(1)


def warm_up() -> None:
    """Run all drivers once on doubles, so that no child has to do the work of a first call.

    Python and numpy import and specialise code at the first call.
    """
    import numpy as np

    from autograder.exercises import EXERCISES, HOMES
    from autograder.harness import doubles, package, wire

    empty = package.register_package(Path(os.devnull), HOMES)
    classes = [".".join(e.target.split(".")[:3]) for e in EXERCISES.values()]
    drive = doubles.drive_on_doubles(classes, seed=0)
    rng = np.random.default_rng(0)
    for exercise in [*EXERCISES.values()] * WARM_UP_ROUNDS:
        for case in exercise.cases:
            given = drive(exercise, case, case.inputs(rng), empty)
            wire.encode_frame({}, given.tensors)
    for kind in (np.float32, np.float64):
        A: Any = rng.normal(size=(3, 4)).astype(kind)
        np.einsum("ij,kj->ik", A, np.exp(A) / np.exp(A).sum(axis=1, keepdims=True))
        np.linalg.norm(np.concatenate([A @ A.T, np.log(np.abs(A)).mean(axis=0)[None, :3]]))
    exec(compile("pass", "-", "exec", dont_inherit=True), {})
    package.forget_package("mytorch")
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page


if __name__ == "__main__":
    main_zygote()
