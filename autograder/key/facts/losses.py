"""Notebook 07: divergences."""

import numpy as np

from autograder.model import Inputs
from autograder.scoring.comparison import TOLERANCES

from .record import Facts, largest_magnitude

LOST_IN_FLOAT32 = 2.0**-24 / TOLERANCES[8]  # relative error of rounding to float32


def divergence_scale(x: Inputs) -> float:
    """The size of a loss's terms in a right computation: logits minus the row's largest logit.

    The raw logits would give such a large scale that a loss without the logarithm would pass in
    float32. Still, a part of the raw logits is added: a solution that computes in float32 and
    returns a Python float has lost that part by rounding its inputs.
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
        # The solved loss is stable and calls no Softmax; on doubles, one that does replaces it.
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
