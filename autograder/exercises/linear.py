"""Notebook 06: the affine layer."""

from typing import Any

import numpy as np

from autograder.model import Array, Case, Double, Exercise, Inputs, Scenario

from .attempt import attempt_forward
from .draw import Random, draw_normal, to_single_precision


def set_parameters(layer: Any, W: Array, b: Array) -> None:
    """Give a layer these parameters; b gets the shape of the layer's own b if the sizes agree."""
    own = getattr(layer, "b", b)
    layer.W, layer.b = W, b.reshape(np.shape(own)) if np.size(own) == b.size else b


MOVED = "W or b is not what it was before backward"


class ParametersMoved(Exception):
    """`backward` has changed the parameters, although it should only compute derivatives."""


def holds_numbers(own: Array, given: Array) -> bool:
    """Whether a layer's parameter holds the numbers it was given, in its own shape and type."""
    held, wanted = (np.ravel(array).astype(np.float32) for array in (own, given))
    return np.array_equal(held, wanted)


def make_layer(mytorch: Any, W: Array, b: Array) -> Any:
    """The student's layer with these parameters."""
    made = mytorch.Linear(W.shape[1], W.shape[0])
    set_parameters(made, W, b)
    return made


def stored_derivatives(made: Any) -> dict[str, Any]:
    """The stored derivatives of a layer; dLdb as a column if it has the shape of the layer's b.

    A derivative that was never set is left out, so that only its own points are lost.
    """
    found = {name: getattr(made, name) for name in ("dLdW", "dLdb") if hasattr(made, name)}
    dLdb = found.get("dLdb")
    if isinstance(dLdb, np.ndarray) and dLdb.ndim == 1 and dLdb.shape == np.shape(made.b):
        found["dLdb"] = dLdb.reshape(-1, 1)
    return found


def drive_layer_forward(
    mytorch: Any,
    A: Array,
    W: Array,
    b: Array,
    A_before: Array | None = None,
    scenario: Scenario = "once",
) -> dict[str, Any]:
    """Drive one layer; in `goes_on` and `after_a_step`, an earlier batch comes first."""
    made = make_layer(mytorch, W, b)
    if scenario == "after_a_step":
        set_parameters(made, 2 * W, -b)
        made.forward(A_before)
        set_parameters(made, W, b)
    elif scenario == "goes_on":
        made.forward(A_before)
    return {"Z": made.forward(A)}


def drive_layer_backward(
    mytorch: Any,
    A: Array,
    W: Array,
    b: Array,
    dLdZ: Array,
    A_before: Array | None = None,
    dLdZ_before: Array | None = None,
    scenario: Scenario = "once",
) -> dict[str, Any]:
    """Drive one layer; if there is an earlier round, a second layer also runs, as in a network.

    Raises: ParametersMoved: in the scenario `must_not_move`, `backward` changed the parameters.
    """

    def there(layer: Any, A: Array | None, W: Array, b: Array) -> None:
        set_parameters(layer, W.copy(), b.copy())
        attempt_forward(layer.forward, A)
        set_parameters(layer, W, b)  # forward's own exercise reports a change by forward

    given = W, b
    if scenario == "must_not_move":  # on copies, also a step in place gets our message
        W, b = W.copy(), b.copy()
    made, beside = make_layer(mytorch, W, b), make_layer(mytorch, W, b)
    rounds = scenario in ("goes_on", "after_a_step")
    if rounds:
        stepped = scenario == "after_a_step"
        there(made, A_before, *((2 * W, -b) if stepped else (W, b)))
        made.backward(dLdZ_before)
        there(made, A, *((W, b) if stepped else (made.W, made.b)))
        there(beside, 1 - A, W, b)
    else:
        there(made, A, W, b)
    dLdA = made.backward(dLdZ)
    if rounds:
        beside.backward(1 - dLdZ)
    if scenario == "must_not_move" and not all(map(holds_numbers, (made.W, made.b), given)):
        raise ParametersMoved(MOVED)
    return {"dLdA": dLdA, **stored_derivatives(made)}


def draw_layer_inputs(n: int, c_in: int, c_out: int, back: bool, before: int = 0) -> Any:
    """Random inputs of these sizes; `before` is the size of an earlier batch, 0 for none."""

    def draw(rng: Random) -> Inputs:
        made = {
            "A": draw_normal(rng, n, c_in),
            "W": draw_normal(rng, c_out, c_in),
            "b": draw_normal(rng, c_out, 1),
        }
        if back:
            made["dLdZ"] = draw_normal(rng, n, c_out)
        if before:
            made["A_before"] = draw_normal(rng, before, c_in)
            if back:
                made["dLdZ_before"] = draw_normal(rng, before, c_out)
        return made

    return draw


def layer_cases(back: bool) -> tuple[Case, ...]:
    def zeros(rng: Random) -> Inputs:
        return {name: np.zeros_like(a) for name, a in draw_layer_inputs(3, 4, 2, back)(rng).items()}

    alike = (3, 4, 2) if back else (3, 3, 3)
    return (
        Case("batch", draw_layer_inputs(4, 3, 5, back)),
        Case("square", draw_layer_inputs(3, 3, 3, back)),
        Case("n_is_c_out", draw_layer_inputs(2, 3, 2, back)),
        Case("again", draw_layer_inputs(3, 4, 2, back, before=5), scenario="after_a_step"),
        Case("again_alike", draw_layer_inputs(*alike, back, before=3), scenario="goes_on"),
        Case("one_example", draw_layer_inputs(1, 3, 2, back), "edge"),
        Case("one_feature", draw_layer_inputs(3, 1, 1, back), "edge"),
        Case("zeros", zeros, "edge"),
        Case("strided", draw_layer_inputs(3, 4, 2, back), "edge", "strided"),
        Case(
            "frozen",
            draw_layer_inputs(3, 4, 2, back),
            "edge",
            "frozen",
            scenario="must_not_move" if back else "once",
        ),
        Case(
            "float32",
            lambda rng: to_single_precision(draw_layer_inputs(3, 4, 2, back)(rng)),
            "edge",
        ),
    )


DOUBLES: tuple[Double, ...] = (
    Double(
        "mytorch.linear.Linear",
        parameters=("W", "b"),
        sized=True,
        stores={  # each holds what it would be computed from
            "dLdW": lambda A, dLdZ: np.concatenate([A.ravel(), dLdZ.ravel()]),
            "dLdb": lambda A, dLdZ: dLdZ,
        },
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        id="linear.forward",
        number="6.1",
        target="mytorch.linear.Linear.forward",
        points={"Z": 4, "edge": 1},
        drive=drive_layer_forward,
        cases=layer_cases(back=False),
        batch="A",
        keeps=("A", "W", "b", "dLdW", "dLdb"),
    ),
    Exercise(
        id="linear.backward",
        number="6.2",
        target="mytorch.linear.Linear.backward",
        points={"dLdA": 2.5, "dLdW": 2.5, "dLdb": 2.5, "edge": 1.5},
        drive=drive_layer_backward,
        cases=layer_cases(back=True),
        needs=("linear.forward",),
        batch="A",
        stores=("dLdW", "dLdb"),
        clues=(
            (
                MOVED,
                "the way back finds derivatives and keeps them; a step with them is the "
                "optimiser's",
            ),
        ),
        says=(f"{ParametersMoved.__name__}: {MOVED}",),
    ),
)
