"""Notebook 06: the affine layer."""

from typing import Any

import numpy as np

from autograder.model import Array, Case, Exercise, Inputs

from .attempt import attempt
from .draw import Random, normal, single


def set_parameters(layer: Any, W: Array, b: Array) -> None:
    """Give a layer these parameters; b in the shape that its own b has."""
    own = getattr(layer, "b", b)
    layer.W, layer.b = W, b.reshape(np.shape(own)) if np.size(own) == b.size else b


class Moved(Exception):
    """Whoever only looks for derivatives has changed the parameters too."""


def alike(own: Array, given: Array) -> bool:
    """Whether a layer's parameter holds the numbers it was given, in its own shape and type."""
    held, wanted = (np.ravel(array).astype(np.float32) for array in (own, given))
    return np.array_equal(held, wanted)


def layer(mytorch: Any, W: Array, b: Array) -> Any:
    """The student's layer with these parameters."""
    made = mytorch.Linear(W.shape[1], W.shape[0])
    set_parameters(made, W, b)
    return made


def derivatives(made: Any) -> dict[str, Any]:
    """The stored derivatives of a layer, dLdb as a column if it has the shape of the layer's b.

    What was never set is left out: it costs its own points and no others.
    """
    found = {name: getattr(made, name) for name in ("dLdW", "dLdb") if hasattr(made, name)}
    dLdb = found.get("dLdb")
    if isinstance(dLdb, np.ndarray) and dLdb.ndim == 1 and dLdb.shape == np.shape(made.b):
        found["dLdb"] = dLdb.reshape(-1, 1)
    return found


def drive_forward(
    mytorch: Any, A: Array, W: Array, b: Array, A_before: Array | None = None
) -> dict[str, Any]:
    """Drive one layer; an earlier batch of another size comes before a step of the optimiser."""
    made = layer(mytorch, W, b)
    if A_before is not None:
        stepped = len(A_before) != len(A)
        if stepped:
            set_parameters(made, 2 * W, -b)
        made.forward(A_before)
        if stepped:
            set_parameters(made, W, b)
    return {"Z": made.forward(A)}


def drive_backward(
    mytorch: Any,
    A: Array,
    W: Array,
    b: Array,
    dLdZ: Array,
    A_before: Array | None = None,
    dLdZ_before: Array | None = None,
) -> dict[str, Any]:
    """Drive one layer; beside an earlier round there is another layer, as in a network.

    An earlier batch of another size comes before a step of the optimiser; after one of the same
    size, the layer goes on with the parameters that it was left with.

    Raises: Moved: frozen parameters are others after `backward`.
    """

    def there(layer: Any, A: Array, W: Array, b: Array) -> None:
        set_parameters(layer, W.copy(), b.copy())
        attempt(layer.forward, A)
        set_parameters(layer, W, b)  # a forward that changes them is wrong, but not here

    frozen = () if W.flags.writeable else (W, b)
    if frozen:  # a step in place shall be told of, like any other, and not refused
        W, b = W.copy(), b.copy()
    made, beside = layer(mytorch, W, b), layer(mytorch, W, b)
    if A_before is not None:
        stepped = len(A_before) != len(A)
        there(made, A_before, *((2 * W, -b) if stepped else (W, b)))
        made.backward(dLdZ_before)
        there(made, A, *((W, b) if stepped else (made.W, made.b)))
        there(beside, 1 - A, W, b)
    else:
        there(made, A, W, b)
    dLdA = made.backward(dLdZ)
    if A_before is not None:
        beside.backward(1 - dLdZ)
    if frozen and not all(map(alike, (made.W, made.b), frozen)):
        raise Moved("W or b is not what it was before backward")
    return {"dLdA": dLdA, **derivatives(made)}


def inputs(n: int, c_in: int, c_out: int, back: bool, before: int = 0) -> Any:
    """Random inputs of these sizes; `before` is the size of an earlier batch, 0 for none."""

    def draw(rng: Random) -> Inputs:
        made = {
            "A": normal(rng, n, c_in),
            "W": normal(rng, c_out, c_in),
            "b": normal(rng, c_out, 1),
        }
        if back:
            made["dLdZ"] = normal(rng, n, c_out)
        if before:
            made["A_before"] = normal(rng, before, c_in)
            if back:
                made["dLdZ_before"] = normal(rng, before, c_out)
        return made

    return draw


def cases(back: bool) -> tuple[Case, ...]:
    def zeros(rng: Random) -> Inputs:
        return {name: np.zeros_like(a) for name, a in inputs(3, 4, 2, back)(rng).items()}

    return (
        Case("batch", inputs(4, 3, 5, back)),
        Case("square", inputs(3, 3, 3, back)),
        Case("n_is_c_out", inputs(2, 3, 2, back)),
        Case("again", inputs(3, 4, 2, back, before=5)),
        Case("again_alike", inputs(3, *(4, 2) if back else (3, 3), back, before=3)),
        Case("one_example", inputs(1, 3, 2, back), "edge"),
        Case("one_feature", inputs(3, 1, 1, back), "edge"),
        Case("zeros", zeros, "edge"),
        Case("strided", inputs(3, 4, 2, back), "edge", "strided"),
        Case("frozen", inputs(3, 4, 2, back), "edge", "frozen"),
        Case("float32", lambda rng: single(inputs(3, 4, 2, back)(rng)), "edge"),
    )


EXERCISES = (
    Exercise(
        id="linear.forward",
        number="6.1",
        target="mytorch.linear.Linear.forward",
        points={"Z": 4, "edge": 1},
        drive=drive_forward,
        cases=cases(back=False),
        batch="A",
    ),
    Exercise(
        id="linear.backward",
        number="6.2",
        target="mytorch.linear.Linear.backward",
        points={"dLdA": 2.5, "dLdW": 2.5, "dLdb": 2.5, "edge": 1.5},
        drive=drive_backward,
        cases=cases(back=True),
        needs=("linear.forward",),
        batch="A",
        stores=("dLdW", "dLdb"),
    ),
)
