"""Notebook 08: the network and its training."""

import numpy as np

from autograder.model import Array, Inputs

from .record import Facts, Scale, largest_magnitude, product_scale


def parameter_scale(name: str) -> Scale:
    """The size of a parameter plus the size of the changes that the steps add."""

    def scale(x: Inputs) -> float:
        sizes = [largest_magnitude(x[key]) for key in x if key.rstrip("0123456789") == name]
        moves = [largest_magnitude(x[key]) for key in x if key.rstrip("0123456789") == f"dLd{name}"]
        count = float(x["steps"])
        return max(sizes) + count * (count + 1) / 2 * float(x["lr"]) * max(moves)

    return scale


def network_signal(x: Inputs, k: int) -> Array:
    """The output of a network's first k layers if no terms cancelled and no ReLU set any to 0."""
    A = np.abs(x["A"])
    for layer in range(1, k + 1):
        A = A @ np.abs(x[f"W{layer}"]).T + np.abs(x[f"b{layer}"]).T
    return A


def network_gradient(name: str, k: int) -> Scale:
    """The same for one of the derivatives: `dLdW` or `dLdb` of layer k, or `dLdA` with k = 0."""

    def scale(x: Inputs) -> float:
        dLdZ = np.abs(x["dLdZ"])
        for later in range(len(x["sizes"]) - 1, k, -1):
            dLdZ = dLdZ @ np.abs(x[f"W{later}"])
        if name == "dLdW":
            return product_scale(dLdZ.T, network_signal(x, k - 1))
        return largest_magnitude(dLdZ.sum(axis=0)) if name == "dLdb" else largest_magnitude(dLdZ)

    return scale


def output_scale(x: Inputs) -> float:
    return largest_magnitude(network_signal(x, len(x["sizes"]) - 1))


GRADIENTS = {
    f"backward.{n}{k}": network_gradient(n, k) for n in ("dLdW", "dLdb") for k in (1, 2, 3)
}

FACTS: tuple[Facts, ...] = (
    Facts(
        "mytorch.mlp.MLP",
        {
            "forward.Z": output_scale,
            **GRADIENTS,
            "backward.dLdA": network_gradient("dLdA", 0),
        },
    ),
    Facts("mytorch.sgd.SGD", {"step.W": parameter_scale("W"), "step.b": parameter_scale("b")}),
)
