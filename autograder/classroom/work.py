"""The unit of work of a batch: one hand-in, as it was read, and what its grade depends on.

It can be pickled, and done in any process that has the same references and the same grader.
One that has others refuses: its grades would not be those of the class.
"""

import errno
import hashlib
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .. import store
from ..conversation import Place
from ..exercises import EXERCISES
from ..grade import attempt, digest, undriven
from ..handin import HandIn, quoted
from ..model import Item, Report
from ..patience import Limits
from ..report import to_json
from ..sandbox import tiers
from ..topic_file import DamagedFile

T = TypeVar("T")
FULL = (errno.ENOSPC, errno.EDQUOT)
ENGINE = Path(__file__).parents[1]
# Of the engine's modules, those that no grade goes through; a test holds it.
APART = ("__main__.py", "aside.py", "cli.py", "pack.py", "source.py")


@dataclass(frozen=True)
class Terms:
    """What a grade depends on beside the hand-in: digests of the references and of the grader's
    code, the place where student code runs, and its limits."""

    references: str
    grader: str
    place: str
    limits: Limits

    @property
    def key(self) -> str:
        """One word for all of it."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class Work:
    """One hand-in, and the terms on which it is to be graded."""

    hand_in: HandIn
    terms: Terms

    @property
    def key(self) -> str:
        """What two works share only if they get the same report."""
        found = self.hand_in
        said = (found.name, digest(found.files), found.message, found.readable, found.found)
        return hashlib.sha256(json.dumps([*said, self.terms.key]).encode()).hexdigest()


def terms(place: str = "process", limits: Limits | None = None) -> Terms:
    """The terms of this process: its references, its code."""
    return Terms(references_digest(), grader_digest(), place, limits or Limits())


@cache
def references() -> store.References:
    """What this process grades with. Raises: DamagedFile: a part of it is not whole."""
    store.stubs()
    return store.best()


@cache
def references_digest() -> str:
    """A hash of all that answers are held against: tensors, tolerances, signatures, hints."""
    return digest_of([store.MISCONCEPTIONS], references().digest)


@cache
def grader_digest() -> str:
    """A hash of the sources that decide a score, and of what runs them.

    Another Python or numpy may give other results to the same student code.
    """
    files = [p for p in ENGINE.glob("*.py") if p.name not in APART]
    files += [*ENGINE.glob("exercises/*.py"), *ENGINE.glob("sandbox/*.py"), store.STUBS]
    versions = f"Python {sys.version_info[0]}.{sys.version_info[1]}, numpy {np.__version__}"
    return digest_of(files, versions)


def digest_of(files: Iterable[Path], more: str = "") -> str:
    named = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
    return digest(named | {"": more.encode()})


class Done(NamedTuple):
    """A report, as a line of JSON.

    was_short  whether something has no result yet that a second try, with more time, might get
    waits      whether that needs no processor meanwhile
    """

    line: str
    was_short: bool = False
    waits: bool = False


class Retry(NamedTuple):
    """A second try. before: the line of the first.  granted: seconds that time-outs may cost."""

    work: Work
    before: str
    granted: float


def perform(work: Work) -> Done:
    """Grade a hand-in in haste. Raises nothing."""
    return performed(work)


def perform_again(retries: Sequence[Retry]) -> list[str]:
    """Grade hand-ins patiently, all at once; their reports, as lines of JSON. Raises nothing."""
    if len(retries) == 1:  # here, where a signal ends it
        return [performed(*retries[0]).line]
    with ThreadPoolExecutor(len(retries)) as pool:
        return list(pool.map(lambda retry: performed(*retry).line, retries))


def performed(work: Work, before: str = "", granted: float = 0.0) -> Done:
    """Grade a hand-in. Raises nothing.

    Args: before: the line of a first try, in haste.  granted: seconds for time-outs in a second.
    """
    try:
        own = terms(work.terms.place, work.terms.limits)
        if own != work.terms:
            what = "references" if own.references != work.terms.references else "version"
            return Done(
                to_json(failed(work, f"the process that was to grade it has another {what}"))
            )
        given = (list(EXERCISES.values()), work.terms.limits, place_of(work.terms.place))
        first = parsed(before) if before else None
        made, patience = attempt(work.hand_in, references(), *given, first, granted)
        return Done(to_json(made), patience.was_short, patience.waits)
    except DamagedFile as error:
        return Done(to_json(failed(work, f"the process that was to grade it cannot: {error}")))
    except Exception as error:  # ours: it must cost neither this grade nor the others'
        return Done(
            before or to_json(failed(work, f"the grader failed here ({place_in_us(error)})"))
        )


def careful(
    otherwise: T, notes: list[str], what: str, whom: str, make: Callable[..., T], *given: object
) -> T:
    """What is made for one of many. Where that fails, by a fault of ours, it is `otherwise`, and
    a note says so: it costs the others nothing.

    Args:   what: what is done, as it is said behind «the grader failed to».
            whom: the hand-in for which it is done.
    Raises: OSError: the disk is full, and no other could be made either.
    """
    try:
        return make(*given)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        why = error.strerror if isinstance(error, OSError) else place_in_us(error)
        notes.append(f"the grader failed to {what} {quoted(whom)} ({why})")
        return otherwise


def place_in_us(error: Exception) -> str:
    """An exception of ours by type and line. Its text may be made of what a child said."""
    places = [(Path(f.filename), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    *_, (path, line) = (place for place in places if ENGINE in place[0].parents)
    return f"{type(error).__name__} in {path.relative_to(ENGINE.parent).as_posix()}:{line}"


@cache
def place_of(name: str) -> Place:
    """The place of this name, in this process. Raises: OSError: it has none."""
    return tiers.place(name)


def failed(work: Work, why: str) -> Report:
    """The report on a hand-in that we failed to grade: provisional, and no judgement on it."""
    found, said = work.hand_in, f"{why}: not the hand-in's fault"
    message = f"{found.message}; {said}" if found.message else said
    lost = undriven(EXERCISES.values(), "internal", why)
    digests = {"hand_in": digest(found.files), "references": work.terms.references}
    return Report(
        found.name, tuple(lost), message, work.terms.place, store.kind(), digests, provisional=True
    )


def parsed(line: str) -> Report:
    """The report that a line of JSON says."""
    said: dict[str, Any] = json.loads(line)
    items = tuple(Item(**item) for item in said.pop("items"))
    del said["score"], said["max_score"]
    return Report(items=items, **said)
