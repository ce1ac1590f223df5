"""Notebook 07: divergences."""

from typing import Any

import numpy as np

from autograder.model import Array, Case, Exercise, Inputs

from .attempt import attempt_forward
from .draw import Random, draw_apart, draw_huge, draw_normal, draw_one_hot, to_single_precision


def drive_loss_forward(
    mytorch: Any, Z: Array, Y: Array, Z_before: Array | None = None, Y_before: Array | None = None
) -> dict[str, Any]:
    loss = mytorch.SoftmaxCrossEntropy()
    if Z_before is not None:
        loss.forward(Z_before, Y_before)
    return {"L": loss.forward(Z, Y)}


def drive_loss_backward(
    mytorch: Any, Z: Array, Y: Array, Z_before: Array | None = None, Y_before: Array | None = None
) -> dict[str, Any]:
    loss = mytorch.SoftmaxCrossEntropy()
    if Z_before is not None:
        attempt_forward(loss.forward, Z_before, Y_before)
        loss.backward()
    attempt_forward(loss.forward, Z, Y)
    if Z_before is not None:
        attempt_forward(mytorch.SoftmaxCrossEntropy().forward, 1 - Z, Y[:, ::-1])
    return {"dLdZ": loss.backward()}


def draw_logits(n: int, c: int, before: int = 0) -> Any:
    """Logits and desired classes; `before` is the size of an earlier batch, 0 for none."""

    def draw(rng: Random) -> Inputs:
        made = {"Z": 2 * draw_normal(rng, n, c), "Y": draw_one_hot(rng, n, c)}
        if before:
            made |= {
                "Z_before": draw_normal(rng, before, c),
                "Y_before": draw_one_hot(rng, before, c),
            }
        return made

    return draw


def draw_square_batch(rng: Random) -> Inputs:
    """As many examples as classes; two share a class, so a mix-up of rows and columns shows."""
    return {"Z": 2 * draw_normal(rng, 3, 3), "Y": np.eye(3)[[1, 1, 0]]}


def draw_zero_logits(rng: Random) -> Inputs:
    return {"Z": 0 * draw_normal(rng, 3, 4), "Y": draw_one_hot(rng, 3, 4)}


def draw_saturated_logits(rng: Random) -> Inputs:
    """Huge logits; the first example's right class has a probability of about 0."""
    Y = draw_one_hot(rng, 4, 3)
    Y[0] = (0, 1, 0)
    return {"Z": draw_huge(rng, 4, 3), "Y": Y}


CASES = (
    Case("batch", draw_logits(4, 3)),
    Case("square", draw_square_batch),
    Case("again", draw_logits(3, 4, before=5)),
    Case("one_example", draw_logits(1, 3), "edge"),
    Case("two_classes", draw_logits(3, 2), "edge"),
    Case("zeros", draw_zero_logits, "edge"),
    Case("strided", draw_logits(3, 4), "edge", "strided"),
    Case("frozen", draw_logits(3, 4), "edge", "frozen"),
    Case("float32", lambda rng: to_single_precision(draw_logits(3, 4)(rng)), "edge"),
    Case("huge", draw_saturated_logits, "stability"),
    Case(
        "apart", lambda rng: {"Z": draw_apart(rng, 3, 4), "Y": draw_one_hot(rng, 3, 4)}, "stability"
    ),
)

SOFTMAX = ("mytorch.softmax.Softmax",)  # a student's loss may call the student's Softmax

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        id="softmax_cross_entropy.forward",
        number="7.1",
        target="mytorch.softmax_cross_entropy.SoftmaxCrossEntropy.forward",
        points={"L": 2.5, "edge": 0.25, "stability": 0.25},
        drive=drive_loss_forward,
        cases=CASES,
        doubles=SOFTMAX,
        batch="Z",
        keeps=("Z", "Y"),
    ),
    Exercise(
        id="softmax_cross_entropy.backward",
        number="7.2",
        target="mytorch.softmax_cross_entropy.SoftmaxCrossEntropy.backward",
        points={"dLdZ": 2.5, "edge": 0.25, "stability": 0.25},
        drive=drive_loss_backward,
        cases=CASES,
        needs=("softmax_cross_entropy.forward",),
        doubles=SOFTMAX,
        batch="Z",
    ),
)
