"""Notebook 08: the loss after one step, as a function of the step size."""

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
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

# Loss of the small network after one step of η = 0, 0.01, … 0.24, computed once.
LOSSES = (
    0.3125, 0.2509, 0.1987, 0.1556, 0.1216, 0.0965, 0.0803, 0.0728, 0.0738,
    0.0833, 0.1012, 0.1273, 0.1616, 0.2038, 0.2539, 0.3119, 0.3774, 0.4278,
    0.4351, 0.4425, 0.4500, 0.4575, 0.4651, 0.4728, 0.4805,
)  # fmt: skip
SLOPE = -6.625  # at η = 0: minus the sum of all squared derivatives
EVERY = 0.01
LEFT, GROUND = 70.0, 250.0
WIDE, HIGH = 2000.0, 420.0  # pixels per unit on each axis


def step_size() -> Picture:
    last = EVERY * (len(LOSSES) - 1)
    return Picture(
        "one step, of any length", draw_step_size, eta=Slider("step size η", 0.02, 0.0, last, EVERY)
    )


def draw_step_size(eta: float) -> str:
    """Draw the loss after one step as a function of the step size, and the predicted loss."""
    loss, promise = LOSSES[round(eta / EVERY)], LOSSES[0] + SLOPE * eta
    verdict = "less than before" if loss < LOSSES[0] else "more than before"
    if eta == 0:
        verdict = "nothing moved"
    said = (
        f"A step of size {svg_number(eta)} leads to a loss of {svg_number(loss, 3)}, {verdict}. "
        f"The derivative promised {svg_number(promise, 3)}."
    )
    here = step_point(eta, loss)
    parts = [
        *draw_step_axes(),
        svg_line(*step_point(0, LOSSES[0]), *step_point(-LOSSES[0] / SLOPE, 0), ORANGE, 2, DASHED),
        svg_line(*step_point(0, LOSSES[0]), *step_point(0.245, LOSSES[0]), QUIET, 1, DASHED),
        svg_text(
            step_point(0.245, 0)[0],
            step_point(0, LOSSES[0])[1] + 16,
            "before the step",
            11,
            "end",
            QUIET,
        ),
        svg_polyline([step_point(EVERY * n, each) for n, each in enumerate(LOSSES)], BLUE, 2.5),
        svg_line(*here, here[0], GROUND, INK, 1),
        svg_dot(*here, 7, BLUE),
        svg_text(
            330, 26, f"η = {svg_number(eta)}: loss {svg_number(loss, 3)}, {verdict}", 14, bold=True
        ),
        svg_text(
            step_point(0.052, 0)[0], GROUND - 12, "what the derivative promises", 11, "start", QUIET
        ),
    ]
    return svg_sheet("One step, of any length", said, 640, 300, *parts)


def step_point(eta: float, loss: float) -> tuple[float, float]:
    return LEFT + WIDE * eta, GROUND - HIGH * loss


def draw_step_axes() -> list[str]:
    return [
        svg_arrow(LEFT, GROUND, 590, GROUND, INK, 1.5),
        svg_arrow(LEFT, GROUND, LEFT, 40, INK, 1.5),
        svg_text(598, GROUND + 5, "η", 14, "start"),
        svg_text(LEFT + 10, 50, "loss after the step", 12, "start"),
        *(
            svg_text(step_point(n / 20, 0)[0], GROUND + 18, svg_number(n / 20), 11, colour=QUIET)
            for n in range(5)
        ),
        *(
            svg_text(LEFT - 8, step_point(0, n / 10)[1] + 4, svg_number(n / 10), 11, "end", QUIET)
            for n in range(1, 5)
        ),
    ]
