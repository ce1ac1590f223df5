"""Notebook 04: lines through a point of the rectifier, and which slopes are subgradients."""

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    GREEN,
    INK,
    LINE,
    ORANGE,
    QUIET,
    arrow,
    dot,
    line,
    number,
    polygon,
    polyline,
    sheet,
    text,
)

UNIT, ZERO, GROUND = 56.0, 200.0, 200.0  # pixels of 1; where the axes cross
FAR = 3.0
STEPS = [n / 20 - FAR for n in range(int(40 * FAR) + 1)]


def corner() -> Picture:
    return Picture(
        "lines under the rectifier",
        draw,
        z0=Slider("the point z₀", 1.0, -2.0, 2.0, 0.5),
        v=Slider("slope v of the line", 0.5, -0.5, 1.5, 0.25),
    )


def bent(z: float) -> float:
    return z if z > 0 else 0.0


def subgradients(z0: float) -> tuple[float, float]:
    """The smallest and the greatest slope of a line through the point and under the curve."""
    return (0.0 if z0 <= 0 else 1.0), (1.0 if z0 >= 0 else 0.0)


def draw(z0: float, v: float) -> str:
    """Draw the curve, a line through one of its points, and the slopes that are allowed there."""
    low, high = subgradients(z0)
    under = low <= v <= high
    verdict = "nowhere above the curve:" if under else "somewhere above the curve:"
    judged = "v is a subgradient" if under else "v is no subgradient"
    stroke = "solid" if under else "dashed"
    allowed = f"only {number(low)}" if low == high else f"all from {number(low)} to {number(high)}"
    said = (
        f"The line through the point at {number(z0)} with slope {number(v)} lies {verdict} "
        f"{judged}. Subgradients there: {allowed}."
    )
    parts = [
        *plane(z0, v, low, high),
        text(520, 60, f"The {stroke} line lies", 14),
        text(520, 82, verdict, 14),
        text(520, 106, judged, 15, bold=True),
        *scale(v, low, high),
        text(520, 262, f"subgradients at z₀ = {number(z0)}: {allowed}", 12, colour=QUIET),
    ]
    return sheet("A line through a point of the rectifier", said, 640, 300, *parts)


def spot(z: float, height: float) -> tuple[float, float]:
    return ZERO + UNIT * z, GROUND - UNIT * height


def plane(z0: float, v: float, low: float, high: float) -> list[str]:
    """The curve, the line through its point, and what of the line lies above the curve."""
    under = low <= v <= high

    def height(z: float) -> float:
        return bent(z0) + v * (z - z0)

    shown = [z for z in STEPS if -1.5 <= height(z) <= FAR]
    fan = [n / 4 for n in range(5)] if under and low < high else []
    above = [spot(z, max(height(z), bent(z))) for z in shown]
    below = [spot(z, bent(z)) for z in reversed(shown)]
    return [
        arrow(ZERO - UNIT * FAR, GROUND, ZERO + UNIT * FAR + 12, GROUND, INK, 1.5),
        arrow(ZERO, GROUND + 60, ZERO, GROUND - UNIT * FAR - 8, INK, 1.5),
        text(ZERO + UNIT * FAR + 16, GROUND + 5, "z", 14, "start"),
        text(ZERO - 8, GROUND - UNIT * FAR, "y", 14, "end"),
        *(line(spot(n, 0)[0], GROUND - 3, spot(n, 0)[0], GROUND + 3) for n in range(-2, 3)),
        *(
            text(spot(n, 0)[0], GROUND + 17, number(n), 11, colour=QUIET)
            for n in (-2, -1, 1, 2)
        ),
        polygon([*above, *below], ORANGE, "none", opacity=0.3),
        *(
            line(*spot(-1.2, -1.2 * slope), *spot(2.9, 2.9 * slope), GREEN, 1, DASHED)
            for slope in fan
        ),
        polyline([spot(-FAR, 0), spot(0, 0), spot(2.9, 2.9)], BLUE, 4),
        line(*spot(shown[0], height(shown[0])), *spot(shown[-1], height(shown[-1])),
             GREEN if under else ORANGE, 3, "" if under else DASHED),
        dot(*spot(z0, bent(z0)), 6.5),
        text(spot(z0, 0)[0], GROUND + 36, "z₀", 14, bold=True),
    ]  # fmt: skip


def scale(v: float, low: float, high: float) -> list[str]:
    """All slopes on a line: the subgradients as a bar, and v as an arrow."""

    def across(slope: float) -> float:
        return 520 + 76 * (slope - 0.5)

    return [
        text(520, 158, f"v = {number(v)}", 14, bold=True),
        arrow(across(v), 166, across(v), 190, INK, 2.5),
        line(across(-0.6), 200, across(1.6), 200, LINE, 2),
        line(across(low) - 3, 200, across(high) + 3, 200, GREEN, 10),
        *(line(across(n), 194, across(n), 206, INK, 1.5) for n in (0, 1)),
        *(text(across(n), 224, number(n), 12) for n in (0, 1)),
    ]
