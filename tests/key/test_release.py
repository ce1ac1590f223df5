"""The generated files: skeleton and notebooks agree with the key, and the release has no
answers."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from in_process import accused, lost, scored
from places import missing_places, stale_files

from autograder.exercises import EXERCISES, NOTEBOOKS
from autograder.key import release
from autograder.key.build import find_out_of_step
from autograder.key.facts import FACTS
from autograder.key.notebook import make_notebook, notebook_sources
from autograder.key.solved import make_cell, make_skeleton, solved_modules, strip_markers


@pytest.mark.every_exercise
def test_nothing_is_out_of_step() -> None:
    """Skeleton, stubs, notebooks and references agree with the key and the exercises."""
    if stale := list(stale_files()):
        pytest.fail("\n".join(stale), pytrace=False)


def test_a_change_by_hand_is_out_of_step(tmp_path: Path) -> None:
    """A changed skeleton, a deleted notebook and an edited cell are each named."""
    files = release.release_files(ROOT)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert list(find_out_of_step(tmp_path)) == []
    with (tmp_path / "mytorch" / "relu.py").open("a") as file:
        file.write("# by hand\n")
    (tmp_path / "mytorch" / "extra.py").touch()
    exports = tmp_path / "autograder" / "key" / "mytorch" / "__init__.py"
    exports.parent.mkdir(parents=True)
    shown = (ROOT / exports.relative_to(tmp_path)).read_text("utf-8")
    exports.write_text(shown.replace("from .relu import ReLU\n", ""), "utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    (tmp_path / "README.md").write_text(readme.replace("| `Linear` |", "| `Affine` |"), "utf-8")
    (tmp_path / "notebooks" / "06_vector_form.ipynb").unlink()
    path = tmp_path / "notebooks" / "00_start_here.ipynb"
    changed = nbformat.read(path, as_version=4)
    changed.cells[1].source += " "
    nbformat.write(changed, path)
    assert list(find_out_of_step(tmp_path)) == [
        "autograder/key/mytorch/__init__.py differs from what the exercises say",
        "README.md differs from what the exercises say",
        "mytorch/relu.py differs from what the key gives",
        "mytorch/extra.py comes from nothing in the key",
        "notebooks/00_start_here.ipynb differs from its source in cell 2",
        "notebooks/06_vector_form.ipynb is missing",
    ]


@pytest.mark.every_exercise
def test_every_exercise_has_all_its_places() -> None:
    """Solution, cell, import, cases, record, twins, mistakes, shelf: one line per missing place."""
    if missing := list(missing_places()):
        pytest.fail("\n".join(missing), pytrace=False)


@pytest.mark.every_exercise
def test_both_ends_of_every_interval_count_as_right() -> None:
    """At a corner, both one-sided derivatives count as right."""
    for facts in FACTS.values():
        if facts.other_end:
            for ends in ((), facts.other_end):
                source = strip_markers(solved_modules()[facts.file])
                for old, new in ends:
                    source = source.replace(old, new)
                found = scored({facts.file: source})
                assert not lost(found), f"{facts.target} with {ends}"
                assert not accused(found)


@pytest.mark.every_exercise
def test_the_readme_and_the_notebooks_know_the_points() -> None:
    """The map in the README agrees with EXERCISES, and each notebook has its number."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for number, title in NOTEBOOKS.items():
        points = sum(e.max_score for e in EXERCISES.values() if e.notebook == number)
        (row,) = re.findall(rf"^\| {number} \| (.+) \| .+ \| (\d*) ?\|$", readme, re.MULTILINE)
        assert row == (title, f"{points:g}" if points else "")
        for name, source in notebook_sources().items():
            if name.startswith(number):
                assert f"# # {number} · " in source, name


def test_the_readme_names_what_is_there() -> None:
    """Every path and every command that the README names exists."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for path in re.findall(r"`((?:autograder|notebooks|tests|mytorch)/[\w./-]*)`", readme):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"`(\w+\.py)`", readme):
        assert list(ROOT.glob(f"autograder/**/{module}")), module
    helped = subprocess.run(
        [sys.executable, "-m", "autograder", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for verb in re.findall(r"`(?:\.venv/bin/)?autograder ([a-z]+)", readme):
        assert re.search(rf"^ +autograder {verb}\b", helped.stdout, re.MULTILINE), verb


def test_a_student_cell_is_the_skeleton_without_its_prose() -> None:
    """The cell shows the given lines and the stub's raise; the solved cell shows the solution."""
    assert make_cell(EXERCISES["linear.forward"], solved=False) == (
        "@exercise(Linear)\n"
        "def forward(self, A):\n"
        '    self.seen = expect_shape("Linear.forward: A", A, ("N", self.W.shape[1]))\n'
        '    raise NotImplementedError("Exercise 6.1: Linear.forward")'
    )
    assert "return A @ self.W.T + self.b.T" in make_cell(EXERCISES["linear.forward"], solved=True)


def test_a_solution_of_no_exercise_is_refused() -> None:
    """A solution outside every target, or a module without one, is refused."""
    lost = solved_modules()["sgd.py"].replace("def step(", "def stride(")
    with pytest.raises(ValueError, match=r"^there is no mytorch\.sgd\.SGD\.step$"):
        make_skeleton("sgd.py", lost)
    stray = (
        solved_modules()["sgd.py"]
        + "\n\ndef more():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    )
    line = stray.splitlines().index("    ### BEGIN SOLUTION") + 1
    with pytest.raises(ValueError, match=f"^sgd.py:{line}: this solution belongs to no exercise$"):
        make_skeleton("sgd.py", stray)


def test_the_release_holds_no_answer_and_works_whole(tmp_path: Path) -> None:
    """It has no key, no tests and no hidden reference, and `autograder check` runs in it."""
    count = release.write_release(tmp_path / "release")
    files = {p.relative_to(tmp_path / "release").as_posix() for p in tmp_path.rglob("*.*")}
    assert count > 60
    assert not [name for name in files if name.startswith("tests") or "/key" in name]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "--json"],
        cwd=tmp_path / "release",
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert {item["status"] for item in report["items"]} == {"not_attempted"}
    graded = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--json", "."],
        cwd=tmp_path / "release",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        "note: there are no hidden references here; grading on the public cases\n" in graded.stderr
    )
    assert json.loads(graded.stdout)["references"] == "public"
    for name in ("ada", "bob"):
        shutil.copytree(tmp_path / "release" / "mytorch", tmp_path / "class" / name / "mytorch")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "../class"],
        cwd=tmp_path / "release",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "release" / "grades" / "class.html").is_file()
    with pytest.raises(FileExistsError):
        release.write_release(tmp_path / "release")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notebooks/workbook/x.py", "Z = A @ layer.W.T + layer.b.T".replace("layer.", "self.")),
        ("stubs.json", '{"x": "return np.maximum(Z, 0)"}'),
        ("README.md", "Write `self.dLdW = dLdZ.T @ self.A` there."),
        ("autograder/exercises/x.py", "def f(A):\n    return np.maximum( Z,\n        0)"),
    ],
)
def test_the_scan_finds_an_answer_in_any_text(name: str, text: str) -> None:
    """Statements of solutions are found with any spacing, with or without `self.`."""
    assert [leak.split(":")[0] for leak in release.find_answers({name: text.encode()})] == [name]


def test_the_scan_reads_notebooks() -> None:
    """A solved notebook is found."""
    (source,) = (s for n, s in notebook_sources().items() if n.startswith("06"))
    for solved, found in ((True, True), (False, False)):
        content = nbformat.writes(make_notebook(source, solved)).encode()
        assert bool(list(release.find_answers({"notebooks/06.ipynb": content}))) is found


def test_the_scan_reads_what_a_notebook_printed() -> None:
    """An answer in an output is found too."""
    (source,) = (s for n, s in notebook_sources().items() if n.startswith("06"))
    made = make_notebook(source, solved=False)
    code = next(c for c in made.cells if c.cell_type == "code")
    text = "return A @ self.W.T + self.b.T"
    code.outputs = [nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": text})]
    assert list(release.find_answers({"notebooks/06.ipynb": nbformat.writes(made).encode()}))
    assert frozenset({"y-d"}) == release.NO_SECRET, "each exception is a decision"


def test_a_release_carries_what_its_set_up_restores() -> None:
    """The zip has every notebook and file of mytorch from the release, and nothing else."""
    files = release.release_files(ROOT)
    with zipfile.ZipFile(io.BytesIO(files["autograder/beginning.zip"])) as kept:
        held = {name: kept.read(name) for name in kept.namelist()}
    wanted = [n for n in files if n.startswith(("mytorch/", "notebooks/")) and "workbook" not in n]
    assert held == {n: files[n] for n in wanted if n.startswith("mytorch/") or n.endswith(".ipynb")}
    assert "mytorch/shapes.py" in held
    again = release.release_files(ROOT)
    assert again["autograder/beginning.zip"] == files["autograder/beginning.zip"]
