"""Notebook 04: the sigmoid, its distances y and 1 − y from 0 and 1, and its slope."""

from math import log

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    DOTTED,
    GREEN,
    INK,
    LINE,
    ORANGE,
    QUIET,
    svg_arrow,
    svg_dot,
    svg_line,
    svg_number,
    svg_polyline,
    svg_sheet,
    svg_text,
)

UNIT, HIGH = 34.0, 190.0  # pixels per unit, across and upwards
GROUND, FAR = 250.0, 4.0  # height of the axis; its ends
HEIGHTS = [n / 200 for n in range(4, 197)]  # the outputs at which the curve is drawn


def sigmoid() -> Picture:
    return Picture(
        "the sigmoid and its slope", draw_sigmoid, y=Slider("output y", 0.6, 0.05, 0.95, 0.05)
    )


def z_at_height(y: float) -> float:
    """The z at which the curve has height y: the curve is drawn from heights."""
    return log(y / (1 - y))


def measure_slope(y: float) -> float:
    """The slope where the curve has height y, measured on a tiny piece of the curve."""
    rise = 1e-5
    return rise / (z_at_height(y + rise / 2) - z_at_height(y - rise / 2))


def draw_sigmoid(y: float) -> str:
    """Draw the curve, its tangent, and the column from 0 to 1 that it splits; on the right, all
    slopes."""
    z, slope = z_at_height(y), measure_slope(y)
    said = (
        f"At z = {svg_number(z)} the sigmoid is y = {svg_number(y)}; {svg_number(1 - y)} is left "
        f"up to 1. Its slope there is {svg_number(slope, 4)}."
    )
    parts = [*draw_sigmoid_curve(z, y, slope), *draw_slope_bars(z, slope)]
    return svg_sheet("The sigmoid and its slope", said, 640, 300, *parts)


def draw_axis(zero: float, title: str) -> list[str]:
    left, right = zero - UNIT * FAR, zero + UNIT * FAR
    return [
        svg_arrow(left, GROUND, right + 14, GROUND, INK, 1.5),
        svg_text(right + 8, GROUND - 10, "z", 14),
        svg_text(zero, 22, title, 14, bold=True),
        *(svg_line(zero + UNIT * n, GROUND - 3, zero + UNIT * n, GROUND + 3) for n in range(-3, 4)),
        *(
            svg_text(zero + UNIT * n, GROUND + 17, svg_number(n), 11, colour=QUIET)
            for n in range(-3, 4)
        ),
    ]  # fmt: skip


def draw_sigmoid_curve(z: float, y: float, slope: float) -> list[str]:
    zero = 166.0
    x, height, top = zero + UNIT * z, GROUND - HIGH * y, GROUND - HIGH
    # the curve leaves two corners free; use the one without the column
    left, first = (zero - UNIT * FAR + 12, top + 24) if z > 0 else (zero + 24, GROUND - 48)
    reach = 1.3
    return [
        *draw_axis(zero, "y = sigmoid(z)"),
        svg_line(zero - UNIT * FAR, top, zero + UNIT * FAR, top, LINE, 1),
        svg_text(zero - UNIT * FAR - 6, top + 4, "1", 11, "end", QUIET),
        svg_text(zero - UNIT * FAR - 6, GROUND + 4, "0", 11, "end", QUIET),
        svg_polyline(
            [(zero + UNIT * z_at_height(h), GROUND - HIGH * h) for h in HEIGHTS], INK, 2.5
        ),
        svg_line(x, GROUND, x, height, BLUE, 5),
        svg_line(x, height, x, top, ORANGE, 5, DASHED),
        svg_line(
            x - UNIT * reach, height + HIGH * slope * reach,
            x + UNIT * reach, height - HIGH * slope * reach, GREEN, 3, DOTTED,
        ),
        svg_dot(x, height, 6, BLUE),
        svg_line(left, first - 5, left + 26, first - 5, ORANGE, 5, DASHED),
        svg_text(left + 34, first, f"1 − y = {svg_number(1 - y)}", 13, "start", bold=True),
        svg_line(left, first + 19, left + 26, first + 19, BLUE, 5),
        svg_text(left + 34, first + 24, f"y = {svg_number(y)}", 13, "start", bold=True),
    ]  # fmt: skip


def draw_slope_bars(z: float, slope: float) -> list[str]:
    zero, scale = 478.0, 4 * HIGH * 0.85
    x, height = zero + UNIT * z, GROUND - scale * slope
    bell = [(zero + UNIT * z_at_height(h), GROUND - scale * measure_slope(h)) for h in HEIGHTS]
    return [
        *draw_axis(zero, "slope of the tangent"),
        svg_polyline(bell, INK, 2.5),
        svg_line(x, GROUND, x, height, GREEN, 4, DOTTED),
        svg_dot(x, height, 6, GREEN),
        svg_text(zero, 44, f"here: {svg_number(slope, 4)}", 14, bold=True),
    ]
