"""Notebook 08: the loss after one step, for every length of the step."""

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    INK,
    ORANGE,
    QUIET,
    arrow,
    dot,
    line,
    number,
    polyline,
    sheet,
    text,
)

# Loss of the small network after one step of η = 0, 0.01, … 0.24, computed once.
LOSSES = (
    0.3125, 0.2509, 0.1987, 0.1556, 0.1216, 0.0965, 0.0803, 0.0728, 0.0738,
    0.0833, 0.1012, 0.1273, 0.1616, 0.2038, 0.2539, 0.3119, 0.3774, 0.4278,
    0.4351, 0.4425, 0.4500, 0.4575, 0.4651, 0.4728, 0.4805,
)  # fmt: skip
SLOPE = -6.625  # at η = 0: minus the sum of all squared derivatives
EVERY = 0.01
LEFT, GROUND = 70.0, 250.0
WIDE, HIGH = 2000.0, 420.0  # pixels of 1 on each axis


def step_size() -> Picture:
    last = EVERY * (len(LOSSES) - 1)
    return Picture(
        "one step, of any length", draw, eta=Slider("step size η", 0.02, 0.0, last, EVERY)
    )


def draw(eta: float) -> str:
    """Draw the loss after a step over its size, and the line that the derivative promises."""
    loss, promise = LOSSES[round(eta / EVERY)], LOSSES[0] + SLOPE * eta
    verdict = "less than before" if loss < LOSSES[0] else "more than before"
    if eta == 0:
        verdict = "nothing moved"
    said = (
        f"A step of size {number(eta)} leads to a loss of {number(loss, 3)}, {verdict}. "
        f"The derivative promised {number(promise, 3)}."
    )
    here = place(eta, loss)
    parts = [
        *axes(),
        line(*place(0, LOSSES[0]), *place(-LOSSES[0] / SLOPE, 0), ORANGE, 2, DASHED),
        line(*place(0, LOSSES[0]), *place(0.245, LOSSES[0]), QUIET, 1, DASHED),
        text(place(0.245, 0)[0], place(0, LOSSES[0])[1] + 16, "before the step", 11, "end", QUIET),
        polyline([place(EVERY * n, each) for n, each in enumerate(LOSSES)], BLUE, 2.5),
        line(*here, here[0], GROUND, INK, 1),
        dot(*here, 7, BLUE),
        text(330, 26, f"η = {number(eta)}: loss {number(loss, 3)}, {verdict}", 14, bold=True),
        text(place(0.052, 0)[0], GROUND - 12, "what the derivative promises", 11, "start", QUIET),
    ]
    return sheet("One step, of any length", said, 640, 300, *parts)


def place(eta: float, loss: float) -> tuple[float, float]:
    return LEFT + WIDE * eta, GROUND - HIGH * loss


def axes() -> list[str]:
    return [
        arrow(LEFT, GROUND, 590, GROUND, INK, 1.5),
        arrow(LEFT, GROUND, LEFT, 40, INK, 1.5),
        text(598, GROUND + 5, "η", 14, "start"),
        text(LEFT + 10, 50, "loss after the step", 12, "start"),
        *(
            text(place(n / 20, 0)[0], GROUND + 18, number(n / 20), 11, colour=QUIET)
            for n in range(5)
        ),
        *(
            text(LEFT - 8, place(0, n / 10)[1] + 4, number(n / 10), 11, "end", QUIET)
            for n in range(1, 5)
        ),
    ]
