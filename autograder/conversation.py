"""One child process: give it jobs, take its answers, and say how it ended.

What the child says is untrusted. Frames are read with size caps, only numbers are taken from
them as they are, and of words only those that are ours.
"""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy
import safetensors

from .doubles import SAW
from .exercises import EXERCISES
from .handin import shown
from .model import Answer, Fault, FaultKind, Inputs, Layout
from .wire import WireError, read_frame, write_frame

STOP = threading.Event()  # set when the user stops a batch: no further answer is waited for
CHILD = Path(__file__).with_name("child.py")
LARGEST = 16 * 2**20  # bytes of one answer
STUBS = {exercise.stub for exercise in EXERCISES.values()}
ODD = (
    r"None|a (list|tuple|str|dict|set|complex|function)|an array of (\d{1,6} MiB|\w{1,12} entries)"
)
SEEN = rf"{SAW}\d\d (Linear|ReLU|Sigmoid|Softmax)\.(forward|backward)"


@dataclass(frozen=True)
class Job:
    """One driver on one case."""

    exercise: str
    case: str
    inputs: Inputs
    layout: Layout


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use: CPU seconds a case, wall seconds an exercise and in all, bytes."""

    seconds: int = 5
    wall: float = 15.0
    total: float = 60.0
    memory: int = 2 * 2**30


def converse(
    order: Mapping[str, Any], jobs: Sequence[Job], limits: Limits, end: float
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Args:    order: what the child's first frame says.  end: when the hand-in's time is over.
    Returns: the answers, in the order of the jobs, and why they stopped before the last, if so.
    """
    if STOP.is_set():
        return [], Fault("internal", text="stopped")
    try:
        child = start(Path(str(order["folder"])).parent)
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    assert child.stdin is not None
    assert child.stdout is not None
    frames: queue.Queue[Any] = queue.Queue(maxsize=2)
    sender = threading.Thread(target=send, args=(child.stdin, order, jobs), daemon=True)
    receiver = threading.Thread(target=receive, args=(child.stdout, len(jobs), frames), daemon=True)
    sender.start()
    receiver.start()
    try:
        return take(child, jobs, frames, limits, end)
    finally:
        end_of(child)
        with contextlib.suppress(queue.Empty):
            while True:  # a receiver that waits for room ends
                frames.get_nowait()
        receiver.join(timeout=1)
        if not receiver.is_alive():  # else something that escaped holds the pipe: leave it
            child.stdout.close()


def take(
    child: "subprocess.Popen[bytes]",
    jobs: Sequence[Job],
    frames: "queue.Queue[Any]",
    limits: Limits,
    end: float,
) -> tuple[list[Answer], Fault | None]:
    """Take frames until all jobs are answered, the child ends, or a time is over."""
    given: list[Answer] = []
    since = time.monotonic()
    for number, job in enumerate(jobs):
        if number and job.exercise != jobs[number - 1].exercise:
            since = time.monotonic()
        frame = awaited(frames, min(since + limits.wall, end))
        if frame is None and time.monotonic() >= end:
            return given, Fault("timeout", text=f"the {limits.total:g} s of a hand-in are used up")
        if frame is None:
            return given, Fault("timeout", text=f"no answer within {limits.wall:g} s")
        if not isinstance(frame, tuple):
            return given, farewell(child, frame, limits)
        given.append(believed(job, *frame))
    return given, None


def awaited(frames: "queue.Queue[Any]", end: float) -> Any:
    """The next frame, or None if it does not come in time, or all is stopped."""
    while not STOP.is_set() and (left := end - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            return frames.get(timeout=min(0.2, left))
    return None


def start(scratch: Path) -> "subprocess.Popen[bytes]":
    """Start a child in an empty folder, with as little of our surroundings as it can live with."""
    folders = {
        package.__name__: str(Path(str(package.__file__)).parents[1])
        for package in (numpy, safetensors)
    }
    folders["autograder"] = str(CHILD.parents[1])
    kept = ("OPENBLAS_", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMP", "TEMP")
    environment = {k: v for k, v in os.environ.items() if k.upper().startswith(kept)}
    environment |= {f"{blas}_NUM_THREADS": "1" for blas in ("OPENBLAS", "OMP", "MKL")}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(CHILD), json.dumps(folders)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env=environment,
        start_new_session=True,
    )


def end_of(child: "subprocess.Popen[bytes]") -> None:
    """End a child and, where the system can, all that it started and that stayed with it."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()


def send(stream: BinaryIO, order: Mapping[str, Any], jobs: Sequence[Job]) -> None:
    """Write the order and the jobs. A child that dies meanwhile is the receiver's business."""
    with contextlib.suppress(OSError), stream:
        write_frame(stream, order, {})
        for job in jobs:
            header = {"exercise": job.exercise, "case": job.case, "layout": job.layout}
            write_frame(stream, header, job.inputs)


def receive(stream: BinaryIO, count: int, frames: "queue.Queue[Any]") -> None:
    """Put the child's frames into a queue; a word where they end early."""
    try:
        for _ in range(count):
            frame = read_frame(stream, LARGEST)
            frames.put("ended" if frame is None else frame)
            if frame is None:
                return
    except (WireError, OSError, ValueError):
        frames.put("garbled")


def believed(job: Job, header: Mapping[str, Any], tensors: Inputs) -> Answer:
    """What is taken from a frame: arrays of known names, and words that are ours."""
    odd, fault = header.get("odd"), header.get("fault")
    if isinstance(fault, dict):
        words = {k: printable(str(fault.get(k, ""))) for k in ("type", "text", "where")}
        return Answer(job.exercise, job.case, fault=Fault(kind_of(fault, words["text"]), **words))
    names = EXERCISES[job.exercise].points
    known = {n: a for n, a in tensors.items() if n in names or re.fullmatch(SEEN, n)}
    odd = odd if isinstance(odd, dict) else {}
    words = {n: str(odd[n]) for n in names if n in odd}
    words = {n: w if re.fullmatch(ODD, w) else "an object" for n, w in words.items()}
    return Answer(job.exercise, job.case, known, words)


def kind_of(fault: Mapping[str, Any], text: str) -> FaultKind:
    """The kind of a fault, as far as the child may choose it."""
    if fault.get("kind") == "not_attempted":
        return "not_attempted" if text in STUBS else "error"
    return "missing" if fault.get("kind") == "missing" else "error"


def printable(text: str) -> str:
    """A text from a child as it may be printed and encoded."""
    return shown(text.encode("utf-8", "replace").decode()[:500])


def farewell(child: "subprocess.Popen[bytes]", word: str, limits: Limits) -> Fault:
    """Say why a child stopped before it had answered."""
    if word != "ended":
        return Fault("crash", text="something else was written into the grader's channel")
    try:
        code = child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return Fault("crash", text="the grader's channel was closed")
    if code < 0 and code == -getattr(signal, "SIGXCPU", 0):
        return Fault("timeout", text=f"more than {limits.seconds} s of computing")
    names = {-s: s.name for s in signal.Signals}
    how = names.get(code, "a signal") if code < 0 else "an exit"
    return Fault("crash", text=f"the process ended by itself ({how})")
