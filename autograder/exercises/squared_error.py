"""Notebook 00: the squared error."""

from collections.abc import Callable
from typing import Any

from autograder.model import Array, Case, Exercise, Inputs

from .draw import Random, normal


def drive(mytorch: Any, y: Array, d: Array) -> dict[str, Any]:
    return {"div": mytorch.squared_error(y, d)}


def outputs(*shape: int) -> Callable[[Random], Inputs]:
    return lambda rng: {"y": normal(rng, *shape), "d": normal(rng, *shape)}


EXERCISES = (
    Exercise(
        id="squared_error",
        number="0.1",
        target="mytorch.squared_error.squared_error",
        points={"div": 1.75, "edge": 0.25},
        drive=drive,
        cases=(
            Case("column", outputs(4, 1)),
            Case("row", outputs(3)),
            Case("one_number", outputs(1, 1)),
            Case("matrix", outputs(2, 3), "edge"),
            Case("frozen", outputs(3), "edge", "frozen"),
        ),
    ),
)
