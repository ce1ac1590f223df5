"""Give a module of `mytorch` the same environment in the kernel as in the grader.

The kernel has more: IPython's names, every installed package, the files of the tree. A function
that used these would get a tick in its cell and 0 points in the grade. So the kernel raises the
same errors as the grader. This helps honest students and is not a security measure: `importlib`
and absolute paths get around it.
"""

import builtins
import errno
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import IO, Any, Never

PACKAGES = {*sys.stdlib_module_names, "numpy", "safetensors", "mytorch"}
CONSTANTS = {"None", "True", "False", "Ellipsis", "NotImplemented", "__debug__", "__doc__"}
CONSTANTS |= {"__name__", "__package__", "__loader__", "__spec__"}
OURS = (".venv", "autograder", "notebooks/workbook")  # in the tree; opened while code is driven

guarded_tree = ""  # the tree, while student code runs as in the grader


@cache
def grader_builtins() -> dict[str, Any]:
    """The built-in names in the grader: those of Python, without those of IPython and `site`."""
    own = {
        name: value
        for name, value in vars(builtins).items()
        if name in CONSTANTS or getattr(value, "__module__", "") in ("builtins", "io", "_io")
    }
    guarded = {"__import__": import_as_in_grader, "open": open_as_in_grader}
    return own | guarded | {"input": read_no_input}


def import_as_in_grader(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Import a module. Raises: ModuleNotFoundError: the grader has no such package."""
    top = name.partition(".")[0]
    if level == 0 and top not in PACKAGES:
        raise ModuleNotFoundError(f"No module named {top!r}", name=top)
    return builtins.__import__(name, globals, locals, fromlist or (), level)


def read_no_input(prompt: object = "") -> Never:
    """Stands for `input`, because the grader has none. Raises: EOFError: always."""
    raise EOFError("EOF when reading a line")


def open_as_in_grader(file: Any, *given: Any, **named: Any) -> IO[Any]:
    """Open a file. Raises: FileNotFoundError: the grader has no such file."""
    package = sys.modules.get("mytorch")
    with run_as_in_grader(Path(getattr(package, "__path__", ["."])[0]).parent):
        opened: IO[Any] = builtins.open(file, *given, **named)  # noqa: SIM115
        return opened


@contextmanager
def run_as_in_grader(tree: Path) -> Iterator[None]:
    """Run the block in an empty folder; of the tree, student code can open only `mytorch`."""
    global guarded_tree
    guard_opening()
    here, before = os.getcwd(), guarded_tree
    os.chdir(empty_folder().name)
    guarded_tree = str(tree.resolve())
    try:
        yield
    finally:
        guarded_tree = before
        os.chdir(here)


@cache
def empty_folder() -> TemporaryDirectory[str]:
    """A folder of this kernel, which is deleted when the kernel ends."""
    return TemporaryDirectory(prefix="workbook-")


@cache
def guard_opening() -> None:
    """Check each file that this process opens. Cached, because a hook cannot be removed."""
    sys.addaudithook(refuse_tree_file)


def refuse_tree_file(event: str, given: tuple[Any, ...]) -> None:
    """Check an opened file.

    Raises: FileNotFoundError: student code opens a file that the grader does not have.
    """
    if event != "open" or not guarded_tree or not isinstance(given[0], str | bytes | os.PathLike):
        return
    path = os.path.abspath(os.fsdecode(given[0]))
    inside = os.path.relpath(path, guarded_tree).replace(os.sep, "/")
    known = inside.startswith(("..", *OURS)) or (
        inside.startswith("mytorch/") and path[-3:] == ".py"
    )
    if not known:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(given[0]))
