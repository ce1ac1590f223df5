"""Notebook 00: the notebooks of the course as stations on a path, with the points so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from .strokes import (
    BLUE,
    DOTTED,
    GREEN,
    INK,
    LINE,
    QUIET,
    svg_arrow,
    svg_box,
    svg_number,
    svg_sheet,
    svg_text,
)

WIDE, HIGH, ACROSS, DOWN, ROW = 112.0, 86.0, 127.0, 112.0, 5


@dataclass(frozen=True)
class CourseStation:
    """One notebook: its points so far, its greatest points, and whether it comes next.

    link  the notebook's file, or "" if there is none yet
    """

    number: str
    title: str
    link: str = ""
    score: float = 0
    of: float = 0
    next: bool = False

    @property
    def done(self) -> bool:
        return bool(self.of) and self.score == self.of

    @property
    def points(self) -> str:
        """The points in words: `2 of 12`; `later`; or "" if the notebook has no points."""
        if not self.link:
            return "later"
        return f"{svg_number(self.score)} of {svg_number(self.of)}" if self.of else ""


def draw_stations(stations: Sequence[CourseStation]) -> str:
    """Draw the stations in rows of five, in the order of the course."""
    height = int(DOWN * -(-len(stations) // ROW)) + 12
    parts = [part for k, station in enumerate(stations) for part in draw_station(k, station)]
    return svg_sheet(
        "Map of the course", "; ".join(map(station_in_words, stations)) + ".", 640, height, *parts
    )


def station_in_words(station: CourseStation) -> str:
    """One station in words, for a screen reader."""
    state = station.points + ", done" * station.done + ", comes next" * station.next
    return f"{station.number} {station.title}" + f": {state}" * bool(state)


def draw_station(k: int, station: CourseStation) -> list[str]:
    """Draw the station at place k, and the arrow to the next one."""
    x, y = 10 + ACROSS * (k % ROW), 14 + DOWN * (k // ROW)
    ink = INK if station.link else QUIET
    dash = "" if station.link else DOTTED
    colour = GREEN if station.done else BLUE if station.next else LINE
    corner = "✔" if station.done else "next" if station.next else ""
    parts = [
        svg_box(x, y, WIDE, HIGH, "none", colour, 3 if station.next else 1.5, dash, round=8),
        svg_text(x + 10, y + 22, station.number, 15, "start", ink, bold=True),
        svg_text(x + WIDE - 10, y + 22, corner, 13, "end", ink, bold=True),
        *(
            svg_text(x + 10, y + 40 + 13 * i, words, 11, "start", ink)
            for i, words in enumerate(wrap(station.title, 16))
        ),
        svg_text(x + 10, y + 76, station.points, 11, "start", QUIET),
    ]
    if station.of and station.link:
        parts.append(svg_box(x + 60, y + 68, 42, 8, colour=LINE, stroke=1, round=2))
        filled = 42 * station.score / station.of
        parts.append(svg_box(x + 60, y + 68, filled, 8, GREEN, GREEN, 1, round=2))
    if k % ROW < ROW - 1:
        parts.append(
            svg_arrow(x + WIDE + 1, y + HIGH / 2, x + ACROSS - 1, y + HIGH / 2, QUIET, 1.5)
        )
    return parts
