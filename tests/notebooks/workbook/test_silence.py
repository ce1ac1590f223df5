"""What would pass in silence is said: in a real shell with the extension, and in a real kernel."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from IPython.utils.capture import capture_output
from jupyter_client.manager import KernelManager
from test_cells import DONE, FORWARD, STUB, Notebook, notebook, shell

from autograder.advice import copied, kernel_extension
from autograder.key.notebook import make_notebook, notebook_sources

__all__ = ["notebook", "shell"]  # pytest takes fixtures by their names

EXTENSION = kernel_extension.__name__
PASTED = """
    class Linear:
        def __init__(self, c_in, c_out): self.W, self.b = np.ones((c_out, c_in)), np.ones(1)
        def forward(self, A): return A @ self.W.T + self.b.T
    """
SQUARED = "def squared_error(y, d):\n    return float(((y - d) ** 2).sum() / 2)\n"


@pytest.fixture
def book(notebook: Notebook) -> Iterator[Notebook]:
    """A notebook in a kernel that has the extension."""
    events = notebook.shell.events
    before = {name: list(known) for name, known in events.callbacks.items()}
    notebook.shell.extension_manager.loaded.discard(EXTENSION)
    notebook.shell.extension_manager.load_extension(EXTENSION)
    yield notebook
    events.callbacks.update(before)
    notebook.shell.set_custom_exc((), None)


def test_a_pasted_class_is_in_no_file(book: Notebook) -> None:
    """A whole class in a cell changes no file: that is said, and what to do."""
    assert book.run(PASTED) == (
        "Linear is now a class of this notebook only: mytorch/linear.py is unchanged, and only "
        "that file counts. Put each method into its own exercise cell, under @exercise(Linear). "
        "Then run the cell with the imports again, so that Linear is the one in "
        "mytorch/linear.py.\n"
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (STUB.replace("@exercise(Linear)", ""), "@exercise(Linear) above the def, and run"),
        (
            FORWARD.replace("@exercise(Linear)", ""),
            "There are: @exercise(Sigmoid), @exercise(ReLU)",
        ),
        (SQUARED, "mytorch/squared_error.py is unchanged"),
        (f"if True:\n    {SQUARED.splitlines()[0]} return 1", "@exercise(squared_error) above"),
        ("%cd -q .\ndef squared_error(y, d): return 1", "@exercise(squared_error) above"),
        ("class Linear(Linear): pass", "Linear is now a class of this notebook only"),
        ("Linear.forward = lambda self, A: A", "Linear.forward was changed in this notebook only"),
        ("squared_error = lambda y, d: 1", "squared_error was changed in this notebook only"),
        ("Linear: type = object", "Linear was changed in this notebook only"),
    ],
)
def test_what_is_defined_beside_the_files_is_said(book: Notebook, cell: str, said: str) -> None:
    """A function without its decorator, a subclass of the same name, an assignment to a method."""
    shown = book.run(cell)
    assert said in shown
    assert shown.count("\n") == 1
    book.run("from mytorch.linear import Linear\nimport importlib, mytorch.linear, sys")
    book.run("del Linear.forward" if "Linear.forward =" in cell else "")


@pytest.mark.parametrize(
    "cell",
    [
        STUB,
        "from mytorch.linear import Linear",
        "import mytorch\nLinear = mytorch.Linear",
        "def forward(x): return x",
        "class Mine:\n    def forward(self, A): return A",
        "layer = Linear(2, 2)\nlayer.W = 3",
        "def layer(x): return x",
        "1 +",
    ],
)
def test_an_ordinary_cell_says_nothing(book: Notebook, cell: str) -> None:
    """Imports, the student's own names and exercise cells get no such line."""
    assert "only" not in book.run(cell)


@pytest.mark.parametrize("name", notebook_sources())
def test_the_courses_own_cells_define_nothing_of_mytorch(name: str) -> None:
    """No cell of a notebook, solved or not, would be taken for a forgotten decorator."""
    import ast

    from autograder.advice.notebook_cells import without_magics
    from autograder.advice.unsaved import unsaved_notes

    for solved in (False, True):
        for node in make_notebook(notebook_sources()[name], solved=solved).cells:
            if node.cell_type == "code":
                assert list(unsaved_notes(ast.parse(without_magics(node.source)))) == []


def test_a_bare_exercise_is_understood_where_it_can_be(book: Notebook) -> None:
    """`@exercise` alone above a function of mytorch is that exercise; the next cell is fine too."""
    assert book.run(f"@exercise\n{SQUARED}").startswith("✔ squared_error (0.1): 2 of 2 points")
    assert "return float" in book.file("squared_error.py").read_text("utf-8")
    assert book.run(f"@exercise(squared_error)\n{SQUARED}").startswith("✔ squared_error (0.1)")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "@exercise\ndef forward(self, A): return A",
            "write @exercise(Sigmoid), @exercise(ReLU), ",
        ),
        ("@exercise\ndef step(self): pass", "write @exercise(SGD) above the def"),
        ("@exercise\nclass Linear: pass", "not above a class: put each method into its own"),
        ("import workbook\n@workbook.exercise\nclass Linear: pass", "not above a class"),
    ],
)
def test_a_bare_exercise_is_refused_at_once(book: Notebook, cell: str, said: str) -> None:
    """One line says what to write; the right cell that comes next is not accused."""
    shown = book.run(cell)
    assert said in shown
    assert shown.count("\n") == 1
    assert book.run(FORWARD) == DONE


def test_the_raise_left_above_the_code_is_named(book: Notebook) -> None:
    """The line to delete is named, and the feedback on older code is not shown as this one's."""
    book.run(FORWARD)
    above = STUB.rstrip() + "\n        return A\n"
    assert book.run(above) == (
        "· Linear.forward (6.1): not finished: the line raise NotImplementedError(…) stands above "
        "your code, so your code is never run: delete that line, then run the cell again\n"
        "  mytorch/linear.py still holds the code that you ran earlier; this is no feedback on "
        "this cell\n"
    )


def test_a_copied_cell_with_other_code_says_which_counts(
    book: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cells of one exercise with different code: the one that ran last counts, and says so."""
    monkeypatch.setattr(copied, "writing_cells", {})
    book.shell.events.register("pre_run_cell", copied.note_running_cell)
    said = (
        "  another cell of this notebook completes Linear.forward with other code; this cell ran "
        "last, so its code counts and is in mytorch/linear.py"
    )
    other = FORWARD.replace("return A", "return 1 * A")
    for cell_id, text, expected in [
        ("a", FORWARD, False),
        ("a", other, False),
        ("b", FORWARD, True),
        ("b", FORWARD, False),
        ("c", FORWARD + "        # the same\n", False),
        ("a", other, True),
        ("a", STUB, False),
    ]:
        with capture_output() as caught:
            book.shell.run_cell(textwrap.dedent(text), cell_id=cell_id)
        shown = "".join(output.data["text/plain"] for output in caught.outputs)
        assert (said in shown.splitlines()) == expected, (cell_id, text)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A kernel as Jupyter starts it for a notebook of this tree, with the extension alone."""
    folder = tmp_path_factory.mktemp("jupyter")
    variables = {name: str(folder) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR")}
    book = str(ROOT / "notebooks" / "06_vector_form.ipynb")
    manager = KernelManager(kernel_name="python3", connection_file=str(folder / "kernel.json"))
    manager.start_kernel(
        cwd=str(ROOT / "notebooks"),
        env={**os.environ, **variables, "JPY_SESSION_NAME": book},
        extra_arguments=[f"--InteractiveShellApp.extra_extensions={EXTENSION}"],
    )
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    yield Running(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


class Running:
    """A kernel that runs, and what comes out of it."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client

    def start(self, code: str, cell_id: str = "") -> str:
        """Begin a cell, as a frontend does that names its cells."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        metadata = {"cellId": cell_id} if cell_id else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def outputs(self, of: str) -> Iterator[dict[str, Any]]:
        """What comes out for a cell, until it has ended."""
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != of:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            yield message

    def run(self, code: str, cell_id: str = "") -> list[dict[str, Any]]:
        return list(self.outputs(self.start(code, cell_id)))


SHOWN = ("display_data", "update_display_data")


def test_a_cell_that_runs_on_says_so_and_how_to_stop_it(kernel: Running) -> None:
    """The line comes while the cell runs; afterwards it says how long it ran, and no more comes."""
    kernel.run(f"import {EXTENSION} as said\nsaid.PATIENCE = 0.2")
    asked = kernel.start("while True: pass", "a")
    lines = []
    for message in kernel.outputs(asked):
        if message["msg_type"] in SHOWN:
            lines.append(message["content"]["data"]["text/plain"])
            kernel.manager.interrupt_kernel()
    assert lines[0].startswith("This cell has been running for 0 seconds.")
    assert "choose Kernel → Interrupt Kernel" in lines[0]
    assert [line.startswith("This cell ran for ") for line in lines] == [False, True]
    for cell_id, code in [("b", "1 + 1"), ("", "import time; time.sleep(1)")]:
        shown = [m["msg_type"] for m in kernel.run(code, cell_id)]
        assert not set(SHOWN) & set(shown), "neither a short cell, nor one that nobody looks at"
    assert not set(SHOWN) & {m["msg_type"] for m in kernel.run("import time; time.sleep(1)")}


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        ("np.ones(3)", "the first code cell (it begins with “from workbook import demo"),
        ("@exercise(Linear)\ndef forward(self, A): pass", "the first code cell"),
        ("with demo():\n    pass", "the first code cell"),
        ("def own():\n    return pictures\nown()", "the first code cell"),
        ("slow_forward(1, 2, 3)", "the cell that begins with “def slow_forward(A, W, b):”"),
        ("linear", "the cell that begins with “with demo():”"),
    ],
)
def test_after_a_restart_a_missing_name_names_the_cell_to_run(
    kernel: Running, code: str, cell: str
) -> None:
    """One line, no traceback, and the cell still counts as failed."""
    (error,) = [m["content"] for m in kernel.run(code) if m["msg_type"] == "error"]
    (line,) = error["traceback"]
    assert line.startswith("NameError: ")
    assert "is not defined yet (was the kernel restarted?). Run " in line
    assert cell in line
    assert error["ename"] == "NameError"


def test_a_name_that_no_cell_defines_keeps_its_traceback(kernel: Running) -> None:
    """A misspelled name, and a missing one inside a library, are shown by Python itself."""
    for code in ("nnp.ones(3)", "def own():\n    x = x + 1\nown()"):
        (error,) = [m["content"] for m in kernel.run(code) if m["msg_type"] == "error"]
        assert len(error["traceback"]) > 1


def test_a_deleted_file_of_mytorch_names_what_restores_it(book: Notebook) -> None:
    """One line for `shapes.py` and for an exercise's file, whoever imports it."""
    for gone in ("shapes", "linear"):
        book.file(f"{gone}.py").unlink()
        said = book.run(
            "import sys\n"
            "for name in ('linear', 'shapes'):\n"
            "    sys.modules.pop(f'mytorch.{name}', 0)\n"
            "from mytorch.linear import Linear"
        )
        assert isinstance(book.failed, ModuleNotFoundError)
        assert said.strip() == (
            f"mytorch/{gone}.py is missing. To get it back, open a terminal in the folder of your "
            "workbook, type python3 notebooks --set-up, then restart the kernel."
        )


def test_a_file_that_cannot_be_read_is_one_line(book: Notebook) -> None:
    """A folder in a file's place stands for whatever cannot be read: no traceback of ours."""
    book.run(FORWARD)
    book.run("import mytorch.relu")
    book.file("relu.py").unlink()
    book.file("relu.py").mkdir()
    lines = book.run(FORWARD).splitlines()
    assert book.failed is None
    assert lines[1] == (
        "  mytorch/relu.py cannot be read (Is a directory), so its earlier text is used: close the "
        "program that holds it, or allow yourself to read it, then run this cell again"
    )
    assert "cannot be read" in book.run("with demo():\n    print('goes on')")
    book.file().unlink()
    book.file().mkdir()
    assert book.run(FORWARD) == (
        "mytorch/linear.py cannot be read (Is a directory); your code was not written: make it a "
        "file that you may read, then run the cell again\n"
    )


@pytest.mark.parametrize("lacking", ["numpy", "autograder", "ipywidgets"])
def test_a_kernel_without_our_packages_is_named(tmp_path: Path, lacking: str) -> None:
    """One line says which Python runs, and the command that starts the right one."""
    script = f"""
import sys
sys.modules[{lacking!r}] = None
sys.path.insert(0, {str(ROOT / "notebooks")!r})
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_cell("from workbook import exercise")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        f"This notebook runs in {sys.executable}, which has no {lacking}. To start it in the right "
        "one, open a terminal in the folder of your workbook, and type: python3 notebooks"
    ]
