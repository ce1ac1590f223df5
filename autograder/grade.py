"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from . import store
from .conversation import Job, Limits, Place
from .exercises import EXERCISES
from .handin import HandIn
from .judge import untouched
from .model import Answer, Exercise, Fault, Report
from .process import FreshInterpreter
from .runner import Runner
from .score import because, items
from .store import References

DEFAULT = Limits()
PORTABLE = FreshInterpreter()


def grade(
    hand_in: HandIn,
    references: References,
    exercises: Sequence[Exercise],
    limits: Limits = DEFAULT,
    place: Place = PORTABLE,
) -> Report:
    """Grade a hand-in, as it was read.

    What builds on earlier classes, and is not all right, is driven on doubles too.

    Returns: the report; provisional where the grader itself failed somewhere, or where there
             was no hand-in.
    """
    given = {"shapes.py": store.stubs()["mytorch/shapes.py"].encode()}  # nobody's to write
    runner = Runner(given | hand_in.files, limits, place)
    work = jobs(exercises, references)
    readable = hand_in.readable and hand_in.found
    own = runner.run(work) if readable else unread(work)
    scored = {e.id: items(e, references, own[e.id]) for e in exercises}
    tried = [e for e in exercises if e.doubles and not untouched(e, own[e.id])]
    again = [e for e in tried if any(item.score < item.max_score for item in scored[e.id])]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = runner.run(jobs(again, references), classes, references.seed_of_doubles)
        for e in again:
            scored[e.id] = items(e, references, own[e.id], doubled[e.id])
    found = tuple(
        because(item, lambda e: scored.get(e, [])) for e in exercises for item in scored[e.id]
    )
    if not readable:
        found = tuple(replace(item, message=hand_in.message) for item in found)
    return Report(
        hand_in.name,
        found,
        hand_in.message,
        place.name,
        references.kind,
        {"hand_in": digest(hand_in.files), "references": references.digest},
        provisional=not hand_in.found or any(item.status == "internal" for item in found),
    )


def jobs(exercises: Sequence[Exercise], references: References) -> list[Job]:
    return [job for e in exercises for job in jobs_of(e.id, references)]


@cache
def jobs_of(exercise: str, references: References) -> list[Job]:
    """The same objects for every hand-in: a job keeps its frame."""
    cases = references.cases(exercise)
    return [Job(exercise, r.case.id, r.inputs, r.case.layout) for r in cases]


def unread(work: Sequence[Job]) -> dict[str, dict[str, Answer]]:
    """The answers of a hand-in that could not be read: nothing was started."""
    answers: dict[str, dict[str, Answer]] = {}
    for job in work:
        stub = Fault("not_attempted", text=EXERCISES[job.exercise].stub)
        answers.setdefault(job.exercise, {})[job.case] = Answer(job.exercise, job.case, fault=stub)
    return answers


def digest(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()
