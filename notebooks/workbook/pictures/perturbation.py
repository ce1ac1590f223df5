"""Notebook 06: a change of the input, carried through the first layer and its activation."""

from ..small_network import B1, W1, X
from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    INK,
    LINE,
    ORANGE,
    QUIET,
    svg_arrow,
    svg_dot,
    svg_line,
    svg_number,
    svg_polygon,
    svg_sheet,
    svg_text,
)

Pair = tuple[float, float]
PANEL, UNIT, TOP = 186.0, 26.0, 36.0  # a panel's side, pixels per unit, where panels begin
LOW = -2.5  # the value at a panel's left and lower edge
AGREES = "= prediction"


def perturbation() -> Picture:
    return Picture(
        "a change carried through a layer",
        draw_perturbation,
        dx1=Slider("change of x₁", 1.0, -1.5, 1.5),
        dx2=Slider("change of x₂", 0.0, -1.5, 1.5),
    )


def first_layer(x: Pair) -> Pair:
    """The small network's first layer, for one example."""
    (w11, w21), (w12, w22) = W1.tolist()
    (b1,), (b2,) = B1.tolist()
    return w11 * x[0] + w21 * x[1] + b1, w12 * x[0] + w22 * x[1] + b2


def relu_pair(z: Pair) -> Pair:
    return max(z[0], 0.0), max(z[1], 0.0)


def draw_perturbation(dx1: float, dx2: float) -> str:
    """Draw x, z and y with their changes: the true ones, and those that the Jacobian predicts."""
    x: Pair = tuple(X[0].tolist())
    moved = (x[0] + dx1, x[1] + dx2)
    z, z_moved = first_layer(x), first_layer(moved)
    y, y_moved = relu_pair(z), relu_pair(z_moved)
    dz, dy = subtract_pairs(z_moved, z), subtract_pairs(y_moved, y)
    # z > 0 here, so the activation's Jacobian is the identity: the prediction for y is dz
    away = abs(dy[0] - dz[0]) + abs(dy[1] - dz[1])
    verdict = AGREES if away < 1e-9 else f"≠ prediction {pair_text(dz)}"
    said = (
        f"The input changes by {pair_text((dx1, dx2))}. The layer's output z changes by "
        f"{pair_text(dz)}, exactly as the Jacobian predicts. "
        f"After the ReLU, y changes by {pair_text(dy)}; "
        f"the Jacobians predict {pair_text(dz)}."
    )
    parts = [
        *draw_change_panel(14, "x", x, moved, moved, f"Δx = {pair_text((dx1, dx2))}", ""),
        *draw_change_panel(
            227, "z = W x + b", z, z_moved, z_moved, f"Δz = {pair_text(dz)}", AGREES
        ),
        *draw_change_panel(
            440, "y = ReLU(z)", y, y_moved, add_pairs(y, dz), f"Δy = {pair_text(dy)}", verdict
        ),
        svg_arrow(204, TOP + PANEL / 2, 223, TOP + PANEL / 2, QUIET, 2),
        svg_arrow(417, TOP + PANEL / 2, 436, TOP + PANEL / 2, QUIET, 2),
        *draw_legend(),
    ]
    return svg_sheet("A change of the input, carried through a layer", said, 640, 310, *parts)


def draw_change_panel(
    left: float, title: str, start: Pair, truth: Pair, guess: Pair, said: str, verdict: str
) -> list[str]:
    """Draw one plane: the point, its true new place, and the place that the Jacobian predicts."""

    def place(point: Pair) -> Pair:
        return left + UNIT * (point[0] - LOW), TOP + PANEL - UNIT * (point[1] - LOW)

    zero = place((0, 0))
    edge = [
        (left, TOP), (left + PANEL, TOP), (left + PANEL, TOP + PANEL), (left, TOP + PANEL)
    ]  # fmt: skip
    ticks = [*range(-2, 0), *range(1, 5)]
    return [
        svg_text(left + PANEL / 2, TOP - 12, title, 15, bold=True),
        svg_polygon(edge, colour=LINE),
        svg_line(left, zero[1], left + PANEL, zero[1], INK, 1),
        svg_line(zero[0], TOP, zero[0], TOP + PANEL, INK, 1),
        *(
            svg_line(place((n, 0))[0], zero[1] - 3, place((n, 0))[0], zero[1] + 3, INK, 1)
            for n in ticks
        ),
        *(
            svg_line(zero[0] - 3, place((0, n))[1], zero[0] + 3, place((0, n))[1], INK, 1)
            for n in ticks
        ),
        svg_arrow(*place(start), *place(truth), BLUE, 4),
        svg_arrow(*place(start), *place(guess), ORANGE, 2, DASHED) if title != "x" else "",
        svg_dot(*place(start), 4.5),
        svg_text(left + PANEL / 2, TOP + PANEL + 22, said, 13),
        svg_text(
            left + PANEL / 2, TOP + PANEL + 40, verdict, 12, colour=QUIET, bold="≠" in verdict
        ),
    ]


def draw_legend() -> list[str]:
    height = TOP + PANEL + 70
    return [
        svg_arrow(120, height - 4, 160, height - 4, BLUE, 4),
        svg_text(170, height, "what really happens", 13, "start"),
        svg_arrow(345, height - 4, 385, height - 4, ORANGE, 2, DASHED),
        svg_text(395, height, "what the Jacobian predicts", 13, "start"),
    ]


def subtract_pairs(one: Pair, other: Pair) -> Pair:
    return one[0] - other[0], one[1] - other[1]


def add_pairs(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


def pair_text(values: Pair) -> str:
    return f"({svg_number(values[0])}, {svg_number(values[1])})"
