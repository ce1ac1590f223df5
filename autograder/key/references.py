"""Make the references: draw inputs, run the solved package, record the tensors of each mistake.

The public and the hidden references differ only in the seed. `storing.py` writes them.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from autograder.exercises import EXERCISES, HOMES
from autograder.harness import doubles, driving
from autograder.harness.package import forget_package, register_package
from autograder.model import Answer, Array, Case, Exercise, Expected, Inputs
from autograder.scoring.comparison import compare_tensor, dtype_tolerance
from autograder.scoring.reference_store import DOUBLED, FAULT

from .facts import FACTS, Facts, Replacements, facts_of, largest_magnitude
from .mistakes import MISTAKES, Mistake
from .solved import SOLVED

MIN_CORNER_DISTANCE = 0.05  # of general inputs from points with several derivatives


@contextmanager
def solved_variant(changes: Mapping[str, str], name: str = "mytorch_variant") -> Iterator[Any]:
    """The solved package with some files replaced; it is registered while the block runs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "mytorch")
        left = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOLVED, folder, ignore=left, copy_function=shutil.copyfile)
        for file, source in changes.items():
            (folder / file).write_text(source, "utf-8")
        package = register_package(folder, HOMES, name)
        try:
            yield package
        finally:
            forget_package(name)


def changed_files(which: Callable[[Facts], Replacements]) -> dict[str, str]:
    """The files of the solved package, changed by the replacements that each record of facts lists.

    Raises: ValueError: a text does not occur exactly once.
    """
    files: dict[str, str] = {}
    for facts in FACTS.values():
        for old, new in which(facts):
            source = files.get(facts.file) or (SOLVED / facts.file).read_text("utf-8")
            if source.count(old) != 1:
                raise ValueError(f"{facts.target}: {old!r} stands {source.count(old)} times")
            files[facts.file] = source.replace(old, new)
    return files


@dataclass
class BuiltReferences:
    """References that are being made, and are not yet written to a folder."""

    seed: int
    seed_of_doubles: int
    tensors: dict[str, Array] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    signatures: dict[str, Array] = field(default_factory=dict)
    inputs: dict[str, dict[str, Inputs]] = field(default_factory=dict)

    def expected(self, exercise: str, case: str, tensor: str, kind: str) -> Expected | None:
        key = f"{exercise}/{case}/{kind}/{tensor}"
        if key not in self.tensors:
            return None
        high = self.tensors.get(f"{exercise}/{case}/high/{tensor}") if kind == "low" else None
        low = self.tensors[key]
        return Expected(low, low if high is None else high, self.scales[key])


def build_references(seed: int) -> BuiltReferences:
    """Draw the inputs from a seed, and compute all references from them."""
    rng = np.random.default_rng([seed, 1])
    built = BuiltReferences(seed, int(rng.integers(2**31)))
    with solved_variant({}) as solved:
        for exercise in EXERCISES.values():
            built.inputs[exercise.id] = {
                case.id: draw_case(
                    exercise, case, [seed, crc32(f"{exercise.id}/{case.id}".encode())], solved
                )
                for case in exercise.cases
            }
        add_expected(built, solved)
    add_interval(built)
    with solved_variant(changed_files(lambda facts: facts.through_doubles)) as solved:
        add_doubled(built, solved)
    for mistake in MISTAKES.values():
        add_signatures(built, mistake)
    return built


def draw_case(exercise: Exercise, case: Case, seed: list[int], solved: Any) -> Inputs:
    """Draw a case's inputs, and draw again while any activation's input is close to a corner.

    A network whose ReLUs are all inactive would hide every mistake. The edge cases of an activation
    itself are not drawn again.
    """
    careful = case.role == "general" or exercise.doubles
    for attempt in range(1000):
        inputs = case.inputs(np.random.default_rng([*seed, attempt]))
        if (
            not careful
            or distance_from_corner(exercise, case, inputs, solved) >= MIN_CORNER_DISTANCE
        ):
            return inputs
    raise RuntimeError(f"{exercise.id}/{case.id}: no inputs away from the corner")


def distance_from_corner(exercise: Exercise, case: Case, inputs: Inputs, solved: Any) -> float:
    """The smallest distance of any forward's input from a corner of its class; 0 if a result is all
    zeros, because such a result shows no mistake."""
    smallest = [np.inf]
    watched = {
        getattr(solved, facts.name): facts.corner_distance
        for facts in FACTS.values()
        if facts.corner_distance
    }
    originals = {owner: owner.forward for owner in watched}

    def forward(self: Any, Z: Array) -> Any:
        smallest.append(watched[type(self)](Z))
        return originals[type(self)](self, Z)

    for owner in originals:
        owner.forward = forward
    given = driving.drive_case(exercise, case, inputs, solved, is_watched=False)
    for owner, original in originals.items():
        owner.forward = original
    return min(smallest) if all(array.any() for array in given.tensors.values()) else 0.0


def collect_answers(
    built: BuiltReferences, exercise: Exercise, package: Any, drive: Any, exact: bool = False
) -> Iterator[Answer]:
    """Run a package on all cases. `exact`: compute in float64 even if the inputs are float32."""
    for case in exercise.cases:
        inputs = built.inputs[exercise.id][case.id]
        if exact:
            inputs = {name: array.astype(np.float64) for name, array in inputs.items()}
        yield drive(exercise, case, inputs, package, is_watched=False)


def add_expected(built: BuiltReferences, solved: Any) -> None:
    for exercise in EXERCISES.values():
        for given in collect_answers(built, exercise, solved, driving.drive_case, exact=True):
            refuse_faults(given)
            inputs = built.inputs[exercise.id][given.case]
            built.tensors |= {f"{exercise.id}/{given.case}/in/{n}": a for n, a in inputs.items()}
            for name, array in given.tensors.items():
                key = f"{exercise.id}/{given.case}/low/{name}"
                built.tensors[key] = array
                built.scales[key] = facts_of(exercise).scale_of(exercise, name, inputs, array)


def refuse_faults(given: Answer) -> None:
    """Raises: RuntimeError: the key itself fails, so there would be no expected result."""
    if given.fault or given.odd:
        raise RuntimeError(f"the solved package fails: {given}")


def add_interval(built: BuiltReferences) -> None:
    """Run the package once more with the other end of each free interval; every value between the
    two results is right."""
    with solved_variant(changed_files(lambda facts: facts.other_end)) as other:
        for exercise in EXERCISES.values():
            for given in collect_answers(built, exercise, other, driving.drive_case, exact=True):
                for name, array in given.tensors.items():
                    key = f"{exercise.id}/{given.case}/low/{name}"
                    low = built.tensors[key]
                    if not np.array_equal(low, array):
                        built.tensors[key] = np.minimum(low, array)
                        built.tensors[key.replace("/low/", "/high/")] = np.maximum(low, array)


def add_doubled(built: BuiltReferences, solved: Any) -> None:
    for exercise in EXERCISES.values():
        if exercise.doubles:
            drive = doubles.drive_on_doubles(
                exercise.doubles, built.seed_of_doubles, solved.__name__
            )
            for given in collect_answers(built, exercise, solved, drive):
                refuse_faults(given)
                for name, array in given.tensors.items():
                    key = f"{exercise.id}/{given.case}/doubled/{name}"
                    built.tensors[key] = array
                    built.scales[key] = max(1.0, largest_magnitude(array))


def add_signatures(built: BuiltReferences, mistake: Mistake) -> None:
    """Record the tensors that a mistake changes, in the exercises of its own class."""
    own = [e for e in EXERCISES.values() if f"{mistake.target}.".startswith(f"{e.owner}.")]
    changes = {mistake.file: mistake.plant()}
    with solved_variant(changes) as planted:
        for exercise in own:
            for given in collect_answers(built, exercise, planted, driving.drive_case):
                add_differing(built, mistake, exercise, given, "low", "")
    for exercise in own:
        if exercise.doubles and not facts_of(exercise).through_doubles:
            with solved_variant(changes) as planted:
                drive = doubles.drive_on_doubles(
                    exercise.doubles, built.seed_of_doubles, planted.__name__
                )
                for given in collect_answers(built, exercise, planted, drive):
                    add_differing(built, mistake, exercise, given, "doubled", DOUBLED)


def add_differing(
    built: BuiltReferences,
    mistake: Mistake,
    exercise: Exercise,
    given: Answer,
    kind: str,
    prefix: str,
) -> None:
    if given.fault:
        built.signatures[f"{exercise.id}/{mistake.id}/{given.case}/{prefix}{FAULT}"] = (
            np.frombuffer(given.fault.type.encode(), np.uint8)
        )
    inputs = built.inputs[exercise.id][given.case].values()
    for name, array in given.tensors.items():
        expected = built.expected(exercise.id, given.case, name, kind)
        if name.startswith(doubles.RECEIVED) or expected is None:
            continue
        if compare_tensor(array, expected, dtype_tolerance([array, *inputs])):
            built.signatures[f"{exercise.id}/{mistake.id}/{given.case}/{prefix}{name}"] = array
