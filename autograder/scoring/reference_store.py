"""Load the references: inputs, expected tensors, signatures, hints, stubs.

A folder holds one file per topic (`topic_file.py`); the public folder also holds `mistakes.json`.
Everything is read and checked before anything is used. A set gives no feedback and no grade if it
is incomplete, has more than one seed, or does not fit the current exercises.
"""

# ruff: noqa: B019 - references are kept until the process ends, so their caches may be too

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from autograder.exercises import EXERCISES, TOPICS
from autograder.harness.doubles import RECEIVED
from autograder.model import PACKAGE_FOLDER, ROLES, Array, Exercise, Expected, Job, Role

from .comparison import dtype_tolerance
from .topic_file import TopicFile, damaged_file, read_own_file, read_topic_file

PUBLIC_FOLDER = PACKAGE_FOLDER / "references"
MISCONCEPTIONS = PUBLIC_FOLDER / "mistakes.json"
STUBS_FILE = PACKAGE_FOLDER / "stubs.json"
SHAPES_PATH = "mytorch/shapes.py"  # given complete: it belongs to no exercise
HIDDEN_FOLDER = PACKAGE_FOLDER / "key" / "references"
TENSOR_KINDS = ("in", "low", "high", "doubled")  # of a case's tensors
Grouped: TypeAlias = dict[tuple[str, str, str], dict[str, Array]]
Known = TypeVar("Known")
# Per role and tensor, then per mistake and case: an array, or the name of an exception.
Symptoms = Mapping[tuple[Role, str], Mapping[str, Mapping[str, Array | str]]]
FAULT = "!"  # in signatures, this "tensor" holds the name of the exception that the mistake raises
DOUBLED = "doubled "  # prefix in signatures for tensors of the run on doubles


@dataclass(frozen=True)
class Misconception:
    """What a student is told about a mistake."""

    id: str
    name: str
    hint: str
    slide: str


@dataclass(frozen=True, eq=False)
class CaseReference(Job):
    """One case with its inputs and its expected tensors; `doubled` holds those on doubles."""

    expected: Mapping[str, Expected]
    doubled: Mapping[str, Expected]

    @cached_property
    def rtol(self) -> float:
        """The tolerance, which follows from the type of the inputs."""
        return dtype_tolerance(self.inputs.values())

    def known(self, doubled: bool) -> Mapping[str, Expected]:
        """The expected tensors, without the arrays that doubles receive."""
        if not doubled:
            return self.expected
        return {name: e for name, e in self.doubled.items() if not name.startswith(RECEIVED)}


class ReferenceSet:
    """One folder of references.

    digest  a hash of all its numbers

    Raises: DamagedFile: the set is incomplete or damaged.
    """

    def __init__(self, folder: Path, kind: Literal["public", "hidden"]) -> None:
        self.kind = kind
        self.topics: dict[str, TopicFile] = {}
        self.tensors: Grouped = {}
        self.scales: dict[str, float] = {}
        self.by_mistake: Grouped = {}
        for name, exercises in TOPICS.items():
            path = folder / f"{name}.npz"
            self.topics[name] = topic = read_topic_file(path)
            tensors = group_arrays(topic.tensors)
            first = next(iter(self.topics.values()))
            if topic.kind != kind:
                raise damaged_file(path, f"holds {topic.kind} references, not {kind} ones")
            if topic.seed != first.seed:
                raise damaged_file(path, f"is not of the same set as {next(iter(TOPICS))}.npz")
            if what := next(find_unfit(tensors, topic.scales, exercises), ""):
                raise damaged_file(path, f"does not fit the exercises (see {what})")
            self.tensors |= tensors
            self.scales |= topic.scales
            self.by_mistake |= group_arrays(topic.signatures)
        self.seed, self.seed_of_doubles = first.seed, first.seed_of_doubles
        digests = "".join(topic.digest for topic in self.topics.values())
        self.digest = hashlib.sha256(digests.encode()).hexdigest()

    @cache
    def cases(self, exercise: str) -> tuple[CaseReference, ...]:
        """The cases of an exercise, with their inputs and expected tensors."""
        return tuple(
            CaseReference(
                exercise,
                case,
                self.tensors[exercise, case.id, "in"],
                self.expected(exercise, case.id, "low"),
                self.expected(exercise, case.id, "doubled"),
            )
            for case in EXERCISES[exercise].cases
        )

    def expected(self, exercise: str, case: str, kind: str) -> dict[str, Expected]:
        """The expected tensors of a case on the student's layers (low) or on doubles (doubled)."""
        high = self.tensors.get((exercise, case, "high"), {}) if kind == "low" else {}
        return {
            name: Expected(
                array, high.get(name, array), self.scales[f"{exercise}/{case}/{kind}/{name}"]
            )
            for name, array in self.tensors.get((exercise, case, kind), {}).items()
        }

    @cache
    def signatures(self, exercise: str) -> dict[str, dict[tuple[str, str], Array]]:
        """What each mistake gives for an exercise: id → (case, tensor) → array.

        It holds only tensors that differ from the reference.
        """
        found: dict[str, dict[tuple[str, str], Array]] = {}
        for (owner, mistake, case), arrays in self.by_mistake.items():
            if owner == exercise:
                own = found.setdefault(mistake, {})
                own |= {(case, tensor): array for tensor, array in arrays.items()}
        return found

    @cache
    def symptoms(self, exercise: str, doubled: bool) -> Symptoms:
        """What the mistakes give, per role and tensor, on the student's layers or on doubles.

        A mistake is left out for a tensor if it only raises exceptions there.
        """
        prefix = DOUBLED if doubled else ""
        found: dict[tuple[Role, str], dict[str, dict[str, Array | str]]] = {}
        for (mistake, stored), reference in product(
            self.signatures(exercise).items(), self.cases(exercise)
        ):
            case = reference.case
            raised = stored.get((case.id, prefix + FAULT))
            for tensor in reference.known(doubled):
                given: Array | str | None = stored.get((case.id, prefix + tensor))
                if raised is not None:
                    given = raised.tobytes().decode()
                if given is not None:
                    place = found.setdefault((case.role, tensor), {})
                    place.setdefault(mistake, {})[case.id] = given
        for known in found.values():
            for mistake in [m for m in known if all(isinstance(g, str) for g in known[m].values())]:
                del known[mistake]
        return found


def group_arrays(arrays: Mapping[str, Array]) -> Grouped:
    """Group arrays by the first three parts of their names, then by the last part."""
    found: Grouped = {}
    for name, array in arrays.items():
        exercise, second, third, tensor = name.split("/")
        found.setdefault((exercise, second, third), {})[tensor] = array
    return found


def find_unfit(
    tensors: Grouped, scales: Mapping[str, float], exercises: tuple[Exercise, ...]
) -> Iterator[str]:
    """The names of what a topic's references lack for these exercises, or have in excess."""
    cases = [(e, case) for e in exercises for case in e.cases]
    known = {(e.id, case.id) for e, case in cases}
    yield from map("/".join, sorted(known ^ {key[:2] for key in tensors}))
    for e, case in cases:
        scored = set(case.tensors) or e.points.keys() - set(ROLES)
        given = {kind: tensors.get((e.id, case.id, kind), {}) for kind in TENSOR_KINDS}
        drawn = case.inputs(np.random.default_rng(0))
        own = {name for name in given["doubled"] if not name.startswith(RECEIVED)}
        whole = {
            "in": layout_of(given["in"]) == layout_of(drawn),
            "low": given["low"].keys() == scored,
            "high": given["high"].keys() <= scored,
            "doubled": own == (scored if e.doubles else set()),
        }
        yield from (f"{e.id}/{case.id}/{kind}" for kind in TENSOR_KINDS if not whole[kind])
    sized = {"/".join((*k, n)) for k in tensors if k[2] in ("low", "doubled") for n in tensors[k]}
    yield from (f"the scale of {name}" for name in sorted(sized ^ scales.keys()))


def layout_of(arrays: Mapping[str, Array]) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {name: (array.dtype.name, array.shape) for name, array in arrays.items()}


@cache
def public_references() -> ReferenceSet:
    """The references that every student has. Raises: DamagedFile: they are damaged."""
    return check_mistake_names(ReferenceSet(PUBLIC_FOLDER, "public"))


def reference_kind() -> Literal["public", "hidden"]:
    """Which references a grade is computed with: the hidden ones if the key is present."""
    return "hidden" if HIDDEN_FOLDER.parent.is_dir() else "public"


def best_references() -> ReferenceSet:
    """The hidden references if the key is present, otherwise the public ones.

    Raises: DamagedFile: they are damaged.
    """
    return (
        check_mistake_names(ReferenceSet(HIDDEN_FOLDER, "hidden"))
        if reference_kind() == "hidden"
        else public_references()
    )


def check_mistake_names(references: ReferenceSet) -> ReferenceSet:
    """Return the references. Raises: DamagedFile: one of their mistakes has no name to show."""
    known = known_misconceptions().keys()
    for topic in references.topics.values():
        if unknown := {name.split("/")[1] for name in topic.signatures} - known:
            raise damaged_file(MISCONCEPTIONS, f"lacks {min(unknown)}")
    return references


@cache
def known_misconceptions() -> dict[str, Misconception]:
    """Every misconception, by id. Raises: DamagedFile: their file cannot be read."""

    def understood(entries: list[dict[str, str]]) -> dict[str, Misconception]:
        if not all(isinstance(text, str) for entry in entries for text in entry.values()):
            raise ValueError("not all of it is text")
        return {entry["id"]: Misconception(**entry) for entry in entries}

    return read_json(MISCONCEPTIONS, understood, "references")


@cache
def exercise_stubs() -> dict[str, str]:
    """What `reset` puts back: the unfinished function of every exercise, by id, and the
    unfinished files, by path. Raises: DamagedFile: they cannot be read or are damaged."""

    def understood(entries: dict[str, dict[str, str]]) -> dict[str, str]:
        texts = {name: entry["text"] for name, entry in entries.items()}
        for name in {*EXERCISES, *(e.file for e in EXERCISES.values()), SHAPES_PATH, *entries}:
            if hashlib.sha256(texts[name].encode()).hexdigest() != entries[name]["sha256"]:
                raise ValueError(f"the text of {name!r} does not fit its hash")
        return texts

    return read_json(STUBS_FILE, understood, "build")


def read_json(path: Path, understood: Callable[[Any], Known], command: str) -> Known:
    """Read a JSON file that belongs to the grader.

    Args:   understood: converts what the file holds, and raises an exception if that is damaged.
            command: the command that makes the file again.
    Raises: DamagedFile: the file is missing or damaged.
    """
    data = read_own_file(path, command)
    try:
        return understood(json.loads(data))
    except Exception as error:  # a JSON file may hold anything, so any exception is possible
        why = f"{error}" if isinstance(error, ValueError) else "it is not what belongs there"
        if isinstance(error, KeyError):
            why = f"it lacks {error}"
        raise damaged_file(path, f"is damaged ({why})", command) from None
