"""Notebook 07: the derivative of the cross-entropy, carried back through the softmax's Jacobian."""

from .grid import CELL_H, CELL_W, draw_grid
from .picture import Picture, Slider
from .strokes import BLUE, DASHED, GREEN, ORANGE, QUIET, svg_sheet, svg_text

TOP, BELOW = 66.0, 240.0  # where the two rows of the picture begin
CLASSES = ("class 1", "class 2", "class 3")


def cancelling() -> Picture:
    return Picture(
        "back through the softmax",
        draw_cancelling,
        right=Slider("right class", 3, 1, 3, 1),
        third=Slider("exp(z₃)", 5, 1, 9, 1),
    )


def draw_cancelling(right: int, third: int) -> str:
    """Draw the row ∂Div/∂y, the Jacobian, and their product below the probabilities.

    All numbers are integers: the probabilities in units of 1/S, the Jacobian in units of 1/S².
    """
    e = (1, 2, third)
    whole, c = sum(e), right - 1
    jacobian = [[e[j] * (whole * (i == j) - e[i]) for i in range(3)] for j in range(3)]
    row = [-whole / e[c] if j == c else 0.0 for j in range(3)]
    product = [-value / e[c] for value in jacobian[c]]
    wanted = [float(j == c) for j in range(3)]
    middle = TOP + 1.5 * CELL_H
    in_parts, in_square_parts = f"in {whole}ths", f"in {whole**2}ths"
    parts = [
        *draw_grid(60, middle - CELL_H / 2, [row], "∂Div/∂y", cells={(0, c): ORANGE}, dash=DASHED),
        svg_text(210, middle + 6, "·", 24, bold=True),
        *draw_grid(
            256, TOP, jacobian, "∂y/∂z", rows={c: ORANGE}, dash=DASHED,
            left=("y₁", "y₂", "y₃"), above=("z₁", "z₂", "z₃"),
        ),
        svg_text(256 + 1.5 * CELL_W, TOP + 3 * CELL_H + 18, in_square_parts, 12, colour=QUIET),
        svg_text(412, middle + 6, "=", 20, bold=True),
        *draw_grid(440, middle - CELL_H / 2, [product], "∂Div/∂z", rows={0: GREEN}),
        svg_text(440 + 1.5 * CELL_W, middle + CELL_H / 2 + 18, in_parts, 12, colour=QUIET),
        *draw_grid(440, BELOW, [list(e)], "y", rows={0: BLUE}, above=CLASSES),
        svg_text(440 + 1.5 * CELL_W, BELOW + CELL_H + 18, in_parts, 12, colour=QUIET),
        *draw_grid(60, BELOW, [wanted], "d", above=CLASSES, cells={(0, c): ORANGE}, dash=DASHED),
        svg_text(316, BELOW + CELL_H / 2 + 5, "compare with ∂Div/∂z →", 12, colour=QUIET),
    ]  # fmt: skip
    said = (
        f"The right class is {right}. The probabilities are {join_values(e)}, in {whole}ths. "
        f"Only row {right} of the Jacobian meets a number that is not 0. "
        f"The derivative by the logits is {join_values(product)}, in {whole}ths."
    )
    return svg_sheet("Back through the softmax", said, 640, 304, *parts)


def join_values(values: list[float] | tuple[int, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
