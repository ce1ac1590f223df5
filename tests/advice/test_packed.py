"""`autograder pack` as it is typed: what it says of files that cannot count, and of cells."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeTree
from test_cli import autograder

from autograder.exercises import EXERCISES
from autograder.key.solved import make_cell
from autograder.workspace import cell_state

BOTH = "Linear.forward (6.1), Linear.backward (6.2) get 0 points like this."


def notes(tree: Path) -> list[str]:
    """What `pack` says, apart from what it always says."""
    done = autograder("pack", cwd=tree)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    *said, last = done.stderr.splitlines()
    assert "only what you saved" in last
    return [line.removeprefix("note: ") for line in said]


def linear(tree: Path, old: str, new: str) -> bytes:
    text = (tree / "mytorch" / "linear.py").read_text("utf-8")
    assert old in text
    return text.replace(old, new).encode()


def encoded(tree: Path) -> bytes:
    return (tree / "mytorch" / "linear.py").read_text("utf-8").encode("utf-16")


def longer(tree: Path, by: bytes) -> bytes:
    return (tree / "mytorch" / "linear.py").read_bytes() + by


NO_MATPLOTLIB = "cannot be executed (ModuleNotFoundError: No module named 'matplotlib'"
FAULTS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "syntax": (
        lambda t: linear(t, "class Linear:", "class Linear(:"),
        "is not valid Python in line ",
    ),
    "empty": (lambda t: b"", f"is empty: {BOTH}"),
    "blank": (lambda t: b"\n \n", f"is empty: {BOTH}"),
    "utf-16": (encoded, "cannot be decoded"),
    "nul": (
        lambda t: longer(t, b"\0"),
        "is not valid Python: source code string cannot contain null",
    ),
    "class": (
        lambda t: linear(t, "class Linear:", "class Layer:"),
        f"has no class Linear: {BOTH}",
    ),
    "method": (
        lambda t: linear(t, "def backward", "def backwards"),
        "has no Linear.backward: Linear.backward (6.2) gets 0 points like this.",
    ),
    "large": (
        lambda t: longer(t, b"# too large\n" * 100_000),
        f"is larger than 1048576 bytes, which is the most that counts: {BOTH}",
    ),
    "import": (
        lambda t: linear(t, "import numpy", "import matplotlib\nimport numpy"),
        NO_MATPLOTLIB,
    ),
    "zero": (
        lambda t: linear(t, "class Linear:", "1 / 0\nclass Linear:"),
        "cannot be executed (ZeroDivisionError: division by zero",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_count_is_named(make_tree: MakeTree, fault: str) -> None:
    """Each exercise that is lost with it is named, with the reason and what to do; no other."""
    tree, (make, said) = make_tree(), FAULTS[fault]
    (tree / "mytorch" / "linear.py").write_bytes(make(tree))
    (line,) = notes(tree)
    assert line.startswith(f"mytorch/linear.py {said}")
    assert fault == "method" or BOTH in line
    assert line.endswith("Mend it (or type: autograder reset linear), then pack again.")


@pytest.mark.parametrize("what", ["link", "folder", "missing", "unreadable"])
def test_what_is_no_file_is_named(make_tree: MakeTree, tmp_path: Path, what: str) -> None:
    """A link is not followed, a folder is no module: both are said, for each exercise."""
    tree = make_tree()
    path = tree / "mytorch" / "linear.py"
    path.rename(tmp_path / "linear.py")
    expected = "is missing"
    if what == "link":
        path.symlink_to(tmp_path / "linear.py")
        expected = "is a link, and links are not followed (put the file itself there)"
    elif what == "folder":
        path.mkdir()
        expected = "is a folder, not a file"
    elif what == "unreadable":
        if os.geteuid() == 0:
            pytest.skip("nothing is unreadable to root")
        (tmp_path / "linear.py").rename(path)
        path.chmod(0)
        expected = "cannot be read"
    (line,) = notes(tree)
    assert line.startswith(f"mytorch/linear.py {expected}: {BOTH}")


def test_a_method_from_a_base_class_is_not_lost(make_tree: MakeTree) -> None:
    """What a grader finds is not called lost, wherever in the file it stands."""
    tree = make_tree()
    new = linear(tree, "class Linear:", "class Base:") + b"\n\nclass Linear(Base):\n    pass\n"
    (tree / "mytorch" / "linear.py").write_bytes(new)
    assert notes(tree) == []


def put(tree: Path, *cells: Any, name: str = "06.ipynb") -> None:
    """Write a notebook of these cells: a text is a code cell."""
    made = [{"cell_type": "code", "source": c} if isinstance(c, str) else c for c in cells]
    (tree / "notebooks").mkdir(exist_ok=True)
    (tree / "notebooks" / name).write_text(json.dumps({"cells": made}))


def remember(tree: Path) -> None:
    """Let the file's `Linear.forward` be what its cell wrote."""
    cell_state.remember_cell(tree, EXERCISES["linear.forward"])


CELL = make_cell(EXERCISES["linear.forward"], solved=True)
WRONG = CELL.replace(" + self.b.T", "")


def test_a_cell_with_a_magic_is_compared_like_any_other(make_tree: MakeTree) -> None:
    """`%matplotlib inline`, `!ls` or a `?` in an exercise cell change nothing."""
    tree = make_tree()
    put(tree, f"%matplotlib inline\n!ls\nnp?\nfiles = !ls\n{CELL}", "?print", "%%bash\nls -l")
    assert notes(tree) == []
    put(tree, f"%matplotlib inline\n{WRONG}")
    assert notes(tree)[0].startswith("Linear.forward (6.1): ")


def test_of_two_cells_that_ran_the_files_counts(make_tree: MakeTree) -> None:
    """Nobody is told to run the other one, which would replace a right answer by a wrong one."""
    tree = make_tree()
    remember(tree)
    for order, number in [((CELL, WRONG), 1), ((WRONG, CELL), 2)]:
        put(tree, *order)
        (line,) = notes(tree)
        assert line == (
            "Linear.forward (6.1): 2 cells complete it with different code. mytorch/linear.py has "
            f"the code of cell {number} of these, and that counts. Delete the other cells, so that "
            "none of them is run by mistake."
        )
    put(tree, CELL)
    put(tree, WRONG, name="copy.ipynb")
    assert "mytorch/linear.py has the code of cell 1 of these" in notes(tree)[0]
    put(tree, CELL, name="copy.ipynb")
    assert notes(tree) == []


def test_a_file_changed_after_its_cell_ran_is_named(make_tree: MakeTree) -> None:
    """An editor's tab has changed the file: it counts, and the cell is not called changed."""
    tree = make_tree()
    remember(tree)
    put(tree, CELL)
    (tree / "mytorch" / "linear.py").write_bytes(linear(tree, " + self.b.T", " - self.b.T"))
    assert notes(tree) == [
        "Linear.forward (6.1): mytorch/linear.py was changed after its cell ran (in an editor?). "
        "The file is handed in, and counts; the cell does not."
    ]


def test_a_cell_changed_after_it_ran_is_to_be_run(make_tree: MakeTree) -> None:
    """The file has the earlier code: that is said, and how to hand in the later one."""
    tree = make_tree()
    remember(tree)
    put(tree, WRONG)
    assert notes(tree) == [
        "Linear.forward (6.1): its cell was changed after it ran. mytorch/linear.py has the "
        "earlier code, and that counts. To hand in the cell's code, run the cell, save, and pack "
        "again."
    ]


@pytest.mark.parametrize(
    "odd", [{}, 3, None, {"cell_type": "code"}, {"cell_type": "code", "source": [1]}, ["code"]]
)
def test_an_odd_cell_hides_no_other(make_tree: MakeTree, odd: Any) -> None:
    """A notebook with one cell that cannot be read: a line, and the other cells are compared."""
    tree = make_tree()
    remember(tree)
    put(tree, odd, {"cell_type": "markdown"}, WRONG)
    first, second = notes(tree)
    assert first == "notebooks/06.ipynb: 1 of its cells cannot be read; the others were"
    assert second.startswith("Linear.forward (6.1): its cell was changed after it ran.")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe\0", b'{"cells": 3}', b"[" * 100_000])
def test_a_notebook_that_cannot_be_read_is_named(make_tree: MakeTree, data: bytes) -> None:
    """One line names it; the other notebooks are compared, and all are packed."""
    tree = make_tree()
    remember(tree)
    put(tree, WRONG)
    (tree / "notebooks" / "00.ipynb").write_bytes(data)
    first, second = notes(tree)
    assert first == (
        "notebooks/00.ipynb cannot be read: it is not a whole notebook file; its cells were not "
        "compared with mytorch"
    )
    assert second.startswith("Linear.forward (6.1): ")
    assert "notebooks/00.ipynb" in zipfile.ZipFile(tree / "hand-in.zip").namelist()
