"""Notebook 06: the affine layer."""

import numpy as np

from .record import Facts, largest_magnitude, product_scale

FACTS: tuple[Facts, ...] = (
    Facts(
        "mytorch.linear.Linear",
        {
            "forward.Z": lambda x: product_scale(x["A"], x["W"].T) + largest_magnitude(x["b"]),
            "backward.dLdA": lambda x: product_scale(x["dLdZ"], x["W"]),
            "backward.dLdW": lambda x: product_scale(x["dLdZ"].T, x["A"]),
            "backward.dLdb": lambda x: largest_magnitude(np.abs(x["dLdZ"]).sum(axis=0)),
        },
    ),
)
