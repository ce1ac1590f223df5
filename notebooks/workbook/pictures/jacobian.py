"""Notebook 05: the Jacobian of a softmax, as numbers and as shades."""

from collections.abc import Sequence
from math import exp

from .grid import CELL_H, CELL_W, grid
from .picture import Picture, Slider
from .strokes import BLUE, DASHED, INK, ORANGE, QUIET, box, number, sheet, text

LEFT, TOP = 330.0, 88.0
BAR = 130.0  # a probability of 1 as a bar


def jacobian() -> Picture:
    return Picture(
        "the Jacobian of a softmax",
        draw,
        z1=Slider("z₁", 0.0, -2.0, 8.0),
        z2=Slider("z₂", 0.7, -2.0, 8.0),
        z3=Slider("z₃", 1.6, -2.0, 8.0),
    )


def draw(z1: float, z2: float, z3: float) -> str:
    """Draw the probabilities as bars, and beside them how each answers each z."""
    exponentials = [exp(z) for z in (z1, z2, z3)]
    y = [e / sum(exponentials) for e in exponentials]
    # the slide's formula, entry by entry: row j says how y_j answers each z_i
    entries = [[y[i] * ((i == j) - y[j]) for i in range(3)] for j in range(3)]
    rows = "; ".join(", ".join(number(v) for v in row) for row in entries)
    said = f"Probabilities {', '.join(number(v) for v in y)}. Jacobian, row by row: {rows}."
    parts = [
        *bars(y),
        *shades(entries),
        *grid(LEFT, TOP, [[round(v, 2) for v in row] for row in entries], "Jacobian",
              left=("y₁", "y₂", "y₃"), above=("z₁", "z₂", "z₃")),
        text(LEFT + 3 * CELL_W + 66, TOP - 8, "sum of the row", 11, colour=QUIET),
        *(
            text(LEFT + 3 * CELL_W + 66, TOP + CELL_H * (j + 0.65), number(sum(row)), 14)
            for j, row in enumerate(entries)
        ),
        box(LEFT - 26, 222, 14, 14, BLUE, BLUE, opacity=0.4),
        text(LEFT - 6, 234, "plus: grows with z", 12, "start"),
        box(LEFT + 124, 222, 14, 14, ORANGE, ORANGE, 1.5, DASHED, opacity=0.4),
        text(LEFT + 144, 234, "minus: shrinks", 12, "start"),
    ]  # fmt: skip
    return sheet("The Jacobian of a softmax", said, 640, 250, *parts)


def bars(y: Sequence[float]) -> list[str]:
    parts = [text(110, TOP - 30, "y = softmax(z)", 15, bold=True)]
    for k, value in enumerate(y):
        top = TOP + CELL_H * k
        parts += [
            text(42, top + 21, f"y{'₁₂₃'[k]}", 14, "end"),
            box(50, top + 5, BAR * value, 22, INK, INK, opacity=0.2),
            text(56 + BAR * value, top + 21, number(value), 14, "start"),
        ]
    return parts


def shades(entries: Sequence[Sequence[float]]) -> list[str]:
    """A frame inside each entry, filled the more the larger it is; dashed where negative."""
    return [
        box(
            LEFT + CELL_W * i + 1, TOP + CELL_H * j + 1, CELL_W - 2, CELL_H - 2,
            BLUE if value > 0 else ORANGE, BLUE if value > 0 else ORANGE,
            1.5, "" if value > 0 else DASHED, opacity=min(0.6, 2.4 * abs(value)), round=3,
        )
        for j, row in enumerate(entries)
        for i, value in enumerate(row)
        if abs(value) >= 0.005
    ]  # fmt: skip
