"""The house itself: which way imports run, that the tools are content, how large the engine is."""

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

STANDARD = set(sys.stdlib_module_names)
NOT_IN_A_NOTEBOOK = {"subprocess", "threading", "signal", "resource", "socket", "multiprocessing"}


def imports(path: Path) -> Iterator[str]:
    """The absolute names of all that a file imports, wherever in it the import stands."""
    package = path.relative_to(ROOT).with_suffix("").parts
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


def engine() -> list[Path]:
    return list(ROOT.glob("autograder/*.py"))


def code_lines(path: Path) -> int:
    """The lines of a file that hold code: no blank ones, comments or docstrings."""
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


def test_mytorch_knows_numpy_alone() -> None:
    """Neither the skeleton nor the solved package knows of graders or notebooks."""
    assert outside(ROOT.glob("mytorch/*.py")) <= {"numpy", "mytorch"}
    solved = outside(ROOT.glob("autograder/key/mytorch/*.py"))
    assert solved <= {"numpy", "autograder"}, "its relative imports, seen from the tree's top"


def test_the_scoring_path_imports_neither_jupyter_nor_plots() -> None:
    """Scoring needs numpy and safetensors alone, and nothing of the workbook."""
    files = [*engine(), *ROOT.glob("autograder/exercises/*.py")]
    assert outside(iter(files)) <= {"numpy", "safetensors", "autograder"}


def test_the_workbook_looks_up_to_the_autograder_and_not_back() -> None:
    """`workbook → autograder → numpy`; the key is seen from the command line alone."""
    for path in set(ROOT.glob("autograder/**/*.py")) - set(ROOT.glob("autograder/key/notebooks/*")):
        assert not any(name.startswith("workbook") for name in imports(path)), path
    for path in [*engine(), *ROOT.glob("autograder/exercises/*.py")]:
        if path.name != "cli.py":
            assert not any(n.startswith("autograder.key") for n in imports(path)), path
    for path in ROOT.glob("notebooks/workbook/**/*.py"):
        assert not any(name.startswith("autograder.key") for name in imports(path)), path


def test_a_notebook_needs_no_process_thread_or_signal() -> None:
    """What runs in the kernel could also run in a browser's Python."""
    waiting = [*ROOT.glob("notebooks/workbook/**/*.py"), *ROOT.glob("mytorch/*.py")]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        names = set(imports(path))
        assert not {name.split(".")[0] for name in names} & NOT_IN_A_NOTEBOOK, path
        seen.add(path)
        for name in names:
            for dotted in (name, name.rpartition(".")[0]):
                found = ROOT / f"{dotted.replace('.', '/')}.py"
                if dotted.startswith("autograder.") and found.is_file() and found not in seen:
                    waiting.append(found)
    assert {"harness", "judge", "source", "aside", "report"} <= {path.stem for path in seen}


def test_the_engine_is_small() -> None:
    """What a student's machine runs stays near 2 000 lines, and each module within a few screens.

    The workbook without pictures, the autograder without key, exercises, and what is only for
    grading a class.
    """
    pictures = ("progress.py", "small_network.py", "two_moons.py")
    files = [*engine(), *ROOT.glob("notebooks/workbook/*.py")]
    sizes = {path.name: code_lines(path) for path in files if path.name not in pictures}
    assert sum(sizes.values()) < 2600, sizes
    files = [*files, *ROOT.glob("autograder/sandbox/*.py"), *ROOT.glob("autograder/classroom/*.py")]
    assert all(code_lines(path) < 215 for path in files)


def test_what_checks_knows_nothing_of_classes() -> None:
    """A sandbox and a class are for who grades: only their own command imports them."""
    apart = ("autograder.classroom", "autograder.running")
    for path in [*engine(), *ROOT.glob("autograder/exercises/*.py")]:
        if path.name != "cli.py":
            assert not any(name.startswith(apart) for name in imports(path)), path
    for path in ROOT.glob("autograder/sandbox/*.py"):
        assert not any(name.startswith("autograder.classroom") for name in imports(path)), path
    files = [*ROOT.glob("autograder/sandbox/*.py"), *ROOT.glob("autograder/classroom/*.py")]
    assert outside(iter(files)) <= {"numpy", "safetensors", "autograder", "distributed"}


@pytest.mark.parametrize(
    "tool", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_the_tools_are_content(tool: list[str]) -> None:
    """Lint, format and types, as pyproject.toml configures them."""
    done = subprocess.run(
        [sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
