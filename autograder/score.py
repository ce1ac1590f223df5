"""Give points: from judgements to the items of a report.

A tensor's points come from its general cases, all of them. Edge and stability count only where
the general ones pass. What builds on earlier layers is judged on the student's own layers and
on doubles; the better run counts, whole, but for stability: a double never saturates.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from .exercises import below
from .explain import explain
from .judge import Answers, Judgement, judge
from .model import Exercise, Item
from .store import References

KNOWN = {"pass": 0, "internal": 1}  # of two runs, where the grader failed in one
GATED = "counts once the general cases pass"


def judgements(
    exercise: Exercise, references: References, own: Answers, doubled: Answers | None = None
) -> list[Judgement]:
    """Judge every line of an exercise, on the better of its two runs."""
    first = judge(exercise, references, own)
    if not doubled or all(j.status == "pass" for j in first):
        return first
    second = judge(exercise, references, doubled, doubled=True)
    second = [own if own.role == "stability" else line for own, line in zip(first, second)]
    if any(line.status == "internal" for line in (*first, *second)):  # which is better, who knows
        return [
            min(pair, key=lambda line: KNOWN.get(line.status, 2)) for pair in zip(first, second)
        ]
    return max(first, second, key=worth)


def worth(judged: list[Judgement]) -> tuple[float, int]:
    """What a run is worth: its points, then how many lines are explained by name."""
    return sum(points(j, judged) for j in judged), sum(bool(j.mistakes) for j in judged)


def points(line: Judgement, judged: Sequence[Judgement]) -> float:
    """The points of one line, among the lines of its exercise."""
    gate = line.role == "general" or all(j.status == "pass" for j in judged if j.role == "general")
    return line.max_score if line.status == "pass" and gate else 0.0


def items(
    exercise: Exercise, references: References, own: Answers, doubled: Answers | None = None
) -> list[Item]:
    """Score an exercise: one item a line of it.

    Args: own: answers by case.  doubled: the same on doubles, if that run was made.
    """
    judged = judgements(exercise, references, own, doubled)
    return [item(line, judged, references.kind == "public") for line in judged]


def item(line: Judgement, judged: Sequence[Judgement], values: bool) -> Item:
    score = points(line, judged)
    gated = line.status == "pass" and score < line.max_score
    idle = all(j.status in ("pass", "not_attempted") for j in judged)
    return Item(
        id=line.id,
        exercise=line.exercise.id,
        target=line.exercise.target,
        score=score,
        max_score=line.max_score,
        status=line.status if not gated else "not_attempted" if idle else "fail",
        message=GATED if gated else "\n".join(explain(line, values)),
        mistake=line.mistakes[0] if len(line.mistakes) == 1 else None,
        follow_through=line.doubled,
    )


def because(item: Item, scored: Callable[[str], Sequence[Item]]) -> Item:
    """A lost line with the earlier exercise that may be why, where nothing else explains it.

    The first that is wrong of all that it builds on; none where stand-ins took their place.

    Args: scored: gives an exercise's items by its id, none if it was not scored.
    """
    settled = item.status in ("pass", "not_attempted", "timeout", "crash")
    if settled or item.mistake or item.follow_through:
        return item
    for needed in below(item.exercise):
        if any(i.status != "pass" for i in scored(needed.id) if i.id.endswith(".general")):
            why = f"{needed.title} ({needed.number}) is not right yet: that may be why"
            return replace(item, message=f"{item.message}\n{why}")
    return item
