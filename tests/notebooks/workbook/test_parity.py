"""A cell in the kernel and the grader say the same: a real shell, and the real command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_cells import DONE, FORWARD, Notebook, notebook, shell
from test_cli import autograder

from autograder.advice.parity import grader_builtins

__all__ = ["notebook", "shell"]  # pytest takes fixtures by their names

FOUND = re.compile(r"(\w+Error: .*) in mytorch/linear\.py")


def said_by(text: str) -> str:
    """The error that a report or a feedback names, without places on this machine."""
    found = FOUND.search(text)
    assert found, text
    return re.sub("'/.*/", "'/", found[1])


@pytest.mark.parametrize(
    "statement",
    [
        "display(A)",
        "get_ipython().run_line_magic('pwd', '')",
        "__IPYTHON__",
        "exit()",
        "help(A)",
        "import matplotlib",
        "import matplotlib.pyplot as plt",
        "from IPython.display import display",
        "import workbook",
        "from workbook import small_network",
        "import scipy.special",
        "open('../README.md')",
        "open('notes.txt').read()",
        "from pathlib import Path; Path('../README.md').read_text()",
        "import numpy as np; np.load('weights.npy')",
        "from pathlib import Path; (Path(__file__).parent / 'weights.npy').read_bytes()",
        "from pathlib import Path; (Path(__file__).parents[1] / 'README.md').read_text()",
        "import os; os.listdir('../mytorch')",
        "input('how many? ')",
    ],
)
def test_what_fails_in_the_grader_fails_in_the_cell(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """The same error, at once: a tick that the grade does not keep is worse than none."""
    (notebook.tree / "notebooks").mkdir()
    for name in ("README.md", "notes.txt", "notebooks/notes.txt", "mytorch/weights.npy"):
        (notebook.tree / name).write_text("text")
    monkeypatch.chdir(notebook.tree / "notebooks")
    shown = notebook.run(FORWARD.replace("self.A = A", f"{statement}; self.A = A"))
    graded = autograder("check", "6.1", cwd=notebook.tree).stdout
    assert shown.startswith("✘ "), shown
    assert said_by(shown) == said_by(graded)
    assert Path.cwd() == notebook.tree / "notebooks"


@pytest.mark.parametrize(
    "statement",
    [
        "import math, itertools, typing, numpy.testing, sqlite3",
        "from mytorch.shapes import expect_shape; from .shapes import expect_numbers",
        "open(__file__).read()",
        "from pathlib import Path; Path(__file__).read_text()",
        "print(len(A), isinstance(A, object), super, open)",
        "np.testing.assert_allclose(A, A); np.random.default_rng(0)",
    ],
)
def test_what_works_in_the_grader_works_in_the_cell(notebook: Notebook, statement: str) -> None:
    """Python's own library, numpy and the package itself are there."""
    shown = notebook.run(FORWARD.replace("self.A = A", f"{statement}; self.A = A"))
    assert shown.endswith(DONE)
    graded = autograder("check", "6.1", cwd=notebook.tree).stdout
    assert "✔ 6.1" in graded


def test_the_text_above_the_class_has_the_same_around_it(notebook: Notebook) -> None:
    """A file edited by hand meets the grader's errors too: at import, and when it is followed."""
    for line, said in [
        ("import matplotlib", "ModuleNotFoundError: No module named 'matplotlib'"),
        ("display(1)", "NameError: name 'display' is not defined"),
        ("open('../README.md')", "FileNotFoundError: [Errno 2] No such file or directory"),
    ]:
        before = notebook.file().read_text("utf-8")
        notebook.edit("class Linear:", f"{line}\nclass Linear:")
        assert said in notebook.run(FORWARD)
        script = "import sys; sys.modules.pop('mytorch.linear'); import mytorch.linear"
        assert said.split(":")[0] in notebook.run(script)
        notebook.file().write_text(before, "utf-8")
        notebook.run("from mytorch.linear import Linear")


def test_only_plain_pythons_names_are_built_in() -> None:
    """The names are those of a Python started as the grader's child is: `python -I -S`."""
    script = "import builtins; print(*sorted(vars(builtins)))"
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert sorted(grader_builtins()) == done.stdout.split()


def test_the_kernel_keeps_its_own_names_and_files(notebook: Notebook) -> None:
    """Outside `mytorch`, a cell has all that IPython gives it."""
    notebook.run(FORWARD)
    assert notebook.run("import matplotlib\ndisplay('here')\nprint(open)").startswith("<")
    assert notebook.failed is None
