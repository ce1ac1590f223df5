"""The unit of work of a batch: one hand-in, as it was read, and what its grade depends on.

It can be pickled, and done in any process that has the same references and the same grader.
One that has others refuses: its grades would not be those of the class.
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
from autograder.model import Report
from autograder.running import tiers
from autograder.running.conversation import ExecutionPlace
from autograder.running.grading import digest_contents, try_to_grade, undriven_items
from autograder.running.patience import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.record import parse_report, to_json
from autograder.scoring.topic_file import DamagedFile

PACKAGE = Path(__file__).parents[2]
# The rooms that every grade goes through.
ROOMS = ("model", "exercises", "harness", "confined", "hand_in", "scoring", "running")


@dataclass(frozen=True)
class GradingTerms:
    """What a grade depends on beside the hand-in: digests of the references and of the grader's
    code, the place where student code runs, and its limits."""

    references: str
    grader: str
    place: str
    limits: ResourceLimits

    @property
    def key(self) -> str:
        """One word for all of it."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class GradingWork:
    """One hand-in, and the terms on which it is to be graded."""

    hand_in: HandIn
    terms: GradingTerms

    @property
    def key(self) -> str:
        """What two works share only if they get the same report."""
        found = self.hand_in
        said = (
            found.name,
            digest_contents(found.files),
            found.message,
            found.readable,
            found.found,
        )
        return hashlib.sha256(json.dumps([*said, self.terms.key]).encode()).hexdigest()


def current_terms(place: str = "process", limits: ResourceLimits | None = None) -> GradingTerms:
    """The terms of this process: its references, its code."""
    return GradingTerms(digest_references(), digest_grader(), place, limits or ResourceLimits())


@cache
def load_references() -> reference_store.ReferenceSet:
    """What this process grades with. Raises: DamagedFile: a part of it is not whole."""
    reference_store.exercise_stubs()
    return reference_store.best_references()


@cache
def digest_references() -> str:
    """A hash of all that answers are held against: tensors, tolerances, signatures, hints."""
    return digest_files([reference_store.MISCONCEPTIONS], load_references().digest)


@cache
def digest_grader() -> str:
    """A hash of the sources that decide a score, and of what runs them.

    Another Python or numpy may give other results to the same student code.
    """
    files = [PACKAGE / f"{room}.py" for room in ROOMS]
    files += [file for room in ROOMS for file in (PACKAGE / room).glob("*.py")]
    files = [file for file in files if file.is_file()] + [reference_store.STUBS]
    versions = f"Python {sys.version_info[0]}.{sys.version_info[1]}, numpy {np.__version__}"
    return digest_files(files, versions)


def digest_files(files: Iterable[Path], more: str = "") -> str:
    named = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
    return digest_contents(named | {"": more.encode()})


class FinishedWork(NamedTuple):
    """A report, as a line of JSON.

    was_short  whether something has no result yet that a second try, with more time, might get
    waits      whether that needs no processor meanwhile
    """

    line: str
    was_short: bool = False
    waits: bool = False


class SecondTryOrder(NamedTuple):
    """A second try. before: the line of the first.  granted: seconds that time-outs may cost."""

    work: GradingWork
    before: str
    granted: float


def grade_work(work: GradingWork) -> FinishedWork:
    """Grade a hand-in in haste. Raises nothing."""
    return try_work(work)


def perform_again(retries: Sequence[SecondTryOrder]) -> list[str]:
    """Grade hand-ins patiently, all at once; their reports, as lines of JSON. Raises nothing."""
    if len(retries) == 1:  # here, where a signal ends it
        return [try_work(*retries[0]).line]
    with ThreadPoolExecutor(len(retries)) as pool:
        return list(pool.map(lambda retry: try_work(*retry).line, retries))


def try_work(work: GradingWork, before: str = "", granted: float = 0.0) -> FinishedWork:
    """Grade a hand-in. Raises nothing.

    Args: before: the line of a first try, in haste.  granted: seconds for time-outs in a second.
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
        given = (list(EXERCISES.values()), work.terms.limits, place_for(work.terms.place))
        first = parse_report(before) if before else None
        made, patience = try_to_grade(work.hand_in, load_references(), *given, first, granted)
        return FinishedWork(to_json(made), patience.was_short, patience.waits)
    except DamagedFile as error:
        return FinishedWork(
            to_json(report_own_failure(work, f"the process that was to grade it cannot: {error}"))
        )
    except Exception as error:  # ours: it must cost neither this grade nor the others'
        return FinishedWork(
            before
            or to_json(
                report_own_failure(work, f"the grader failed here ({locate_own_fault(error)})")
            )
        )


@cache
def place_for(name: str) -> ExecutionPlace:
    """The place of this name, in this process. Raises: OSError: it has none."""
    return tiers.find_place(name)


def report_own_failure(work: GradingWork, why: str) -> Report:
    """The report on a hand-in that we failed to grade: provisional, and no judgement on it."""
    found, said = work.hand_in, f"{why}: not the hand-in's fault"
    message = f"{found.message}; {said}" if found.message else said
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
