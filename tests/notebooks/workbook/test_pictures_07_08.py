"""The pictures of notebooks 07 and 08: their numbers are right, and what they say is true."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import package
from in_process import loaded
from test_pictures import SVG, corners, spoken
from workbook import pictures
from workbook.pictures import cancelling, learning, network, step_size, surprise
from workbook.small_network import B1, B2, W1, W2, D, X
from workbook.two_moons import PLACES, POINTS, WANTED

from autograder.key.still import render_png

Make = Callable[[], pictures.Picture]
MADE: list[Make] = [cancelling, network, step_size, surprise, lambda: learning([], [])]
ALL = pytest.mark.parametrize("make", MADE, ids=lambda make: make().name)


def kept_in(picture: str) -> Any:
    """The module of a picture (its name in the package is the picture)."""
    return import_module(f"workbook.pictures.{picture}")


def training() -> tuple[list[float], list[Any]]:
    """Notebook 08's training, by the solved package."""
    losses, answers = [], []
    with loaded(package()) as mytorch:
        net = mytorch.MLP([2, 8, 2], rng=np.random.default_rng(0))
        loss, descent = mytorch.SoftmaxCrossEntropy(), mytorch.SGD(net, 0.5)
        for _ in range(401):
            answers.append(net.forward(PLACES))
            losses.append(loss.forward(net.forward(POINTS), WANTED))
            net.backward(loss.backward())
            descent.step()
    return losses, answers


@ALL
def test_a_picture_is_whole_wherever_its_sliders_stand(make: Make) -> None:
    """At every end of every slider: well-formed, inside its frame, described, without nan."""
    picture = make()
    for values in corners(picture):
        svg = picture.draw(**values)
        root = ElementTree.fromstring(svg)
        assert spoken(svg)
        assert "nan" not in svg
        assert not re.search(r"<style|<script|\sid=|\son\w+=", svg)
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for word in root.iter(f"{SVG}text"):
            assert 0 <= float(word.get("x", "")) <= width, word.text
            assert 0 <= float(word.get("y", "")) <= height - 3, word.text
    assert render_png(svg)[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("make", MADE[:-1], ids=lambda make: make().name)
def test_every_slider_moves_the_picture_and_what_is_said_about_it(make: Make) -> None:
    """Moving any slider redraws the picture, in other words too."""
    picture = make()
    for slider in picture.sliders.values():
        start, before = slider.value, picture.canvas.value
        slider.value = slider.min if start != slider.min else slider.max
        assert spoken(picture.canvas.value) != spoken(before)
        slider.value = start
        assert picture.canvas.value == before


def test_the_network_s_numbers_are_those_of_backpropagation() -> None:
    """Every value and derivative that the picture keeps comes out of the chain rule."""
    kept = kept_in("network")
    for n, (x, d) in enumerate(zip(X, D)):
        z1 = W1 @ x + B1[:, 0]
        y1 = np.maximum(z1, 0)
        z2 = W2 @ y1 + B2[:, 0]
        values = {"x": x, "z1": z1, "y1": y1, "z2": z2, "div": (z2 - d) ** 2 / 2}
        dz2 = z2 - d
        dy1 = dz2 @ W2
        dz1 = dy1 * (z1 > 0)
        derivatives = {"x": dz1 @ W1, "z1": dz1, "y1": dy1, "z2": dz2}
        derivatives |= {"W1": np.outer(dz1, x).ravel(), "b1": dz1}
        derivatives |= {"W2": np.outer(dz2, y1).ravel(), "b2": dz2}
        assert {k: list(v) for k, v in kept.VALUES[n].items()} == {
            k: list(v) for k, v in values.items()
        }
        assert {k: list(v) for k, v in kept.DERIVATIVES[n].items()} == {
            k: list(v) for k, v in derivatives.items()
        }
        assert kept.WANTED[n] == d[0]
    stored = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
    assert {k: list(v) for k, v in kept.WEIGHTS.items()} == {
        k: v.ravel().tolist() for k, v in stored.items()
    }


def test_the_network_shows_no_derivative_before_the_way_back() -> None:
    """Forward, values appear one after the other; derivatives come after the divergence."""
    draw = kept_in("network").draw_network
    assert "∂ " not in draw(4, 1)
    assert "∂ 1<" in draw(5, 1)
    assert "∂ −2.5<" not in draw(9, 1)
    assert "∂ −2.5<" in draw(10, 1)


def test_the_losses_over_the_step_size_are_those_of_the_small_network() -> None:
    """The stored curve is the loss after one step of that size, and its slope at 0 is right."""
    with loaded(package()) as mytorch:
        network = mytorch.MLP([2, 2, 1])
        first, last = network.layers

        def loss(eta: float) -> float:
            first.W, first.b, last.W, last.b = W1, B1, W2, B2
            network.backward((network.forward(X) - D) / 2)
            if eta:
                mytorch.SGD(network, eta).step()
            return float(np.mean((network.forward(X) - D) ** 2) / 2)

        kept = kept_in("step_size")
        curve = [loss(kept.EVERY * n) for n in range(len(kept.LOSSES))]
        slope = (loss(1e-7) - loss(0)) / 1e-7
    assert np.allclose(curve, kept.LOSSES, atol=6e-5)
    assert np.isclose(slope, kept.SLOPE, atol=1e-4)


@pytest.mark.parametrize("right", [1, 2, 3])
@pytest.mark.parametrize("third", [1, 5, 9])
def test_the_numbers_behind_the_cancellation_are_right(right: int, third: int) -> None:
    """The row under the softmax's Jacobian is the derivative by the logits, by differences."""
    svg = kept_in("cancelling").draw_cancelling(right, third)
    said = re.search(r"by the logits is (.*), in (\d+)ths", spoken(svg))
    assert said
    shown = np.array([float(v) for v in said[1].split(", ")]) / int(said[2])
    z = np.log([1.0, 2.0, third])

    def div(z: Any) -> float:
        return float(np.log(np.exp(z).sum()) - z[right - 1])

    pushes = 1e-6 * np.eye(3)
    rates = [(div(z + push) - div(z - push)) / 2e-6 for push in pushes]
    assert np.allclose(shown, rates, atol=1e-8)


def test_a_trained_network_lies_on_the_dashed_curve() -> None:
    """The stored losses are those of the notebook's training, which separates the moons."""
    losses, answers = training()
    assert np.allclose(losses[::5], kept_in("learning").EXPECTED, atol=2e-3)
    picture = learning(losses, answers)
    assert "step 400 the loss is 0.035" in spoken(picture.canvas.value)
    picture.sliders["step"].value = 0
    assert "step 0 the loss is 0.69" in spoken(picture.canvas.value)


def test_a_training_that_goes_wrong_is_drawn_too() -> None:
    """No number, no shape and no length of what a student's network gives breaks the picture."""
    inf, nan = float("inf"), float("nan")
    logits = np.zeros((len(PLACES), 2))
    for losses, answers in (
        ([0.7, 50.0, inf, nan], [logits, logits * nan]),
        ([np.array([[0.7]])], [logits[:3]]),
        ([nan], [None]),
        ([0.7, 1.7e136], []),
    ):
        svg = learning(losses, answers).canvas.value
        ElementTree.fromstring(svg)
        assert "nan," not in svg
        assert len(spoken(svg)) < 60


def test_the_moons_are_the_same_in_every_cell() -> None:
    """The points cannot be changed by a cell."""
    for array in (POINTS, WANTED, PLACES):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5
