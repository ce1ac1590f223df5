"""Grade without a process per hand-in: hundreds of hand-ins in seconds.

Everything is the real code (jobs, harness, doubles, judging, points) except the child process: the
modules are loaded in this process. Only for harmless sources; `test_runner.py` tests the others.
"""

import atexit
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from unittest.mock import patch

from conftest import package

from autograder.exercises import EXERCISES, HOMES
from autograder.hand_in.module_reader import HandIn
from autograder.harness import doubles, driving
from autograder.harness.package import StudentPackage, forget_package, register_package
from autograder.model import Answer, Exercise, Item, Job
from autograder.running import grading
from autograder.running.conversation import GradingSession
from autograder.running.fresh_interpreter import FRESH_INTERPRETER
from autograder.scoring import reference_store
from autograder.scoring.judgement import judge_exercise
from autograder.scoring.points import better_run, score_exercise
from autograder.scoring.reference_store import ReferenceSet


@contextmanager
def loaded(files: Mapping[str, bytes]) -> Iterator[StudentPackage]:
    """A hand-in's modules, registered as `mytorch` while the block runs."""
    before = {key: module for key, module in sys.modules.items() if key.startswith("mytorch")}
    try:
        yield register_package(write_modules(frozenset(files.items())), HOMES)
    finally:
        forget_package("mytorch")
        sys.modules.update(before)


@lru_cache(maxsize=16)
def write_modules(files: Iterable[tuple[str, bytes]]) -> Path:
    """A folder with a hand-in's modules, written once for all runs of one grading."""
    folder = Path(tempfile.mkdtemp(dir=scratch_folder()), "mytorch")
    folder.mkdir()
    for name, content in files:
        (folder / name).write_bytes(content)
    return folder


@cache
def scratch_folder() -> str:
    made = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def run(
    session: GradingSession, jobs: Iterable[Job], classes: Sequence[str] = (), seed: int = 0
) -> dict[str, dict[str, Answer]]:
    """The same as `runner.run`, in this process."""
    answers: dict[str, dict[str, Answer]] = {}
    with loaded(session.files) as mytorch:
        drive = doubles.drive_on_doubles(classes, seed) if classes else driving.drive_case
        for job in jobs:
            exercise, case = EXERCISES[job.exercise], job.case
            answers.setdefault(job.exercise, {})[case.id] = drive(
                exercise, case, job.inputs, mytorch
            )
    return answers


def answers_of(
    files: Mapping[str, bytes],
    exercise: Exercise,
    references: ReferenceSet,
    classes: Sequence[str] = (),
) -> dict[str, Answer]:
    """The answers of a hand-in's modules to one exercise, by case."""
    jobs = references.cases(exercise.id)
    seed = references.seed_of_doubles
    session = GradingSession(files, grading.DEFAULT_LIMITS, FRESH_INTERPRETER)
    return run(session, jobs, classes, seed)[exercise.id]


def items_of(
    exercise: Exercise,
    references: ReferenceSet,
    answers: Mapping[str, Answer],
    doubled: Mapping[str, Answer] | None = None,
) -> list[Item]:
    """The items that follow from the answers to one exercise. For hidden cases, the public cases
    are taken to have the same result."""
    judged = judge_exercise(exercise, references, answers)
    if doubled:
        judged = better_run(judged, judge_exercise(exercise, references, doubled, doubled=True))
    return score_exercise(judged, judged if references.kind == "hidden" else None)


def scored(
    changes: Mapping[str, str | None], references: ReferenceSet | None = None
) -> dict[str, Item]:
    """The items of a solved hand-in with some of its files replaced (None: removed)."""
    files = package(changes={n: text for n, text in changes.items() if text is not None})
    files = {name: content for name, content in files.items() if changes.get(name, "") is not None}
    with patch.object(grading, "run_jobs", run):
        used = references or reference_store.best_references()
        report = grading.grade_hand_in(HandIn("", files), used, list(EXERCISES.values()))
    return {item.id: item for item in report.items}


def lost(items: Mapping[str, Item]) -> set[str]:
    """The ids of the items that lost points."""
    return {id for id, item in items.items() if item.score < item.max_score}


def accused(items: Mapping[str, Item]) -> set[str]:
    """The misconceptions that any item names."""
    return {item.mistake for item in items.values() if item.mistake}
