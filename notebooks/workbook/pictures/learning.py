"""Notebook 08: two moons, the class that the network predicts around them, and its loss."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..two_moons import COLUMNS, EACH, LEFT, LOW, PLACES, POINTS, ROWS, SIDE
from .picture import Picture, Slider
from .strokes import (
    BLUE,
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

# The loss before steps 0, 5, 10, … 400 of a correct training, computed once.
EXPECTED = (
    0.6897, 0.4578, 0.3760, 0.3303, 0.3005, 0.2804, 0.2667, 0.2569, 0.2499, 0.2454,
    0.2421, 0.2396, 0.2374, 0.2356, 0.2342, 0.2330, 0.2321, 0.2312, 0.2304, 0.2297,
    0.2290, 0.2283, 0.2270, 0.2254, 0.2238, 0.2215, 0.2187, 0.2157, 0.2121, 0.2081,
    0.2043, 0.2006, 0.1967, 0.1927, 0.1886, 0.1841, 0.1793, 0.1743, 0.1691, 0.1635,
    0.1577, 0.1519, 0.1459, 0.1398, 0.1344, 0.1304, 0.1236, 0.1193, 0.1129, 0.1075,
    0.1031, 0.0983, 0.0940, 0.0899, 0.0860, 0.0824, 0.0794, 0.0757, 0.0726, 0.0697,
    0.0670, 0.0645, 0.0621, 0.0598, 0.0576, 0.0555, 0.0536, 0.0517, 0.0501, 0.0488,
    0.0469, 0.0454, 0.0442, 0.0428, 0.0415, 0.0407, 0.0392, 0.0385, 0.0372, 0.0365,
    0.0352,
)  # fmt: skip
EVERY = 5
STEPS = EVERY * (len(EXPECTED) - 1)
FIELD_X, FIELD_Y, SCALE = 24.0, 44.0, 72.0  # the field's upper left corner, pixels per unit
WIDE, HIGH = SCALE * SIDE * COLUMNS, SCALE * SIDE * ROWS
CURVE_X, GROUND, CURVE_W, CURVE_H = (
    378.0,
    233.0,
    230.0,
    180.0,
)  # the curve's axes; a loss of 1 is at the top


def learning(losses: Sequence[Any], answers: Sequence[Any]) -> Picture:
    """Show a training, step by step.

    Args: losses: the loss before each step.
          answers: the network's logits at `PLACES` before each step, each 672 × 2.
    """
    curve = [float(np.ravel(loss)[0]) for loss in losses]
    name, last = "what the network learned", max(len(curve) - 1, 1)

    def draw_step(step: int) -> str:
        return draw_learning(curve, answers, step)

    if not curve:  # there is no step back from step 0
        return Picture(name, lambda: draw_step(0))
    return Picture(name, draw_step, step=Slider("step", last, 0, last, 1))


def draw_learning(curve: Sequence[float], answers: Sequence[Any], step: int) -> str:
    """Draw the predictions before a step, and the loss until then."""
    parts = [*draw_field(answers[step] if step < len(answers) else None), *draw_loss_axes()]
    head, said = "not trained yet", "Nothing is trained yet: there are only the points."
    if step < len(curve):
        loss = curve[step]
        written = svg_number(loss, 3) if abs(loss) < 1000 else f"{loss:.1e}"
        head = f"step {step}: loss {written}"
        said = f"Before step {step} the loss is {written}."
        known = [loss_point(n, curve[n]) for n in range(step + 1) if np.isfinite(curve[n])]
        parts.append(svg_polyline(known, BLUE, 3))
        parts += [svg_dot(*end, 6, BLUE) for end in known[-1:]]
    parts.append(svg_text(CURVE_X + CURVE_W / 2, 24, head, 14, bold=True))
    return svg_sheet("Two moons, and what the network says", said, 640, 284, *parts)


def draw_field(answer: Any) -> list[str]:
    """Draw the moons as dots and diamonds and, around them, the predicted moon."""
    parts = []
    if np.shape(answer) == np.shape(PLACES):
        second = np.asarray(answer)[:, 1] > np.asarray(answer)[:, 0]
        parts = [draw_field_square(x, y, s) for (x, y), s in zip(PLACES.tolist(), second.tolist())]
    parts.append(svg_box(FIELD_X, FIELD_Y, WIDE, HIGH, colour=LINE))
    for n, (x, y) in enumerate(POINTS.tolist()):
        at = FIELD_X + SCALE * (x - LEFT), FIELD_Y + HIGH - SCALE * (y - LOW)
        parts.append(svg_dot(*at, 4.5, BLUE) if n < EACH else draw_diamond(*at))
    return [
        *parts,
        svg_dot(FIELD_X + 6, 19, 4.5, BLUE),
        svg_text(FIELD_X + 18, 24, "moon 1, shaded", 13, "start"),
        draw_diamond(FIELD_X + 150, 19),
        svg_text(FIELD_X + 162, 24, "moon 2, hatched", 13, "start"),
        svg_text(FIELD_X + WIDE / 2, FIELD_Y + HIGH + 30, "what the network says there", 12,
             colour=QUIET),
    ]  # fmt: skip


def draw_field_square(x: float, y: float, second: bool) -> str:
    """Draw one square of the field: shaded for the first moon, hatched for the second."""
    side = SCALE * SIDE
    left = FIELD_X + SCALE * (x - LEFT) - side / 2
    top = FIELD_Y + HIGH - SCALE * (y - LOW) - side / 2
    if second:
        return svg_line(left, top + side, left + side, top, ORANGE, 1)
    return svg_box(left, top, side, side, BLUE, "none", 0, opacity=0.2)


def draw_diamond(x: float, y: float) -> str:
    return svg_polygon([(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)], ORANGE, INK, 0.7)


def loss_point(step: float, loss: float) -> tuple[float, float]:
    """A point of the curve; it stays on the axes even if its value lies beyond their ends."""
    return CURVE_X + CURVE_W * min(step / STEPS, 1), GROUND - CURVE_H * min(max(loss, 0), 1)


def draw_loss_axes() -> list[str]:
    """Draw the curve's axes and the dashed curve of a correct training."""
    points = [loss_point(EVERY * n, loss) for n, loss in enumerate(EXPECTED)]
    return [
        svg_arrow(CURVE_X, GROUND, CURVE_X + CURVE_W + 14, GROUND, INK, 1.5),
        svg_arrow(CURVE_X, GROUND, CURVE_X, 38, INK, 1.5),
        svg_text(CURVE_X + CURVE_W / 2, GROUND + 36, "step", 12, colour=QUIET),
        svg_text(CURVE_X + 9, 48, "loss", 12, "start", QUIET),
        *(
            svg_text(loss_point(n, 0)[0], GROUND + 17, str(n), 11, colour=QUIET)
            for n in range(0, STEPS + 1, 100)
        ),
        *(
            svg_text(CURVE_X - 7, loss_point(0, n / 4)[1] + 4, svg_number(n / 4), 11, "end", QUIET)
            for n in (1, 2, 3)
        ),
        *(svg_line(*a, *b, QUIET, 2) for a, b in [*pairwise(points)][::2]),
    ]
