"""Very large numbers, with any seed: right work in float32 keeps its points, and work that is only
nearly right loses them."""

from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from autograder.exercises import EXERCISES
from autograder.harness.driving import drive_case
from autograder.key.facts import facts_of
from autograder.key.references import solved_variant
from autograder.model import Expected
from autograder.scoring.comparison import compare_tensor, dtype_tolerance

SHELF = ROOT / "tests" / "shelf"
SINGLE = sorted((SHELF / "variants").glob("*float32*.py"))
RIGHT = [path for path in SINGLE if path.stem.startswith(("softmax", "sigmoid"))]
NEARLY = sorted((SHELF / "mistaken").glob("*.largest_for_the_sum__*.py"))
SEEDS = range(8)


def lost(path: Path, seed: int) -> set[str]:
    """The exercises whose stability cases a source fails, with the inputs of a seed."""
    file, found = path.stem.replace(".", "__").split("__")[0] + ".py", set()
    sources = {"solved": {}, "other": {file: path.read_text("utf-8")}}
    with (
        solved_variant(sources["solved"], "solved") as solved,
        solved_variant(sources["other"], "other") as own,
    ):
        for exercise in EXERCISES.values():
            for case in exercise.cases:
                if case.role != "stability" or not exercise.file.endswith(f"/{file}"):
                    continue
                inputs = case.inputs(seed_of(seed, case.id))
                right = drive_case(exercise, case, inputs, solved).tensors
                given = drive_case(exercise, case, inputs, own).tensors
                for name, array in right.items():
                    scale = facts_of(exercise).scale_of(exercise, name, inputs, array)
                    expected = Expected(array, array, scale)
                    loose = dtype_tolerance([given[name], *inputs.values()])
                    if compare_tensor(given[name], expected, loose):
                        found.add(exercise.id)
    return found


def seed_of(seed: int, case: str) -> np.random.Generator:
    return np.random.default_rng([seed, *case.encode()])


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_work_in_float32_keeps_its_points(path: Path) -> None:
    """It may cast before or after the shift, and return float32 or a Python float."""
    assert set().union(*(lost(path, seed) for seed in SEEDS)) == set()


@pytest.mark.parametrize("path", NEARLY, ids=lambda path: path.stem)
def test_a_loss_without_the_logarithm_of_the_sum_loses_them(path: Path) -> None:
    """In float64 and in float32, for every seed; its derivative is right."""
    assert [lost(path, seed) for seed in SEEDS] == [{"softmax_cross_entropy.forward"}] * len(SEEDS)
