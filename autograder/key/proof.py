"""The proof of the references: what another implementation says to the same inputs.

The drivers run on a twin (`twins`: PyTorch's autograd; `differences`: the slides' formulas,
and central differences of them) as they run on a student's package. Neither knows the solved
package, so what the two say is evidence for every stored number.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercises import EXERCISES
from autograder.harness import driving
from autograder.model import Array, Expected
from autograder.scoring.reference_store import ReferenceSet

from . import differences

CURVATURE = 1e-3  # what a derivative from one side may be off where there is no corner


def find_disagreements(references: ReferenceSet, twin: Any, tolerance: float) -> list[str]:
    """What a twin does not confirm, a line each: none, if the references are right.

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
    """Where the references' ends are not those of the subgradients, a line each.

    At a corner, the derivatives from either side are both right, and all that lies between them.
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
    """How far a tensor lies outside of what is expected, in units of its size."""
    if said.shape != expected.low.shape:
        return np.inf
    nearest = np.clip(said, expected.low, expected.high)
    size = max(expected.scale, float(np.max(np.abs(expected.low), initial=0)))
    off = float(np.max(np.abs(said - nearest), initial=0))
    return off / size if size else off


def stored_tensors(references: ReferenceSet) -> Iterator[tuple[str, str, str, Expected]]:
    """Every stored reference: exercise, case, tensor, and what is expected."""
    for exercise in EXERCISES.values():
        for reference in references.cases(exercise.id):
            for name, expected in reference.expected.items():
                yield exercise.id, reference.case.id, name, expected
