"""Run a hand-in's jobs, in as many processes as it takes.

A job that ends its process is retried once, alone: something outside may have been the cause. If it
fails again, its exercise has that fault, and a new process continues with the next exercise. A
timeout is not retried.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.exercises import EXERCISES, exercises_below
from autograder.model import Answer, Fault, Job

from .conversation import GradingSession, run_conversation
from .time_budget import NO_TIME_LEFT

NOT_RUN_TEXT = "the {0.total:g} s of a hand-in were used up before"
CALLS_TIMED_OUT = Fault("timeout", text="it calls what took too long")


def run_jobs(
    session: GradingSession, jobs: Iterable[Job], doubles: Sequence[str] = (), seed: int = 0
) -> dict[str, dict[str, Answer]]:
    """Run jobs on a hand-in's own classes, or on doubles of some of them.

    Args:    doubles: the classes to replace.  seed: of the doubles' numbers.
    Returns: answers by exercise, then case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    left = []
    for job in jobs:
        if not doubles and session.timed_out & {
            needed.id for needed in exercises_below(job.exercise)
        }:
            known = Answer(job.exercise, job.case.id, fault=CALLS_TIMED_OUT)
            answers.setdefault(job.exercise, {})[job.case.id] = known
        else:
            left.append(job)
    alone = False
    while left:
        has_time = session.budget.seconds_left > 0
        now = left[:1] if alone else left
        given, fault = (
            run_conversation(session, now, doubles, seed) if has_time else ([], NO_TIME_LEFT)
        )
        left = left[len(given) :]
        fault = fault if left else None  # the last answer came just in time
        if fault and (
            alone or session.budget.is_over or fault.kind == "timeout" or fault == NO_TIME_LEFT
        ):
            lost = lost_answers(session, left, fault, bool(doubles))
            left = [job for job in left if job.exercise not in {a.exercise for a in lost}]
            given = [*given, *lost]
            alone = False
        else:
            alone = fault is not None
        for answer in given:
            answers.setdefault(answer.exercise, {})[answer.case] = answer
    return answers


def lost_answers(
    session: GradingSession, left: Sequence[Job], fault: Fault, doubled: bool
) -> list[Answer]:
    """The answers for a fault in the first job, and for the jobs that need not be run after it."""
    tried, budget = left[0].exercise, session.budget
    if fault != NO_TIME_LEFT or budget.seconds_left > 0:
        session.fatal_files.add(EXERCISES[tried].file.removeprefix("mytorch/"))
    faults = {tried: fault}
    if budget.is_over:
        fault = replace(fault, text=NOT_RUN_TEXT.format(budget.limits), untried=True)
    lost = hopeless_jobs(session, left, fault, doubled)
    return [Answer(j.exercise, j.case.id, fault=faults.get(j.exercise, fault)) for j in lost]


def hopeless_jobs(
    session: GradingSession, left: Sequence[Job], fault: Fault, doubled: bool
) -> list[Job]:
    """The jobs that need not be run after a fault in the first one, itself included."""
    budget = session.budget
    if (
        budget.is_over
        or budget.seconds_left <= 0
        or (fault.kind == "internal" and fault != NO_TIME_LEFT)
    ):
        return list(left)
    exercises = {left[0].exercise}
    if fault.kind != "crash" and not doubled:  # exercises that call it would take as long
        for other in EXERCISES.values():
            if exercises & set(other.needs):
                exercises.add(other.id)
    return [job for job in left if job.exercise in exercises]
