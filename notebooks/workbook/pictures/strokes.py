"""Strokes, words and arrows as SVG text. Every picture is made from them.

Colours follow JupyterLab's theme, with the light theme as fallback. The three accents are those of
Okabe and Ito: colour-blind readers can distinguish them, on white and on black. No meaning is
shown by colour only: there is always a dash, a label or a shape too.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import hypot

INK = "var(--jp-ui-font-color1, #212121)"
QUIET = "var(--jp-ui-font-color2, #5f5f5f)"
LINE = "var(--jp-border-color1, #bdbdbd)"
PAPER = "var(--jp-layout-color1, #ffffff)"
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
DASHED, DOTTED = "6 4", "2 3"
FONT = "DejaVu Sans, Verdana, Segoe UI, sans-serif"


def svg_sheet(title: str, description: str, width: int, height: int, *parts: str) -> str:
    """A complete picture, with the text for a screen reader.

    Args: description: says in words what the picture shows at these values.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="display:block;max-width:100%;height:auto" font-family="{FONT}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        f"{''.join(parts)}</svg>"
    )


def svg_number(value: float, digits: int = 2) -> str:
    """A number in handwritten form: `−0.5`, `2`, never `-0.0`."""
    text = f"{round(value, digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def svg_text(
    x: float,
    y: float,
    words: str,
    size: float = 14,
    anchor: str = "middle",
    colour: str = INK,
    bold: bool = False,
) -> str:
    """Text with its baseline at y."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" '
        f'fill="{colour}"{weight}>{escape(words)}</text>'
    )


def svg_line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str = INK,
    width: float = 1.5,
    dash: str = "",
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"{dashed}/>'
    )


def svg_arrow(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str = INK,
    width: float = 2.5,
    dash: str = "",
) -> str:
    """A line with an arrowhead at its end; "" if its length is 0."""
    length = hypot(x2 - x1, y2 - y1)
    if length < 1:
        return ""
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    head = min(6 + 2 * width, length)
    bx, by, half = x2 - head * dx, y2 - head * dy, head * 0.42
    tip = [(x2, y2), (bx - half * dy, by + half * dx), (bx + half * dy, by - half * dx)]
    return svg_line(x1, y1, bx, by, colour, width, dash) + svg_polygon(
        tip, fill=colour, colour="none"
    )


def svg_polygon(
    points: Iterable[Sequence[float]],
    fill: str = "none",
    colour: str = INK,
    width: float = 1.5,
    opacity: float = 1,
) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polygon points="{corners}" fill="{fill}" fill-opacity="{opacity:g}" '
        f'stroke="{colour}" stroke-width="{width:g}"/>'
    )


def svg_polyline(points: Iterable[Sequence[float]], colour: str = INK, width: float = 2) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def svg_box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = "none",
    colour: str = INK,
    stroke: float = 1.5,
    dash: str = "",
    opacity: float = 1,
    round: float = 0,
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round:g}" '
        f'fill="{fill}" fill-opacity="{opacity:g}" stroke="{colour}" '
        f'stroke-width="{stroke:g}"{dashed}/>'
    )


def svg_dot(x: float, y: float, radius: float = 5, fill: str = INK, colour: str = PAPER) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" '
        f'stroke="{colour}" stroke-width="1.5"/>'
    )
