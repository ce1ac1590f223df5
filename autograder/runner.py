"""Run student code in a process of its own, and bring back what it answered.

Portable: a fresh interpreter with the limits that the system offers (`child`). What the child
says is untrusted: frames are read with size caps, and only numbers are taken from them.
"""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy
import safetensors

from .exercises import EXERCISES
from .model import Answer, Fault, FaultKind, Inputs, Layout
from .wire import WireError, read_frame, write_frame

STOP = threading.Event()  # set when the user stops a batch: no further answer is waited for
ODD = r"None|an? [A-Za-z ]{1,40}|an array of (\d+ MiB|\w{1,12} entries)"
CHILD = Path(__file__).with_name("child.py")
ISOLATION = "process"


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use: CPU seconds a driver, wall seconds a driver and in all, bytes."""

    seconds: int = 5
    wall: float = 10.0
    total: float = 60.0
    memory: int = 2 * 2**30


@dataclass(frozen=True)
class Job:
    """One driver on one case."""

    exercise: str
    case: str
    inputs: Inputs
    layout: Layout


@dataclass
class Budget:
    """The wall-clock time that one hand-in has left, over all its processes."""

    limits: Limits = field(default_factory=Limits)
    start: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        return self.start + self.limits.total - time.monotonic()


def run(
    files: Mapping[str, bytes],
    jobs: Iterable[Job],
    budget: Budget,
    doubles: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, dict[str, Answer]]:
    """Drive a hand-in through jobs, on its own classes or on doubles of some.

    A job that ends the process, or takes too long, costs its exercise; the next process goes on
    behind it. One that took too long is tried once more, alone, before it is believed.

    Args:    files: the modules of the hand-in's `mytorch`, by path in it.
    Returns: answers by exercise, then case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    tried_alone = False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, "mytorch")
        folder.mkdir()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        order = {
            "folder": str(folder),
            "doubles": list(doubles),
            "seed": seed,
            "bare": False,
            "memory": budget.limits.memory,
            "seconds": budget.limits.seconds,
        }
        left = list(jobs)
        while left:
            batch = left[:1] if tried_alone else left
            given, fault = converse(order, batch, budget)
            for answer in (checked(a, files) for a in given):
                answers.setdefault(answer.exercise, {})[answer.case] = answer
            left = left[len(given) :]
            if fault is None:
                tried_alone = False
            elif doubles and not given and not order["bare"]:
                order["bare"] = True  # loading the doubled classes may be what ended it
            elif fault.kind == "timeout" and not tried_alone and budget.left > 0:
                tried_alone = True
            else:
                hopeless = {left[0].exercise}
                if fault.kind == "timeout" and not doubles:
                    hopeless |= passing_through(left[0].exercise)
                lost = [job for job in left if job.exercise in hopeless or budget.left <= 0]
                for job in lost:
                    answers.setdefault(job.exercise, {})[job.case] = Answer(
                        job.exercise, job.case, fault=fault
                    )
                left = [job for job in left if job not in lost]
                tried_alone = False
    return answers


def passing_through(exercise: str) -> set[str]:
    """The exercises whose drivers call this one's target too, directly or through others."""
    found = {exercise}
    for other in EXERCISES.values():
        if found & set(other.needs):
            found.add(other.id)
    return found


def converse(
    order: Mapping[str, Any], jobs: Sequence[Job], budget: Budget
) -> tuple[list[Answer], Fault | None]:
    """Start one child, give it jobs, and take its answers.

    Returns: the answers, in the order of the jobs, and why they stopped before the last, if so.
    """
    if STOP.is_set():
        return [], Fault("internal", text="stopped")
    if budget.left <= 0:
        return [], Fault("timeout", text=f"the {budget.limits.total:g} s of a hand-in are used up")
    try:
        child = start(Path(str(order["folder"])).parent)
    except OSError as error:
        return [], Fault("internal", text=f"no process could be started ({error})")
    assert child.stdin is not None
    assert child.stdout is not None
    frames: queue.Queue[Any] = queue.Queue()
    threads = [
        threading.Thread(target=send, args=(child.stdin, order, jobs), daemon=True),
        threading.Thread(target=receive, args=(child.stdout, len(jobs), frames), daemon=True),
    ]
    for thread in threads:
        thread.start()
    given: list[Answer] = []
    fault: Fault | None = None
    try:
        while len(given) < len(jobs) and fault is None:
            frame = awaited(frames, min(budget.limits.wall, budget.left))
            if frame is None:
                fault = Fault("timeout", text=f"no answer within {budget.limits.wall:g} s")
                break
            if isinstance(frame, tuple):
                given.append(believed(jobs[len(given)], *frame))
            else:
                fault = farewell(child, str(frame), budget.limits)
    finally:
        child.kill()
        child.wait()
        for thread in threads:
            thread.join(timeout=1)
        child.stdout.close()
    return given, fault


def awaited(frames: "queue.Queue[Any]", seconds: float) -> Any:
    """The next frame, or None if it does not come within so many seconds, or all is stopped."""
    end = time.monotonic() + seconds
    while not STOP.is_set() and (left := end - time.monotonic()) > 0:
        try:
            return frames.get(timeout=min(0.2, left))
        except queue.Empty:
            continue
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


def send(stream: BinaryIO, order: Mapping[str, Any], jobs: Sequence[Job]) -> None:
    try:
        with stream:
            write_frame(stream, order, {})
            for job in jobs:
                header = {"exercise": job.exercise, "case": job.case, "layout": job.layout}
                write_frame(stream, header, job.inputs)
    except OSError:
        return  # the child died before it had read everything: the receiver says so


def receive(stream: BinaryIO, count: int, frames: "queue.Queue[Any]") -> None:
    """Put the child's frames into a queue; a word where they end early."""
    try:
        for _ in range(count):
            frame = read_frame(stream)
            if frame is None:
                frames.put("ended")
                return
            frames.put(frame)
    except (WireError, OSError, ValueError) as error:
        frames.put(f"garbled: {error}")


def believed(job: Job, header: Mapping[str, Any], tensors: Inputs) -> Answer:
    """What is taken from a frame: arrays, and words of which the hand-in cannot choose many."""
    odd, fault = header.get("odd"), header.get("fault")
    odd = {str(k)[:80]: str(v) for k, v in odd.items()} if isinstance(odd, dict) else {}
    odd = {k: v if re.fullmatch(ODD, v) else "an object" for k, v in odd.items()}
    if not isinstance(fault, dict):
        return Answer(job.exercise, job.case, tensors, odd)
    words = {k: str(fault.get(k, ""))[:500] for k in ("type", "text", "where", "line")}
    kinds: tuple[FaultKind, ...] = ("missing", "not_attempted")
    kind: FaultKind = next((k for k in kinds if k == fault.get("kind")), "error")
    return Answer(job.exercise, job.case, fault=Fault(kind, **words))


def checked(answer: Answer, files: Mapping[str, bytes]) -> Answer:
    """An answer whose line is the one that stands in the hand-in, whatever the child says."""
    if answer.fault is None:
        return answer
    place = re.fullmatch(r"mytorch/(.+):(\d+)", answer.fault.where)
    lines = files.get(place[1], b"").splitlines() if place else []
    if not place or not 0 < int(place[2]) <= len(lines):
        return replace(answer, fault=replace(answer.fault, where="", line=""))
    line = lines[int(place[2]) - 1].decode(errors="replace").strip()[:200]
    return replace(answer, fault=replace(answer.fault, line=line))


def farewell(child: "subprocess.Popen[bytes]", word: str, limits: Limits) -> Fault:
    """Say why a child stopped before it had answered."""
    if word != "ended":
        return Fault("crash", text="something else was written into the grader's channel")
    try:
        code = child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return Fault("crash", text="the grader's channel was closed")
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return Fault("timeout", text=f"more than {limits.seconds} s of computing")
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return Fault("crash", text=f"the process ended by itself ({name})")
