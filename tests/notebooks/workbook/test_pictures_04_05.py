"""The pictures of notebooks 04 and 05: their numbers are right, and what they say is true."""

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
from workbook.pictures import corner, influence, jacobian, sigmoid

from autograder.key.still import render_png

MADE: list[Callable[[], pictures.Picture]] = [corner, influence, jacobian, sigmoid]
ALL = pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)


def kept_in(picture: str) -> Any:
    """The module of a picture (its name in the package is the picture)."""
    return import_module(f"workbook.pictures.{picture}")


def numbers(words: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+(?:\.\d+)?", words)]


@ALL
def test_a_picture_is_whole_wherever_its_sliders_stand(make: Callable[[], Any]) -> None:
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


@ALL
def test_every_slider_moves_the_picture_and_what_is_said_about_it(make: Callable[[], Any]) -> None:
    """Moving any slider redraws the picture, in other words too."""
    picture = make()
    for slider in picture.sliders.values():
        start, before = slider.value, picture.canvas.value
        slider.value = slider.min if start != slider.min else slider.max
        assert spoken(picture.canvas.value) != spoken(before)
        slider.value = start
        assert picture.canvas.value == before


@pytest.mark.parametrize("y", [0.05, 0.2, 0.25, 0.5, 0.75, 0.8, 0.95])
def test_the_sigmoid_s_curve_and_slope_are_those_of_the_solved_class(y: float) -> None:
    """What the picture measures on its curve is what `Sigmoid` computes."""
    drawn = kept_in("sigmoid")
    with loaded(package()) as mytorch:
        solved = mytorch.Sigmoid()
        assert np.allclose(solved.forward(np.array([[drawn.z_at_height(y)]])), y)
        assert np.allclose(solved.backward(np.ones((1, 1))), drawn.measure_slope(y), atol=1e-8)


@pytest.mark.parametrize("z0", [-2.0, -0.5, 0.0, 0.5, 2.0])
@pytest.mark.parametrize("v", [-0.5, -0.25, 0.0, 0.5, 1.0, 1.25, 1.5])
def test_a_slope_is_called_a_subgradient_where_the_slide_s_inequality_holds(
    z0: float, v: float
) -> None:
    """The verdict is that of the definition, tried at many places."""
    said = spoken(kept_in("corner").draw_corner(z0, v))
    places = np.linspace(-5, 5, 201)
    holds = bool(np.all(np.maximum(places, 0) - max(z0, 0) >= v * (places - z0) - 1e-12))
    assert ("v is a subgradient" in said) == holds
    assert ("v is no subgradient" in said) == (not holds)
    stroke = "solid" if holds else "dashed"
    assert f"The {stroke} line lies" in kept_in("corner").draw_corner(z0, v)


def test_the_fan_is_drawn_where_there_are_many_subgradients() -> None:
    """At the corner the other subgradients are shown once one is found, and nowhere else."""
    draw = kept_in("corner").draw_corner
    lines = [draw(z0, v).count("<line") for z0, v in ((0.0, 0.5), (0.0, 1.5), (1.0, 1.0))]
    assert lines[0] == lines[1] + 5 == lines[2] + 5


@pytest.mark.parametrize("i", [1, 2, 3])
@pytest.mark.parametrize("push", [-2.0, 0.75])
def test_a_push_moves_one_sigmoid_and_every_share(i: int, push: float) -> None:
    """The outputs before and after are those of the solved classes."""
    drawn = kept_in("influence")
    Z = np.array([drawn.Z])
    pushed = Z + push * np.eye(3)[i - 1]
    svg = drawn.draw_influence(i, push)
    assert svg.count("stays") == 2
    said = spoken(svg).split("softmax")
    with loaded(package()) as mytorch:
        for words, f in zip(said, (mytorch.Sigmoid(), mytorch.Softmax())):
            pairs = np.stack([f.forward(Z)[0], f.forward(pushed)[0]], axis=1)
            assert np.allclose(numbers(words)[-6:], pairs.ravel(), atol=0.0051)


@pytest.mark.parametrize("z", [(0.0, 0.7, 1.6), (-2.0, 8.0, 0.0), (8.0, 8.0, 8.0)])
def test_the_jacobian_is_that_of_the_solved_softmax(z: tuple[float, float, float]) -> None:
    """Row j of the picture is what `Softmax.backward` makes of a 1 in place j."""
    said = numbers(spoken(kept_in("jacobian").draw_jacobian(*z)))
    with loaded(package()) as mytorch:
        solved = mytorch.Softmax()
        y = solved.forward(np.array([z] * 3))
        assert np.allclose(said[:3], y[0], atol=0.0051)
        assert np.allclose(said[3:], solved.backward(np.eye(3)).ravel(), atol=0.0051)
