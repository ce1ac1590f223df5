"""The pictures: what they say, how they move, and that they look the same without a browser."""

import re
from collections.abc import Callable
from importlib import import_module
from itertools import product
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from workbook import pictures
from workbook.pictures import strokes
from workbook.pictures.stations import CourseStation
from workbook.pictures.stations import draw_stations as draw_map
from workbook.small_network import B1, B2, W1, W2, D, X

from autograder.key.still import render_png

NEEDS_A_TRAINING = {"learning"}  # it is tested with one, in test_pictures_07_08.py
MOVING = [
    getattr(pictures, name)
    for name in pictures.__all__
    if name[0].islower() and name not in NEEDS_A_TRAINING
]
ALL = pytest.mark.parametrize("make", MOVING, ids=lambda make: make.__name__)
SVG = "{http://www.w3.org/2000/svg}"
Make = Callable[[], pictures.Picture]


def corners(picture: pictures.Picture) -> list[dict[str, Any]]:
    """The sliders' ends and starts, in all combinations."""
    ends = [
        [(name, value) for value in (slider.min, slider.value, slider.max)]
        for name, slider in picture.sliders.items()
    ]
    return [dict(values) for values in product(*ends)]


def kept_in(picture: str) -> Any:
    """The module of a picture (its name in the package is the picture)."""
    return import_module(f"workbook.pictures.{picture}")


def spoken(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""


@ALL
def test_a_picture_is_whole_wherever_its_sliders_stand(make: Make) -> None:
    """At every end of every slider: well-formed, inside its frame, named, described."""
    picture = make()
    for values in corners(picture):
        svg = picture.draw(**values)
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title")
        assert spoken(svg)
        assert "nan" not in svg
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for word in root.iter(f"{SVG}text"):
            assert 0 <= float(word.get("x", "")) <= width, word.text
            assert 0 <= float(word.get("y", "")) <= height - 3, word.text


@ALL
def test_a_picture_leaks_nothing_into_its_page(make: Make) -> None:
    """No style sheet, no script and no id: any number of pictures live on one page."""
    svg = make().canvas.value
    assert not re.search(r"<style|<script|\sid=|\son\w+=", svg)


@ALL
def test_every_slider_moves_the_picture_and_what_is_said_about_it(make: Make) -> None:
    """Moving any slider redraws the picture, in other words too."""
    picture = make()
    for slider in picture.sliders.values():
        start, before = slider.value, picture.canvas.value
        slider.value = slider.min if start != slider.min else slider.max
        assert picture.canvas.value != before
        assert spoken(picture.canvas.value) != spoken(before)
        slider.value = start
        assert picture.canvas.value == before


@ALL
def test_every_slider_has_a_name(make: Make) -> None:
    """A slider says what it moves."""
    assert all(slider.description for slider in make().sliders.values())


@ALL
def test_the_text_form_is_always_the_same(make: Make) -> None:
    """Two runs of a notebook compare equal: no memory address, no model id."""
    bundle = make()._repr_mimebundle_()
    assert bundle["text/plain"] == repr(make()) == f"<picture: {make().name}>"
    assert "application/vnd.jupyter.widget-view+json" in bundle


@ALL
def test_the_still_is_a_png_of_twice_the_size(make: Make) -> None:
    """A committed notebook's PNG is sharp, on white, and the same bytes each time."""
    svg = make().canvas.value
    made = render_png(svg)
    root = ElementTree.fromstring(svg)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(made[16:20]) == 2 * int(root.get("width", ""))
    assert int.from_bytes(made[20:24]) == 2 * int(root.get("height", ""))
    assert made == render_png(svg)


def test_the_still_has_the_words_and_the_theme_s_colours() -> None:
    """Words are drawn (the font is there), in the colour of the light theme."""
    empty = strokes.svg_sheet("", "", 60, 30)
    word = strokes.svg_sheet("", "", 60, 30, strokes.svg_text(30, 20, "∇∂Δ"))
    plain = word.replace(strokes.INK, "#212121")
    assert "var(" not in plain
    assert render_png(word) == render_png(plain) != render_png(empty)


def test_what_is_no_svg_gets_no_still() -> None:
    """A builder's mistake is an error, not an empty picture."""
    with pytest.raises(ValueError, match="SVG"):
        render_png("<p>no picture</p>")


def test_words_are_escaped() -> None:
    """A title may hold any character."""
    svg = strokes.svg_sheet('a < b & "c"', "d > e", 9, 9, strokes.svg_text(1, 2, "<&>"))
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{SVG}title") == 'a < b & "c"'
    assert root.findtext(f"{SVG}text") == "<&>"


@pytest.mark.parametrize("colour", [strokes.BLUE, strokes.ORANGE, strokes.GREEN])
@pytest.mark.parametrize("paper", ["#ffffff", "#111111"])
def test_the_accents_are_seen_on_both_themes(colour: str, paper: str) -> None:
    """Contrast of at least 3 to 1, as accessibility asks of graphics."""

    def light(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    low, high = sorted((light(colour), light(paper)))
    assert (high + 0.05) / (low + 0.05) >= 3


@pytest.mark.parametrize(
    ("value", "written"), [(-0.0, "0"), (-0.5, "−0.5"), (2.0, "2"), (0.125, "0.12"), (10.0, "10")]
)
def test_numbers_are_written_as_by_hand(value: float, written: str) -> None:
    """No trailing zeros, a real minus sign, and never minus nothing."""
    assert strokes.svg_number(value) == written


def test_an_arrow_without_length_is_nothing() -> None:
    """No change draws no arrow."""
    assert strokes.svg_arrow(5, 5, 5, 5) == ""


def test_the_small_network_gives_the_numbers_of_the_notebooks() -> None:
    """The constants, and the numbers that pictures keep, are those that one computes by hand."""
    Z1 = X @ W1.T + B1.T
    assert Z1.tolist() == [list(row) for row in kept_in("entry").Z] == [[1, 0.5], [-2, 1]]
    Z2 = np.maximum(Z1, 0) @ W2.T + B2.T
    assert Z2.tolist() == [[2], [-0.5]]
    dLdZ1 = ((Z2 - D) / 2) @ W2 * (Z1 > 0)
    assert dLdZ1.tolist() == [list(kept_in("adding_up").FIRST), [0, 0.25]]


def test_the_small_network_cannot_be_changed() -> None:
    """A cell that writes into the constants is told so; no later cell meets other numbers."""
    with pytest.raises(ValueError, match="read-only"):
        W1[0, 0] = 5


def test_the_map_says_in_words_what_it_shows() -> None:
    """What is done, what comes next and what comes later can be heard, not only seen."""
    stations = [
        CourseStation("00", "Start here", "00.ipynb", 2, 2),
        CourseStation("01", "Risk"),
        CourseStation("06", "The vector form", "06.ipynb", 3.5, 14, next=True),
        CourseStation("09", "Digits", "09.ipynb"),
    ]
    svg = draw_map(stations)
    assert spoken(svg) == (
        "00 Start here: 2 of 2, done; 01 Risk: later; "
        "06 The vector form: 3.5 of 14, comes next; 09 Digits."
    )
    assert "✔" in svg
    assert "next" in svg
