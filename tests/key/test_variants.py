"""Right answers get full points and no criticism, in whatever style they are written."""

import itertools
import re
from pathlib import Path

import pytest
from conftest import ROOT, package
from in_process import accused, lost, scored

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.key.mistakes import MISTAKES
from autograder.key.solved import make_skeleton, solved_modules
from autograder.model import Item
from autograder.running.grading import grade_hand_in
from autograder.scoring import reference_store
from autograder.scoring.wording import plain_message

SHELF = ROOT / "tests" / "shelf" / "variants"
VARIANTS = sorted(SHELF.glob("*.py"))
BOTH = {"public": reference_store.public_references(), "hidden": reference_store.best_references()}


def file_of(path: Path) -> str:
    return path.stem.split("__")[0] + ".py"


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


# The points that the course's own recent assignments would lose: their exponentials overflow.
UNSTABLE = {
    "softmax__course": "softmax",
    "softmax_cross_entropy__course": "softmax_cross_entropy",
    "softmax_cross_entropy__through_softmax": "softmax_cross_entropy.forward",
}
NETWORKS = [path for path in VARIANTS if path.stem.startswith("mlp__")]
BROKEN = {
    "a missing file": None,
    "a syntax error": "class Linear:\n    def __init__(self, in_features, out_features)\n",
    "a file of another course": "import tensorflow\n",
    "another name": "class linear:\n    pass\n",
    "a stub": make_skeleton("linear.py", solved_modules()["linear.py"]),
    "a wrong signature": "class Linear:\n    def __init__(self):\n        pass\n",
    "a mistake": MISTAKES["linear.weights_not_transposed"].plant(),
    "a property that refuses": text_of(SHELF / "linear__property.py")
    .replace("self._weights = np.asfortranarray(W).T", "self._weights.T[...] = W")
    .replace("self._weights = np.zeros", "self.weights = np.zeros"),
    "a mistake beside properties": text_of(SHELF / "linear__base_class.py").replace(
        "tensordot(A, self.W,", "tensordot(A, self.W.T,"
    ),
}


def stability(stem: str) -> set[str]:
    """The stability lines of a source's class, if the source is known as unstable."""
    return {
        id
        for exercise in EXERCISES.values()
        for _, role, id in exercise.lines
        if role == "stability" and f"{exercise.id}.".startswith(UNSTABLE.get(stem, "none") + ".")
    }


def of(items: dict[str, Item], exercises: str) -> list[Item]:
    return [item for item in items.values() if item.exercise.split(".")[0] == exercises]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("path", VARIANTS, ids=lambda path: path.stem)
def test_a_right_variant_gets_all_points(path: Path, kind: str) -> None:
    """Loops, einsum, float32, views, own buffers, Jacobians and own names get full points.

    This includes very large logits; without a shift of the exponent, only these points are lost.
    """
    found = scored({file_of(path): text_of(path)}, BOTH[kind])
    assert lost(found) == stability(path.stem)
    why = "overflows|logarithm meets a number that was rounded to 0"
    assert all(re.search(why, plain_message(item)) for item in found.values() if item.mistake)
    if path.stem not in UNSTABLE:
        assert not accused(found)


def test_the_shelf_is_full() -> None:
    """Every class has sources in other styles, and there are more than enough of them."""
    assert len(VARIANTS) >= 25
    assert {file_of(path) for path in VARIANTS} == {
        Path(exercise.file).name for exercise in EXERCISES.values()
    }


@pytest.mark.parametrize("turn", range(8))
def test_variants_work_together(turn: int) -> None:
    """One variant of each file, in many combinations: full points."""
    by_file = {
        file: [p for p in paths if p.stem not in UNSTABLE]
        for file, paths in itertools.groupby(VARIANTS, file_of)
    }
    chosen = [paths[turn % len(paths)] for paths in by_file.values()]
    found = scored({file_of(path): text_of(path) for path in chosen})
    assert not lost(found), [path.stem for path in chosen]


def test_the_courses_own_homework_keeps_all_but_stability() -> None:
    """If all files are in the style of the course's assignments, only the stability lines are
    lost."""
    course = [path for path in VARIANTS if path.stem.endswith("__course")]
    assert len(course) == 7
    found = scored({file_of(path): text_of(path) for path in course})
    assert lost(found) == set().union(*map(stability, UNSTABLE))


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_right_network_keeps_its_points_beside_a_broken_layer(path: Path, broken: str) -> None:
    """Whatever is wrong with `Linear`, the network is scored on stand-ins and gets full points."""
    found = scored({"mlp.py": text_of(path), "linear.py": BROKEN[broken]})
    for item in of(found, "mlp"):
        assert (item.score, item.follow_through) == (item.max_score, True), plain_message(item)
    assert all(item.score == 0 for item in of(found, "linear") if "forward" in item.exercise)
    assert not any(item.mistake for item in of(found, "mlp"))


@pytest.mark.parametrize("name", ["relu", "sigmoid"])
def test_a_right_network_keeps_its_points_beside_a_missing_activation(name: str) -> None:
    """The same holds for the activations."""
    found = scored({f"{name}.py": None})
    assert all(item.score == item.max_score for item in of(found, "mlp"))
    assert {item.exercise.split(".")[0] for item in found.values() if not item.score} == {name}


@pytest.mark.parametrize("broken", ["softmax.over_the_batch", "softmax.sigmoid", ""])
def test_a_loss_that_calls_its_own_softmax_keeps_its_points(broken: str) -> None:
    """A right loss that calls `Softmax` loses nothing if `Softmax` is wrong or missing."""
    path = next(path for path in VARIANTS if path.stem.endswith("__through_softmax"))
    softmax = MISTAKES[broken].plant() if broken else None
    found = scored({file_of(path): text_of(path), "softmax.py": softmax})
    for item in of(found, "softmax_cross_entropy"):
        assert item.follow_through or item.id.endswith(".stability")
        assert item.score == item.max_score or item.id.endswith(".stability"), plain_message(item)
    assert of(found, "softmax")[0].score == 0


def test_a_wrong_network_is_not_saved_by_a_broken_layer() -> None:
    """Beside a broken `Linear`, a mistake in the network is still found and named."""
    mistake = MISTAKES["mlp.activations_skipped_back"]
    found = scored({mistake.file: mistake.plant(), "linear.py": BROKEN["a syntax error"]})
    assert {item.mistake for item in of(found, "mlp") if item.mistake} == {mistake.id}


def test_in_processes_of_their_own_variants_fare_as_here() -> None:
    """Two whole hand-ins of variants give the same items through the real runner."""
    for end, linear in (("__course", ""), ("__captured", BROKEN["a syntax error"])):
        paths = [path for path in VARIANTS if path.stem.endswith(end)]
        changes = {file_of(path): text_of(path) for path in paths}
        changes |= {"linear.py": linear} if linear else {}
        report = grade_hand_in(
            HandIn("", package(changes=changes)), BOTH["hidden"], list(EXERCISES.values())
        )
        assert {item.id: item for item in report.items} == scored(changes)
