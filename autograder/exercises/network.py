"""Notebook 08: the network and its training."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.model import Array, Case, Exercise, Inputs

from .draw import Random, draw_normal, to_single_precision
from .linear import set_parameters, stored_derivatives


def make_network(mytorch: Any, sizes: Array, smooth: bool, parameters: dict[str, Array]) -> Any:
    """The student's network with these parameters, and its layers in order.

    Args: sizes: the widths, C_0 … C_K.  smooth: whether to use sigmoids between the layers instead
          of the default.  parameters: W1, b1, … in the shapes that Linear uses.
    """
    widths = [int(size) for size in sizes]
    net = mytorch.MLP(widths, mytorch.Sigmoid) if smooth else mytorch.MLP(widths)
    layers = find_linear_layers(net, mytorch.Linear)
    if len(layers) != len(widths) - 1:
        raise ValueError(f"MLP({widths}) has {len(layers)} Linear, not {len(widths) - 1}")
    for k, layer in enumerate(layers, start=1):
        set_parameters(layer, parameters[f"W{k}"], parameters[f"b{k}"])
    return net, layers


def find_linear_layers(net: Any, Linear: type) -> list[Any]:
    """The Linear layers of a network: those in `layers`, otherwise those in any attribute."""

    def search(value: Any) -> list[Any]:
        if isinstance(value, Linear):
            return [value]
        if isinstance(value, dict):
            value = list(value.values())
        return (
            [x for part in value for x in search(part)] if isinstance(value, list | tuple) else []
        )

    if found := search(getattr(net, "layers", [])):
        return found
    distinct = {id(layer): layer for value in vars(net).values() for layer in search(value)}
    return list(distinct.values())


def drive_network_forward(
    mytorch: Any,
    sizes: Array,
    A: Array,
    smooth: Array | None = None,
    A_before: Array | None = None,
    **parameters: Array,
) -> dict[str, Any]:
    net, _ = make_network(mytorch, sizes, smooth is not None, parameters)
    if A_before is not None:
        net.forward(A_before)
    return {"Z": net.forward(A)}


def drive_network_backward(
    mytorch: Any,
    sizes: Array,
    A: Array,
    dLdZ: Array,
    smooth: Array | None = None,
    A_before: Array | None = None,
    dLdZ_before: Array | None = None,
    **parameters: Array,
) -> dict[str, Any]:
    net, layers = make_network(mytorch, sizes, smooth is not None, parameters)
    if A_before is not None:
        net.forward(A_before)
        net.backward(dLdZ_before)
    net.forward(A)
    tensors = {"dLdA": net.backward(dLdZ)}
    for k, layer in enumerate(layers, start=1):
        tensors |= {f"{name}{k}": value for name, value in stored_derivatives(layer).items()}
    return tensors


def drive_step(mytorch: Any, lr: Array, steps: Array, **parameters: Array) -> dict[str, Any]:
    """Drive the optimiser on layers that have only parameters and derivatives.

    The derivatives are set after the optimiser is made, and change at each step.
    """
    count = sum(name.startswith("dLdW") for name in parameters)
    layers = [
        SimpleNamespace(W=W, b=b, dLdW=0 * W, dLdb=0 * b)
        for W, b in ((parameters[f"W{k}"], parameters[f"b{k}"]) for k in range(1, count + 1))
    ]
    optimiser = mytorch.SGD(SimpleNamespace(layers=layers), float(lr))
    for step in range(1, int(steps) + 1):
        for k, layer in enumerate(layers, start=1):
            layer.dLdW, layer.dLdb = (step * parameters[f"{n}{k}"] for n in ("dLdW", "dLdb"))
        optimiser.step()
    return {
        name: stack_parameters([getattr(layer, name) for layer in layers]) for name in ("W", "b")
    }


def stack_parameters(parameters: list[Any]) -> Array:
    """The layers' parameters as one array: layer, row, column; flat if they differ in shape."""
    if len({np.shape(array) for array in parameters}) == 1:
        return np.stack(parameters)
    return np.concatenate([np.ravel(array) for array in parameters])


def draw_network_inputs(
    n: int, widths: tuple[int, ...], back: bool, before: int = 0, smooth: bool = False
) -> Any:
    """A batch of n, the parameters of a network of these widths, and derivatives if `back`."""

    def draw(rng: Random) -> Inputs:
        made = {"sizes": np.array(widths), "A": draw_normal(rng, n, widths[0])}
        for k, (c_in, c_out) in enumerate(pairwise(widths), start=1):
            made |= {f"W{k}": draw_normal(rng, c_out, c_in), f"b{k}": draw_normal(rng, c_out, 1)}
        if back:
            made["dLdZ"] = draw_normal(rng, n, widths[-1])
        if before:
            made["A_before"] = draw_normal(rng, before, widths[0])
            if back:
                made["dLdZ_before"] = draw_normal(rng, before, widths[-1])
        if smooth:
            made["smooth"] = np.array(1.0)
        return made

    return draw


def network_cases(back: bool) -> tuple[Case, ...]:
    def in_float32(rng: Random) -> Inputs:
        made = draw_network_inputs(3, (4, 3, 2, 2), back)(rng)
        return {"sizes": made.pop("sizes"), **to_single_precision(made)}

    first = ("dLdA", "dLdW1", "dLdb1")
    return (
        Case("batch", draw_network_inputs(6, (4, 5, 3, 2), back)),
        Case("square", draw_network_inputs(3, (3, 3, 3, 3), back)),
        Case("smooth", draw_network_inputs(4, (2, 5, 4, 3), back, smooth=True)),
        Case("again", draw_network_inputs(2, (3, 4, 5, 2), back, before=4)),
        Case("one_example", draw_network_inputs(1, (3, 4, 2, 2), back), "edge"),
        Case(
            "one_layer", draw_network_inputs(3, (4, 2), back), "edge", tensors=first if back else ()
        ),
        Case("strided", draw_network_inputs(3, (4, 3, 2, 2), back), "edge", "strided"),
        Case("frozen", draw_network_inputs(3, (4, 3, 2, 2), back), "edge", "frozen"),
        Case("float32", in_float32, "edge"),
    )


def draw_step_inputs(lr: float, steps: int, layers: int, shape: tuple[int, int]) -> Any:
    """Parameters and derivatives of layers of one shape, so that an error has a layer and index."""

    def draw(rng: Random) -> Inputs:
        made = {"lr": np.array(lr), "steps": np.array(float(steps))}
        for k in range(1, layers + 1):
            for prefix in ("", "dLd"):
                made[f"{prefix}W{k}"] = draw_normal(rng, *shape)
                made[f"{prefix}b{k}"] = draw_normal(rng, shape[0], 1)
        return made

    return draw


GRADIENTS = {f"{name}{k}": 0.5 for name in ("dLdW", "dLdb") for k in (1, 2, 3)}
LAYERS = ("mytorch.linear.Linear", "mytorch.relu.ReLU", "mytorch.sigmoid.Sigmoid")

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        id="mlp.forward",
        number="8.1",
        target="mytorch.mlp.MLP.forward",
        points={"Z": 2.5, "edge": 0.5},
        drive=drive_network_forward,
        cases=network_cases(back=False),
        needs=("linear.forward", "relu.forward", "sigmoid.forward"),
        doubles=LAYERS,
        batch="A",
        keeps=("layers", "f"),
        clues=(("list index out of range", "a network has one activation fewer than layers"),),
    ),
    Exercise(
        id="mlp.backward",
        number="8.2",
        target="mytorch.mlp.MLP.backward",
        points={"dLdA": 1, **GRADIENTS, "edge": 1},
        drive=drive_network_backward,
        cases=network_cases(back=True),
        needs=("mlp.forward", "linear.backward", "relu.backward", "sigmoid.backward"),
        doubles=LAYERS,
        batch="A",
        keeps=("layers", "f"),
        clues=(("list index out of range", "a network has one activation fewer than layers"),),
    ),
    Exercise(
        id="sgd.step",
        number="8.3",
        target="mytorch.sgd.SGD.step",
        points={"W": 1, "b": 1},
        drive=drive_step,
        cases=(
            Case("one_step", draw_step_inputs(0.1, 1, layers=2, shape=(2, 3))),
            Case("two_steps", draw_step_inputs(0.5, 2, layers=3, shape=(3, 3))),
            Case("one_layer", draw_step_inputs(0.03, 1, layers=1, shape=(3, 2))),
        ),
        keeps=("model", "layers", "lr"),
        clues=(
            (
                r"SimpleNamespace' object has no attribute",
                "a step needs the model's layers, and of each no more than W, b, dLdW and dLdb; "
                "no batch has to be counted, for 1/N stands in the loss already",
            ),
        ),
    ),
)
