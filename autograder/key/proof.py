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
            said = driving.drive_case(exercise, case, wide, twin)
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
