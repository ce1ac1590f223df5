"""Notebook 05: one z is changed. Which outputs change, in a scalar and in a vector activation?"""

from collections.abc import Sequence
from math import exp, log

from .picture import Picture, Slider
from .strokes import (
    BLUE,
    DASHED,
    INK,
    LINE,
    ORANGE,
    QUIET,
    svg_box,
    svg_dot,
    svg_line,
    svg_number,
    svg_sheet,
    svg_text,
)

Z = (0.0, log(2), log(5))
TOP, STEP, BAR = (
    92.0,
    62.0,
    120.0,
)  # the first unit's height, the distance between two units, the length of a bar of 1


def influence() -> Picture:
    return Picture(
        "who influences whom",
        draw_influence,
        i=Slider("which z is pushed", 2, 1, 3, 1),
        push=Slider("by how much", 1.0, -2.0, 2.0, 0.25),
    )


def sigmoid_values(z: Sequence[float]) -> list[float]:
    return [1 / (1 + exp(-value)) for value in z]


def softmax_values(z: Sequence[float]) -> list[float]:
    exponentials = [exp(value) for value in z]
    return [e / sum(exponentials) for e in exponentials]


def draw_influence(i: int, push: float) -> str:
    """Draw both kinds of activation: inputs, lines of influence, and outputs as bars."""
    pushed = [value + push * (k == i - 1) for k, value in enumerate(Z)]
    kinds = (("scalar: sigmoid", sigmoid_values), ("vector: softmax", softmax_values))
    parts: list[str] = []
    words: list[str] = []
    for k, (name, f) in enumerate(kinds):
        before, after = f(Z), f(pushed)
        parts += draw_layer_panel(
            18.0 + 320 * k, name, i - 1, pushed, before, after, everyone=k == 1
        )
        moves = ", ".join(f"{svg_number(b)} to {svg_number(a)}" for b, a in zip(before, after))
        words.append(f"{name}: the outputs go from {moves}")
    said = f"z{i} is pushed by {svg_number(push)}. {'; '.join(words)}."
    return svg_sheet("Who influences whom", said, 640, 290, *parts)


def draw_layer_panel(
    x: float,
    name: str,
    i: int,
    z: Sequence[float],
    before: Sequence[float],
    after: Sequence[float],
    everyone: bool,
) -> list[str]:
    """Draw one layer of three units; the lines from the changed z are thick."""
    left, right = x + 62, x + 142
    middles = [TOP + STEP * k for k in range(3)]
    pairs = [(a, b) for a in range(3) for b in range(3) if everyone or a == b]
    parts = [
        svg_text(x + 145, 24, name, 15, bold=True),
        svg_text(left - 20, TOP - 30, "z", 14),
        svg_text(right + 50, TOP - 30, "y now; dashed: before", 13),
    ]
    for a, b in sorted(pairs, key=lambda pair: pair[0] == i):
        mine = a == i
        parts.append(
            svg_line(
                left + 7,
                middles[a],
                right - 6,
                middles[b],
                BLUE if mine else LINE,
                4 if mine else 1,
            )
        )
    for k, middle in enumerate(middles):
        moved = abs(after[k] - before[k]) > 1e-9
        now = svg_number(after[k])
        said = f"{svg_number(before[k])} → {now}" if moved else f"{now} stays"
        parts += [
            svg_dot(left, middle, 7, BLUE if k == i else INK),
            svg_text(left - 14, middle + 5, svg_number(z[k]), 14, "end", bold=k == i),
            svg_box(right, middle - 10, BAR * after[k], 20, ORANGE, ORANGE, opacity=0.35),
            svg_box(right, middle - 14, BAR * before[k], 28, colour=INK, dash=DASHED),
            svg_text(
                right, middle + 29,
                said, 12, "start", INK if moved else QUIET, bold=moved,
            ),
        ]  # fmt: skip
    return parts
