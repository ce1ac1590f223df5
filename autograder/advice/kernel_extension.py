"""Notes that a kernel shows under any cell: an IPython extension that the set-up installs.

It is loaded before the notebook's first cell runs, so it does not import the workbook. It explains
three problems about which Python says nothing or too little: a function without `@exercise`, a name
that an earlier cell defines, and a cell that does not end.
"""

import ast
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.exercises import HOMES
from autograder.workspace.writer import Definition, SourceError, nested_statements

from .notebook_cells import UnreadableNotebook, read_code_cells, without_magics
from .unsaved import unsaved_notes

PATIENCE = 10.0  # seconds
STILL_RUNNING = (
    "This cell has been running for {seconds:.0f} seconds. If you did not expect that, perhaps a "
    "loop in it never ends. To stop the cell, choose Kernel → Interrupt Kernel (or press ■)."
)
RESTORE = (
    "To get it back, open a terminal in the folder of your workbook, type python3 notebooks "
    "--set-up, then restart the kernel."
)
OWN_MODULES = {"mytorch.shapes", *(f"mytorch.{home}" for home in HOMES.values())}
ENDED = "This cell ran for {seconds:.0f} seconds."


def load_ipython_extension(shell: Any) -> None:
    """Make a shell show these notes from now on."""
    shell.set_custom_exc((NameError, ModuleNotFoundError), explain_missing_name)
    shell.events.register("post_run_cell", lambda result: print_unsaved(shell, result))
    if hasattr(shell, "kernel"):
        watch = RunningCell(shell.kernel)
        shell.events.register("pre_run_cell", watch.begin)
        shell.events.register("post_run_cell", watch.end)


def print_unsaved(shell: Any, result: Any) -> None:
    """Print a note on each part of `mytorch` that the cell defines without `@exercise`."""
    with suppress(SyntaxError, ValueError, RecursionError):
        for note in unsaved_notes(ast.parse(shell.transform_cell(result.info.raw_cell))):
            print(note)


def explain_missing_name(
    shell: Any,
    kind: type,
    error: NameError | ModuleNotFoundError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show one line if another cell defines the missing name, or if a file of `mytorch` is missing.

    Any other error is shown as Python shows it.
    """
    while trace.tb_next:
        trace = trace.tb_next
    name, line = error.name or "", ""
    if isinstance(error, ModuleNotFoundError):
        if name in OWN_MODULES:
            line = f"{name.replace('.', '/')}.py is missing. {RESTORE}"
    elif (
        trace.tb_frame.f_globals is shell.user_ns
        and not isinstance(error, UnboundLocalError)
        and (cell := find_defining_cell(name))
    ):
        line = (
            f"NameError: {name} is not defined yet (was the kernel restarted?). "
            f"Run {cell}, then run this cell again."
        )
    if line:
        vars(error)["_render_traceback_"] = lambda: [line]
    shell.showtraceback((kind, error, error.__traceback__), tb_offset=tb_offset)


def find_defining_cell(name: str) -> str:
    """Which cell defines a name, in words; "" if no cell does.

    Jupyter tells a kernel its notebook. If it does not, all notebooks in this folder are searched.
    """
    own = Path(Path(os.environ.get("JPY_SESSION_NAME", "")).name)
    for book in [own] if own.is_file() else sorted(Path().glob("*.ipynb")):
        texts: list[str] = []
        with suppress(OSError, UnreadableNotebook):
            texts, _ = read_code_cells(book.read_bytes())
        for number, text in enumerate(texts):
            if name in names_bound(text):
                begins = f"begins with “{text.strip().partition(chr(10))[0]}”"
                return f"the cell that {begins}" if number else f"the first code cell (it {begins})"
    return ""


def names_bound(text: str) -> set[str]:
    """The names that a cell defines: imports, functions, classes, variables."""
    names: set[str] = set()
    with suppress(SourceError):
        for node in nested_statements(ast.parse(without_magics(text))):
            if isinstance(node, Definition):
                names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names.update((a.asname or a.name).partition(".")[0] for a in node.names)
            else:
                names.update(
                    n.id
                    for n in ast.walk(node)
                    if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                )
    return names


class RunningCell:
    """Shows a line if a cell runs for long, through the kernel's own loop that sends output.

    That loop runs in a thread of the kernel. If a kernel has no such loop, no line is shown. Only
    interactive frontends send the id of a cell; without it no line is shown, so the output of a
    batch run does not depend on its speed.
    """

    def __init__(self, kernel: Any) -> None:
        self.kernel, self.began, self.shown = kernel, 0.0, ""
        self.parent: dict[str, Any] = {}

    def begin(self, info: Any) -> None:
        """Show the line later, if the cell runs for PATIENCE seconds."""
        if getattr(info, "cell_id", None):
            with suppress(Exception):  # these are internals of ipykernel, which may change
                self.parent, self.began, self.shown = self.kernel.get_parent(), time.monotonic(), ""
                loop, began = self.kernel.iopub_thread.io_loop, self.began
                loop.add_callback(lambda: loop.call_later(PATIENCE, self.show_line, began))

    def show_line(self, began: float) -> None:
        """Show the line if the same cell still runs. The kernel's loop calls this."""
        if began == self.began:
            self.shown = f"still-running-{began}"
            self.send("display_data", STILL_RUNNING)

    def end(self, _: Any) -> None:
        """Say that the cell has ended, if the line was shown."""
        if self.shown:
            self.send("update_display_data", ENDED)
        self.began, self.shown = 0.0, ""

    def send(self, kind: str, text: str) -> None:
        """Show a line under the running cell, or change the line that is there."""
        said = text.format(seconds=time.monotonic() - self.began)
        content = {
            "data": {"text/plain": said},
            "metadata": {},
            "transient": {"display_id": self.shown},
        }
        with suppress(Exception):
            self.kernel.session.send(self.kernel.iopub_socket, kind, content, self.parent)
