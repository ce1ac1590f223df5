"""The references as they lie on disk: inputs, expected tensors, signatures, hints.

A folder holds `tensors.npz` (read without pickle), `signatures.npz` and `manifest.json`; the
public one also `mistakes.json`. Names of arrays: `linear.forward/batch/in/A`, `…/low/Z`,
`…/high/Z` where a subgradient makes it an interval, `…/doubled/Z` for the run on doubles;
of signatures: `linear.forward/linear.no_bias/batch/Z`.
"""

# ruff: noqa: B019 - references live as long as the process does, and so may what they read

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .compare import tolerance
from .doubles import SAW
from .exercises import EXERCISES
from .model import Array, Expected, Job, Role

PUBLIC = Path(__file__).parent / "references"
STUBS = Path(__file__).with_name("stubs.json")
HIDDEN = Path(__file__).parent / "key" / "references"
# By role and tensor, then by mistake and case: an array, or the name of an exception.
Symptoms = Mapping[tuple[Role, str], Mapping[str, Mapping[str, Array | str]]]
FAULT = "!"  # stands for a tensor in signatures where the mistake raises: the exception's name
DOUBLED = "doubled "  # tensors of the run on doubles carry this prefix in signatures


@dataclass(frozen=True)
class Misconception:
    """A mistake as the student hears of it."""

    id: str
    name: str
    hint: str
    slide: str


@dataclass(frozen=True, eq=False)
class CaseReference(Job):
    """One case with its inputs and what is expected of it; `doubled` on doubles."""

    expected: Mapping[str, Expected]
    doubled: Mapping[str, Expected]

    @cached_property
    def rtol(self) -> float:
        """The tolerance that its inputs make."""
        return tolerance(self.inputs.values())

    def known(self, doubled: bool) -> Mapping[str, Expected]:
        """What is expected of the exercise itself, without what the doubles saw."""
        if not doubled:
            return self.expected
        return {name: e for name, e in self.doubled.items() if not name.startswith(SAW)}


class References:
    """One folder of references, read an exercise at a time.

    Raises: FileNotFoundError: the folder lacks a file.
    """

    def __init__(self, folder: Path, kind: Literal["public", "hidden"]) -> None:
        self.folder, self.kind = folder, kind
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        self.digest = hashlib.sha256((folder / "tensors.npz").read_bytes()).hexdigest()
        self.seed_of_doubles = int(self.manifest["seed_of_doubles"])

    @cache
    def cases(self, exercise: str) -> tuple[CaseReference, ...]:
        """The cases of an exercise, with their inputs and expected tensors."""
        found: dict[str, dict[str, dict[str, Array]]] = {}
        for (case, kind, name), array in self.arrays("tensors.npz", exercise):
            found.setdefault(case, {}).setdefault(kind, {})[name] = array
        return tuple(
            CaseReference(
                exercise,
                case,
                found[case.id]["in"],
                self.expected(exercise, case.id, found[case.id], "low"),
                self.expected(exercise, case.id, found[case.id], "doubled"),
            )
            for case in EXERCISES[exercise].cases
        )

    def expected(
        self, exercise: str, case: str, found: Mapping[str, Mapping[str, Array]], kind: str
    ) -> dict[str, Expected]:
        scales = self.manifest["scales"]
        high = found.get("high", {}) if kind == "low" else {}
        return {
            name: Expected(array, high.get(name, array), scales[f"{exercise}/{case}/{kind}/{name}"])
            for name, array in found.get(kind, {}).items()
        }

    @cache
    def signatures(self, exercise: str) -> dict[str, dict[tuple[str, str], Array]]:
        """What each mistake gives for an exercise: id → (case, tensor) → array.

        Only tensors that differ from the reference are there.
        """
        found: dict[str, dict[tuple[str, str], Array]] = {}
        for (mistake, case, tensor), array in self.arrays("signatures.npz", exercise):
            found.setdefault(mistake, {})[case, tensor] = array
        return found

    @cache
    def symptoms(self, exercise: str, doubled: bool) -> Symptoms:
        """What the mistakes give, by role and tensor, on own layers or on doubles.

        A tensor in which a mistake does nothing but raise is no symptom of it.
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

    def arrays(self, file: str, exercise: str) -> Iterator[tuple[list[str], Array]]:
        """The arrays of an exercise in a file, each with its name in parts."""
        npz = self.opened(file)
        for name in npz.files:
            if name.startswith(exercise + "/"):
                yield name.split("/")[1:], npz[name]

    @cache
    def opened(self, file: str) -> Any:
        """An `.npz` in memory: reading its table of contents takes longer than any exercise's."""
        return np.load(io.BytesIO((self.folder / file).read_bytes()), allow_pickle=False)


@cache
def public() -> References:
    """The references that every student has."""
    return References(PUBLIC, "public")


def best() -> References:
    """The hidden references where they are, else the public ones."""
    return References(HIDDEN, "hidden") if (HIDDEN / "manifest.json").is_file() else public()


@cache
def misconceptions() -> dict[str, Misconception]:
    """Every misconception that has a name, by id."""
    entries = json.loads((PUBLIC / "mistakes.json").read_text("utf-8"))
    return {entry["id"]: Misconception(**entry) for entry in entries}


@cache
def stubs() -> dict[str, str]:
    """What `reset` puts back: the unfinished function of every exercise, by id, and the
    unfinished files, by path."""
    found: dict[str, str] = json.loads(STUBS.read_text("utf-8"))
    return found
