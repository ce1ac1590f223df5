"""What a hand-in may use, and what a batch shows meanwhile, tested with the real command."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, MakeTree, package, replaced

from autograder.exercises import EXERCISES
from autograder.hand_in import module_reader

FULL = sum(exercise.max_score for exercise in EXERCISES.values())
GRADE = [sys.executable, "-m", "autograder", "grade", "--json"]
RESULT = "return np.maximum(Z, 0)"


def graded(path: Path) -> dict[str, Any]:
    """The report on one hand-in."""
    done = subprocess.run([*GRADE, path], cwd=ROOT, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
@pytest.mark.parametrize(
    "greedy",
    [
        "open('big', 'wb').write(bytes(64 * 2**20))",
        "held = [open(__file__) for _ in range(200)]",
    ],
)
def test_disk_and_open_files_are_limited(make_tree: MakeTree, greedy: str) -> None:
    """A file of 64 MiB, or 200 open files: an error in that exercise, and in no other."""
    tree = make_tree(changes=replaced("relu.py", RESULT, f"{greedy}\n        {RESULT}"))
    report = graded(tree)
    lost = [item for item in report["items"] if item["score"] < item["max_score"]]
    assert {item["target"].split(".")[2] for item in lost} == {"ReLU"}
    assert {item["status"] for item in lost} == {"error"}
    assert {item["message"].splitlines()[0].split()[0] for item in lost} == {"OSError"}
    assert not report["provisional"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
@pytest.mark.parametrize(
    "modest",
    ["open('small', 'wb').write(bytes(2**20))", "held = [open(__file__) for _ in range(20)]"],
)
def test_what_debugging_needs_is_allowed(make_tree: MakeTree, modest: str) -> None:
    """A file of one MiB, or twenty open files, costs no points."""
    tree = make_tree(changes=replaced("relu.py", RESULT, f"{modest}\n        {RESULT}"))
    assert graded(tree)["score"] == FULL


def large(modules: Mapping[str, bytes]) -> dict[str, bytes]:
    """A hand-in with ten more modules of the greatest length; together they are too long."""
    padding = {f"z{n}.py": b"#" * module_reader.MAX_FILE_BYTES for n in range(10)}
    assert sum(map(len, padding.values())) > module_reader.MAX_TOTAL_BYTES
    return {**modules, **padding}


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_all_modules_together_are_capped(tmp_path: Path, suffix: str) -> None:
    """Above eight MiB in all, modules are left out and named; the others count."""
    path = tmp_path / f"large{suffix}"
    if suffix:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in large(package()).items():
                archive.writestr(f"mytorch/{name}", content)
    else:
        (path / "mytorch").mkdir(parents=True)
        for name, content in large(package()).items():
            (path / "mytorch" / name).write_bytes(content)
    report = graded(path)
    left_out = "files beyond the limit for one hand-in: «z7.py», «z8.py», «z9.py»"
    assert report["message"] == f"ignored {left_out}"
    assert (report["score"], report["provisional"]) == (FULL, False)


def on_a_terminal(paths: list[Path], results: Path) -> tuple[list[str], str]:
    """Grade with standard error on a pseudo-terminal: the names of the rows, and the terminal's
    text."""
    pty = pytest.importorskip("pty", reason="has no pseudo-terminals")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*GRADE, "--jobs", "1", "--results", results, *paths],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        rows, _ = process.communicate(timeout=120)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # on Linux, the other side is closed
        pass
    os.close(ours)
    return [Path(json.loads(row)["hand_in"]).name for row in rows.splitlines()], shown.decode()


def test_a_batch_on_a_terminal_has_a_bar(make_tree: MakeTree, tmp_path: Path) -> None:
    """It grows with each hand-in, disappears for each row, and is never part of the results."""
    paths = [make_tree("ada"), make_tree("bob", solved=False), make_tree("cleo", solved=False)]
    names, shown = on_a_terminal(paths, tmp_path / "grades")
    assert names == ["ada", "bob", "cleo"]
    bars = re.findall(r"\r(█*) *(\d) of 3 · [\d.]+/s · \d+ s left(?=\r)", shown)
    assert all(len(bar) == 10 * int(count) for bar, count in bars)
    counts = [int(count) for _, count in bars]  # an immediate row has no bar before it
    assert (counts, counts[-1]) == (sorted(set(counts)), 3)
    assert shown.count("\r\x1b[K") == len(names)
    assert re.search(r"3 of 3 · [\d.]+/s · \d+ s left\r\n", shown)


def test_one_hand_in_has_no_bar_and_neither_has_a_file(make_tree: MakeTree, tmp_path: Path) -> None:
    """If there is nothing to wait for, or no terminal, standard error has only the note at the
    end."""
    results = tmp_path / "grades"
    note = f"note: see {results / 'class.html'} and {results / 'grades.csv'}"
    ada, bob = make_tree("ada", solved=False), make_tree("bob", solved=False)
    assert on_a_terminal([ada], results) == (["ada"], f"{note}\r\n")
    command = [*GRADE, "--force", "--results", *map(str, (results, ada, bob))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert (len(done.stdout.splitlines()), done.stderr) == (2, f"{note}\n")
