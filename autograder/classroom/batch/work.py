"""The unit of work of a batch: one hand-in, as it was read, and the terms of its grade.

It can be pickled, and graded in any process with the same references and the same grader. A process
with others refuses, because it would give other grades.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.hand_in.own_faults import locate_own_fault
from autograder.model import PACKAGE_FOLDER, Report
from autograder.running import tiers
from autograder.running.conversation import ExecutionPlace
from autograder.running.grading import GradingSetup, digest_contents, try_to_grade, undriven_items
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.record import parse_report, to_json
from autograder.scoring.topic_file import DamagedFile

# The rooms whose code decides a grade.
DIGESTED_ROOMS = ("model", "exercises", "harness", "confined", "hand_in", "scoring", "running")


@dataclass(frozen=True)
class GradingTerms:
    """All that a grade depends on except the hand-in: digests of the references and of the
    grader's code, the place where student code runs, and its limits."""

    references: str
    grader: str
    place: str
    limits: ResourceLimits

    @property
    def key(self) -> str:
        """A text that is equal only for equal terms."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class GradingWork:
    """One hand-in, and the terms on which to grade it."""

    hand_in: HandIn
    terms: GradingTerms

    @property
    def key(self) -> str:
        """A hash that is equal only for works that get the same report."""
        found = self.hand_in
        parts = (
            found.name,
            digest_contents(found.files),
            found.message,
            found.readable,
            found.found,
        )
        return hashlib.sha256(json.dumps([*parts, self.terms.key]).encode()).hexdigest()


def current_terms(place: str = "process", limits: ResourceLimits | None = None) -> GradingTerms:
    """The terms of this process, with its own references and code."""
    return GradingTerms(digest_references(), digest_grader(), place, limits or ResourceLimits())


@cache
def load_references() -> reference_store.ReferenceSet:
    """The references of this process. Raises: DamagedFile: a file of them is damaged."""
    reference_store.exercise_stubs()
    return reference_store.best_references()


@cache
def digest_references() -> str:
    """A hash of all that answers are compared with: tensors, tolerances, signatures, hints."""
    return digest_files([reference_store.MISCONCEPTIONS], load_references().digest)


@cache
def digest_grader() -> str:
    """A hash of the sources that decide a score, and of the versions of Python and numpy.

    With another version, the same student code may give other results.
    """
    files = [PACKAGE_FOLDER / f"{room}.py" for room in DIGESTED_ROOMS]
    files += [file for room in DIGESTED_ROOMS for file in (PACKAGE_FOLDER / room).glob("*.py")]
    files = [file for file in files if file.is_file()] + [reference_store.STUBS_FILE]
    versions = f"Python {sys.version_info[0]}.{sys.version_info[1]}, numpy {np.__version__}"
    return digest_files(files, versions)


def digest_files(files: Iterable[Path], more: str = "") -> str:
    named = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
    return digest_contents(named | {"": more.encode()})


class FinishedWork(NamedTuple):
    """A report, as a line of JSON.

    was_short  whether an item has no result, but may get one in a second try with more time
    waits      whether that item only waits, and so needs no processor
    """

    line: str
    was_short: bool = False
    waits: bool = False


class SecondTryOrder(NamedTuple):
    """A second try.

    before   the report of the first try, as a line of JSON
    retry_seconds  seconds that timeouts may cost
    """

    work: GradingWork
    before: str
    retry_seconds: float


def grade_work(work: GradingWork) -> FinishedWork:
    """Grade a hand-in in a first, short try. Raises nothing."""
    return try_work(work)


def grade_again(retries: Sequence[SecondTryOrder]) -> list[str]:
    """Grade hand-ins at the same time, in second tries with the whole limits. Raises nothing.

    Returns: their reports, as lines of JSON.
    """
    if len(retries) == 1:  # in the main thread, which a signal can end
        return [try_work(*retries[0]).line]
    with ThreadPoolExecutor(len(retries)) as pool:
        return list(pool.map(lambda retry: try_work(*retry).line, retries))


def try_work(work: GradingWork, before: str = "", retry_seconds: float = 0.0) -> FinishedWork:
    """Grade a hand-in. Raises nothing.

    Args: before: the report of the first try, as a line of JSON, or "" if this is the first.
          retry_seconds: seconds that timeouts may cost in a second try.
    """
    try:
        own = current_terms(work.terms.place, work.terms.limits)
        if own != work.terms:
            what = "references" if own.references != work.terms.references else "version"
            return FinishedWork(
                to_json(
                    report_own_failure(work, f"the process that was to grade it has another {what}")
                )
            )
        limits, place = work.terms.limits, place_for(work.terms.place)
        setup = GradingSetup(load_references(), list(EXERCISES.values()), limits, place)
        first = parse_report(before) if before else None
        made, budget = try_to_grade(work.hand_in, setup, first, retry_seconds)
        return FinishedWork(to_json(made), budget.ran_out, budget.mostly_waited)
    except DamagedFile as error:
        return FinishedWork(
            to_json(
                report_own_failure(work, f"the process that was to grade it cannot do so: {error}")
            )
        )
    except Exception as error:  # a fault of ours must not cost any grade
        return FinishedWork(
            before
            or to_json(
                report_own_failure(work, f"the grader failed here ({locate_own_fault(error)})")
            )
        )


@cache
def place_for(name: str) -> ExecutionPlace:
    """The place of this name. Raises: OSError: this machine does not offer it."""
    return tiers.find_place(name)


def report_own_failure(work: GradingWork, why: str) -> Report:
    """The provisional report on a hand-in that the grader failed to grade."""
    found, excuse = work.hand_in, f"{why}: not the hand-in's fault"
    message = f"{found.message}; {excuse}" if found.message else excuse
    lost = undriven_items(EXERCISES.values(), "internal", why)
    digests = {"hand_in": digest_contents(found.files), "references": work.terms.references}
    return Report(
        found.name,
        tuple(lost),
        message,
        work.terms.place,
        reference_store.reference_kind(),
        digests,
        provisional=True,
    )
