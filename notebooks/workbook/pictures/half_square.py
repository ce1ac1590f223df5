"""Notebook 00: the squared error as half of a square, and as a curve."""

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    INK,
    LINE,
    ORANGE,
    QUIET,
    svg_arrow,
    svg_box,
    svg_dot,
    svg_line,
    svg_number,
    svg_polygon,
    svg_polyline,
    svg_sheet,
    svg_text,
)

UNIT = 52.0  # pixels per unit on the axes of the left half
GROUND = 210.0  # height of the axes


def half_square() -> Picture:
    return Picture(
        "half a square",
        draw_half_square,
        y=Slider("output y", 2.5, -1.0, 3.0),
        d=Slider("wanted d", 1.0, 0.0, 2.0),
    )


def draw_half_square(y: float, d: float) -> str:
    """Draw the square on the distance from d to y, half of it filled, and the curve."""
    side = abs(y - d)
    area = side * side / 2
    said = (
        f"The output {svg_number(y)} is {svg_number(side)} away from the wanted {svg_number(d)}. "
        f"Half of the square over that distance is {svg_number(area, 3)}."
    )
    parts = [*draw_square(y, d, side, area), *draw_divergence(y, d, area)]
    return svg_sheet("The squared error is half a square", said, 640, 270, *parts)


def draw_square(y: float, d: float, side: float, area: float) -> list[str]:
    def across(value: float) -> float:
        return 76 + UNIT * (value + 1)

    left, top, width = across(min(y, d)), GROUND - UNIT * side, UNIT * side
    corners = [(left, GROUND), (left + width, GROUND), (left + width, top)]
    return [
        svg_arrow(56, GROUND, 300, GROUND, INK, 1.5),
        *(svg_text(across(n), GROUND + 17, svg_number(n), 11, colour=QUIET) for n in range(-1, 4)),
        *(svg_line(across(n), GROUND - 3, across(n), GROUND + 3) for n in range(-1, 4)),
        svg_box(left, top, width, width, colour=BLUE, dash=DASHED),
        svg_polygon(corners, BLUE, BLUE, opacity=0.35),
        draw_target(across(d), GROUND),
        svg_dot(across(y), GROUND, 6, BLUE),
        svg_text(across(d), GROUND + 38, "d", 15, bold=True),
        svg_text(across(y), GROUND + (54 if side < 0.3 else 38), "y", 15, bold=True),
        svg_text(56, 24, f"side  |y − d| = {svg_number(side)}", 13, "start"),
        svg_text(56, 44, f"filled half = {svg_number(area, 3)}", 13, "start", bold=True),
    ]


def draw_divergence(y: float, d: float, area: float) -> list[str]:
    """Draw the divergence as a function of y, for this d."""

    def place(value: float, height: float) -> tuple[float, float]:
        return 372 + UNIT * (value + 1), GROUND - 36 * height

    steps = [n / 20 - 1 for n in range(81)]
    here, low = place(y, area), place(d, 0)
    return [
        svg_arrow(352, GROUND, 600, GROUND, INK, 1.5),
        svg_arrow(352, GROUND, 352, 30, INK, 1.5),
        svg_text(606, GROUND + 4, "y", 14, "start"),
        svg_text(352, 22, "Div(y, d)", 13),
        *(
            svg_text(place(n, 0)[0], GROUND + 17, svg_number(n), 11, colour=QUIET)
            for n in range(-1, 4)
        ),
        *(svg_text(344, place(0, n)[1] + 4, svg_number(n), 11, "end", QUIET) for n in range(1, 5)),
        svg_line(here[0], here[1], here[0], GROUND, LINE, 1.5, DASHED),
        svg_polyline([place(s, (s - d) ** 2 / 2) for s in steps], ORANGE),
        draw_target(*low),
        svg_dot(*here, 6, BLUE),
        svg_text(low[0], GROUND + 38, "d", 15, bold=True),
    ]


def draw_target(x: float, y: float) -> str:
    """Draw the desired output as a diamond."""
    return svg_polygon([(x, y - 8), (x + 6, y), (x, y + 8), (x - 6, y)], ORANGE, "none")
