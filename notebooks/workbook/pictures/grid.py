"""Numbers in rows and columns, some of them marked."""

from collections.abc import Mapping, Sequence

from .strokes import INK, LINE, QUIET, svg_box, svg_line, svg_number, svg_text

CELL_W, CELL_H = 44.0, 32.0


def draw_grid(
    x: float,
    y: float,
    values: Sequence[Sequence[float]],
    title: str,
    *,
    left: Sequence[str] = (),
    above: Sequence[str] = (),
    rows: Mapping[int, str] | None = None,
    cells: Mapping[tuple[int, int], str] | None = None,
    dash: str = "",
    faint: bool = False,
) -> list[str]:
    """Draw a matrix with its upper left corner at (x, y).

    Args: left, above: names of the rows and of the columns.
          rows, cells: frames around a row or an entry, and their colours; dash: their stroke.
          faint: draw the matrix faintly and without numbers, since it is not computed yet.
    """
    width, height = CELL_W * len(values[0]), CELL_H * len(values)
    ink = QUIET if faint else INK
    parts = [svg_text(x + width / 2, y - (30 if above else 12), title, 15, bold=True)]
    parts += [
        svg_text(x - 8, y + CELL_H * (i + 0.62), name, 11, "end", QUIET)
        for i, name in enumerate(left)
    ]
    parts += [
        svg_text(x + CELL_W * (j + 0.5), y - 8, name, 11, colour=QUIET)
        for j, name in enumerate(above)
    ]
    parts += [
        svg_line(x, y + CELL_H * i, x + width, y + CELL_H * i, LINE, 1)
        for i in range(1, len(values))
    ]
    parts += [
        svg_line(x + CELL_W * j, y, x + CELL_W * j, y + height, LINE, 1)
        for j in range(1, len(values[0]))
    ]
    parts.append(
        svg_box(x, y, width, height, colour=LINE if faint else INK, dash="2 3" if faint else "")
    )
    if not faint:
        parts += [
            svg_text(
                x + CELL_W * (j + 0.5),
                y + CELL_H * (i + 0.65),
                svg_number(value, 3),
                14,
                colour=ink,
            )
            for i, row in enumerate(values)
            for j, value in enumerate(row)
        ]
    for i, colour in (rows or {}).items():
        parts.append(draw_mark(x, y + CELL_H * i, width, colour, dash))
    for (i, j), colour in (cells or {}).items():
        parts.append(draw_mark(x + CELL_W * j, y + CELL_H * i, CELL_W, colour, dash))
    return parts


def draw_mark(x: float, y: float, width: float, colour: str, dash: str) -> str:
    return svg_box(
        x + 1, y + 1, width - 2, CELL_H - 2, colour, colour, 3, dash, opacity=0.15, round=3
    )
