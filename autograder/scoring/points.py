"""Give points: turn judgements into the items of a report.

A tensor gets its points if it is right in all its general cases. Edge and stability points count
only if all general cases pass. An exercise that builds on earlier layers is judged on the student's
own layers and on doubles, and the better run counts as a whole. Stability is always judged on the
student's own layers, because a double never saturates.

Code in a hand-in can turn hidden numbers into a line, an exception, a shape or a count. So a report
on hidden cases describes a failure as the public cases show it, and takes only the points, the kind
of failure and the misconception from the hidden cases. An item never holds what may not be shown.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from autograder.exercises import exercises_below
from autograder.model import Explanation, Fault, Item, Reason

from .explanation import explain_judgement
from .judgement import Judgement, is_own_stub

KNOWN = {"pass": 0, "internal": 1}  # order of preference if the grader failed in a run
# The reason that is given if hidden cases fail in a way that the public ones do not show.
UNSEEN: dict[str, Reason] = {"fail": "unseen_results", "error": "unseen_error"}


def better_run(own: list[Judgement], doubled: list[Judgement]) -> list[Judgement]:
    """The better of an exercise's two runs."""
    second = [own if own.role == "stability" else line for own, line in zip(own, doubled)]
    if any(line.status == "internal" for line in (*own, *second)):  # then compare line by line
        return [min(pair, key=lambda line: KNOWN.get(line.status, 2)) for pair in zip(own, second)]
    return max(own, second, key=run_worth)


def run_worth(judged: list[Judgement]) -> tuple[float, int]:
    """What a run is worth: its points, then how many lines a misconception explains."""
    return sum(line_points(j, judged) for j in judged), sum(bool(j.mistakes) for j in judged)


def line_points(line: Judgement, judged: Sequence[Judgement]) -> float:
    """The points of one line. Args: judged: all lines of its exercise."""
    gate = line.role == "general" or all(j.status == "pass" for j in judged if j.role == "general")
    return line.max_score if line.status == "pass" and gate else 0.0


def score_exercise(
    judged: Sequence[Judgement], public: Iterable[Judgement] | None = None
) -> list[Item]:
    """Score an exercise: make one item per line.

    Args: public: for hidden cases, the same lines on the public cases; empty if those were not
          run. None if `judged` is about public cases.
    """
    if public is None:
        return [make_item(line, judged, line, values=True) for line in judged]
    known = {line.id: line for line in public}
    return [make_item(line, judged, disclose_line(line, known.get(line.id))) for line in judged]


def make_item(
    line: Judgement, judged: Sequence[Judgement], told: Judgement | None, values: bool = False
) -> Item:
    """One line of a report. Args: told: the line to explain; None if it may not be explained."""
    score = line_points(line, judged)
    gated = line.status == "pass" and score < line.max_score
    idle = all(j.status in ("pass", "not_attempted") for j in judged)
    if gated:
        said = Explanation(reason="gated")
    else:
        said = explain_judgement(told, values) if told else Explanation(UNSEEN[line.status])
    return Item(
        id=line.id,
        exercise=line.exercise.id,
        target=line.exercise.target,
        score=score,
        max_score=line.max_score,
        status=line.status if not gated else "not_attempted" if idle else "fail",
        explanation=said,
        mistake=said.mistakes[0] if len(said.mistakes) == 1 else None,
        follow_through=line.doubled,
    )


def disclose_line(line: Judgement, public: Judgement | None) -> Judgement | None:
    """What may be said about a line on hidden cases: nothing that depends on their numbers.

    Returns: the public line, if it fails in the same way, with the misconceptions that explain
             both; the line itself without details, if its kind is enough; otherwise None.
    """
    if line.first is None:
        return line
    if line.status in UNSEEN:
        if public is None or (public.status, public.doubled) != (line.status, line.doubled):
            return None
        return replace(public, mistakes=tuple(m for m in public.mistakes if m in line.mistakes))
    why = line.first.why
    assert isinstance(why, Fault)  # all other kinds are faults
    is_ours = line.status == "internal" or is_own_stub(line.exercise, why)
    bare = Fault(why.kind, text=why.text if is_ours else "", untried=why.untried)
    return Judgement(
        line.exercise, line.tensor, line.role, line.id, replace(line.first, case="", why=bare)
    )


def note_earlier_exercise(item: Item, scored: Callable[[str], Sequence[Item]]) -> Item:
    """Add to a lost line the earlier exercise that may be the cause, if nothing else explains it.

    This is the first wrong one of all the exercises that it builds on; none if it was scored on
    stand-ins.

    Args: scored: gives the items of an exercise by its id; none if it was not scored.
    """
    said = item.explanation
    if said.reason == "waits" and not said.needs:
        idle = (e.id for e in exercises_below(item.exercise) if is_idle(scored(e.id)))
        needs = next(idle, "")
        reason: Reason = "waits" if needs else "not_started"
        return replace(item, explanation=replace(said, reason=reason, needs=needs))
    settled = item.status in ("pass", "not_attempted", "timeout", "crash")
    if settled or item.mistake or item.follow_through:
        return item
    for needed in exercises_below(item.exercise):
        if any(i.status != "pass" for i in scored(needed.id) if i.id.endswith(".general")):
            return replace(item, explanation=replace(said, blamed=needed.id))
    return item


def is_idle(items: Sequence[Item]) -> bool:
    """Whether an exercise is not started."""
    return any(item.explanation.reason == "not_started" for item in items)
