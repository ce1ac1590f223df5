"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from . import store
from .conversation import Limits, Place, Sitting
from .handin import HandIn
from .judge import untouched
from .model import Exercise, Item, Job, Report, Status
from .process import FreshInterpreter
from .runner import run
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
    given = {"shapes.py": store.stubs()[store.SHAPES].encode()}  # nobody's to write
    sitting = Sitting(given | hand_in.files, limits, place)
    own = run(sitting, jobs(exercises, references))
    scored = {e.id: items(e, references, own[e.id]) for e in exercises}
    tried = [e for e in exercises if e.doubles and not untouched(e, own[e.id])]
    again = [e for e in tried if any(item.score < item.max_score for item in scored[e.id])]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = run(sitting, jobs(again, references), classes, references.seed_of_doubles)
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


def jobs(exercises: Iterable[Exercise], references: References) -> list[Job]:
    return [job for e in exercises for job in references.cases(e.id)]


def digest(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()
