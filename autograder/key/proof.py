"""The proof of the references: another implementation must give the same results.

The drivers run on a twin in the same way as on a student's package. There are two twins: `twins`
uses PyTorch's autograd; `differences` uses the slides' formulas and central differences. Neither
uses the solved package, so their results are independent evidence for every stored number.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercises import EXERCISES
from autograder.harness import driving
from autograder.model import Array, Expected
from autograder.scoring.reference_store import ReferenceSet

from . import differences

CURVATURE = 1e-3  # tolerance for a one-sided derivative at a point without a corner


def find_disagreements(references: ReferenceSet, twin: Any, tolerance: float) -> list[str]:
    """The references that a twin does not confirm, one line each; none if all are right.

    Args: twin: a namespace with the names of `mytorch`.
          tolerance: relative to the larger of the reference's scale and its own size.
    """
    found = []
    for exercise in EXERCISES.values():
        for reference in references.cases(exercise.id):
            wide = {name: array.astype(np.float64) for name, array in reference.inputs.items()}
            case = reference.case
            said = driving.drive_case(exercise, case, wide, twin, is_watched=False)
            where = f"{exercise.id}/{case.id}"
            if said.fault or said.odd or set(said.tensors) != set(reference.expected):
                found.append(f"{where}: the twin gives {said.fault or said.odd or said.tensors}")
                continue
            found += [
                f"{where}/{name}: {distance_outside(said.tensors[name], expected):.3g} off"
                for name, expected in reference.expected.items()
                if not distance_outside(said.tensors[name], expected) <= tolerance
            ]
    return found


def find_wrong_ends(references: ReferenceSet) -> Iterator[str]:
    """The intervals whose ends are not the ends of the subgradients, one line each.

    At a corner, both one-sided derivatives are right, and so is every value between them.
    """
    for exercise in EXERCISES.values():
        for reference in references.cases(exercise.id):
            wide = {name: array.astype(np.float64) for name, array in reference.inputs.items()}
            sides = []
            for ahead in (True, False):
                with differences.one_sided(ahead):
                    said = driving.drive_case(exercise, reference.case, wide, differences)
                sides.append(said.tensors)
            for name, expected in reference.expected.items():
                where = f"{exercise.id}/{reference.case.id}/{name}"
                if not all(name in said for said in sides):
                    yield f"{where}: {differences.__name__} gives no such tensor"
                    continue
                low, high = (end(*(s[name] for s in sides)) for end in (np.minimum, np.maximum))
                if not all(distance_outside(s[name], expected) < CURVATURE for s in sides):
                    yield f"{where}: a derivative from one side of a corner counts as wrong"
                elif not all(
                    distance_outside(end, Expected(low, high, expected.scale)) < CURVATURE
                    for end in (expected.low, expected.high)
                ):
                    yield f"{where}: more counts as right than lies between the two derivatives"


def distance_outside(said: Array, expected: Expected) -> float:
    """The distance of a tensor from the expected interval, relative to the tensor's size."""
    if said.shape != expected.low.shape:
        return np.inf
    nearest = np.clip(said, expected.low, expected.high)
    size = max(expected.scale, float(np.max(np.abs(expected.low), initial=0)))
    off = float(np.max(np.abs(said - nearest), initial=0))
    return off / size if size else off


def stored_tensors(references: ReferenceSet) -> Iterator[tuple[str, str, str, Expected]]:
    """Every stored reference: exercise, case, tensor name, and expected value."""
    for exercise in EXERCISES.values():
        for reference in references.cases(exercise.id):
            for name, expected in reference.expected.items():
                yield exercise.id, reference.case.id, name, expected
