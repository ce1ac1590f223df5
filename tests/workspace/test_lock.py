"""Kernels that write one tree at once: no text is lost, and no lock is left behind."""

import select
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, MakeTree

from autograder.workspace.lock import hold_tree_lock

KERNEL = """
import sys, time
from pathlib import Path
sys.path[:0] = {paths}
from workbook import cells, live
from autograder.exercises import EXERCISES
from autograder.workspace.writer import function_text
name, tree, lost = sys.argv[1], Path("..").resolve(), 0
asked = EXERCISES["linear." + name]
(tree / f"{{name}}.ready").touch()
while len(list(tree.glob("*.ready"))) < 2:
    time.sleep(0.01)
cells.drive_feedback = lambda asked, said: None
for number in range({times}):
    line = f"return {{number}}"
    cells.run_cell(asked, f"def {{name}}(self, A):\\n    {{line}}\\n")
    lost += line not in function_text((tree / asked.file).read_bytes(), asked.target)
    known = cells.cell_state.read_state(tree, asked)
    lost += known.text != known.written
print(lost)
"""
HOLDER = """
import sys
from pathlib import Path
from autograder.workspace.lock import hold_tree_lock
with hold_tree_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_kernels_lose_no_text(make_tree: MakeTree) -> None:
    """Two kernels write two functions of one file, again and again: each finds its own there."""
    tree = make_tree(solved=False)
    (tree / "notebooks").mkdir()
    script = KERNEL.format(paths=[str(ROOT), str(ROOT / "notebooks")], times=150)
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", script, name],
            cwd=tree / "notebooks",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("forward", "backward")
    ]
    for kernel in kernels:
        said, error = kernel.communicate()
        assert (said, error) == ("0\n", "")
    assert not (tree / "kept-aside").exists()


def holder(tree: Path) -> subprocess.Popen[str]:
    """A process that takes the lock, says so, and keeps it."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tree)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_lock_is_waited_for_and_dies_with_its_process(tmp_path: Path) -> None:
    """A second process waits; when the first is killed, it has the lock at once."""
    with holder(tmp_path) as first:
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        with holder(tmp_path) as second:
            assert second.stdout
            assert not select.select([second.stdout], [], [], 1.0)[0], "it waits"
            first.kill()
            assert second.stdout.readline() == "held\n"
            second.kill()
    with hold_tree_lock(tmp_path):
        pass


def test_a_tree_without_locks_is_written_all_the_same(tmp_path: Path) -> None:
    """Where the lock's file cannot be opened, the block runs."""
    (tmp_path / ".workbook" / "cells.lock").mkdir(parents=True)
    with hold_tree_lock(tmp_path):
        done = True
    assert done
