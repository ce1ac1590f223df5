"""The command line, used as students and instructors use it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import FULL, ROOT, MakeTree, hear_ctrl_c, replaced

from autograder.classroom import grading_steps
from autograder.classroom.batch.journal import GradeJournal
from autograder.exercises import select_exercises
from autograder.model import Item, Report

KEYS = {
    *("hand_in", "message", "score", "max_score", "provisional", "isolation", "references"),
    *("digests", "items"),
}
ITEM = {
    *("id", "exercise", "target", "score", "max_score", "status", "message", "mistake"),
    *("follow_through", "explanation"),
}
Done = subprocess.CompletedProcess[str]


def autograder(*arguments: str | Path, cwd: Path = ROOT) -> Done:
    """Run the command in a folder, on a terminal without colour."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_climbs_from_nothing_to_full(make_tree: MakeTree) -> None:
    """A skeleton scores 0, a half-solved tree half, the solved tree everything. The exit code
    agrees."""
    done = autograder("check", "--json", cwd=make_tree(solved=False))
    assert (done.returncode, json.loads(done.stdout)["score"]) == (1, 0)
    half = make_tree()
    assert autograder("reset", "05", "mlp", "07", cwd=half).returncode == 0
    report = json.loads(autograder("check", "--json", cwd=half).stdout)
    undone = [*select_exercises(["05", "mlp", "07"])]
    points = FULL - sum(exercise.max_score for exercise in undone)
    assert report["score"] == points
    assert {i["status"] for i in report["items"] if i["score"] == 0} == {"not_attempted"}
    done = autograder("check", cwd=make_tree())
    assert done.returncode == 0
    assert f"{FULL:g} / {FULL:g}" in done.stdout


def test_check_takes_part_of_the_course(make_tree: MakeTree) -> None:
    """Arguments may name an exercise, a class or a notebook in any way; a wrong name gets an
    answer."""
    tree = make_tree()
    counts = {"linear": 6, "6.1": 2, "06": 6, "6": 6, "Linear.backward": 4}
    for name, count in counts.items():
        report = json.loads(autograder("check", "--json", name, cwd=tree).stdout)
        assert len(report["items"]) == count, name
    done = autograder("check", "liner", cwd=tree)
    assert done.returncode == 2
    assert done.stderr.startswith("autograder: no exercise 'liner'; there are: squared_error, ")


def test_check_explains_a_lost_point(make_tree: MakeTree) -> None:
    """The output says what is wrong, where, and by how much, names the mistake, and gives one
    hint."""
    change = replaced("linear.py", "dLdZ.T @ self.A", "dLdZ.T @ self.A / len(dLdZ)")
    done = autograder("check", "linear.backward", cwd=make_tree(changes=change))
    assert done.returncode == 1
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].startswith("✘ 6.2  Linear.backward")
    assert lines[1].startswith("✘ dLdW.general (−2.5): dLdW 15 of 15 values differ (100 %)")
    assert lines[2].startswith("got ")
    assert "expected" in lines[2]
    assert lines[4] == "this is how it looks when the weight gradient is averaged over the batch"
    assert lines[5].startswith("hint: ")
    assert "\x1b" not in done.stdout


def test_a_file_of_another_encoding_is_named_with_the_remedy(make_tree: MakeTree) -> None:
    """For a Latin-1 file from an old editor, the output names the file, the line, and the
    remedy."""
    tree = make_tree()
    (tree / "mytorch" / "relu.py").write_bytes(b"import numpy\nclass ReLU:\n    x = '\xe9'\n")
    said = autograder("check", "relu.forward", cwd=tree).stdout
    assert " in mytorch/relu.py" in said
    assert "hint: save the file as UTF-8 in your editor" in said
    said = autograder("reset", "4.3", cwd=tree).stdout
    assert said.startswith("mytorch/relu.py cannot be decoded (")
    assert "): save it as UTF-8; all of it starts over; your text is kept in " in said


def test_check_outside_a_tree_says_where_to_go(tmp_path: Path) -> None:
    """In a folder without `mytorch`, nothing is scored, and no other `mytorch` is found."""
    done = autograder("check", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        f"autograder: there is no folder mytorch in {tmp_path}: go to the top of your workbook "
        "(python3 notebooks --set-up puts a deleted one back)\n"
    )


def test_an_empty_package_in_a_solved_tree_scores_nothing(tmp_path: Path) -> None:
    """With an empty `mytorch`, the grader must not use the key's."""
    (tmp_path / "mytorch").mkdir()
    report = json.loads(autograder("check", "--json", cwd=tmp_path).stdout)
    assert (report["score"], report["max_score"]) == (0, FULL)


def test_what_is_packed_is_what_is_graded(make_tree: MakeTree) -> None:
    """`pack` and then `grade` give the same points as `check`, with hidden references."""
    tree = make_tree()
    (tree / "notebooks").mkdir()
    packed = autograder("pack", "--name", "ada", cwd=tree)
    assert packed.stdout == "hand-in-ada.zip\n"
    done = autograder("grade", "--json", tree / "hand-in-ada.zip")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(report) == KEYS
    assert all(set(item) == ITEM for item in report["items"])
    assert (report["score"], report["references"]) == (FULL, "hidden")
    assert report["hand_in"] == str(tree / "hand-in-ada.zip")
    assert autograder("pack", "--name", "../ada", cwd=tree).returncode == 2


def test_pack_leaves_copies_of_the_editor_alone(make_tree: MakeTree) -> None:
    """JupyterLab's checkpoints in `mytorch` are neither packed nor mentioned."""
    tree = make_tree()
    (tree / "mytorch" / ".ipynb_checkpoints").mkdir()
    (tree / "mytorch" / ".ipynb_checkpoints" / "relu-checkpoint.py").write_text("old")
    assert not autograder("check", "0.1", cwd=tree).stdout.startswith("note: ")
    autograder("pack", cwd=tree)
    assert "checkpoint" not in "".join(zipfile.ZipFile(tree / "hand-in.zip").namelist())


def test_pack_takes_a_name_with_its_suffix(make_tree: MakeTree) -> None:
    """`--name ada.zip` makes `hand-in-ada.zip`."""
    assert autograder("pack", "--name", "ada.zip", cwd=make_tree()).stdout == "hand-in-ada.zip\n"


def test_a_missing_file_is_named_and_comes_back(make_tree: MakeTree) -> None:
    """`pack` names the missing file, and `reset` restores the whole file."""
    tree, fresh = make_tree(), make_tree("fresh", solved=False)
    lost = {
        "linear.py": "Linear.forward (6.1), Linear.backward (6.2) get 0 points",
        "squared_error.py": "squared_error (0.1) gets 0 points",
    }
    for name in lost:
        path = tree / "mytorch" / name
        path.unlink()
        module = path.stem
        assert autograder("pack", cwd=tree).stderr.splitlines()[0] == (
            f"note: mytorch/{name} is missing: {lost[name]} like this. "
            f"Mend it (or type: autograder reset {module}), then pack again."
        )
        assert (
            autograder("reset", module, cwd=tree)
            .stdout.splitlines()[0]
            .endswith(f"mytorch/{name} is missing; all of it starts over")
        )
        assert path.read_text() == (fresh / "mytorch" / name).read_text()


def test_pack_says_what_is_not_handed_in(make_tree: MakeTree) -> None:
    """A cell that was changed but not run is named; a cell that agrees with its file is not."""
    tree = make_tree(solved=False)
    (tree / "notebooks").mkdir()
    cell = "@exercise(Linear)\ndef forward(self, A):\n    return A\n"
    notebook = {"cells": [{"cell_type": "code", "source": cell}]}
    path = tree / "notebooks" / "06.ipynb"
    path.write_text(json.dumps(notebook))
    done = autograder("pack", cwd=tree)
    first, second, last = done.stderr.splitlines()
    assert first.startswith("note: not finished, but packed as they are: 0.1 squared_error, 4.1 ")
    assert second == (
        "note: Linear.forward (6.1): its cell was not run: mytorch/linear.py is unfinished. "
        "Run the cell, save, and pack again."
    )
    assert "only what you saved" in last
    assert sorted(zipfile.ZipFile(tree / "hand-in.zip").namelist())[-1] == "notebooks/06.ipynb"


def test_pack_says_where_cell_and_file_both_changed(make_tree: MakeTree) -> None:
    """If a cell and its file were changed in different ways, the file is handed in."""
    tree = make_tree()
    (tree / "notebooks").mkdir()
    cell = "@exercise(ReLU)\ndef forward(self, Z):\n    return Z\n"
    notebook = {"cells": [{"cell_type": "code", "source": cell}]}
    (tree / "notebooks" / "04.ipynb").write_text(json.dumps(notebook))
    assert autograder("pack", cwd=tree).stderr.splitlines()[0] == (
        "note: ReLU.forward (4.3): mytorch/relu.py and its cell both changed (in an editor?). "
        "The file is handed in, and counts; the cell does not."
    )


def test_reset_keeps_the_text(make_tree: MakeTree) -> None:
    """The stub is restored, the old text is saved in another file, and a second reset changes
    nothing."""
    tree, fresh = make_tree(), make_tree("fresh", solved=False)
    text = (tree / "mytorch" / "linear.py").read_text()
    done = autograder("reset", "linear", cwd=tree)
    assert done.stdout.splitlines() == [
        "Linear.forward starts over; your text is kept in kept-aside/linear.forward.1.py",
        "Linear.backward starts over; your text is kept in kept-aside/linear.backward.1.py",
    ]
    kept = (tree / "kept-aside" / "linear.forward.1.py").read_text()
    assert "return A @ self.W.T + self.b.T" in kept
    assert "return A @ self.W.T + self.b.T" in text
    assert (tree / "mytorch/linear.py").read_text() == (fresh / "mytorch/linear.py").read_text()
    again = autograder("reset", "linear.forward", cwd=tree)
    assert again.stdout == "Linear.forward was not changed: it is still the stub\n"


def test_reset_mends_a_file_that_is_no_python(make_tree: MakeTree) -> None:
    """A file that is not Python is saved and restored as a whole; a deleted method is restored."""
    tree, fresh = make_tree(), make_tree("fresh", solved=False)
    path = tree / "mytorch" / "linear.py"
    path.write_text("class Linear(:\n")
    assert autograder("reset", "6.1", cwd=tree).stdout == (
        "mytorch/linear.py is not valid Python in line 1: invalid syntax: class Linear(:; all of it"
        " starts over; your text is kept in kept-aside/linear.forward.1.py\n"
    )
    assert (tree / "kept-aside" / "linear.forward.1.py").read_text() == "class Linear(:\n"
    assert path.read_text() == (fresh / "mytorch" / "linear.py").read_text()
    path.write_text("class Linear:\n    x = 1\n")
    assert autograder("reset", "6.1", cwd=tree).stdout == "Linear.forward starts over\n"
    assert path.read_text().startswith("class Linear:\n    x = 1\n\n    def forward(self, A")


def test_a_cell_changed_after_a_reset_is_not_run(make_tree: MakeTree) -> None:
    """`reset` removed the text that the cell wrote: a cell that was changed since then must be
    run."""
    tree = make_tree(solved=False)
    (tree / "notebooks").mkdir()
    (tree / ".workbook").mkdir()
    known = {"relu.forward": "def forward(self, Z):\n    return 'what the cell said earlier'\n"}
    (tree / ".workbook" / "cells.json").write_text(json.dumps(known))
    cell = "@exercise(ReLU)\ndef forward(self, Z):\n    return Z\n"
    notebook = {"cells": [{"cell_type": "code", "source": cell}]}
    (tree / "notebooks" / "04.ipynb").write_text(json.dumps(notebook))
    assert "ReLU.forward (4.3): its cell was not run: " in autograder("pack", cwd=tree).stderr


def test_a_batch_takes_everything_that_people_send(make_tree: MakeTree, tmp_path: Path) -> None:
    """Good, wrong, empty, broken and missing hand-ins: one row each, in order, with full
    max_score."""
    folder = make_tree("class/ada").parent
    make_tree("class/bob", changes={"linear.py": "def broken(:\n"})
    (folder / "cleo").mkdir()
    (folder / "dan.zip").write_text("no zip")
    done = autograder("grade", "--json", "--jobs", "2", folder, "nobody.zip", cwd=tmp_path)
    assert done.returncode == 3
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["hand_in"]).name for row in rows] == [
        *("ada", "bob", "cleo", "dan.zip", "nobody.zip")
    ]
    assert [row["max_score"] for row in rows] == [FULL] * 5
    assert [row["score"] for row in rows] == [FULL, FULL - 14, 0, 0, 0]
    assert [row["provisional"] for row in rows] == [False] * 4 + [True]
    assert all("\n" not in row["message"] for row in rows)


def test_a_stopped_batch_goes_on_where_it_stopped(make_tree: MakeTree, tmp_path: Path) -> None:
    """Ctrl-C stops the command at once, it says how to continue, and no hand-in is graded twice."""
    loop = replaced("squared_error.py", "difference = y - d", "import time; time.sleep(99)")
    folder = make_tree("class/b-slow", changes=loop).parent
    make_tree("class/a-quick")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "--json", "--jobs", "2", str(folder)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(first)["hand_in"].endswith("a-quick")
    assert not rest
    assert errors == "autograder: stopped; what is printed above is finished\n"
    (folder / "b-slow" / "mytorch" / "squared_error.py").unlink()
    done = autograder("grade", folder, cwd=tmp_path)
    assert done.returncode == 0
    assert "note: 1 of 2 were graded before; --force grades them again" in done.stderr.splitlines()


def test_a_few_graded_anew_leave_the_class_in_its_tables(
    make_tree: MakeTree, tmp_path: Path
) -> None:
    """If a part of the class is graded again, the tables keep the other hand-ins that still
    exist."""
    folder = make_tree("class/ada").parent
    make_tree("class/bob", solved=False)
    make_tree("class/cleo", solved=False)
    assert autograder("grade", folder, cwd=tmp_path).returncode == 0
    done = autograder("grade", folder / "ada", "--results", "grades", cwd=tmp_path)
    assert "note: hand-ins of earlier runs in the tables of grades: 2" in done.stderr
    table = tmp_path / "grades" / "grades.csv"
    assert len(table.read_text("utf-8-sig").splitlines()) == 4
    shutil.rmtree(folder / "cleo")
    assert autograder("grade", folder, "grades", cwd=tmp_path).returncode == 0
    assert len(table.read_text("utf-8-sig").splitlines()) == 3
    assert sorted(p.name for p in (tmp_path / "grades" / "students").iterdir()) == [
        *("ada.html", "ada.txt", "bob.html", "bob.txt")
    ]


def test_a_folders_name_imitates_no_line(make_tree: MakeTree, tmp_path: Path) -> None:
    """A path in a message has a clear beginning and end, whatever characters it contains."""
    evil = "ev\x1b[2J\n52 ∕ 52  bob"
    (tmp_path / evil).mkdir()
    GradeJournal(tmp_path / evil / "journal.sqlite").file.close()
    done = autograder("grade", evil, make_tree("ada"), cwd=tmp_path)
    assert "note: left out «ev?[2J 52 ∕ 52 bob»: results, not hand-ins" in done.stderr.splitlines()
    done = autograder("grade", "--require-isolation", f"no{evil}", cwd=tmp_path)
    assert done.stderr == (
        "autograder: there is no isolation «noev?[2J 52 ∕ 52 bob»: choose bubblewrap or landlock\n"
    )


def test_a_row_says_what_to_know(make_tree: MakeTree, tmp_path: Path) -> None:
    """The row says if the hand-in is late, where points are lost and why. An exercise that no
    longer exists costs no row."""
    tree = make_tree(changes=replaced("relu.py", "Z >= 0", "Z < 0"))
    (tree / "notebooks").mkdir()
    autograder("pack", cwd=tree)
    (tmp_path / "class").mkdir()
    shutil.copy(tree / "hand-in.zip", tmp_path / "class" / "ada_LATE_1_2_x.zip")
    row = autograder("grade", "class", "nobody", cwd=tmp_path).stdout.splitlines()[0]
    assert "class/ada_LATE_1_2_x.zip  [late; lost in 4." in row
    gone = Item("x", "gone", "mytorch.gone", 0.0, 1.0, "fail")
    assert (
        grading_steps.summary_row(Report("ada", (gone,), isolation="bubblewrap"))
        == "     0 / 1  ada"
    )


def test_less_isolation_than_required_is_refused(make_tree: MakeTree, tmp_path: Path) -> None:
    """The option may stand before or after a path; a missing sandbox is reported in one line."""
    tree = make_tree()
    bare = {"PATH": str(tmp_path)}  # without bubblewrap
    for order in (("--require-isolation", tree), (tree, "--require-isolation")):
        done = autograder("grade", "--json", *order)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["isolation"] in ("bubblewrap", "landlock")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(tree), "--require-isolation=bubblewrap"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("is required; `autograder doctor` says how to get more\n")
    assert autograder("grade").stderr.startswith("autograder: name a hand-in, or a folder of them")


@pytest.mark.parametrize(
    "verb", ["", *["check", "pack", "reset", "grade", "doctor", "build", "solve", "references"]]
)
def test_every_command_has_help(verb: str) -> None:
    """`--help` of each command says what it does."""
    done = autograder(*([verb] if verb else []), "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 4
