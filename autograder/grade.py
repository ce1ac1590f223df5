"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from . import runner
from .conversation import Job, Limits
from .exercises import EXERCISES
from .handin import HandIn
from .model import Exercise, Item, Report
from .runner import Budget
from .score import items
from .store import References


def grade(
    files: Mapping[str, bytes],
    references: References,
    exercises: Sequence[Exercise],
    hand_in: str = "",
    message: str = "",
    limits: Limits | None = None,
) -> Report:
    """Grade the modules of a hand-in.

    What builds on earlier classes, and is not all right, is driven on doubles too.

    Args:    files: the modules of its `mytorch`, by path in it.
             hand_in, message: its name, and what was noticed when it was read.
    Returns: the report; provisional where the grader itself failed somewhere.
    """
    budget = Budget(limits or Limits())
    own = runner.run(files, jobs(exercises, references), budget)
    scored = {e.id: items(e, references, own.get(e.id, {})) for e in exercises}
    again = [e for e in exercises if e.doubles and could_be_better(scored[e.id])]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = runner.run(
            files, jobs(again, references), budget, classes, references.seed_of_doubles
        )
        for e in again:
            scored[e.id] = items(e, references, own.get(e.id, {}), doubled.get(e.id, {}))
    found = tuple(because(item, scored) for e in exercises for item in scored[e.id])
    return Report(
        hand_in,
        found,
        message,
        runner.ISOLATION,
        references.kind,
        {"hand_in": digest(files), "references": references.digest},
        provisional=any(item.status == "internal" for item in found),
    )


def jobs(exercises: Sequence[Exercise], references: References) -> list[Job]:
    return [
        Job(e.id, r.case.id, r.inputs, r.case.layout)
        for e in exercises
        for r in references.cases(e.id)
    ]


def because(item: Item, scored: Mapping[str, Sequence[Item]]) -> Item:
    """A lost line with the earlier exercise that may be why, where nothing else explains it."""
    if item.status in ("pass", "not_attempted") or item.mistake:
        return item
    for needed in EXERCISES[item.exercise].needs:
        if any(i.status != "pass" for i in scored.get(needed, ()) if i.id.endswith(".general")):
            why = f"{EXERCISES[needed].title} is not right yet: that may be why"
            return replace(item, message=f"{item.message}\n{why}")
    return item


def could_be_better(scored: Sequence[Item]) -> bool:
    """Whether something was written, and something is lost."""
    lost = any(item.score < item.max_score for item in scored)
    return lost and any(item.message != "not started" for item in scored)


def digest(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()


def unreadable(found: HandIn, references: References, exercises: Sequence[Exercise]) -> Report:
    """The report on a hand-in of which nothing could be read: 0 of full points.

    Final where the file itself is at fault, provisional where there was none.
    """
    nothing = tuple(
        Item(id, e.id, e.target, 0.0, e.points[tensor or role], "not_attempted", found.message)
        for e in exercises
        for tensor, role, id in e.lines
    )
    return Report(
        found.name,
        nothing,
        found.message,
        runner.ISOLATION,
        references.kind,
        {"hand_in": digest({}), "references": references.digest},
        provisional=not found.found,
    )
