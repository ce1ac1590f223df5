"""Notebook 04: lines through a point of the ReLU curve, and which slopes are subgradients."""

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    GREEN,
    INK,
    LINE,
    ORANGE,
    QUIET,
    svg_arrow,
    svg_dot,
    svg_line,
    svg_number,
    svg_polygon,
    svg_polyline,
    svg_sheet,
    svg_text,
)

UNIT, ZERO, GROUND = 56.0, 200.0, 200.0  # pixels per unit; where the axes cross
FAR = 3.0
STEPS = [n / 20 - FAR for n in range(int(40 * FAR) + 1)]


def corner() -> Picture:
    return Picture(
        "lines under the rectifier",
        draw_corner,
        z0=Slider("the point z₀", 1.0, -2.0, 2.0, 0.5),
        v=Slider("slope v of the line", 0.5, -0.5, 1.5, 0.25),
    )


def bent_curve(z: float) -> float:
    return z if z > 0 else 0.0


def subgradient_ends(z0: float) -> tuple[float, float]:
    """The smallest and the greatest slope of a line through the point and under the curve."""
    return (0.0 if z0 <= 0 else 1.0), (1.0 if z0 >= 0 else 0.0)


def draw_corner(z0: float, v: float) -> str:
    """Draw the curve, a line through one of its points, and the subgradients there."""
    low, high = subgradient_ends(z0)
    under = low <= v <= high
    verdict = "nowhere above the curve:" if under else "somewhere above the curve:"
    judged = "v is a subgradient" if under else "v is no subgradient"
    stroke = "solid" if under else "dashed"
    allowed = (
        f"only {svg_number(low)}"
        if low == high
        else f"all from {svg_number(low)} to {svg_number(high)}"
    )
    said = (
        f"The line through the point at {svg_number(z0)} with slope {svg_number(v)} lies {verdict} "
        f"{judged}. Subgradients there: {allowed}."
    )
    parts = [
        *draw_plane(z0, v, low, high),
        svg_text(520, 60, f"The {stroke} line lies", 14),
        svg_text(520, 82, verdict, 14),
        svg_text(520, 106, judged, 15, bold=True),
        *draw_slopes(v, low, high),
        svg_text(520, 262, f"subgradients at z₀ = {svg_number(z0)}: {allowed}", 12, colour=QUIET),
    ]
    return svg_sheet("A line through a point of the rectifier", said, 640, 300, *parts)


def corner_point(z: float, height: float) -> tuple[float, float]:
    return ZERO + UNIT * z, GROUND - UNIT * height


def draw_plane(z0: float, v: float, low: float, high: float) -> list[str]:
    """Draw the curve, the line, and the part of the line that lies above the curve."""
    under = low <= v <= high

    def height(z: float) -> float:
        return bent_curve(z0) + v * (z - z0)

    shown = [z for z in STEPS if -1.5 <= height(z) <= FAR]
    fan = [n / 4 for n in range(5)] if under and low < high else []
    above = [corner_point(z, max(height(z), bent_curve(z))) for z in shown]
    below = [corner_point(z, bent_curve(z)) for z in reversed(shown)]
    return [
        svg_arrow(ZERO - UNIT * FAR, GROUND, ZERO + UNIT * FAR + 12, GROUND, INK, 1.5),
        svg_arrow(ZERO, GROUND + 60, ZERO, GROUND - UNIT * FAR - 8, INK, 1.5),
        svg_text(ZERO + UNIT * FAR + 16, GROUND + 5, "z", 14, "start"),
        svg_text(ZERO - 8, GROUND - UNIT * FAR, "y", 14, "end"),
        *(
            svg_line(corner_point(n, 0)[0], GROUND - 3, corner_point(n, 0)[0], GROUND + 3)
            for n in range(-2, 3)
        ),
        *(
            svg_text(corner_point(n, 0)[0], GROUND + 17, svg_number(n), 11, colour=QUIET)
            for n in (-2, -1, 1, 2)
        ),
        svg_polygon([*above, *below], ORANGE, "none", opacity=0.3),
        *(
            svg_line(
                *corner_point(-1.2, -1.2 * slope), *corner_point(2.9, 2.9 * slope), GREEN, 1, DASHED
            )
            for slope in fan
        ),
        svg_polyline([corner_point(-FAR, 0), corner_point(0, 0), corner_point(2.9, 2.9)], BLUE, 4),
        svg_line(*corner_point(shown[0], height(shown[0])),
             *corner_point(shown[-1], height(shown[-1])),
             GREEN if under else ORANGE, 3, "" if under else DASHED),
        svg_dot(*corner_point(z0, bent_curve(z0)), 6.5),
        svg_text(corner_point(z0, 0)[0], GROUND + 36, "z₀", 14, bold=True),
    ]  # fmt: skip


def draw_slopes(v: float, low: float, high: float) -> list[str]:
    """Draw the axis of slopes: the subgradients as a bar, and v as an arrow."""

    def across(slope: float) -> float:
        return 520 + 76 * (slope - 0.5)

    return [
        svg_text(520, 158, f"v = {svg_number(v)}", 14, bold=True),
        svg_arrow(across(v), 166, across(v), 190, INK, 2.5),
        svg_line(across(-0.6), 200, across(1.6), 200, LINE, 2),
        svg_line(across(low) - 3, 200, across(high) + 3, 200, GREEN, 10),
        *(svg_line(across(n), 194, across(n), 206, INK, 1.5) for n in (0, 1)),
        *(svg_text(across(n), 224, svg_number(n), 12) for n in (0, 1)),
    ]
