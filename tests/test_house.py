"""The structure of the code: imports between rooms, results of the tools, size."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

STANDARD = set(sys.stdlib_module_names)
NOT_IN_A_NOTEBOOK = {"subprocess", "threading", "signal", "resource", "socket", "multiprocessing"}

# The rooms from the bottom up, and the rooms that each may import.
CORE = {"model", "exercises", "harness"}
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "commands": set(),
    "exercises": {"model"},
    "harness": {"model", "exercises"},
    "confined": CORE,
    "scoring": CORE,
    "hand_in": {"model", "exercises", "scoring"},
    "workspace": {"model", "exercises", "scoring", "hand_in"},
    "advice": {"model", "exercises", "scoring", "hand_in", "workspace"},
    "running": {*CORE, "confined", "scoring", "hand_in"},
    "workbook": {*CORE, "scoring", "workspace", "advice"},
    "classroom": {*CORE, "commands", "scoring", "hand_in", "workspace", "running"},
    "key": {*CORE, "commands", "scoring", "hand_in", "workspace"},
    "cli": {
        *CORE,
        "commands",
        "scoring",
        "hand_in",
        "workspace",
        "advice",
        "running",
        "classroom",
        "key",
    },
    "__main__": {"cli"},
}
PACKAGES: dict[str, set[str]] = {  # the packages of others that a room may import
    **{room: {"numpy"} for room in MAY_IMPORT},
    "harness": {"numpy", "safetensors"},
    "running": {"numpy", "safetensors"},
    "classroom": {"numpy", "distributed"},
    "workbook": {"numpy", "IPython", "ipywidgets", "anywidget", "traitlets", "matplotlib"},
    "key": {"numpy", "nbformat", "nbclient", "jupytext", "matplotlib", "resvg_py", "torch"},
}
ENGINE = ("model.py", "commands.py", "harness", "scoring", "workspace")  # of the autograder


def sources() -> dict[str, Path]:
    """The modules of the autograder and the workbook, by dotted name."""
    found = {}
    for top in (ROOT / "autograder", ROOT / "notebooks" / "workbook"):
        for path in top.rglob("*.py"):
            inside = path.relative_to(top.parent).with_suffix("").parts
            if inside[:3] != ("autograder", "key", "notebooks") and "alone" not in inside:
                found[".".join(inside).removesuffix(".__init__")] = path
    return found


def imports(path: Path, top: Path = ROOT) -> Iterator[str]:
    """The absolute names of all modules that a file imports, anywhere in the file."""
    package = path.relative_to(top).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) if node.level else ""
            name = ".".join(part for part in (base, node.module or "") if part)
            yield from (f"{name}.{alias.name}" for alias in node.names)


def outside(paths: Iterator[Path]) -> set[str]:
    """The top-level packages beyond the standard library that files import."""
    return {name.split(".")[0] for path in paths for name in imports(path)} - STANDARD


def room_of(name: str) -> str:
    """The room of a module: `scoring` of `autograder.scoring.comparison`."""
    parts = name.split(".")
    return parts[1] if parts[0] == "autograder" and len(parts) > 1 else parts[0]


def arrows() -> dict[str, set[str]]:
    """The modules of ours that each module imports, by dotted name."""
    known = sources()
    found: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        top = ROOT / "notebooks" if name.startswith("workbook") else ROOT
        for used in imports(path, top):
            module = used if used in known else used.rpartition(".")[0]
            if module in known and module != name:
                found[name].add(module)
    return found


def code_lines(path: Path) -> int:
    """The number of code lines in a file, without blank lines, comments and docstrings."""
    text = path.read_text("utf-8")
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            lines.update(range(token.start[0], token.end[0] + 1))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(lines)


def test_imports_run_one_way_along_the_rooms() -> None:
    """Each room imports only rooms below it, and other packages only in the rooms that may."""
    for name, used in arrows().items():
        room = room_of(name)
        if room == "autograder":  # the package's `__init__`, which has only a docstring
            continue
        for module in used:
            wanted = room_of(module)
            assert wanted in {room, "autograder"} | MAY_IMPORT[room], f"{name} imports {module}"
        path = sources()[name]
        foreign = outside(iter([path])) - {"autograder", "workbook", "notebooks", "mytorch"}
        assert foreign <= PACKAGES[room], f"{name} imports {foreign}"


def test_no_import_goes_round_in_a_circle() -> None:
    """Late imports count too. A package that only collects its modules is not part of a circle."""
    found = {
        name: {m for m in used if not name.startswith(m + ".")} for name, used in arrows().items()
    }
    try:
        list(TopologicalSorter(found).static_order())
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_the_rooms_of_the_child_are_those_it_may_import() -> None:
    """One list says which rooms a child may import, and which rooms the grader's digest covers."""
    from autograder.classroom.batch import work
    from autograder.confined.child import IMPORTABLE_ROOMS

    assert set(IMPORTABLE_ROOMS) == {*CORE, "confined"}
    assert set(work.DIGESTED_ROOMS) == {*IMPORTABLE_ROOMS, "hand_in", "scoring", "running"}


def test_mytorch_knows_numpy_alone() -> None:
    """Neither the skeleton nor the solved package imports graders or notebooks."""
    assert outside(ROOT.glob("mytorch/*.py")) <= {"numpy", "mytorch"}
    solved = outside(ROOT.glob("autograder/key/mytorch/*.py"))
    assert solved <= {"numpy", "autograder"}, "its relative imports, seen from the tree's top"


def test_a_notebook_needs_no_process_thread_or_signal() -> None:
    """The code that runs in the kernel could also run in a browser's Python."""
    known, used = sources(), arrows()
    waiting = [name for name in known if name.startswith("workbook")]
    waiting.append("autograder.advice.kernel_extension")
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name == "autograder":
            continue
        seen.add(name)
        top = ROOT / "notebooks" if name.startswith("workbook") else ROOT
        standard = {used.split(".")[0] for used in imports(known[name], top)}
        assert not standard & NOT_IN_A_NOTEBOOK, name
        waiting += used[name]
    assert {"harness", "scoring", "workspace"} <= {room_of(name) for name in seen}


def test_the_engine_is_small() -> None:
    """The code that scores a cell and writes a student's file stays small, with short modules.

    The engine is the rooms of ENGINE and the workbook, both without pictures, questions and data.
    """
    apart = ("progress.py", "small_network.py", "two_moons.py", "questions.py", "given_answers.py")
    files = [file for room in ENGINE for file in (ROOT / "autograder").glob(f"{room}/*.py")]
    files += [ROOT / "autograder" / room for room in ENGINE if room.endswith(".py")]
    files += ROOT.glob("notebooks/workbook/*.py")
    files = [file for file in files if file.name not in apart]
    sizes = {path.relative_to(ROOT).as_posix(): code_lines(path) for path in files}
    assert sum(sizes.values()) < 2400, sizes
    large = {name: lines for name, path in sources().items() if (lines := code_lines(path)) >= 215}
    assert not {name for name in large if room_of(name) != "key"}, large


def public_names() -> Iterator[tuple[str, str]]:
    """The public functions, classes and methods of the engine and the workbook, with their module.

    The twins in the key are left out, because each defines the names of `mytorch` again.
    """
    for module, path in sources().items():
        if module.startswith(("autograder.key.mytorch", "autograder.key.differences")):
            continue
        if module == "autograder.key.twins":
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
                yield module, node.name
            if isinstance(node, ast.ClassDef):
                inside = (one.name for one in node.body if isinstance(one, ast.FunctionDef))
                yield from ((module, f"{node.name}.{name}") for name in inside if name[0] != "_")


def test_a_public_name_is_defined_once() -> None:
    """A search for a function or class by its name has one result."""
    found: dict[str, list[str]] = {}
    for module, name in public_names():
        if "." not in name:
            found.setdefault(name, []).append(module)
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}


# Modules of data, each used alone: the exercises or mistakes of a topic, the numbers of a picture.
DATA_MODULES = (
    "autograder.exercises.",
    "autograder.key.facts",
    "autograder.key.mistakes",
    "autograder.key.questions",
    "workbook.pictures.",
    "workbook.two_moons",
)


def public_constants() -> Iterator[tuple[str, str]]:
    """The constants (UPPER_CASE at module level) of the engine and the workbook, with their module.

    A name of a single letter is a type variable.
    """
    for module, path in sources().items():
        if module.startswith(DATA_MODULES):
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else ()
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            for name in (one for target in targets for one in ast.walk(target)):
                if isinstance(name, ast.Name) and re.fullmatch("[A-Z][A-Z0-9_]+", name.id):
                    yield module, name.id


def test_a_constant_is_defined_once() -> None:
    """A constant in a message, a test or a review is unambiguous."""
    found: dict[str, set[str]] = {}
    for module, name in public_constants():
        found.setdefault(name, set()).add(module)
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}


def test_most_names_say_what_they_do() -> None:
    """A name of one word says little without its module: fewer than half of the names are so
    short."""
    names = [name.rpartition(".")[2] for _, name in public_names()]
    bare = [name for name in names if "_" not in name and not re.search("[a-z][A-Z]", name)]
    assert len(bare) <= 0.45 * len(names), (len(bare), len(names))


@pytest.mark.parametrize(
    "tool", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_the_tools_are_content(tool: list[str]) -> None:
    """Lint, format and types, as pyproject.toml configures them."""
    done = subprocess.run(
        [sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_lie_in_the_folders_of_what_they_test() -> None:
    """Each folder of tests has the name of a room, or of a folder of the workbook."""
    folders = {
        path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")
    }
    for folder in folders - {Path()}:
        assert (ROOT / "autograder" / folder).is_dir() or (ROOT / folder).is_dir(), folder
