"""The notebooks run whole, however far a student is, and the solved ones complete the course."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, package, replaced
from nbclient import NotebookClient
from student_tree import tree_of

from autograder.advice.packed import cell_notes
from autograder.advice.packing import pack_hand_in, unfinished_exercises
from autograder.exercises import EXERCISES
from autograder.hand_in import reading
from autograder.key.notebook import make_notebook, notebook_sources
from autograder.running.grading import grade_hand_in
from autograder.scoring import reference_store


def run_all(tree: Path) -> dict[str, list[str]]:
    """Run every notebook of a tree, in order, and collect what went wrong in it."""
    return {path.name: run(path) for path in sorted((tree / "notebooks").glob("*.ipynb"))}


def run(path: Path) -> list[str]:
    """Run a notebook, as *Run All* does: its errors."""
    made = nbformat.read(path, as_version=4)
    client = NotebookClient(
        made,
        timeout=60,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    client.execute()
    outputs = [output for cell in made.cells for output in cell.get("outputs", [])]
    return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def half() -> dict[str, bytes]:
    """The first three topics solved, everything behind them not."""
    files = package(solved=False)
    solved = package()
    left = [n for n in solved if n.removesuffix(".py") in ("squared_error", "sigmoid", "relu")]
    return {**files, **{name: solved[name] for name in left}}


@pytest.fixture(autouse=True)
def autograder_for_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


STATES = {
    "skeleton": lambda: package(solved=False),
    "half solved": half,
    "wrong in 06": lambda: package(changes=replaced("linear.py", "A @ self.W.T", "A @ self.W")),
    "solved": package,
}


@pytest.mark.parametrize("name", notebook_sources())
@pytest.mark.parametrize("state", STATES)
def test_every_notebook_runs_whole_in_every_state(state: str, name: str, tmp_path: Path) -> None:
    """*Run All* never stops at an error of ours, and never at a student's unfinished exercise."""
    tree = tree_of(tmp_path / "tree", STATES[state](), solved=False)
    assert run(tree / "notebooks" / name) == []


def test_a_file_that_is_no_python_stops_its_own_notebooks_alone(tmp_path: Path) -> None:
    """Edited by hand until nothing goes: 05 and 07 need that file, the others run whole."""
    tree = tree_of(tmp_path / "tree", package(changes={"softmax.py": "def broken(:\n"}), False)
    for name in notebook_sources():
        if name[:2] in ("05", "07"):
            (tree / "notebooks" / name).unlink()
    assert not any(run_all(tree).values())


def test_the_solved_notebooks_complete_the_course(tmp_path: Path) -> None:
    """Run on a fresh skeleton, they write a `mytorch` that scores 100 % on the hidden cases.

    What `pack` makes of that tree scores the same, and `pack` finds no cell that was not run.
    """
    tree = tree_of(tmp_path / "tree", package(solved=False), solved=True)
    assert run_all(tree) == {name: [] for name in notebook_sources()}
    name, _ = pack_hand_in(tree, "ada")
    assert [*cell_notes(tree), *unfinished_exercises(tree)] == []
    for path in (tree, tree / name):
        report = grade_hand_in(
            reading.read_hand_in(path), reference_store.best_references(), list(EXERCISES.values())
        )
        assert report.references == "hidden"
        assert report.score == report.max_score


def test_the_committed_notebooks_hold_no_widget_and_no_error() -> None:
    """What is committed shows pictures without a kernel, and knows nothing of this machine."""
    for name in notebook_sources():
        text = (ROOT / "notebooks" / name).read_text("utf-8")
        assert "widget-view" not in text, name
        assert str(ROOT) not in text, name
        assert '"output_type": "error"' not in text, name
        code = [c for c in nbformat.reads(text, as_version=4).cells if c.cell_type == "code"]
        lengths = sorted(len(c.source.splitlines()) for c in code)
        assert lengths[-1] <= 25, name
        assert lengths[len(lengths) // 2] <= 4, name


def test_nothing_sticks_to_an_answer_that_can_be_opened() -> None:
    """What folds ends its cell, or a heading follows: Jupyter leaves no room beneath it."""
    for name, source in notebook_sources().items():
        for cell in make_notebook(source, solved=False).cells:
            assert cell.source.count("<details>") == cell.source.count("</details>"), name
            for rest in cell.source.split("</details>")[1:]:
                assert not rest or rest.startswith("\n\n#"), f"{name}: {rest[:60]}"


def test_nbval_finds_the_committed_outputs_again() -> None:
    """Strict nbval over the student notebooks, as committed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]


def test_committed_notebooks_were_run_by_nobody() -> None:
    """Outputs are there, and no execution counts; a text does not open on a double click."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        code = [cell for cell in book.cells if cell.cell_type == "code"]
        assert any(cell.outputs for cell in code)
        assert {cell.execution_count for cell in code} == {None}
        assert {out.get("execution_count") for cell in code for out in cell.outputs} == {None}
        assert all(c.metadata.editable is False for c in book.cells if c.cell_type == "markdown")
