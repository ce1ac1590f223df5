"""The record for one class, and the sizes of terms that many formulas need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from autograder.model import Array, Exercise, Inputs

Scale = Callable[[Inputs], float]
Replacements = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Facts:
    """Facts about a class or function of `mytorch` that its tensors do not show.

    target            `mytorch.relu.ReLU`, or a function's target
    scales            the size of a tensor's terms, if large terms cancel: by exercise and tensor,
                      `backward.dLdZ`; for a function, by the tensor's name only
    other_end         if every derivative in an interval is right (at the corner of a ReLU): texts
                      of the class's file, and the texts for the end that the key does not use
    corner_distance   distance of a forward's input from any such point; 0 also if the input shows
                      too few mistakes. General cases, and those on doubles, keep away from 0
    through_doubles   texts of the class's file, and the texts for a version that calls the doubles
                      of its exercises, if the key's version does not
    """

    target: str
    scales: Mapping[str, Scale] = field(default_factory=dict)
    other_end: Replacements = ()
    corner_distance: Callable[[Array], float] | None = None
    through_doubles: Replacements = ()

    @property
    def file(self) -> str:
        """The file in the folder of the package: `relu.py`."""
        return self.target.split(".")[1] + ".py"

    @property
    def name(self) -> str:
        """The name in the package: `ReLU`."""
        return self.target.split(".")[2]

    def scale_of(self, exercise: Exercise, tensor: str, inputs: Inputs, reference: Array) -> float:
        """The size of the terms that add up to a tensor; without a formula, the reference's size.

        If large terms cancel, the rounding errors of the result have the size of the terms.
        """
        formula = self.scales.get(".".join([*exercise.target.split(".")[3:], tensor]))
        wide = {name: array.astype(np.float64) for name, array in inputs.items()}
        return formula(wide) if formula else largest_magnitude(reference)


def largest_magnitude(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0))


def product_scale(left: Array, right: Array) -> float:
    """The largest sum of absolute terms in a matrix product."""
    return largest_magnitude(np.abs(left) @ np.abs(right))
