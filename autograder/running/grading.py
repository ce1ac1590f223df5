"""Grade one hand-in: run it, judge its answers, give points."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from autograder.exercises import EXERCISES, exercises_below
from autograder.hand_in.module_reader import HandIn
from autograder.model import Exercise, Explanation, Item, Job, Report, Status
from autograder.scoring import reference_store
from autograder.scoring.judgement import Judgement, is_untouched, judge_exercise
from autograder.scoring.points import UNSEEN, better_run, note_earlier_exercise, score_exercise
from autograder.scoring.reference_store import ReferenceSet

from .conversation import ExecutionPlace, GradingSession
from .fresh_interpreter import FreshInterpreter
from .patience import ResourceLimits, TimeBudget
from .runner import run_jobs

DEFAULT = ResourceLimits()
GRANTED = 40.0  # seconds
STOPPED = "some exercises took so long that others were stopped: mend them, or grade it alone"
PORTABLE = FreshInterpreter()


def grade_hand_in(
    hand_in: HandIn,
    references: ReferenceSet,
    exercises: Sequence[Exercise],
    limits: ResourceLimits = DEFAULT,
    place: ExecutionPlace = PORTABLE,
    granted: float = GRANTED,
) -> Report:
    """Grade a hand-in that nobody waits behind: in haste, and what that stopped patiently.

    Args:    granted: seconds that time-outs may cost in the second try.
    Returns: the report; provisional where the grader itself failed somewhere, where there was no
             hand-in, or where time-outs cost more than is granted.
    """
    first, patience = try_to_grade(hand_in, references, exercises, limits, place)
    if not patience.was_short:
        return first
    second, _ = try_to_grade(hand_in, references, exercises, limits, place, first, granted)
    return second


def try_to_grade(
    hand_in: HandIn,
    references: ReferenceSet,
    exercises: Sequence[Exercise],
    limits: ResourceLimits,
    place: ExecutionPlace,
    before: Report | None = None,
    granted: float = 0.0,
) -> tuple[Report, TimeBudget]:
    """Try once to grade a hand-in, as it was read.

    Args:    before: the report of a first try, made in haste: what the grader failed to do there is
             done now, and the rest stays as it was.  granted: seconds for time-outs then.
    Returns: the report, and what became of the time that it had.
    """
    patience = TimeBudget(limits, granted, is_hasty=before is None)
    if not (hand_in.readable and hand_in.found):
        lost = undriven_items(exercises, "not_attempted", hand_in.message)
        return make_report(hand_in, lost, references, place.name), patience
    given = {
        "shapes.py": reference_store.exercise_stubs()[reference_store.SHAPES].encode()
    }  # nobody's to write
    sitting = GradingSession(given | hand_in.files, limits, place)
    sitting.patience = patience
    done: dict[str, list[Item]] = {}
    for item in before.items if before else ():
        done.setdefault(item.exercise, []).append(item)
        if item.status in ("timeout", "crash"):
            sitting.deadly.add(EXERCISES[item.exercise].file.removeprefix("mytorch/"))
        if item.status == "timeout":
            sitting.late.add(item.exercise)
    scored = {id: made for id, made in done.items() if is_settled(made)}
    undone = [e for e in exercises if e.id not in scored]
    judged, measured = drive_and_judge(sitting, undone, references, scored)
    if references.kind == "public":
        scored |= {e.id: score_exercise(judged[e.id]) for e in undone}
    else:
        public, measured = shown_in_public(sitting, judged, measured)
        scored |= {e.id: score_exercise(judged[e.id], public.get(e.id, ())) for e in undone}
    found = [
        note_earlier_exercise(item, lambda e: scored.get(e, []))
        for e in exercises
        for item in scored[e.id]
    ]
    notes = [hand_in.message] * bool(hand_in.message) + [STOPPED] * patience.was_short
    made = make_report(hand_in, found, references, place.name, "; ".join(notes))
    return replace(made, measured={**(before.measured if before else {}), **measured}), patience


def is_settled(items: Sequence[Item]) -> bool:
    """Whether all of an exercise has a result."""
    return bool(items) and all(item.status != "internal" for item in items)


def drive_and_judge(
    sitting: GradingSession,
    exercises: Sequence[Exercise],
    references: ReferenceSet,
    scored: Mapping[str, Sequence[Item]] = MappingProxyType({}),
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """Drive a hand-in through exercises, and judge what it answers.

    What builds on earlier classes, and is not all right, is driven on doubles too.

    Args:    scored: the items of exercises that were driven before.
    Returns: by exercise, every line of it; and where its derivatives seem measured, the calls of
             `forward` within one way back.
    """
    own = run_jobs(sitting, make_jobs(exercises, references))
    judged = {e.id: judge_exercise(e, references, own[e.id]) for e in exercises}
    statuses = {id: {item.status for item in lines} for id, lines in scored.items()}
    statuses |= {id: {line.status for line in lines} for id, lines in judged.items()}
    tried = [e for e in exercises if e.doubles and not is_untouched(e, own[e.id])]
    again = [e for e in tried if statuses[e.id] != {"pass"} and not late_by_itself(e, statuses)]
    if again:
        classes = sorted({target for e in again for target in e.doubles})
        doubled = run_jobs(
            sitting, make_jobs(again, references), classes, references.seed_of_doubles
        )
        for e in again:
            second = judge_exercise(e, references, doubled[e.id], doubled=True)
            judged[e.id] = better_run(judged[e.id], second)
    calls = {id: max(a.forwards for a in answers.values()) for id, answers in own.items()}
    return judged, {id: number for id, number in calls.items() if number}


def late_by_itself(exercise: Exercise, statuses: Mapping[str, Collection[Status]]) -> bool:
    """Whether an exercise took too long although all that doubles would replace is right: on them
    it would take as long."""
    replaced = [
        e for e in exercises_below(exercise.id) if e.target.rpartition(".")[0] in exercise.doubles
    ]
    under = [statuses.get(needed.id) for needed in replaced]
    return "timeout" in statuses[exercise.id] and all(s == {"pass"} for s in under)


def shown_in_public(
    sitting: GradingSession, judged: Mapping[str, Sequence[Judgement]], measured: Mapping[str, int]
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """What public cases show of the exercises that hidden ones find wrong, or measured.

    In processes that never saw a hidden number, and within a time of their own: what the hidden
    cases have left of it could tell something too.
    """
    wrong = {id for id, lines in judged.items() if UNSEEN.keys() & {j.status for j in lines}}
    asked = [judged[id][0].exercise for id in judged if id in wrong or id in measured]
    if not asked or sitting.patience.is_over:
        return {}, {}
    telling = GradingSession(sitting.files, replace(sitting.limits, seconds=1), sitting.place)
    telling.patience = TimeBudget(telling.limits, is_hasty=True)
    public, calls = drive_and_judge(telling, asked, reference_store.public_references())
    return public, {id: number for id, number in calls.items() if id in measured}


def make_report(
    hand_in: HandIn, found: Sequence[Item], references: ReferenceSet, place: str, message: str = ""
) -> Report:
    """The report that items make. Args: message: what to say instead of the hand-in's own."""
    return Report(
        hand_in.name,
        tuple(found),
        message or hand_in.message,
        place,
        references.kind,
        {"hand_in": digest_contents(hand_in.files), "references": references.digest},
        provisional=not hand_in.found or any(item.status == "internal" for item in found),
    )


def undriven_items(exercises: Iterable[Exercise], status: Status, why: str) -> list[Item]:
    """The items of a hand-in that was not driven at all."""
    said = Explanation("undriven", why)
    return [
        Item(id, e.id, e.target, 0.0, e.points[tensor or role], status, said)
        for e in exercises
        for tensor, role, id in e.lines
    ]


def make_jobs(exercises: Iterable[Exercise], references: ReferenceSet) -> list[Job]:
    return [job for e in exercises for job in references.cases(e.id)]


def digest_contents(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()
