"""Notebook 07: divergences."""

import numpy as np

from autograder.model import Inputs
from autograder.scoring.comparison import TOLERANCES

from .record import Facts, largest_magnitude

LOST_IN_FLOAT32 = 2.0**-24 / TOLERANCES[8]  # of a number that is rounded to it


def divergence_scale(x: Inputs) -> float:
    """The terms of a loss, as a right method has them: of logits less their row's largest.

    Of raw logits, the terms would be so large that a loss without the logarithm passes in float32.
    A share of these is allowed for all the same: who computes in float32, and hands a plain number
    back, has lost that much of them at the start.
    """
    shifted = x["Z"] - x["Z"].max(axis=1, keepdims=True)
    logarithms = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    terms = float(np.sum(x["Y"] * (np.abs(shifted) + logarithms)) / len(x["Z"]))
    return terms + LOST_IN_FLOAT32 * largest_magnitude(x["Z"])


FACTS: tuple[Facts, ...] = (
    Facts(
        "mytorch.softmax_cross_entropy.SoftmaxCrossEntropy",
        {
            "forward.L": divergence_scale,
            "backward.dLdZ": lambda x: 1.0 / len(x["Z"]),
        },
        # The solved loss is stable and calls no Softmax. On doubles it is one that does.
        through_doubles=(
            ("from .shapes", "from .softmax import Softmax\nfrom .shapes"),
            (
                "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "np.log(Softmax().forward(Z))",
            ),
            ("exponentials / exponentials.sum(axis=1, keepdims=True)", "Softmax().forward(self.Z)"),
        ),
    ),
)
