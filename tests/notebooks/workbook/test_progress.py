"""The map of the course: the progress it shows is that of the files."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from conftest import ROOT, package, replaced
from in_process import loaded
from workbook.pictures import Picture

from autograder.exercises import EXERCISES

progress: Any = import_module("workbook.progress")
POINTS = sum(exercise.max_score for exercise in EXERCISES.values())
SOLVED = {file: data.decode() for file, data in package().items()}


def shown(monkeypatch: pytest.MonkeyPatch, files: Mapping[str, bytes]) -> tuple[Picture, str]:
    """What the map shows for a `mytorch`: the picture, and the words under it."""
    said: list[Any] = []
    monkeypatch.setattr(progress, "display", said.append)
    with loaded(files):
        progress.course_map()
    picture, words = said
    return picture, words.data


def test_who_has_nothing_starts_at_the_first_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The skeleton has no points, and the link leads to notebook 00."""
    picture, words = shown(monkeypatch, package(solved=False))
    assert repr(picture) == "<picture: map of the course>"
    assert f"<b>0 of {POINTS:g} points.</b> Next: Exercise 0.1: squared_error, in " in words
    assert words.count('<a href="00_start_here.ipynb">00 · Start here</a>') == 2


def test_who_has_everything_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solved package has all points, and nothing comes next."""
    picture, words = shown(monkeypatch, package())
    assert f"<b>{POINTS:g} of {POINTS:g} points.</b> All are yours." in words
    assert "comes next" not in picture.canvas.value


def test_progress_is_that_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solved file counts, a mistake costs its own points, a syntax error its own file."""
    changes = {"squared_error.py": SOLVED["squared_error.py"]}
    changes |= replaced("linear.py", "self.dLdb = dLdZ.T", "self.dLdb = 2 * dLdZ.T")
    changes |= {"relu.py": "def broken(:\n"}
    picture, words = shown(monkeypatch, package(solved=False, changes=changes))
    assert "Next: Exercise 4.1: Sigmoid.forward" in words
    assert "00 Start here: 2 of 2, done; " in picture.canvas.value
    assert "06 The vector form: 10 of 14; " in picture.canvas.value


def test_every_notebook_with_exercises_has_its_link() -> None:
    """No exercise lies in a notebook that the map calls «later»."""
    for exercise in EXERCISES.values():
        place = progress.make_station(exercise.notebook, dict.fromkeys(EXERCISES, 0), None)
        assert (ROOT / "notebooks" / place.link).is_file()
        assert place.points != "later"
