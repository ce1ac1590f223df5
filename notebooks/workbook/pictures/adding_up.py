"""Notebook 06: a multiplication table per example; their sum is the weights' derivative."""

from collections.abc import Sequence

from ..small_network import X
from .grid import CELL_H, CELL_W, draw_grid
from .picture import Picture, Slider
from .strokes import BLUE, DASHED, ORANGE, svg_number, svg_sheet, svg_text

FIRST = (1.0, -0.5)  # derivative of the loss with respect to the first example's z
TOP = 96.0


def adding_up() -> Picture:
    return Picture(
        "tables that add up",
        draw_adding_up,
        examples=Slider("examples so far", 1, 0, 2, 1),
        dz2=Slider("∂L/∂z₂ of example 2", 0.25, -1.0, 1.0, 0.25),
    )


def draw_adding_up(examples: int, dz2: float) -> str:
    """Draw the tables of two examples, and the sum of those added so far."""
    behind = (FIRST, (0.0, dz2))
    tables = [[[left * above for above in x] for left in dz] for dz, x in zip(behind, X.tolist())]
    total = [[sum(t[j][i] for t in tables[:examples]) for i in range(2)] for j in range(2)]
    parts: list[str] = []
    for k, x in enumerate(X.tolist()):
        parts += draw_multiplication(
            60.0 + 210 * k, f"example {k + 1}", behind[k], x, k >= examples
        )
    parts += [svg_text(238, TOP + CELL_H + 7, "+", 22), svg_text(448, TOP + CELL_H + 7, "=", 22)]
    parts += draw_grid(510, TOP, total, "the sum so far", left=("z₁", "z₂"), above=("x₁", "x₂"))
    rows = "; ".join(", ".join(svg_number(v, 3) for v in row) for row in total)
    said = (
        f"The derivatives of example 2 are 0 and {svg_number(dz2)}. "
        f"After {examples} of 2 examples the sum of the tables is: {rows}."
    )
    return svg_sheet("The examples' tables add up", said, 640, 180, *parts)


def draw_multiplication(
    x: float, name: str, dz: Sequence[float], row: Sequence[float], later: bool
) -> list[str]:
    """Draw one example's table: x above, ∂L/∂z on the left, their products inside."""
    body = x + CELL_W + 10
    products = [[left * above for above in row] for left in dz]
    return [
        svg_text(body + CELL_W, 20, name if not later else f"{name}, not added yet", 14, bold=True),
        svg_text(body - 12, TOP - 29, "x", 12, "end"),
        svg_text(x + CELL_W / 2, TOP - 8, "∂L/∂z", 12),
        *draw_grid(body, TOP - CELL_H - 12, [row], "", rows={0: BLUE}),
        *draw_grid(x, TOP, [[value] for value in dz], "", rows={0: ORANGE, 1: ORANGE}, dash=DASHED),
        *draw_grid(body, TOP, products, "", faint=later),
    ]
