"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from . import store
from .conversation import Limits, Place, Sitting
from .handin import HandIn
from .judge import Judgement, judge, untouched
from .model import Exercise, Item, Job, Report, Status
from .process import FreshInterpreter
from .runner import run
from .score import UNSEEN, because, better, items
from .store import References

DEFAULT = Limits()
PORTABLE = FreshInterpreter()
TELLING = 3.0  # seconds for public cases, to describe what hidden ones find wrong


def grade(
    hand_in: HandIn,
    references: References,
    exercises: Sequence[Exercise],
    limits: Limits = DEFAULT,
    place: Place = PORTABLE,
) -> Report:
    """Grade a hand-in, as it was read.

    Returns: the report; provisional where the grader itself failed somewhere, or where there
             was no hand-in.
    """
    if not (hand_in.readable and hand_in.found):
        lost = undriven(exercises, "not_attempted", hand_in.message)
        return reported(hand_in, lost, references, place.name)
    given = {"shapes.py": store.stubs()["mytorch/shapes.py"].encode()}  # nobody's to write
    sitting = Sitting(given | hand_in.files, limits, place)
    judged, measured = driven(sitting, exercises, references)
    if references.kind == "public":
        scored = {e.id: items(judged[e.id]) for e in exercises}
    else:
        public, measured = shown_in_public(sitting, judged, measured)
        scored = {e.id: items(judged[e.id], public.get(e.id, ())) for e in exercises}
    found = [because(item, lambda e: scored.get(e, [])) for e in exercises for item in scored[e.id]]
    return replace(reported(hand_in, found, references, place.name), measured=measured)


def driven(
    sitting: Sitting, exercises: Sequence[Exercise], references: References
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """Drive a hand-in through exercises, and judge what it answers.

    What builds on earlier classes, and is not all right, is driven on doubles too.

    Returns: by exercise, every line of it; and where its derivatives seem measured, the calls of
             `forward` within one way back.
    """
    own = run(sitting, jobs(exercises, references))
    judged = {e.id: judge(e, references, own[e.id]) for e in exercises}
    tried = [e for e in exercises if e.doubles and not untouched(e, own[e.id])]
    again = [e for e in tried if any(line.status != "pass" for line in judged[e.id])]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = run(sitting, jobs(again, references), classes, references.seed_of_doubles)
        for e in again:
            second = judge(e, references, doubled[e.id], doubled=True)
            judged[e.id] = better(judged[e.id], second)
    calls = {id: max(a.forwards for a in answers.values()) for id, answers in own.items()}
    return judged, {id: number for id, number in calls.items() if number}


def shown_in_public(
    sitting: Sitting, judged: Mapping[str, Sequence[Judgement]], measured: Mapping[str, int]
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """What public cases show of the exercises that hidden ones find wrong, or measured.

    In processes that never saw a hidden number, and within a time of their own: what the hidden
    cases have left of it could tell something too.
    """
    wrong = {id for id, lines in judged.items() if UNSEEN.keys() & {j.status for j in lines}}
    asked = [judged[id][0].exercise for id in judged if id in wrong or id in measured]
    if not asked or sitting.is_over:
        return {}, {}
    limits = sitting.limits
    total = min(limits.total, TELLING)
    brief = replace(limits, seconds=1, wall=min(limits.wall, total), total=total)
    public, calls = driven(Sitting(sitting.files, brief, sitting.place), asked, store.public())
    return public, {id: number for id, number in calls.items() if id in measured}


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
