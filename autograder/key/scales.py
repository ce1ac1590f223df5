"""The size of the terms that go into a tensor, where it is not the size of the result.

A result in which large terms cancel carries rounding errors of the size of the terms. These
formulas are close to the answers, so they stay here; the references carry the numbers.
"""

from collections.abc import Callable

import numpy as np

from autograder.model import Array, Inputs
from autograder.scoring.comparison import TOLERANCES

Scale = Callable[[Inputs], float]
LOST_IN_FLOAT32 = 2.0**-24 / TOLERANCES[8]  # of a number that is rounded to it


def largest_magnitude(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0))


def product_scale(left: Array, right: Array) -> float:
    """The largest sum of absolute terms in a matrix product."""
    return largest_magnitude(np.abs(left) @ np.abs(right))


def parameter_scale(name: str) -> Scale:
    """A step's parameters: their size, and that of the moves."""

    def scale(x: Inputs) -> float:
        sizes = [largest_magnitude(x[key]) for key in x if key.rstrip("0123456789") == name]
        moves = [largest_magnitude(x[key]) for key in x if key.rstrip("0123456789") == f"dLd{name}"]
        count = float(x["steps"])
        return max(sizes) + count * (count + 1) / 2 * float(x["lr"]) * max(moves)

    return scale


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


def network_signal(x: Inputs, k: int) -> Array:
    """What a network's first k layers would give if no term cancelled, and nothing was stopped."""
    A = np.abs(x["A"])
    for layer in range(1, k + 1):
        A = A @ np.abs(x[f"W{layer}"]).T + np.abs(x[f"b{layer}"]).T
    return A


def network_gradient(name: str, k: int) -> Scale:
    """The same for one of its derivatives: `dLdW` or `dLdb` of layer k, or `dLdA`, k = 0."""

    def scale(x: Inputs) -> float:
        dLdZ = np.abs(x["dLdZ"])
        for later in range(len(x["sizes"]) - 1, k, -1):
            dLdZ = dLdZ @ np.abs(x[f"W{later}"])
        if name == "dLdW":
            return product_scale(dLdZ.T, network_signal(x, k - 1))
        return largest_magnitude(dLdZ.sum(axis=0)) if name == "dLdb" else largest_magnitude(dLdZ)

    return scale


SCALES: dict[tuple[str, str], Scale] = {
    ("squared_error", "div"): lambda x: 0.5 * float(np.sum((np.abs(x["y"]) + np.abs(x["d"])) ** 2)),
    ("linear.forward", "Z"): lambda x: product_scale(x["A"], x["W"].T) + largest_magnitude(x["b"]),
    ("linear.backward", "dLdA"): lambda x: product_scale(x["dLdZ"], x["W"]),
    ("linear.backward", "dLdW"): lambda x: product_scale(x["dLdZ"].T, x["A"]),
    ("linear.backward", "dLdb"): lambda x: largest_magnitude(np.abs(x["dLdZ"]).sum(axis=0)),
    ("sigmoid.forward", "A"): lambda x: 1.0,
    ("sigmoid.backward", "dLdZ"): lambda x: largest_magnitude(x["dLdA"]),
    ("softmax.forward", "A"): lambda x: 1.0,
    ("softmax.backward", "dLdZ"): lambda x: largest_magnitude(x["dLdA"]),
    ("softmax_cross_entropy.forward", "L"): divergence_scale,
    ("softmax_cross_entropy.backward", "dLdZ"): lambda x: 1.0 / len(x["Z"]),
    ("mlp.forward", "Z"): lambda x: largest_magnitude(network_signal(x, len(x["sizes"]) - 1)),
    **{
        ("mlp.backward", f"{name}{k}"): network_gradient(name, k)
        for name in ("dLdW", "dLdb")
        for k in (1, 2, 3)
    },
    ("mlp.backward", "dLdA"): network_gradient("dLdA", 0),
    ("sgd.step", "W"): parameter_scale("W"),
    ("sgd.step", "b"): parameter_scale("b"),
}


def scale_of(exercise: str, tensor: str, inputs: Inputs, reference: Array) -> float:
    """The size of a tensor's incoming terms; of the reference where no formula is needed."""
    formula = SCALES.get((exercise, tensor))
    wide = {name: array.astype(np.float64) for name, array in inputs.items()}
    return formula(wide) if formula else largest_magnitude(reference)
