"""Notebook 07: the derivative of the cross-entropy, carried back through the softmax's Jacobian."""

from .grid import CELL_H, CELL_W, grid
from .picture import Picture, Slider
from .strokes import BLUE, DASHED, GREEN, ORANGE, QUIET, sheet, text

TOP, BELOW = 66.0, 240.0  # where the two rows of the picture begin
CLASSES = ("class 1", "class 2", "class 3")


def cancelling() -> Picture:
    return Picture(
        "back through the softmax",
        draw,
        right=Slider("right class", 3, 1, 3, 1),
        third=Slider("exp(z₃)", 5, 1, 9, 1),
    )


def draw(right: int, third: int) -> str:
    """Draw the row ∂Div/∂y, the Jacobian it meets, and their product under the probabilities.

    All numbers are whole: probabilities in S-ths, the Jacobian in S²-ths.
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
        *grid(60, middle - CELL_H / 2, [row], "∂Div/∂y", cells={(0, c): ORANGE}, dash=DASHED),
        text(210, middle + 6, "·", 24, bold=True),
        *grid(
            256, TOP, jacobian, "∂y/∂z", rows={c: ORANGE}, dash=DASHED,
            left=("y₁", "y₂", "y₃"), above=("z₁", "z₂", "z₃"),
        ),
        text(256 + 1.5 * CELL_W, TOP + 3 * CELL_H + 18, in_square_parts, 12, colour=QUIET),
        text(412, middle + 6, "=", 20, bold=True),
        *grid(440, middle - CELL_H / 2, [product], "∂Div/∂z", rows={0: GREEN}),
        text(440 + 1.5 * CELL_W, middle + CELL_H / 2 + 18, in_parts, 12, colour=QUIET),
        *grid(440, BELOW, [list(e)], "y", rows={0: BLUE}, above=CLASSES),
        text(440 + 1.5 * CELL_W, BELOW + CELL_H + 18, in_parts, 12, colour=QUIET),
        *grid(60, BELOW, [wanted], "d", above=CLASSES, cells={(0, c): ORANGE}, dash=DASHED),
        text(316, BELOW + CELL_H / 2 + 5, "compare with ∂Div/∂z →", 12, colour=QUIET),
    ]  # fmt: skip
    said = (
        f"The right class is {right}. The probabilities are {listed(e)}, in {whole}ths. "
        f"Only row {right} of the Jacobian meets a number that is not 0. "
        f"The derivative by the logits is {listed(product)}, in {whole}ths."
    )
    return sheet("Back through the softmax", said, 640, 304, *parts)


def listed(values: list[float] | tuple[int, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
