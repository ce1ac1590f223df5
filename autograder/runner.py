"""Run a hand-in through jobs, in as many processes as it takes.

A job that ends its process, or takes too long, is tried once more, alone: something outside
may have been the cause. Then it costs its exercise, and the next process goes on behind it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .conversation import Sitting, converse
from .exercises import EXERCISES
from .model import Answer, Fault, Job

UNTRIED = "was not run: the {0.total:g} s of a hand-in were used up before"


def run(
    sitting: Sitting, jobs: Iterable[Job], doubles: Sequence[str] = (), seed: int = 0
) -> dict[str, dict[str, Answer]]:
    """Drive a hand-in through jobs, on its own classes or on doubles of some.

    Returns: answers by exercise, then case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    left = list(jobs)
    alone = False
    while left:
        given, fault = converse(sitting, left[:1] if alone else left, doubles, seed)
        left = left[len(given) :]
        if fault and (alone or sitting.is_over):
            tried = left[0].exercise
            sitting.deadly.add(EXERCISES[tried].file.removeprefix("mytorch/"))
            spent = replace(fault, text=UNTRIED.format(sitting.limits))
            lost = hopeless(sitting, left, fault, bool(doubles))
            for job in lost:
                told = spent if sitting.is_over and job.exercise != tried else fault
                given.append(Answer(job.exercise, job.case.id, fault=told))
            left = [job for job in left if job not in lost]
            alone = False
        else:
            alone = fault is not None
        for answer in given:
            answers.setdefault(answer.exercise, {})[answer.case] = answer
    return answers


def hopeless(sitting: Sitting, left: Sequence[Job], fault: Fault, doubled: bool) -> list[Job]:
    """The jobs that need not be tried after a fault in the first of them."""
    if sitting.is_over or fault.kind == "internal":
        return list(left)
    exercises = {left[0].exercise}
    if fault.kind == "timeout" and not doubled:  # whoever calls it takes as long
        for other in EXERCISES.values():
            if exercises & set(other.needs):
                exercises.add(other.id)
    return [job for job in left if job.exercise in exercises]
