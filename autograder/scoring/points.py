"""Give points: from judgements to the items of a report.

A tensor's points come from its general cases, all of them. Edge and stability count only where
the general ones pass. What builds on earlier layers is judged on the student's own layers and
on doubles; the better run counts, whole, but for stability: a double never saturates.

A hand-in can turn hidden numbers into a line, an exception, a shape, a count. So a report on
hidden cases describes a failure as the public cases show it, and takes nothing but points, kind
of failure and misconception from the hidden ones. What may not be told never gets into an item.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from autograder.exercises import exercises_below
from autograder.model import Explanation, Fault, Item, Reason

from .explanation import explain_judgement
from .judgement import Judgement, is_own_stub

KNOWN = {"pass": 0, "internal": 1}  # of two runs, where the grader failed in one
# What is said of hidden cases where the public ones show nothing of the kind.
UNSEEN: dict[str, Reason] = {"fail": "unseen_results", "error": "unseen_error"}


def better_run(own: list[Judgement], doubled: list[Judgement]) -> list[Judgement]:
    """The better of an exercise's two runs."""
    second = [own if own.role == "stability" else line for own, line in zip(own, doubled)]
    if any(line.status == "internal" for line in (*own, *second)):  # which is better, who knows
        return [min(pair, key=lambda line: KNOWN.get(line.status, 2)) for pair in zip(own, second)]
    return max(own, second, key=run_worth)


def run_worth(judged: list[Judgement]) -> tuple[float, int]:
    """What a run is worth: its points, then how many lines are explained by name."""
    return sum(line_points(j, judged) for j in judged), sum(bool(j.mistakes) for j in judged)


def line_points(line: Judgement, judged: Sequence[Judgement]) -> float:
    """The points of one line, among the lines of its exercise."""
    gate = line.role == "general" or all(j.status == "pass" for j in judged if j.role == "general")
    return line.max_score if line.status == "pass" and gate else 0.0


def score_exercise(
    judged: Sequence[Judgement], public: Iterable[Judgement] | None = None
) -> list[Item]:
    """Score an exercise: one item a line of it.

    Args: public: for hidden cases, the same lines on the public ones; empty if those were not
          run. None where the cases are public themselves.
    """
    if public is None:
        return [make_item(line, judged, line, values=True) for line in judged]
    known = {line.id: line for line in public}
    return [make_item(line, judged, disclose_line(line, known.get(line.id))) for line in judged]


def make_item(
    line: Judgement, judged: Sequence[Judgement], told: Judgement | None, values: bool = False
) -> Item:
    """One line of a report. Args: told: what is said of it; None where nothing may be."""
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
    """What may be said of a line on hidden cases: nothing that their numbers could have chosen.

    Returns: the public line, where it fails in the same way, with the misconceptions that explain
             both; the line itself, without all particulars, where its kind says enough; else None.
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
    """A lost line with the earlier exercise that may be why, where nothing else explains it.

    The first that is wrong of all that it builds on; none where stand-ins took their place.

    Args: scored: gives an exercise's items by its id, none if it was not scored.
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
    """Whether an exercise was not even started."""
    return any(item.explanation.reason == "not_started" for item in items)
