"""Notebook 06: from which numbers one entry of a batch's output is computed."""

from ..small_network import B1, W1, X
from .grid import draw_grid
from .picture import Picture, Slider
from .strokes import BLUE, DASHED, GREEN, ORANGE, QUIET, svg_number, svg_sheet, svg_text

Z = ((1.0, 0.5), (-2.0, 1.0))  # the batch's output, computed by hand in the notebook


def entry() -> Picture:
    return Picture(
        "one entry of the output",
        draw_entry,
        n=Slider("example (row of A)", 1, 1, 2, 1),
        j=Slider("output (column of Z)", 1, 1, 2, 1),
    )


def draw_entry(n: int, j: int) -> str:
    """Draw A, W, b and Z, and mark the numbers from which entry (n, j) of Z is computed."""
    a, w = X[n - 1].tolist(), W1[j - 1].tolist()
    b, z = float(B1[j - 1, 0]), Z[n - 1][j - 1]
    terms = " + ".join(f"{signed_number(left)}·{signed_number(right)}" for left, right in zip(w, a))
    sum_ = f"z = {terms} + {signed_number(b)} = {svg_number(z)}"
    said = (
        f"Output {j} of example {n} is made of row {n} of A, row {j} of W and entry {j} of b: "
        f"{sum_}."
    )
    examples, outputs = ("example 1", "example 2"), ("output 1", "output 2")
    parts = [
        *draw_grid(76, 70, X.tolist(), "A", left=examples, above=("x₁", "x₂"), rows={n - 1: BLUE}),
        *draw_grid(
            280, 70, W1.tolist(), "W", left=outputs, above=("x₁", "x₂"),
            rows={j - 1: ORANGE}, dash=DASHED,
        ),
        *draw_grid(392, 70, B1.tolist(), "b", above=("",), rows={j - 1: ORANGE}, dash=DASHED),
        *draw_grid(
            545, 70, Z, "Z", left=examples, above=("z₁", "z₂"), cells={(n - 1, j - 1): GREEN}
        ),
        svg_text(320, 196, sum_, 16, bold=True),
        svg_text(
            320, 220, f"row {n} of A with row {j} of W, plus entry {j} of b", 12, colour=QUIET
        ),
    ]  # fmt: skip
    return svg_sheet("What one entry of the output is made of", said, 640, 236, *parts)


def signed_number(value: float) -> str:
    return f"({svg_number(value)})" if value < 0 else svg_number(value)
