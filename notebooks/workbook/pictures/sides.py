"""Notebook 06: the arrays of a layer as boxes to scale; each side has its dimension's name."""

from .picture import Picture, Slider
from .strokes import BLUE, DASHED, DOTTED, GREEN, LINE, ORANGE, QUIET, svg_line, svg_sheet, svg_text

UNIT = 15.0
STROKES = {"N": (BLUE, ""), "C_in": (ORANGE, DASHED), "C_out": (GREEN, DOTTED), "1": (QUIET, "")}
ARRAYS = (("A", "N", "C_in"), ("W", "C_out", "C_in"), ("b", "C_out", "1"), ("Z", "N", "C_out"))


def sides() -> Picture:
    return Picture(
        "the sides of the arrays",
        draw_sides,
        n=Slider("N examples", 5, 1, 6, 1),
        c_in=Slider("C_in numbers come in", 3, 1, 6, 1),
        c_out=Slider("C_out numbers go out", 2, 1, 6, 1),
    )


def draw_sides(n: int, c_in: int, c_out: int) -> str:
    """Draw every array of a layer and its derivative; sides of the same dimension look the same."""
    sizes = {"N": n, "C_in": c_in, "C_out": c_out, "1": 1}
    parts = [
        svg_text(8, 14, "in and out", 13, "start", QUIET),
        svg_text(8, 192, "derivatives of the loss", 13, "start", QUIET),
    ]
    for column, (name, rows, columns) in enumerate(ARRAYS):
        parts += draw_array(105 + 150 * column, 62, name, rows, columns, sizes)
        parts += draw_array(105 + 150 * column, 242, f"dLd{name}", rows, columns, sizes)
    words = (f"{name} and dLd{name} are {sizes[r]} × {sizes[c]}" for name, r, c in ARRAYS)
    return svg_sheet(
        "The arrays of a layer and their sides", "; ".join(words) + ".", 640, 345, *parts
    )


def draw_array(
    middle: float, top: float, name: str, rows: str, columns: str, sizes: dict[str, int]
) -> list[str]:
    """Draw one array as a box of its entries, centred on `middle`, with names on its sides."""
    high, wide = sizes[rows], sizes[columns]
    height = UNIT * high
    left, right, bottom = middle - UNIT * wide / 2, middle + UNIT * wide / 2, top + height
    across, down = STROKES[columns], STROKES[rows]
    return [
        *(svg_line(left, top + UNIT * i, right, top + UNIT * i, LINE, 0.7) for i in range(1, high)),
        *(
            svg_line(left + UNIT * j, top, left + UNIT * j, bottom, LINE, 0.7)
            for j in range(1, wide)
        ),
        *(svg_line(left, y, right, y, across[0], 3, across[1]) for y in (top, bottom)),
        *(svg_line(x, top, x, bottom, down[0], 3, down[1]) for x in (left, right)),
        svg_text(middle, top - 23, f"{name}:  {high} × {wide}", 14, bold=True),
        svg_text(middle, top - 7, columns, 11),
        svg_text(left - 6, top + height / 2 + 4, rows, 11, "end"),
    ]
