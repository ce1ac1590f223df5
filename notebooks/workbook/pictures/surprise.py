"""Notebook 07: the cost of a probability, −log y."""

from math import log

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    DOTTED,
    GREEN,
    INK,
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

LEFT, GROUND = 64.0, 262.0  # the origin
WIDE, HIGH = 400.0, 48.0  # pixels per unit on each axis


def surprise() -> Picture:
    return Picture(
        "what a probability costs",
        draw_surprise,
        y=Slider("y of the right class", 0.8, 0.02, 1.0, 0.02),
    )


def draw_surprise(y: float) -> str:
    """Draw −log y as a function of y, at this y and at y/2, and the squared error beside it."""
    cost, half = -log(y), -log(y / 2)
    said = (
        f"The right class has the probability {svg_number(y)}. That costs {svg_number(cost, 3)}. "
        f"Half of that probability costs {svg_number(half, 3)}, which is 0.693 more."
    )
    here, there = cost_point(y, cost), cost_point(y / 2, half)
    end = 560.0  # where both heights are compared
    parts = [
        *draw_cost_axes(),
        svg_polyline(
            [cost_point(0.007 * 1.02**n, -log(0.007 * 1.02**n)) for n in range(251)], ORANGE, 2.5
        ),
        *draw_squared_error(),
        svg_line(*here, end, here[1], BLUE, 1.5, DASHED),
        svg_line(*there, end, there[1], GREEN, 1.5, DOTTED),
        svg_line(end, here[1], end, there[1], INK, 2),
        svg_text(end + 8, (here[1] + there[1]) / 2 + 5, "0.693", 14, "start", bold=True),
        svg_dot(*here, 7, BLUE),
        svg_dot(*there, 5, GREEN),
        svg_text(
            300,
            34,
            f"y = {svg_number(y)} costs −log y = {svg_number(cost, 3)}",
            14,
            "start",
            bold=True,
        ),
        svg_text(300, 56, f"half, {svg_number(y / 2)}, costs {svg_number(half, 3)}", 14, "start"),
    ]
    return svg_sheet("What a probability costs", said, 640, 310, *parts)


def cost_point(y: float, cost: float) -> tuple[float, float]:
    return LEFT + WIDE * y, GROUND - HIGH * cost


def draw_cost_axes() -> list[str]:
    tenths = (0, 0.25, 0.5, 0.75, 1)
    return [
        svg_arrow(LEFT, GROUND, 500, GROUND, INK, 1.5),
        svg_arrow(LEFT, GROUND, LEFT, 14, INK, 1.5),
        svg_text(500, GROUND + 19, "y", 14),
        svg_text(
            LEFT + WIDE / 2, GROUND + 40, "probability given to the right class", 12, colour=QUIET
        ),
        *(
            svg_text(cost_point(n, 0)[0], GROUND + 17, svg_number(n), 11, colour=QUIET)
            for n in tenths
        ),
        *(
            svg_text(LEFT - 8, cost_point(0, n)[1] + 4, svg_number(n), 11, "end", QUIET)
            for n in range(1, 5)
        ),
        svg_text(LEFT + 10, 18, "Div", 13, "start"),
    ]


def draw_squared_error() -> list[str]:
    """Draw the right class's term of the squared error, which is at most ½."""
    points = [(n / 40, (1 - n / 40) ** 2 / 2) for n in range(41)]
    return [
        *(
            svg_line(*cost_point(*one), *cost_point(*other), QUIET, 1.5)
            for one, other in zip(points[::2], points[1::2])
        ),
        svg_text(*cost_point(0.02, 0.62), "½ (1 − y)²", 11, "start", QUIET),
    ]
