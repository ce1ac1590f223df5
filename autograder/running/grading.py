"""Grade one hand-in: run its code, judge the answers, give points."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from autograder.exercises import EXERCISES, exercises_below
from autograder.hand_in.module_reader import HandIn
from autograder.model import Exercise, Explanation, Item, Job, Report, Status
from autograder.scoring import reference_store
from autograder.scoring.judgement import Judgement, is_untouched, judge_exercise
from autograder.scoring.points import UNSEEN, better_run, note_earlier_exercise, score_exercise
from autograder.scoring.reference_store import ReferenceSet

from .conversation import ExecutionPlace, GradingSession
from .fresh_interpreter import FRESH_INTERPRETER
from .runner import run_jobs
from .time_budget import ResourceLimits, TimeBudget

DEFAULT_LIMITS = ResourceLimits()
RETRY_SECONDS = 40.0  # that timeouts may cost in a retry
TIME_SHORTAGE_NOTE = (
    "some exercises took so long that others were stopped: mend them, or grade it alone"
)


@dataclass(frozen=True)
class GradingSetup:
    """With what a hand-in is graded: references, exercises, limits, and where its code runs."""

    references: ReferenceSet
    exercises: Sequence[Exercise]
    limits: ResourceLimits = DEFAULT_LIMITS
    place: ExecutionPlace = FRESH_INTERPRETER


def grade_hand_in(
    hand_in: HandIn,
    references: ReferenceSet,
    exercises: Sequence[Exercise],
    limits: ResourceLimits = DEFAULT_LIMITS,
    place: ExecutionPlace = FRESH_INTERPRETER,
    retry_seconds: float = RETRY_SECONDS,
) -> Report:
    """Grade one hand-in: a first try, and a retry of what the first try had no time for.

    Args:    retry_seconds: seconds that timeouts may cost in the retry.
    Returns: the report; provisional if the grader failed somewhere, if there was no hand-in, or if
             timeouts used up all seconds of the retry.
    """
    setup = GradingSetup(references, exercises, limits, place)
    first, budget = try_to_grade(hand_in, setup)
    if not budget.ran_out:
        return first
    second, _ = try_to_grade(hand_in, setup, first, retry_seconds)
    return second


def try_to_grade(
    hand_in: HandIn, setup: GradingSetup, before: Report | None = None, retry_seconds: float = 0.0
) -> tuple[Report, TimeBudget]:
    """Grade a hand-in in one try.

    Args:    before: the report of a first try; only what has no result there is run now.
             retry_seconds: seconds that timeouts may cost in a retry.
    Returns: the report, and what is left of the time budget.
    """
    references, exercises, place = setup.references, setup.exercises, setup.place
    budget = TimeBudget(setup.limits, retry_seconds, is_first_try=before is None)
    if not (hand_in.readable and hand_in.found):
        lost = undriven_items(exercises, "not_attempted", hand_in.message)
        return make_report(hand_in, lost, references, place.name), budget
    shapes = reference_store.exercise_stubs()[reference_store.SHAPES_PATH].encode()
    files = {"shapes.py": shapes} | hand_in.files  # a hand-in may lack this given file
    session = GradingSession(files, setup.limits, place)
    session.budget = budget
    done: dict[str, list[Item]] = {}
    for item in before.items if before else ():
        done.setdefault(item.exercise, []).append(item)
        if item.status in ("timeout", "crash"):
            session.fatal_files.add(EXERCISES[item.exercise].file.removeprefix("mytorch/"))
        if item.status == "timeout":
            session.timed_out.add(item.exercise)
    scored = {id: made for id, made in done.items() if is_settled(made)}
    undone = [e for e in exercises if e.id not in scored]
    judged, measured = drive_and_judge(session, undone, references, scored)
    if references.kind == "public":
        scored |= {e.id: score_exercise(judged[e.id]) for e in undone}
    else:
        public, measured = shown_in_public(session, judged, measured)
        scored |= {e.id: score_exercise(judged[e.id], public.get(e.id, ())) for e in undone}
    found = [
        note_earlier_exercise(item, lambda e: scored.get(e, []))
        for e in exercises
        for item in scored[e.id]
    ]
    notes = [hand_in.message] * bool(hand_in.message) + [TIME_SHORTAGE_NOTE] * budget.ran_out
    made = make_report(hand_in, found, references, place.name, "; ".join(notes))
    return replace(made, measured={**(before.measured if before else {}), **measured}), budget


def is_settled(items: Sequence[Item]) -> bool:
    """Whether all items of an exercise have a result."""
    return bool(items) and all(item.status != "internal" for item in items)


def drive_and_judge(
    session: GradingSession,
    exercises: Sequence[Exercise],
    references: ReferenceSet,
    scored: Mapping[str, Sequence[Item]] = MappingProxyType({}),
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """Run exercises and judge the answers.

    An exercise that builds on earlier classes, and is not completely right, also runs on doubles.

    Args:    scored: the items of exercises that were run before.
    Returns: by exercise, its judgements; and for exercises whose derivatives seem computed by
             finite differences, the number of `forward` calls within one `backward`.
    """
    own = run_jobs(session, make_jobs(exercises, references))
    judged = {e.id: judge_exercise(e, references, own[e.id]) for e in exercises}
    statuses = {id: {item.status for item in lines} for id, lines in scored.items()}
    statuses |= {id: {line.status for line in lines} for id, lines in judged.items()}
    tried = [e for e in exercises if e.doubles and not is_untouched(e, own[e.id])]
    chosen = [e for e in tried if statuses[e.id] != {"pass"} and not late_by_itself(e, statuses)]
    if chosen:
        classes = sorted({target for e in chosen for target in e.doubles})
        jobs = make_jobs(chosen, references)
        doubled = run_jobs(session, jobs, classes, references.seed_of_doubles)
        for e in chosen:
            second = judge_exercise(e, references, doubled[e.id], doubled=True)
            judged[e.id] = better_run(judged[e.id], second)
    calls = {id: max(a.forwards for a in answers.values()) for id, answers in own.items()}
    return judged, {id: number for id, number in calls.items() if number}


def late_by_itself(exercise: Exercise, statuses: Mapping[str, Collection[Status]]) -> bool:
    """Whether an exercise took too long although all classes that doubles would replace are right:
    on doubles it would take as long."""
    replaced = [
        e for e in exercises_below(exercise.id) if e.target.rpartition(".")[0] in exercise.doubles
    ]
    under = [statuses.get(needed.id) for needed in replaced]
    return "timeout" in statuses[exercise.id] and all(s == {"pass"} for s in under)


def shown_in_public(
    session: GradingSession, judged: Mapping[str, Sequence[Judgement]], measured: Mapping[str, int]
) -> tuple[dict[str, list[Judgement]], dict[str, int]]:
    """Run the public cases of exercises that are wrong on hidden cases, or seem to use differences.

    They run in processes that never get a hidden number, with their own time budget: the time that
    the hidden cases left could reveal something about them.

    Returns: as `drive_and_judge`.
    """
    wrong = {id for id, lines in judged.items() if UNSEEN.keys() & {j.status for j in lines}}
    asked = [judged[id][0].exercise for id in judged if id in wrong or id in measured]
    if not asked or session.budget.is_over:
        return {}, {}
    limits = replace(session.limits, seconds=1)
    public_session = GradingSession(session.files, limits, session.place)
    public_session.budget = TimeBudget(limits, is_first_try=True)
    public, calls = drive_and_judge(public_session, asked, reference_store.public_references())
    return public, {id: number for id, number in calls.items() if id in measured}


def make_report(
    hand_in: HandIn, found: Sequence[Item], references: ReferenceSet, place: str, message: str = ""
) -> Report:
    """Make a report. Args: message: replaces the hand-in's own message.  place: the tier's name."""
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
    """The items of a hand-in whose code was not run: all get 0 points."""
    explanation = Explanation("undriven", why)
    return [
        Item(id, e.id, e.target, 0.0, e.points[tensor or role], status, explanation)
        for e in exercises
        for tensor, role, id in e.lines
    ]


def make_jobs(exercises: Iterable[Exercise], references: ReferenceSet) -> list[Job]:
    """The jobs of exercises: one per case of the references."""
    return [job for e in exercises for job in references.cases(e.id)]


def digest_contents(files: Mapping[str, bytes]) -> str:
    """One hash of the names and contents of a hand-in."""
    sha = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()
