"""Driving one case: how inputs lie in memory, and what becomes of whatever comes back."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import replaced
from in_process import scored

from autograder.exercises import EXERCISES
from autograder.exercises.linear import draw_layer_inputs
from autograder.harness.driving import MAX_TENSOR_BYTES, arrange_array, drive_case, to_plain_array
from autograder.key.mytorch import Linear
from autograder.model import Answer, Case, Item, Layout, Scenario
from autograder.scoring.wording import plain_message

MATRIX = np.arange(6.0).reshape(2, 3)


def test_inputs_lie_in_memory_as_a_case_asks() -> None:
    """A copy each time: plain, with gaps between the numbers, or read-only."""
    for layout in ("plain", "strided", "frozen"):
        made = arrange_array(MATRIX, layout)
        assert np.array_equal(made, MATRIX)
        assert not np.shares_memory(made, MATRIX)
        assert made.flags.c_contiguous == (layout != "strided")
        assert made.flags.writeable == (layout != "frozen")


class Stepping(Linear):
    """A layer whose way back moves its weights."""

    def backward(self, dLdZ: Any) -> Any:
        dLdA = super().backward(dLdZ)
        self.W = self.W + 1
        return dLdA


def driven(scenario: Scenario, before: int, layout: Layout) -> tuple[Answer, Any]:
    """What a layer that moves in `backward` gives in a case, and dLdA with the weights at rest."""
    draw = draw_layer_inputs(3, 4, 2, back=True, before=before)
    inputs = draw(np.random.default_rng(1))
    case = Case("made_up", draw, layout=layout, scenario=scenario)
    package = SimpleNamespace(Linear=Stepping)
    given = drive_case(EXERCISES["linear.backward"], case, inputs, package)
    return given, inputs["dLdZ"] @ inputs["W"]


@pytest.mark.parametrize("layout", ["plain", "strided", "frozen"])
@pytest.mark.parametrize("before", [3, 5])
def test_a_case_says_its_scenario_whatever_its_sizes(before: int, layout: Layout) -> None:
    """After a step the weights are set anew, going on they are not: of any size and layout."""
    given, at_rest = driven("after_a_step", before, layout)
    np.testing.assert_allclose(given.tensors["dLdA"], at_rest)
    given, at_rest = driven("goes_on", before, layout)
    assert not np.allclose(given.tensors["dLdA"], at_rest)


@pytest.mark.parametrize("layout", ["plain", "frozen"])
def test_only_a_case_that_says_so_holds_parameters_still(layout: Layout) -> None:
    """Arrays that are read-only say nothing of what is asked, and arrays that are not, neither."""
    moved = driven("must_not_move", 0, layout)[0].fault
    assert moved is not None
    assert moved.type == "ParametersMoved"
    assert driven("once", 0, layout)[0].fault is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "None"),
        ([1.0], "a list"),
        ("text", "a str"),
        (np.array(["text"]), "an array of text entries"),
        (np.array([object()]), "an array of object entries"),
        (MATRIX + 1j, "an array of complex entries"),
        (np.zeros(MAX_TENSOR_BYTES // 8 + 1), "an array far too large"),
        (type("Own", (), {})(), "an object of another class"),
    ],
)
def test_what_is_no_array_is_named(value: Any, word: str) -> None:
    """What cannot be compared travels as a word, and never by a name the student chose."""
    assert to_plain_array(value) == word


class Lying(np.ndarray[Any, Any]):
    def __eq__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> Any:
        return 0


def test_subclasses_lose_their_lies() -> None:
    """A subclass comes back as the plain numbers it holds, in memory of its own."""
    made = to_plain_array(MATRIX.view(Lying))
    assert type(made) is np.ndarray
    assert np.array_equal(made, MATRIX)
    assert isinstance(to_plain_array(2.0), np.ndarray)


def lost(items: dict[str, Item]) -> set[str]:
    return {item.id for item in items.values() if item.score < item.max_score}


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        (
            "softmax.py",
            "exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))",
            "Z -= Z.max(axis=1, keepdims=True); exponentials = np.exp(Z)",
            "softmax.forward.edge",
        ),
        (
            "sigmoid.py",
            "return dLdA * self.A * (1 - self.A)",
            "dLdA *= self.A * (1 - self.A); return dLdA",
            "sigmoid.backward.edge",
        ),
    ],
)
def test_changing_an_input_costs_the_edge_line(file: str, old: str, new: str, line: str) -> None:
    """Right numbers, but written into the array that was given: read-only inputs show it."""
    found = scored({file: replaced(file, old, new)[file]})
    assert line in lost(found)
    assert all(id.endswith(".edge") for id in lost(found)), lost(found)


def test_the_line_that_called_is_quoted_and_not_the_courses_check() -> None:
    """A layer that refuses a shape leads to the line of the network that handed it over."""
    wrong = replaced("mlp.py", "activation.forward(layer.forward(A))", "layer.forward(A.T)")
    message = plain_message(scored(wrong)["mlp.forward.Z.general"])
    assert "the line is: A = layer.forward(A.T)" in message
