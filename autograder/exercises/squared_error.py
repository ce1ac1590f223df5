"""Notebook 00: the squared error."""

from collections.abc import Callable
from typing import Any

from autograder.model import Array, Case, Exercise, Inputs

from .draw import Random, draw_normal


def drive_squared_error(mytorch: Any, y: Array, d: Array) -> dict[str, Any]:
    return {"div": mytorch.squared_error(y, d)}


def draw_outputs(*shape: int) -> Callable[[Random], Inputs]:
    return lambda rng: {"y": draw_normal(rng, *shape), "d": draw_normal(rng, *shape)}


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        id="squared_error",
        number="0.1",
        target="mytorch.squared_error.squared_error",
        points={"div": 1.75, "edge": 0.25},
        drive=drive_squared_error,
        cases=(
            Case("column", draw_outputs(4, 1)),
            Case("row", draw_outputs(3)),
            Case("one_number", draw_outputs(1, 1)),
            Case("matrix", draw_outputs(2, 3), "edge"),
            Case("frozen", draw_outputs(3), "edge", "frozen"),
        ),
    ),
)
