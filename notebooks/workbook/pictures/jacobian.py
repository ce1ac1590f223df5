"""Notebook 05: the Jacobian of a softmax, as numbers and as shades."""

from collections.abc import Sequence
from math import exp

from .picture import Picture, Slider
from .strokes import BLUE, DASHED, INK, ORANGE, QUIET, svg_box, svg_number, svg_sheet, svg_text

LEFT, TOP, FOOT = 300.0, 56.0, 194.0
WIDE, HIGH = 58.0, 36.0  # the size of a cell
BAR = 130.0  # the length of a bar of probability 1
SUB = "₁₂₃"


def jacobian() -> Picture:
    return Picture(
        "the Jacobian of a softmax",
        draw_jacobian,
        z1=Slider("z₁", 0.0, -2.0, 8.0),
        z2=Slider("z₂", 0.7, -2.0, 8.0),
        z3=Slider("z₃", 1.6, -2.0, 8.0),
    )


def draw_jacobian(z1: float, z2: float, z3: float) -> str:
    """Draw the probabilities as bars, and beside them their derivatives with respect to each z."""
    exponentials = [exp(z) for z in (z1, z2, z3)]
    y = [e / sum(exponentials) for e in exponentials]
    # the slide's formula, entry by entry: row j holds the derivatives of y_j
    entries = [[y[i] * ((i == j) - y[j]) for i in range(3)] for j in range(3)]
    rows = "; ".join(", ".join(svg_number(v) for v in row) for row in entries)
    said = f"Probabilities {', '.join(svg_number(v) for v in y)}. Jacobian, row by row: {rows}."
    middle, right = LEFT + 1.5 * WIDE, LEFT + 3 * WIDE + 60
    parts = [
        *draw_probabilities(y),
        svg_text(middle, TOP - 34, "Jacobian", 15, bold=True),
        *(
            svg_text(LEFT + WIDE * (i + 0.5), TOP - 10, f"z{SUB[i]}", 12, colour=QUIET)
            for i in range(3)
        ),
        *(
            svg_text(LEFT - 10, TOP + HIGH * (j + 0.62), f"y{SUB[j]}", 12, "end", QUIET)
            for j in range(3)
        ),
        *draw_jacobian_entries(entries),
        svg_box(LEFT, TOP, 3 * WIDE, 3 * HIGH),
        svg_text(right, TOP - 10, "sum of the row", 12, colour=QUIET),
        *(
            svg_text(right, TOP + HIGH * (j + 0.62), svg_number(sum(row)), 14)
            for j, row in enumerate(entries)
        ),
        svg_box(LEFT, FOOT - 12, 14, 14, BLUE, BLUE, opacity=0.4),
        svg_text(LEFT + 20, FOOT, "plus: grows with z", 12, "start"),
        svg_box(LEFT + 154, FOOT - 12, 14, 14, ORANGE, ORANGE, 1.5, DASHED, opacity=0.4),
        svg_text(LEFT + 174, FOOT, "minus: shrinks", 12, "start"),
    ]
    return svg_sheet("The Jacobian of a softmax", said, 640, 208, *parts)


def draw_probabilities(y: Sequence[float]) -> list[str]:
    parts = [svg_text(110, TOP - 34, "y = softmax(z)", 15, bold=True)]
    for k, value in enumerate(y):
        top = TOP + HIGH * k
        parts += [
            svg_text(42, top + 23, f"y{SUB[k]}", 14, "end"),
            svg_box(50, top + 7, BAR * value, 22, INK, INK, opacity=0.2),
            svg_text(56 + BAR * value, top + 23, svg_number(value), 14, "start"),
        ]
    return parts


def draw_jacobian_entries(entries: Sequence[Sequence[float]]) -> list[str]:
    """Draw the entries: a larger entry has a fuller frame, a negative one a dashed frame."""
    parts = []
    for j, row in enumerate(entries):
        for i, value in enumerate(row):
            x, y = LEFT + WIDE * i, TOP + HIGH * j
            colour, dash = (BLUE, "") if value > 0 else (ORANGE, DASHED)
            if abs(value) >= 0.005:
                size = (WIDE - 4, HIGH - 4)
                opacity = min(0.6, 2.4 * abs(value))
                parts.append(
                    svg_box(
                        x + 2, y + 2, *size, colour, colour, 1.5, dash, opacity=opacity, round=3
                    )
                )
            parts.append(svg_text(x + WIDE / 2, y + HIGH * 0.62, svg_number(value), 14))
    return parts
