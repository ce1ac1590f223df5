"""The tests that a command runs: those of one exercise, and by default all except the attacks."""

import re
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT

from autograder.exercises import EXERCISES
from autograder.key.mistakes import MISTAKES

SHELF = ROOT / "tests" / "shelf"
KINDS = ("public", "hidden")
COLLECT = (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")


def collected(*arguments: str) -> set[str]:
    """The tests that pytest would run, by their ids."""
    done = subprocess.run(
        [*COLLECT, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_one_exercise_is_driven_by_all_that_is_its_own() -> None:
    """The selection has its mistakes in every style, its variants, references, notebook and cell,
    and no tests of other exercises."""
    files = [f"tests/key/test_{name}.py" for name in ("mistakes", "variants", "references")]
    files += ["tests/notebooks/workbook/test_cells.py", "tests/notebooks/test_notebooks.py"]
    found = collected(*files, "--exercise", "6.2")
    own = {m.id for m in MISTAKES.values() if m.target == EXERCISES["linear.backward"].target}
    assert len(own) > 10
    styles = [path.stem for path in (SHELF / "mistaken").glob("*.py")]
    variants = [path.stem for path in (SHELF / "variants").glob("linear__*.py")]
    named, styled = "named_and_costs_its_own_points", "named_in_other_styles_too"
    mistakes = "tests/key/test_mistakes.py::test_a"
    expected = {f"{mistakes}_planted_mistake_is_{named}[{id}-{k}]" for id in own for k in KINDS}
    expected |= {f"{mistakes}_mistake_is_{styled}[{s}]" for s in styles if s.split("__")[0] in own}
    expected |= {
        f"tests/key/test_variants.py::test_a_right_variant_gets_all_points[{stem}-{kind}]"
        for stem in variants
        for kind in KINDS
    }
    expected |= {
        f"tests/key/test_references.py::test_rebuilt_references_are_the_stored_ones[{kind}]"
        for kind in KINDS
    }
    expected |= {
        "tests/notebooks/workbook/test_cells.py::test_every_generated_cell_is_a_stub_or_a_solution",
        "tests/notebooks/test_notebooks.py::test_every_notebook_runs_whole_in_every_state"
        "[solved-06_vector_form.ipynb]",
    }
    assert expected <= found
    others = set(MISTAKES) - own
    single = {test.partition("[")[2].partition("-")[0].rstrip("]") for test in found}
    assert not {name.split("__")[0] for name in single} & others
    assert not any("05_vector" in test for test in found)


def test_an_unknown_exercise_is_a_usage_error() -> None:
    """The message lists the exercises that exist."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/scoring/test_points.py", "--exercise", "9.9"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --exercise: no exercise '9.9'; there are: squared_error, " in done.stderr


def test_attacks_are_run_where_they_are_named() -> None:
    """By default no attack runs; with `-m attack` all attacks run, and nothing else."""
    assert collected("tests/test_attacks.py") == set()
    assert len(collected("tests/test_attacks.py", "-m", "attack")) > 100


def test_the_ci_runs_what_the_command_leaves_out() -> None:
    """`.ci/run` names each marker that the default leaves out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    options = project["tool"]["pytest"]["ini_options"]["addopts"]
    names = options[options.index("-m") + 1].removeprefix("not (").removesuffix(")").split(" or ")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    named = set(
        " ".join(re.findall(r'python3 tests -m ("[^"]*"|\w+)', script)).replace('"', "").split()
    )
    assert {"attack", "browser"} <= {*names} <= named
