"""The record of what the key knows of one class, and the sizes of terms that many formulas need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from autograder.model import Array, Exercise, Inputs

Scale = Callable[[Inputs], float]
Replacements = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Facts:
    """What must be said of a class or function of `mytorch`, and cannot be seen in its tensors.

    target            `mytorch.relu.ReLU`, or a function's target
    scales            the size of the terms that go into a tensor, where large terms cancel: by the
                      tensor's exercise and name, `backward.dLdZ`; of a function, by its name alone
    other_end         where a derivative is free between two ends (at the corner of a ReLU): texts
                      of the class's file and what stands there for the end that the key leaves out
    corner_distance   how far a forward's input is from any such place; 0 also where the input
                      shows too little. General cases, and those on doubles, keep away from it
    through_doubles   texts of the class's file and what stands there for a class that calls the
                      doubles of its exercises, where the key does not
    """

    target: str
    scales: Mapping[str, Scale] = field(default_factory=dict)
    other_end: Replacements = ()
    corner_distance: Callable[[Array], float] | None = None
    through_doubles: Replacements = ()

    @property
    def file(self) -> str:
        """Its file, in the package's folder: `relu.py`."""
        return self.target.split(".")[1] + ".py"

    @property
    def name(self) -> str:
        """Its name in the package: `ReLU`."""
        return self.target.split(".")[2]

    def scale_of(self, exercise: Exercise, tensor: str, inputs: Inputs, reference: Array) -> float:
        """The size of a tensor's incoming terms; of the reference where no formula is stated.

        A result in which large terms cancel carries rounding errors of the size of the terms.
        """
        formula = self.scales.get(".".join([*exercise.target.split(".")[3:], tensor]))
        wide = {name: array.astype(np.float64) for name, array in inputs.items()}
        return formula(wide) if formula else largest_magnitude(reference)


def largest_magnitude(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0))


def product_scale(left: Array, right: Array) -> float:
    """The largest sum of absolute terms in a matrix product."""
    return largest_magnitude(np.abs(left) @ np.abs(right))
