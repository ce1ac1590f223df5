"""Notebook 08: the small network, forward and backward, step by step."""

from collections.abc import Mapping

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    INK,
    LINE,
    ORANGE,
    PAPER,
    QUIET,
    svg_arrow,
    svg_box,
    svg_line,
    svg_number,
    svg_sheet,
    svg_text,
)

Place = tuple[float, float]
Numbers = Mapping[str, tuple[float, ...]]

PAGE = "var(--jp-layout-color0, #ffffff)"  # the background of an output
CELL, HALF = 64.0, 21.0  # a quantity's cell: width, and height of each of its two halves
UPPER, LOWER, CENTRE = 106.0, 232.0, 169.0
CELLS: dict[str, tuple[Place, ...]] = {
    "x": ((52, UPPER), (52, LOWER)),
    "z1": ((262, UPPER), (262, LOWER)),
    "y1": ((344, UPPER), (344, LOWER)),
    "z2": ((520, CENTRE),),
    "div": ((600, CENTRE),),
}
# weights and biases: the positions of their numbers, row by row
W1_AT = ((157, UPPER), (114, 198), (114, 140), (157, LOWER))
W2_AT = ((432, 137.5), (432, 200.5))
B1_AT = ((262, UPPER + 40), (262, LOWER + 40))
B2_AT = ((520, CENTRE + 40),)

# computed by hand for the two examples of the small network; matrices row by row
WEIGHTS: Numbers = {"W1": (1, -1, 0.5, 0.5), "b1": (2, -1), "W2": (2, -1), "b2": (0.5,)}
VALUES: tuple[Numbers, ...] = (
    {"x": (1, 2), "z1": (1, 0.5), "y1": (1, 0.5), "z2": (2,), "div": (0.5,)},
    {"x": (0, 4), "z1": (-2, 1), "y1": (0, 1), "z2": (-0.5,), "div": (0.125,)},
)
DERIVATIVES: tuple[Numbers, ...] = (
    {
        "x": (1.5, -2.5), "z1": (2, -1), "y1": (2, -1), "z2": (1,),
        "W1": (2, 4, -1, -2), "b1": (2, -1), "W2": (1, 0.5), "b2": (1,),
    },
    {
        "x": (0.25, 0.25), "z1": (0, 0.5), "y1": (-1, 0.5), "z2": (-0.5,),
        "W1": (0, 0, 0, 2), "b1": (0, 0.5), "W2": (0, -0.5), "b2": (-0.5,),
    },
)  # fmt: skip
WANTED = (1, 0)

# per step: what it adds, the slide's formula, and the numbers for each example
FORWARD = (
    (("x",), "y₀ = x", ("[1, 2]", "[0, 4]")),
    (
        ("z1",),
        "z₁ = W₁ y₀ + b₁",
        (
            "1·1 − 1·2 + 2 = 1   and   0.5·1 + 0.5·2 − 1 = 0.5",
            "1·0 − 1·4 + 2 = −2   and   0.5·0 + 0.5·4 − 1 = 1",
        ),
    ),
    (("y1",), "y₁ = f₁(z₁)", ("both are positive: let through", "−2 is stopped, 1 let through")),
    (("z2",), "z₂ = W₂ y₁ + b₂", ("2·1 − 1·0.5 + 0.5 = 2", "2·0 − 1·1 + 0.5 = −0.5")),
    (("div",), "Div = ½ (z₂ − d)²", ("½ (2 − 1)² = 0.5", "½ (−0.5 − 0)² = 0.125")),
)
BACKWARD = (
    (("z2",), "∇z₂ Div, from the divergence", ("2 − 1 = 1", "−0.5 − 0 = −0.5")),
    (
        ("W2", "b2"),
        "∇W₂ Div = y₁ ∇z₂ Div,   ∇b₂ Div = ∇z₂ Div",
        ("1·1 and 0.5·1, and 1", "0·(−0.5) and 1·(−0.5), and −0.5"),
    ),
    (
        ("y1",),
        "∇y₁ Div = ∇z₂ Div · W₂",
        ("1·2 = 2   and   1·(−1) = −1", "−0.5·2 = −1   and   −0.5·(−1) = 0.5"),
    ),
    (
        ("z1",),
        "∇z₁ Div = ∇y₁ Div · J",
        ("slope 1 in both: 2 and −1", "slopes 0 and 1: −1·0 = 0 and 0.5·1 = 0.5"),
    ),
    (
        ("W1", "b1"),
        "∇W₁ Div = y₀ ∇z₁ Div,   ∇b₁ Div = ∇z₁ Div",
        ("1·2, 2·2, 1·(−1), 2·(−1), and 2, −1", "0·0, 4·0, 0·0.5, 4·0.5, and 0, 0.5"),
    ),
    (
        ("x",),
        "∇x Div = ∇z₁ Div · W₁",
        ("2·1 − 1·0.5 = 1.5   and   2·(−1) − 1·0.5 = −2.5", "0.5·0.5 = 0.25, twice"),
    ),
)
LAST = len(FORWARD) + len(BACKWARD) - 1


def network() -> Picture:
    return Picture(
        "the network, forward and backward",
        draw_network,
        step=Slider("step", len(FORWARD) - 1, 0, LAST, 1),
        example=Slider("example", 1, 1, 2, 1),
    )


def draw_network(step: int, example: int) -> str:
    """Draw the network with the values and derivatives that are known after `step` steps."""
    k = example - 1
    back = step >= len(FORWARD)
    names, formula, sums = (FORWARD + BACKWARD)[step]
    values = {n for added, _, _ in FORWARD[: step + 1] for n in added}
    derived = {n for added, _, _ in BACKWARD[: max(step + 1 - len(FORWARD), 0)] for n in added}
    way = "backward" if back else "forward"
    said = f"Step {step} of {LAST}, {way}, example {example}: {formula}: {sums[k]}."
    parts = [svg_text(320, 22, f"{way}:  {formula}", 15, bold=True), svg_text(320, 45, sums[k], 13)]
    parts += draw_edges(set(names), back)
    for name, places in CELLS.items():
        for i, place in enumerate(places):
            value = VALUES[k][name][i] if name in values else None
            slope = DERIVATIVES[k][name][i] if name in derived else None
            parts += draw_quantity(
                place, value, slope, (BLUE, ORANGE)[back] if name in names else ""
            )
    for name, where in (("W1", W1_AT), ("b1", B1_AT), ("W2", W2_AT), ("b2", B2_AT)):
        for i, place in enumerate(where):
            slope = DERIVATIVES[k][name][i] if name in derived else None
            parts += draw_weight(place, WEIGHTS[name][i], slope, name in names, name[0] == "b")
    return svg_sheet(
        "The small network, step by step", said, 640, 336, *parts, *names_and_legend(k)
    )


def draw_edges(now: set[str], back: bool) -> list[str]:
    """Draw the connections: thicker if the step uses them, dashed in the backward pass."""
    to_hidden = [(a, b) for b in CELLS["z1"] for a in CELLS["x"]]
    to_output = [(a, CELLS["z2"][0]) for a in CELLS["y1"]]
    first = now & ({"W1", "x"} if back else {"z1"})
    second = now & ({"W2", "y1"} if back else {"z2"})
    parts = []
    for pairs, busy in ((to_hidden, first), (to_output, second)):
        for (x1, y1), (x2, y2) in pairs:
            ends = (x1 + CELL / 2, y1, x2 - CELL / 2 - 4, y2)
            if not busy:
                parts.append(svg_line(*ends, LINE, 1.5))
            elif back:
                parts.append(svg_arrow(ends[2], ends[3], ends[0] + 4, ends[1], ORANGE, 2.5, DASHED))
            else:
                parts.append(svg_arrow(*ends, BLUE, 2.5))
    return parts


def draw_quantity(place: Place, value: float | None, slope: float | None, frame: str) -> list[str]:
    """Draw a quantity: its value above, the derivative of Div with respect to it below."""
    x, y = place[0] - CELL / 2, place[1]
    dash = DASHED if frame == ORANGE else ""
    return [
        svg_box(x, y - HALF, CELL, 2 * HALF, PAPER, INK if value is not None else LINE, round=4),
        svg_line(x, y, x + CELL, y, LINE, 1),
        svg_text(place[0], y - 6, svg_number(value, 3), 14, bold=True) if value is not None else "",
        svg_text(place[0], y + 15, f"∂ {svg_number(slope, 3)}", 13) if slope is not None else "",
        svg_box(
            x - 3, y - HALF - 3, CELL + 6, 2 * HALF + 6, colour=frame, stroke=3, dash=dash, round=6
        )
        if frame
        else "",
    ]


def draw_weight(
    place: Place, value: float, slope: float | None, now: bool, bias: bool
) -> list[str]:
    """Draw a weight on its connection, or a bias under its unit, with its derivative below it."""
    x, y = place
    known = slope is not None
    half = 27 if known else 18
    words = f"b = {svg_number(value)}" if bias else svg_number(value)
    return [
        svg_box(x - half, y - 10, 2 * half, 20 + 16 * known, PAGE, PAGE, 0) if not bias else "",
        svg_text(x, y + 5, words, 12, colour=QUIET),
        svg_text(x, y + 21, f"∂ {svg_number(slope)}", 12, bold=now) if slope is not None else "",
    ]


def names_and_legend(k: int) -> list[str]:
    heads = (("x", 52), ("z₁", 262), ("y₁", 344))
    return [
        *(svg_text(x, UPPER - 30, name, 14, bold=True) for name, x in heads),
        svg_text(303, UPPER - 30, "ReLU", 11, colour=QUIET),
        svg_text(520, CENTRE - 32, "z₂", 14, bold=True),
        svg_text(600, CENTRE - 32, "Div", 14, bold=True),
        svg_text(600, CENTRE + 42, f"d = {WANTED[k]}", 12, colour=QUIET),
        *(svg_line(294, y, 312, y, LINE, 1.5) for y in (UPPER, LOWER)),
        svg_line(552, CENTRE, 568, CENTRE, LINE, 1.5),
        svg_text(320, 326, "above: the value · below, with ∂: the derivative of Div by it", 12,
             colour=QUIET),
    ]  # fmt: skip
