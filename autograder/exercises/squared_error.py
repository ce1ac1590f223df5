"""Notebook 00: the squared error."""

from typing import Any

from ..model import Array, Case, Exercise
from .draw import Random, normal


def drive(mytorch: Any, y: Array, d: Array) -> dict[str, Any]:
    return {"div": mytorch.squared_error(y, d)}


def outputs(*shape: int) -> Any:
    return lambda rng: {"y": normal(rng, *shape), "d": normal(rng, *shape)}


def one_number(rng: Random) -> dict[str, Array]:
    return {"y": normal(rng, 1, 1), "d": normal(rng, 1, 1)}


EXERCISES = (
    Exercise(
        id="squared_error",
        number="0.1",
        target="mytorch.squared_error.squared_error",
        points={"div": 2},
        drive=drive,
        cases=(
            Case("column", outputs(4, 1)),
            Case("row", outputs(3)),
            Case("one_number", one_number),
        ),
    ),
)
