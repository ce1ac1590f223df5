"""Run a hand-in through jobs, in as many processes as it takes.

Portable: a fresh interpreter with the limits that the system offers (`child`). A job that ends
the process, or takes too long, costs its exercise; the next process goes on behind it. One that
took too long is tried once more, alone, before it is believed.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from .conversation import Job, Limits, converse
from .exercises import EXERCISES
from .model import Answer, Fault

ISOLATION = "process"


class Budget:
    """The wall-clock time that one hand-in has, over all its processes."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.end = time.monotonic() + limits.total

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.end


def run(
    files: Mapping[str, bytes],
    jobs: Iterable[Job],
    budget: Budget,
    doubles: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, dict[str, Answer]]:
    """Drive a hand-in through jobs, on its own classes or on doubles of some.

    Args:    files: the modules of the hand-in's `mytorch`, by path in it.
    Returns: answers by exercise, then case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    order = {"doubles": list(doubles), "seed": seed, "bare": False, **vars(budget.limits)}
    left = list(jobs)
    alone = False
    while left:
        with laid_out(files) as folder:
            batch = left[:1] if alone else left
            given, fault = converse({**order, "folder": folder}, batch, budget.limits, budget.end)
        for answer in given:
            answers.setdefault(answer.exercise, {})[answer.case] = checked(answer, files)
        left = left[len(given) :]
        if fault is None:
            alone = False
        elif doubles and not given and not order["bare"]:
            order["bare"] = True  # loading the doubled classes may be what ended it
        elif fault.kind == "timeout" and not alone and not budget.over:
            alone = True
        else:
            lost = hopeless(left, fault, bool(doubles), budget)
            for job in lost:
                given_up = Answer(job.exercise, job.case, fault=fault)
                answers.setdefault(job.exercise, {})[job.case] = given_up
            left = [job for job in left if job not in lost]
            alone = False
    return answers


def hopeless(left: Sequence[Job], fault: Fault, doubled: bool, budget: Budget) -> list[Job]:
    """The jobs that need not be tried after a fault in the first of them."""
    if budget.over or fault.kind == "internal":
        return list(left)
    exercises = {left[0].exercise}
    if fault.kind == "timeout" and not doubled:  # whoever calls it takes as long
        for other in EXERCISES.values():
            if exercises & set(other.needs):
                exercises.add(other.id)
    return [job for job in left if job.exercise in exercises]


@contextmanager
def laid_out(files: Mapping[str, bytes]) -> Iterator[str]:
    """The modules of a hand-in in a folder of their own, which nobody has touched yet."""
    scratch = tempfile.mkdtemp()
    try:
        folder = Path(scratch, "mytorch")
        folder.mkdir()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield str(folder)
    finally:
        with suppress(RecursionError):  # a folder too deep for Python stays behind
            shutil.rmtree(scratch, ignore_errors=True)


def checked(answer: Answer, files: Mapping[str, bytes]) -> Answer:
    """An answer whose line is the one that stands in the hand-in, whatever the child says."""
    if answer.fault is None:
        return answer
    place = re.fullmatch(r"mytorch/(.+):(\d+)", answer.fault.where)
    lines = files.get(place[1], b"").splitlines() if place else []
    if not place or not 0 < int(place[2]) <= len(lines):
        return replace(answer, fault=replace(answer.fault, where="", line=""))
    line = lines[int(place[2]) - 1].decode(errors="replace").strip()
    clean = "".join(c if c.isprintable() else "?" for c in line)[:200]
    return replace(answer, fault=replace(answer.fault, line=clean))
