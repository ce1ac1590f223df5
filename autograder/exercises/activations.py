"""Notebooks 04 and 05: sigmoid, ReLU, softmax. They share their drivers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.model import Array, Case, Double, Drive, Exercise, Inputs

from .attempt import attempt_forward
from .draw import Random, draw_apart, draw_huge, draw_normal, to_single_precision


def drive_activation_forward(name: str, arguments: tuple[float, ...] = ()) -> Drive:
    """Drive one activation forward; `before` is an earlier batch through the same object.

    Args: arguments: the arguments of its constructor.
    """

    def drive(mytorch: Any, Z: Array, before: Array | None = None) -> dict[str, Any]:
        f = getattr(mytorch, name)(*arguments)
        if before is not None:
            f.forward(before)
        return {"A": f.forward(Z)}

    return drive


def drive_activation_backward(name: str, arguments: tuple[float, ...] = ()) -> Drive:
    """Drive one activation forward and backward; `*_before` is an earlier round.

    If there is an earlier round, a second object also runs forward, as in a network.
    """

    def drive(
        mytorch: Any,
        Z: Array,
        dLdA: Array,
        Z_before: Array | None = None,
        dLdA_before: Array | None = None,
    ) -> dict[str, Any]:
        f, beside = (getattr(mytorch, name)(*arguments) for _ in range(2))
        if Z_before is not None:
            attempt_forward(f.forward, Z_before)
            f.backward(dLdA_before)
        attempt_forward(f.forward, Z)
        if Z_before is not None:
            attempt_forward(beside.forward, 1 - Z)
        return {"dLdZ": f.backward(dLdA)}

    return drive


def draw_with_gradient(make: Callable[[Random], Array]) -> Callable[[Random], Inputs]:
    def inputs(rng: Random) -> Inputs:
        Z = make(rng)
        return {"Z": Z, "dLdA": draw_normal(rng, *Z.shape)}

    return inputs


def draw_with_zeros(rng: Random) -> Array:
    """Numbers with some zeros, because ReLU has no derivative at 0."""
    Z = draw_normal(rng, 3, 4)
    Z[0, :] = 0
    Z[2, 1] = 0
    return Z


def activation_cases(back: bool, saturates: bool) -> tuple[Case, ...]:
    """The cases of one method of one activation.

    Args: back: whether the method is `backward`.  saturates: whether huge inputs get their own
          cases; otherwise the general cases contain larger numbers.
    """
    size = 2 if saturates else 8

    def case(id: str, make: Callable[[Random], Array], **rest: Any) -> Case:
        return Case(id, draw_with_gradient(make) if back else lambda rng: {"Z": make(rng)}, **rest)

    def again(rng: Random) -> Inputs:
        Z, Z_before = draw_normal(rng, 3, 5), draw_normal(rng, 4, 5)
        if not back:
            return {"Z": Z, "before": Z_before}
        return {
            "Z": Z,
            "dLdA": draw_normal(rng, 3, 5),
            "Z_before": Z_before,
            "dLdA_before": draw_normal(rng, 4, 5),
        }

    def in_float32(rng: Random) -> Inputs:
        Z = draw_normal(rng, 3, 4)
        return to_single_precision({"Z": Z, "dLdA": draw_normal(rng, 3, 4)} if back else {"Z": Z})

    general = (
        case("batch", lambda rng: size * draw_normal(rng, 4, 3)),
        case("square", lambda rng: size * draw_normal(rng, 3, 3)),
        Case("again", again),
    )
    edge = (
        case("one_example", lambda rng: draw_normal(rng, 1, 3), role="edge"),
        case("one_feature", lambda rng: draw_normal(rng, 3, 1), role="edge"),
        case("zeros", draw_with_zeros, role="edge"),
        case("strided", lambda rng: draw_normal(rng, 3, 4), role="edge", layout="strided"),
        case("frozen", lambda rng: draw_normal(rng, 3, 4), role="edge", layout="frozen"),
        Case("float32", in_float32, role="edge"),
    )
    stability = (
        case("huge", lambda rng: draw_huge(rng, 3, 4), role="stability"),
        case("apart", lambda rng: draw_apart(rng, 3, 4), role="stability"),
    )
    return general + edge + (stability if saturates else ())


def activation_exercises(
    name: str,
    file: str,
    numbers: tuple[str, str],
    forward_points: dict[str, float],
    backward_points: dict[str, float],
    arguments: tuple[float, ...] = (),
) -> tuple[Exercise, ...]:
    """The two exercises of one activation, made with these arguments."""
    saturates = "stability" in forward_points
    return (
        Exercise(
            id=f"{file}.forward",
            number=numbers[0],
            target=f"mytorch.{file}.{name}.forward",
            points=forward_points,
            drive=drive_activation_forward(name, arguments),
            cases=activation_cases(back=False, saturates=saturates),
            batch="Z",
            keeps=("Z", "A"),
        ),
        Exercise(
            id=f"{file}.backward",
            number=numbers[1],
            target=f"mytorch.{file}.{name}.backward",
            points=backward_points,
            drive=drive_activation_backward(name, arguments),
            cases=activation_cases(back=True, saturates=saturates),
            batch="Z",
            needs=(f"{file}.forward",),
        ),
    )


def make_probabilities(values: Array) -> Array:
    """Turn any numbers into rows that are positive and sum to 1."""
    weights = 2 + np.sin(6 * values)
    shares: Array = weights / weights.sum(axis=1, keepdims=True)
    return shares


DOUBLES: tuple[Double, ...] = (
    Double("mytorch.softmax.Softmax", output=make_probabilities, keeps="A"),
)

EXERCISES: tuple[Exercise, ...] = (
    *activation_exercises(
        "Sigmoid",
        "sigmoid",
        ("4.1", "4.2"),
        {"A": 2, "edge": 0.25, "stability": 0.25},
        {"dLdZ": 3, "edge": 0.25, "stability": 0.25},
    ),
    *activation_exercises(
        "ReLU", "relu", ("4.3", "4.4"), {"A": 2, "edge": 0.5}, {"dLdZ": 3, "edge": 0.5}
    ),
    *activation_exercises(
        "Softmax",
        "softmax",
        ("5.1", "5.2"),
        {"A": 2.5, "edge": 0.25, "stability": 0.25},
        {"dLdZ": 4, "edge": 0.5, "stability": 0.5},
    ),
)
