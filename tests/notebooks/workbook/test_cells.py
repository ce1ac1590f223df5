"""Exercise and demo cells, run in a real IPython shell over a skeleton, as a student would."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import workbook
from conftest import ROOT, MakeTree
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config
from workbook import live

from autograder.exercises import EXERCISES
from autograder.harness.package import forget_package
from autograder.key.solved import make_cell as generated
from autograder.scoring import reference_store
from autograder.workspace.writer import function_text

WITHOUT_KEY = shutil.ignore_patterns("key", "__pycache__")
WAY_OUT = "repair the file, or type in a terminal: autograder reset 6.1"
IMPORTS = """
    from workbook import demo, exercise
    from mytorch.linear import Linear
    from mytorch.mlp import MLP
    from mytorch.squared_error import squared_error
    import numpy as np
    """
FORWARD = """
    @exercise(Linear)
    def forward(self, A):
        self.A = A
        return A @ self.W.T + self.b.T
    """
STUB = """
    @exercise(Linear)
    def forward(self, A):
        self.seen = expect_shape("Linear.forward: A", A, ("N", self.W.shape[1]))
        raise NotImplementedError("Exercise 6.1: Linear.forward")
    """
DONE = """\
✔ Linear.forward (6.1): 5 of 5 points on the public cases
  ✔ Z (5 cases): 4 of 4
  ✔ edge cases (6 cases): 1 of 1
"""


@dataclass
class Notebook:
    """A notebook's kernel and the tree that it works on."""

    shell: Any
    tree: Path

    def run(self, text: str) -> str:
        """Run a cell; give what stands under it, in plain text."""
        self.failed: BaseException | None = None
        with capture_output() as caught:
            result = self.shell.run_cell(textwrap.dedent(text))
        self.failed = result.error_in_exec or result.error_before_exec
        shown = [output.data["text/plain"] + "\n" for output in caught.outputs]
        return str(caught.stdout) + "".join(shown)

    def file(self, name: str = "linear.py") -> Path:
        return self.tree / "mytorch" / name

    def kept(self) -> dict[str, str]:
        """The texts that were kept aside, by file name."""
        return {p.name: p.read_text() for p in sorted((self.tree / "kept-aside").glob("*"))}

    def edit(self, old: str, new: str, name: str = "linear.py") -> None:
        """Change a file by hand, as in an editor."""
        text = self.file(name).read_text("utf-8")
        assert old in text
        self.file(name).write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    config = Config()
    config.HistoryManager.enabled = False
    folder = str(tmp_path_factory.mktemp("ipython"))
    ours = sys.modules["__main__"]
    made: Any = InteractiveShell.instance(config=config, ipython_dir=folder)
    yield made
    made.restore_sys_module_state()  # a process that is spawned later asks for the true `__main__`
    InteractiveShell.clear_instance()
    assert sys.modules["__main__"] is ours


@pytest.fixture
def notebook(shell: Any, make_tree: MakeTree) -> Iterator[Notebook]:
    """A notebook over a fresh skeleton, its first cell run."""
    forget_package("mytorch")
    made = Notebook(shell, make_tree(solved=False))
    live.attach_tree(made.tree)
    made.run(IMPORTS)
    yield made
    shell.reset()
    forget_package("mytorch")


def test_the_empty_stub_changes_nothing(notebook: Notebook) -> None:
    """Running the cell as it comes says «not started», writes nothing and raises nothing."""
    before = {p: p.read_bytes() for p in notebook.tree.rglob("*.py")}
    assert notebook.run(STUB) == "· Linear.forward (6.1): not started\n"
    assert notebook.failed is None
    assert {p: p.read_bytes() for p in notebook.tree.rglob("*") if p.is_file()} == before


def test_damaged_references_are_said_in_one_line(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the cell stands which file it is; no traceback, and the text is in its file."""
    copy = tmp_path / "references"
    shutil.copytree(reference_store.PUBLIC_FOLDER, copy)
    (copy / "linear.npz").write_bytes((copy / "linear.npz").read_bytes()[:5000])
    monkeypatch.setattr(reference_store, "PUBLIC_FOLDER", copy)
    reference_store.public_references.cache_clear()
    try:
        said = notebook.run(FORWARD)
    finally:
        reference_store.public_references.cache_clear()
    assert notebook.failed is None
    assert said.count("\n") == 1
    assert said.startswith(f"{copy / 'linear.npz'} is damaged (")
    assert "return A @ self.W.T + self.b.T" in notebook.file().read_text("utf-8")


def test_the_workbook_is_imported_beside_damaged_references(tmp_path: Path) -> None:
    """A notebook's first cell raises nothing; the first exercise cell says which file it is."""
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder", ignore=WITHOUT_KEY)
    shutil.copytree(ROOT / "notebooks" / "workbook", tmp_path / "notebooks" / "workbook")
    shutil.copytree(ROOT / "mytorch", tmp_path / "mytorch")
    (tmp_path / "autograder" / "references" / "linear.npz").write_bytes(b"")
    (tmp_path / "autograder" / "stubs.json").write_text("[]")
    script = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in ({textwrap.dedent(IMPORTS)!r}, {textwrap.dedent(FORWARD)!r}):
    shell.run_cell(cell).raise_error()
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "notebooks",
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{tmp_path / 'notebooks'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == 1, lines
    skeleton = (tmp_path / "mytorch" / "linear.py").read_bytes()
    assert skeleton == (ROOT / "mytorch" / "linear.py").read_bytes()
    assert lines[0].startswith("autograder/stubs.json is damaged ("), lines


@pytest.mark.every_exercise
def test_every_generated_cell_is_a_stub_or_a_solution(notebook: Notebook) -> None:
    """Each cell of the student notebooks says «not started»; each solved one earns everything."""
    notebook.run("import mytorch\nfrom mytorch import *")
    for exercise in EXERCISES.values():
        owner = exercise.target.split(".")[2]
        notebook.run(f"from mytorch import {owner}")
        said = notebook.run(generated(exercise, solved=False))
        assert said == f"· {exercise.title} ({exercise.number}): not started\n"
    for exercise in EXERCISES.values():
        said = notebook.run(generated(exercise, solved=True)).split("\n")[0]
        points = f"{exercise.max_score:g} of {exercise.max_score:g} points on the public cases"
        assert said == f"✔ {exercise.title} ({exercise.number}): {points}"


def test_a_finished_cell_goes_into_its_place(notebook: Notebook) -> None:
    """The function's text replaces the stub's, keeps the docstring, and nothing else changes."""
    before = notebook.file().read_text("utf-8")
    assert notebook.run(FORWARD) == DONE
    after = notebook.file().read_text("utf-8")
    stub = before[before.index("    def forward") : before.index("    def backward")]
    place = after[after.index("    def forward") : after.index("    def backward")]
    assert after == before.replace(stub, place)
    docstring = stub[stub.index('        """') : stub.rindex('"""')]
    assert place == (
        f'    def forward(self, A):\n{docstring}"""\n'
        "        self.A = A\n        return A @ self.W.T + self.b.T\n\n"
    )


def test_the_cell_gives_the_live_method(notebook: Notebook) -> None:
    """Objects made earlier have the new method, the name is bound to it, and twice is once."""
    notebook.run("layer = Linear(2, 2)")
    assert notebook.run(FORWARD) == DONE
    before = notebook.file().stat().st_mtime_ns
    assert notebook.run(FORWARD) == DONE
    assert notebook.file().stat().st_mtime_ns == before, "the same text is not written again"
    assert notebook.run("print(layer.forward(np.zeros((1, 2))))") == "[[0. 0.]]\n"
    assert notebook.run("print(forward is Linear.forward)") == "True\n"


def test_a_function_can_be_completed(notebook: Notebook) -> None:
    """`@exercise(squared_error)` works twice, over a function of the notebook's own too."""
    solution = "def squared_error(y, d):\n    return float(((y - d) ** 2).sum() / 2)\n"
    notebook.run("def squared_error(y, d): pass")
    for _ in range(2):
        said = notebook.run(f"@exercise(squared_error)\n{solution}")
        assert said.startswith("✔ squared_error (0.1): 2 of 2 points")
    assert notebook.run("print(squared_error(np.array([2.0]), np.array([1.0])))") == "0.5\n"


def test_what_a_cell_wrote_is_remembered(notebook: Notebook) -> None:
    """`.workbook/cells.json` holds the function as the cell wrote it into its file."""
    notebook.run(FORWARD)
    known = json.loads((notebook.tree / ".workbook" / "cells.json").read_text())
    inside = function_text(notebook.file().read_bytes(), "mytorch.linear.Linear.forward")
    assert known == {"linear.forward": inside}


def test_an_unfinished_cell_with_code_says_what_to_do(notebook: Notebook) -> None:
    """Code above or below the stub's `raise` is never run: the line to delete is named."""
    said = (
        "· Linear.forward (6.1): not finished: delete the line raise NotImplementedError(…), "
        "then run the cell again\n"
    )
    assert notebook.run(STUB.replace("raise", "self.A = A\n        raise")) == said
    above = notebook.run(STUB.rstrip() + "\n        return A\n")
    assert above == said.replace(
        "delete the line raise NotImplementedError(…),",
        "the line raise NotImplementedError(…) stands above your code, so your code is never run: "
        "delete that line,",
    )
    notes = STUB.replace("raise", "# what now?\n        raise")
    assert notebook.run(notes).endswith("not started\n"), "a comment is no code"


def test_the_stub_over_a_finished_file_shows_the_files_feedback(notebook: Notebook) -> None:
    """Running the empty cell over a solved file changes nothing, and shows how the file does."""
    notebook.run(FORWARD)
    before = notebook.file().read_bytes()
    title, *table = DONE.splitlines(keepends=True)
    kept = "  mytorch/linear.py keeps your solution; this is the feedback on it\n"
    idle = "  the cell itself is not started\n"
    assert notebook.run(STUB) == "".join([title, kept, idle, *table])
    begun = STUB.replace("raise", "A = A + 1\n        raise")
    assert notebook.run(begun) == (
        "· Linear.forward (6.1): not finished: delete the line raise NotImplementedError(…), "
        "then run the cell again\n"
        "  mytorch/linear.py still holds the code that you ran earlier; this is no feedback on "
        "this cell\n"
    ), "a feedback here would be taken for this code's"
    assert notebook.file().read_bytes() == before


def test_a_wrong_cell_is_written_and_explained(notebook: Notebook) -> None:
    """A wrong result is shown with both values, the misconception and its hint; nothing raises."""
    said = notebook.run(FORWARD.replace(" + self.b.T", ""))
    assert notebook.failed is None
    assert "\n      Z 20 of 20 values differ (100 %) in 5 of 5 cases, first in «batch»\n" in said
    assert "\n      this is how it looks when the bias is left out\n      hint: " in said
    assert "return A @ self.W.T\n" in notebook.file().read_text("utf-8")


def test_a_name_that_only_the_notebook_knows_is_an_error_at_once(notebook: Notebook) -> None:
    """A helper in another cell is not in the file: the error says so, with the student's line."""
    notebook.run("def affine(A, W, b): return A @ W.T + b.T")
    call = (
        "    @exercise(Linear)\n    def forward(self, A):\n        return affine(A, self.W, self.b)"
    )
    line = 1 + notebook.file().read_text("utf-8").split("\n").index(
        '        self.seen = expect_shape("Linear.forward: A", A, ("N", self.W.shape[1]))'
    )
    said = notebook.run(call).splitlines()
    assert said[:4] == [
        "✘ Linear.forward (6.1): 0 of 5 points on the public cases",
        "  ✘ Z, edge cases (5 cases): 0 of 5",
        f"      NameError: name 'affine' is not defined in mytorch/linear.py:{line}",
        "      the line is: return affine(A, self.W, self.b)",
    ]
    assert said[-1] == "      put helpers and imports inside the def, or into mytorch/linear.py"
    notebook.edit(
        "class Linear:", "def affine(A, W, b):\n    return A @ W.T + b.T\n\n\nclass Linear:"
    )
    assert notebook.run(call) == DONE, "now the file has it"


def test_a_text_that_cannot_be_executed_leaves_all_as_it_was(notebook: Notebook) -> None:
    """The file keeps its bytes, the class its methods, and the student's line is shown."""
    notebook.run(FORWARD)
    before = notebook.file().read_bytes()
    said = notebook.run(
        "size = 3\n@exercise(Linear)\ndef forward(self, A: np.ndarray, k=size):\n    return A"
    )
    assert said == (
        "✘ Linear.forward (6.1): not written: with this cell, mytorch/linear.py cannot be "
        "executed\n"
        "  NameError: name 'size' is not defined\n"
        "  the line is: def forward(self, A: np.ndarray, k=size):\n"
    )
    assert notebook.failed is None
    assert notebook.file().read_bytes() == before
    assert notebook.run("print(Linear(2, 2).forward(np.zeros((1, 2))))") == "[[0. 0.]]\n"
    assert not notebook.kept()


def test_a_text_edited_by_hand_is_kept_aside(notebook: Notebook) -> None:
    """What the cell did not write is kept before it is replaced, and the message says where."""
    own = "mytorch/linear.py held code that is not from this cell; it is kept in kept-aside/"
    notebook.run(FORWARD)
    assert notebook.run(FORWARD.replace("self.A = A", "self.A = A + 0")) == DONE
    assert notebook.run(FORWARD) == DONE
    assert notebook.kept() == {}, "the cell's own texts are not kept"
    notebook.edit("return A @ self.W.T + self.b.T", "return self.b.T + A @ self.W.T  # mine")
    said = notebook.run(FORWARD)
    assert said.split("\n")[1] == f"  {own}linear.forward.1.py"
    assert list(notebook.kept()) == ["linear.forward.1.py"]
    assert "return self.b.T + A @ self.W.T  # mine\n" in notebook.kept()["linear.forward.1.py"]
    notebook.edit("return A @ self.W.T + self.b.T", "return self.b.T + A @ self.W.T  # mine")
    assert f"{own}linear.forward.1.py" in notebook.run(FORWARD), "the same text is kept once"
    notebook.edit("return A @ self.W.T + self.b.T", "return 0  # another try")
    assert f"{own}linear.forward.2.py" in notebook.run(FORWARD)
    assert len(notebook.kept()) == 2


def test_notes_in_the_files_stub_are_kept_aside_too(notebook: Notebook) -> None:
    """A stub that the student has written into is not a stub that can be thrown away."""
    notebook.edit("raise NotImplementedError(\"Exercise 6.1", "# idea: A Wᵀ\n        raise "
                  "NotImplementedError(\"Exercise 6.1")  # fmt: skip
    assert "kept-aside/linear.forward.1.py" in notebook.run(FORWARD)
    assert "# idea: A Wᵀ" in notebook.kept()["linear.forward.1.py"]


def test_the_cell_follows_a_file_edited_by_hand(notebook: Notebook) -> None:
    """A method finished in the editor counts in the next cell, without a restart."""
    notebook.edit('raise NotImplementedError("Exercise 6.1: Linear.forward")', "self.A = A\n"
                  "        return A @ self.W.T + self.b.T")  # fmt: skip
    said = notebook.run(STUB)
    assert said.startswith("✔ Linear.forward (6.1): 5 of 5 points")
    notebook.edit("return A @ self.W.T + self.b.T", "return A @ self.W.T - self.b.T")
    assert "this is how it looks when the bias is subtracted" in notebook.run(STUB)


def test_every_cell_follows_the_files(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook the files are followed before each cell, one without `demo` too."""
    monkeypatch.chdir(notebook.tree)
    importlib.reload(workbook)
    notebook.edit("class Linear:", "class Linear:\n    mark = 7\n")
    try:
        assert notebook.run("print(Linear.mark)") == "7\n"
    finally:
        notebook.shell.events.unregister("pre_run_cell", live.refresh_modules)


def test_another_files_error_costs_that_file_alone(notebook: Notebook) -> None:
    """A hand-edited file that cannot be executed is named with its line; the others go on."""
    notebook.run("import mytorch.relu")
    notebook.edit("import numpy as np", "import numpy as np\n\nx = 1 / 0", "relu.py")
    said = notebook.run(FORWARD).split("\n")
    assert said[0] == "✔ Linear.forward (6.1): 5 of 5 points on the public cases"
    assert said[1:3] == [
        "  mytorch/relu.py cannot be executed, so its earlier text is used: "
        "ZeroDivisionError: division by zero in mytorch/relu.py:10",
        "  the line is: x = 1 / 0",
    ]
    demo = notebook.run("with demo():\n    print('goes on')")
    assert demo.startswith("mytorch/relu.py cannot be executed")
    assert demo.endswith("goes on\n")


def test_a_file_that_is_no_python_is_named_with_its_line(notebook: Notebook) -> None:
    """Where the file cannot be read as Python, nothing is written and a sentence says where."""
    notebook.edit("class Linear:", "class Linear(:")
    before = notebook.file().read_bytes()
    number = before.decode().split("\n").index("class Linear(:") + 1
    broken = (
        f"mytorch/linear.py is not valid Python in line {number}: invalid syntax: class Linear(:"
    )
    assert notebook.run(FORWARD) == f"{broken}; your code was not written: {WAY_OUT}\n"
    assert notebook.run(STUB) == f"{broken}; your code was not written: {WAY_OUT}\n"
    assert notebook.file().read_bytes() == before


def test_importing_a_file_that_is_no_python_shows_its_line(notebook: Notebook) -> None:
    """After a restart, the import's traceback leads to the student's line, and not through ours."""
    notebook.edit("class Linear:", "class Linear(:")
    forget_package("mytorch")
    live.attach_tree(notebook.tree)
    said = notebook.run("from mytorch.linear import Linear")
    assert isinstance(notebook.failed, SyntaxError)
    assert "class Linear(:" in said
    assert "importlib" not in said
    assert "package.py" not in said


def test_a_class_that_is_gone_and_a_method_that_is_gone(notebook: Notebook) -> None:
    """A deleted method comes back at the class's end; a deleted class is missed by its name."""
    text = notebook.file().read_text("utf-8")
    notebook.file().write_text(text[: text.index("    def forward")], "utf-8")
    assert notebook.run(STUB) == "· Linear.forward (6.1): not started\n"
    assert notebook.run(FORWARD) == DONE
    notebook.file().write_text("x = 1\n", "utf-8")
    missing = f"mytorch/linear.py has no class Linear; your code was not written: {WAY_OUT}\n"
    assert notebook.run(FORWARD) == missing
    notebook.file().unlink()
    assert notebook.run(FORWARD) == (
        "mytorch/linear.py cannot be read (No such file or directory); "
        f"your code was not written: {WAY_OUT}\n"
    )


def test_an_unfinished_earlier_exercise_is_named(notebook: Notebook) -> None:
    """A cell that builds on another exercise says which one is not finished."""
    said = notebook.run(generated(EXERCISES["linear.backward"], solved=True))
    assert said.split("\n")[1:3] == [
        "  · dLdA, dLdW, dLdb, edge cases (5 cases): 0 of 9",
        "      needs 6.1: Linear.forward, which is not finished",
    ]


def test_an_earlier_exercise_that_is_wrong_is_named(notebook: Notebook) -> None:
    """Where nothing else explains a wrong result, the wrong exercise that it builds on does."""
    for name in ("sigmoid.forward", "relu.forward"):
        notebook.run(f"from mytorch import {EXERCISES[name].target.split('.')[2]}")
        notebook.run(generated(EXERCISES[name], solved=True))
    notebook.run(FORWARD.replace("self.b.T", "self.b.T + 0.125"))
    said = notebook.run(generated(EXERCISES["mlp.forward"], solved=True)).split("\n")
    assert said[0].startswith("✘ MLP.forward (8.1): 0 of 3 points")
    assert said[1] == (
        "  autograder check also scores it on stand-in layers, where this costs no points"
    )
    assert "      Linear.forward (6.1) is not right yet: that may be why" in said


def test_an_endless_loop_that_is_stopped_costs_the_feedback_alone(notebook: Notebook) -> None:
    """The file is written when the driver runs: stopping it loses nothing, and says so."""
    said = notebook.run(FORWARD.replace("self.A = A", "raise KeyboardInterrupt"))
    assert said == (
        "✘ Linear.forward (6.1): you stopped it (an endless loop?); your code was saved in "
        "mytorch/linear.py\n"
    )
    assert "raise KeyboardInterrupt\n" in notebook.file().read_text("utf-8")
    assert notebook.failed is None


def test_an_endless_loop_in_the_files_own_text(notebook: Notebook) -> None:
    """Stopped while the file is executed, nothing was written."""
    before = notebook.file().read_bytes()
    notebook.edit("class Linear:", "def stop(): raise KeyboardInterrupt\nclass Linear:")
    live.refresh_modules()
    edited = notebook.file().read_bytes()
    said = notebook.run(
        "def stop(): pass\n@exercise(Linear)\ndef forward(self, A, x=stop()):\n    return A"
    )
    assert said == "Stopped before anything was written.\n"
    assert notebook.file().read_bytes() == edited != before


def test_a_students_print_is_shown_once(notebook: Notebook) -> None:
    """What the code prints is shown for one case: the first that fails, else the first."""
    printing = FORWARD.replace("self.A = A", "self.A = A; print(A.shape)")
    assert notebook.run(printing) == "(4, 3)\n" + DONE
    wrong = printing.replace("+ self.b.T", "+ self.b.T + (len(A) == 2)")
    assert notebook.run(wrong).startswith("(2, 3)\n✘ ")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("import sys; sys.exit()", "the code ends the program (sys.exit) in mytorch/linear.py:"),
        ("raise ValueError('<b>no</b>')", "ValueError: <b>no</b> in mytorch/linear.py:"),
        ("return self.forward(A)", "RecursionError: maximum recursion depth exceeded"),
        ("return [1, 2]", "Z is a list, not an array in 5 of 5 cases, first in «batch»"),
        ("pass", "Z is None"),
        ("A[:] = 0; return A @ self.W.T + self.b.T", "Z 20 of 20 values differ (100 %)"),
    ],
)
def test_whatever_a_students_code_does_is_told_in_words(
    notebook: Notebook, statement: str, said: str
) -> None:
    """Exits, exceptions, endless recursion, other types: feedback, and no traceback."""
    shown = notebook.run(f"@exercise(Linear)\ndef forward(self, A):\n    {statement}\n")
    assert notebook.failed is None
    assert said in shown
    assert "Traceback" not in shown


def test_a_hint_on_arguments_is_about_a_stub(notebook: Notebook) -> None:
    """A method with other arguments than its stub's gets that hint, a call of numpy doesn't."""
    hint = "hint: the stub shows its arguments"
    assert hint in notebook.run("@exercise(Linear)\ndef forward(self): return 1")
    assert hint not in notebook.run("@exercise(Linear)\ndef forward(self, A): return np.maximum(A)")


USAGE = "Write @exercise above a def, and name its class or function in it: @exercise(Linear).\n"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("@exercise(Linear)\ndef foward(self, A): pass",
         "Linear has no exercise foward. It has: forward, backward.\n"),
        ("@exercise(Linear)\ndef __init__(self): pass",
         "Linear has no exercise __init__. It has: forward, backward.\n"),
        ("@exercise(squared_error)\ndef squared(y, d): pass",
         "squared_error has no exercise squared. It has: squared_error.\n"),
        ("@exercise\ndef __init__(self, A): pass", USAGE),
        ("@exercise(Linear)\nclass forward: pass", USAGE),
        ("_ = exercise(Linear)(lambda self, A: A)", USAGE),
        ("_ = exercise(Linear)(3)", USAGE),
        ("@exercise(np.ndarray)\ndef forward(self, A): pass", USAGE),
        ("class Mine: pass\n@exercise(Mine)\ndef forward(self, A): pass", USAGE),
        ("@exercise('Linear')\ndef forward(self, A): pass", USAGE),
        ("@exercise(Linear(2, 2))\ndef forward(self, A): pass",
         USAGE),
        ("exec('def forward(self, A): return A')\nforward = exercise(Linear)(forward)",
         "The text of forward was not found: define it in a cell, and use no %% magic there.\n"),
        ("def forward(self, A): pass\nforward = exercise(Linear)(forward)",
         "The text of forward was not found: define it in a cell, and use no %% magic there.\n"),
    ],
)  # fmt: skip
def test_misuse_gets_one_sentence(notebook: Notebook, cell: str, said: str) -> None:
    """A wrong name, owner or thing below the decorator: a sentence, and nothing changes."""
    before = notebook.file().read_bytes()
    assert notebook.run(cell) == said
    assert notebook.failed is None
    assert notebook.file().read_bytes() == before


def test_two_functions_in_one_cell_are_told_apart(notebook: Notebook) -> None:
    """Each decorated function of a cell is found by the line it stands in."""
    said = notebook.run(
        textwrap.dedent(FORWARD).replace("A = A", "A = 0") + textwrap.dedent(FORWARD)
    )
    assert said.count("Linear.forward (6.1)") == 2
    assert said.endswith(DONE)


def test_a_decorator_of_the_students_own_goes_along(notebook: Notebook) -> None:
    """What stands between `@exercise` and the def is part of the function."""
    notebook.edit("class Linear:", "def same(f): return f\n\n\nclass Linear:")
    notebook.run("def same(f): return f")
    said = notebook.run(textwrap.dedent(FORWARD).replace("def", "@same\ndef"))
    assert said == DONE
    assert "    @same\n    def forward(self, A):\n" in notebook.file().read_text("utf-8")


def test_a_file_that_cannot_be_written(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A protected file or a full disk: one sentence, and file and module are as they were."""
    before = notebook.file().read_bytes()

    def fail(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("autograder.workspace.writer.write_atomically", fail)
    assert notebook.run(FORWARD) == (
        "mytorch/linear.py cannot be written (No space left on device); it was not changed.\n"
    )
    assert notebook.file().read_bytes() == before
    waits = "waits for Exercise 6.1: Linear.forward\n"
    assert notebook.run("with demo():\n    Linear(1, 1).forward(np.ones((1, 1)))") == waits


def test_a_lost_memory_costs_nothing(notebook: Notebook) -> None:
    """Without `.workbook`, or with garbage in it, a cell works as before."""
    notebook.run(FORWARD)
    state = notebook.tree / ".workbook" / "cells.json"
    state.write_text("{[")
    assert "kept-aside/linear.forward.1.py" in notebook.run(FORWARD.replace("A = A", "A = 1 * A"))
    assert list(json.loads(state.read_text())) == ["linear.forward"]


def test_the_packages_place_is_guarded(notebook: Notebook) -> None:
    """Where something else has become `mytorch`, the cell refuses in one sentence."""
    forget_package("mytorch")
    assert notebook.run(FORWARD) == (
        "Another mytorch has replaced the one of the workbook: restart the kernel.\n"
    )


SCRIPT = """
import sys
sys.path[:0] = {paths}
from workbook import exercise
from mytorch.linear import Linear

@exercise(Linear)
def forward(self, A):
    self.A = A
    return A @ self.W.T + self.b.T  # by a script
"""


def test_plain_python_prints_the_same_and_this_kernel_follows(notebook: Notebook) -> None:
    """A script without IPython prints the same text; what it wrote counts here at once."""
    (notebook.tree / "notebooks").mkdir()
    script = notebook.tree / "notebooks" / "script.py"
    script.write_text(SCRIPT.format(paths=[str(ROOT / "notebooks"), str(ROOT)]))
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.stdout, done.stderr) == (DONE, "")
    assert "# by a script\n" in notebook.file().read_text("utf-8")
    assert notebook.run("with demo():\n    print(Linear(1, 1).forward(np.zeros((1, 1))))") == (
        "[[0.]]\n"
    )


def test_a_demo_waits_for_its_exercise(notebook: Notebook) -> None:
    """Where student code is unfinished, one line says which exercise is waited for."""
    demo = "with demo():\n    print('before')\n    Linear(2, 2).forward(np.ones((1, 2)))\n"
    assert notebook.run(demo) == "before\nwaits for Exercise 6.1: Linear.forward\n"
    assert notebook.failed is None
    notebook.run(FORWARD)
    assert notebook.run(demo) == "before\n"


def test_a_demo_shows_the_students_line(notebook: Notebook) -> None:
    """An error inside `mytorch` is shown with its line, an error of the cell is the cell's."""
    notebook.run(FORWARD)
    said = notebook.run("with demo():\n    Linear(2, 2).forward(np.ones((1, 3)))")
    assert said.startswith("ValueError: ")
    assert said.endswith("\nthe line is: return A @ self.W.T + self.b.T\n")
    assert notebook.failed is None
    notebook.run("with demo():\n    1 / 0")
    assert isinstance(notebook.failed, ZeroDivisionError)
    notebook.run("with demo():\n    raise KeyboardInterrupt")
    assert isinstance(notebook.failed, KeyboardInterrupt)


def test_a_demos_assert_does_not_hold_yet(notebook: Notebook) -> None:
    """The line of an assert that fails is shown; so is that of a call that asserts."""
    said = notebook.run("with demo():\n    assert 1 + 1 == 3, 'no'\n")
    assert said == "does not hold yet: assert 1 + 1 == 3, 'no'\n"
    said = notebook.run("with demo():\n    np.testing.assert_allclose(1, 2)\n")
    assert said == "does not hold yet: np.testing.assert_allclose(1, 2)\n"
    exec("with demo():\n    assert False", {"demo": notebook.shell.user_ns["demo"]})
