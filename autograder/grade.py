"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from . import store
from .conversation import Job, Limits, Place
from .handin import HandIn
from .judge import untouched
from .model import Exercise, Item, Report, Status
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
    if not (hand_in.readable and hand_in.found):
        lost = undriven(exercises, "not_attempted", hand_in.message)
        return reported(hand_in, lost, references, place.name)
    given = {"shapes.py": store.stubs()["mytorch/shapes.py"].encode()}  # nobody's to write
    runner = Runner(given | hand_in.files, limits, place)
    own = runner.run(jobs(exercises, references))
    scored = {e.id: items(e, references, own[e.id]) for e in exercises}
    tried = [e for e in exercises if e.doubles and not untouched(e, own[e.id])]
    again = [e for e in tried if any(item.score < item.max_score for item in scored[e.id])]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = runner.run(jobs(again, references), classes, references.seed_of_doubles)
        for e in again:
            scored[e.id] = items(e, references, own[e.id], doubled[e.id])
    found = [because(item, lambda e: scored.get(e, [])) for e in exercises for item in scored[e.id]]
    return reported(hand_in, found, references, place.name)


def reported(
    hand_in: HandIn, found: Sequence[Item], references: References, place: str, message: str = ""
) -> Report:
    """The report that items make. Args: message: what to say instead of the hand-in's own."""
    return Report(
        hand_in.name,
        tuple(found),
        message or hand_in.message,
        place,
        references.kind,
        {"hand_in": digest(hand_in.files), "references": references.digest},
        provisional=not hand_in.found or any(item.status == "internal" for item in found),
    )


def undriven(exercises: Iterable[Exercise], status: Status, why: str) -> list[Item]:
    """The items of a hand-in that was not driven at all."""
    return [
        Item(id, e.id, e.target, 0.0, e.points[tensor or role], status, why)
        for e in exercises
        for tensor, role, id in e.lines
    ]


def jobs(exercises: Sequence[Exercise], references: References) -> list[Job]:
    return [job for e in exercises for job in jobs_of(e.id, references)]


@cache
def jobs_of(exercise: str, references: References) -> list[Job]:
    """The same objects for every hand-in: a job keeps its frame."""
    cases = references.cases(exercise)
    return [Job(exercise, r.case.id, r.inputs, r.case.layout) for r in cases]


def digest(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()
