"""Notebooks 04 and 05: sigmoid, ReLU, softmax."""

import numpy as np

from autograder.model import Array, Inputs

from .record import Facts, Scale, largest_magnitude


def distance_from_zero(Z: Array) -> float:
    """The smallest absolute value of Z; 0 if nearly all or nearly no entries pass a ReLU, because
    such an input shows few mistakes."""
    lively = 0.25 <= np.mean(Z > 0) <= 0.75
    return float(np.min(np.abs(Z))) if lively else 0.0


def upstream_scale(x: Inputs) -> float:
    return largest_magnitude(x["dLdA"])


BETWEEN_0_AND_1: dict[str, Scale] = {"forward.A": lambda x: 1.0, "backward.dLdZ": upstream_scale}

FACTS: tuple[Facts, ...] = (
    Facts("mytorch.sigmoid.Sigmoid", BETWEEN_0_AND_1),
    Facts(
        "mytorch.relu.ReLU",
        other_end=(("self.Z >= 0", "self.Z > 0"),),
        corner_distance=distance_from_zero,
    ),
    Facts("mytorch.softmax.Softmax", BETWEEN_0_AND_1),
)
