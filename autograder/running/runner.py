"""Run a hand-in through jobs, in as many processes as it takes.

A job that ends its process is tried once more, alone: something outside may have been the cause.
Then it costs its exercise, and the next process goes on behind it. What takes too long costs its
exercise at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.exercises import EXERCISES, exercises_below
from autograder.model import Answer, Fault, Job

from .conversation import GradingSession, run_conversation
from .patience import SHORT

USED_UP = "the {0.total:g} s of a hand-in were used up before"
CALLS = Fault("timeout", text="it calls what took too long")


def run_jobs(
    sitting: GradingSession, jobs: Iterable[Job], doubles: Sequence[str] = (), seed: int = 0
) -> dict[str, dict[str, Answer]]:
    """Drive a hand-in through jobs, on its own classes or on doubles of some.

    Returns: answers by exercise, then case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    left = []
    for job in jobs:
        if not doubles and sitting.late & {needed.id for needed in exercises_below(job.exercise)}:
            known = Answer(job.exercise, job.case.id, fault=CALLS)
            answers.setdefault(job.exercise, {})[job.case.id] = known
        else:
            left.append(job)
    alone = False
    while left:
        has_time = sitting.patience.left > 0
        now = left[:1] if alone else left
        given, fault = run_conversation(sitting, now, doubles, seed) if has_time else ([], SHORT)
        left = left[len(given) :]
        fault = fault if left else None  # the last answer came just when patience ended
        if fault and (
            alone or sitting.patience.is_over or fault.kind == "timeout" or fault == SHORT
        ):
            lost = lost_answers(sitting, left, fault, bool(doubles))
            left = [job for job in left if job.exercise not in {a.exercise for a in lost}]
            given = [*given, *lost]
            alone = False
        else:
            alone = fault is not None
        for answer in given:
            answers.setdefault(answer.exercise, {})[answer.case] = answer
    return answers


def lost_answers(
    sitting: GradingSession, left: Sequence[Job], fault: Fault, doubled: bool
) -> list[Answer]:
    """The answers that a fault in the first job stands for: those of its exercise, and of what need
    not be tried after it."""
    tried, patience = left[0].exercise, sitting.patience
    if fault != SHORT or patience.left > 0:
        sitting.deadly.add(EXERCISES[tried].file.removeprefix("mytorch/"))
    told = {tried: fault}
    if patience.is_over:
        fault = replace(fault, text=USED_UP.format(patience.limits), untried=True)
    lost = hopeless_jobs(sitting, left, fault, doubled)
    return [Answer(j.exercise, j.case.id, fault=told.get(j.exercise, fault)) for j in lost]


def hopeless_jobs(
    sitting: GradingSession, left: Sequence[Job], fault: Fault, doubled: bool
) -> list[Job]:
    """The jobs that need not be tried after a fault in the first of them."""
    patience = sitting.patience
    if patience.is_over or patience.left <= 0 or (fault.kind == "internal" and fault != SHORT):
        return list(left)
    exercises = {left[0].exercise}
    if fault.kind != "crash" and not doubled:  # whoever calls it takes as long
        for other in EXERCISES.values():
            if exercises & set(other.needs):
                exercises.add(other.id)
    return [job for job in left if job.exercise in exercises]
