"""Generate all files that students get from the key, and report those that are out of date."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import nbformat

from autograder.exercises import EXERCISES

from .completing import complete_files
from .notebook import make_notebook, notebook_cells, notebook_sources, run_notebook
from .questions import QUESTIONS
from .solved import make_skeleton, make_stub, solved_modules

ROOT = Path(__file__).parents[2]


def generate_files() -> dict[str, str]:
    """The generated text files, by their path in the tree."""
    files = {
        f"mytorch/{name}": make_skeleton(name, text) for name, text in solved_modules().items()
    }
    stubs = {exercise.id: make_stub(exercise) for exercise in EXERCISES.values()} | files
    sealed = {
        name: {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
        for name, text in stubs.items()
    }
    asked = [asdict(question) for question in QUESTIONS]
    for name, data in (("stubs", sealed), ("questions", asked)):
        files[f"autograder/{name}.json"] = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    return files


def build_tree(root: Path = ROOT) -> Iterator[str]:
    """Write the skeleton, the stubs, the questions and the student notebooks, and run these.

    Returns: one line per changed file, as soon as the file is written.
    """
    for path, text in complete_files(root).items():
        path.write_text(text, "utf-8")
        yield f"wrote {path.relative_to(root).as_posix()}"
    for name, text in generate_files().items():
        path = root / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            yield f"wrote {name}"
    for path in find_surplus(root):
        path.unlink()
        yield f"removed {path.relative_to(root).as_posix()}"
    notebooks = {
        name: make_notebook(source, solved=False) for name, source in notebook_sources().items()
    }
    for name, made in notebooks.items():
        path = root / "notebooks" / name
        if not path.is_file():  # first write all: one notebook lists the others
            path.write_text(nbformat.writes(made), "utf-8")
    for name, made in notebooks.items():
        path = root / "notebooks" / name
        run_notebook(made, path.parent)
        text = nbformat.writes(made) + "\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            yield f"wrote notebooks/{name}"


def find_out_of_step(root: Path = ROOT) -> Iterator[str]:
    """Report each generated file that differs from what its source gives, one line per file."""
    for path in complete_files(root):
        yield f"{path.relative_to(root).as_posix()} differs from what the exercises say"
    for name, text in generate_files().items():
        path = root / name
        if not path.is_file():
            yield f"{name} is missing"
        elif path.read_text("utf-8") != text:
            yield f"{name} differs from what the key gives"
    for path in find_surplus(root):
        yield f"{path.relative_to(root).as_posix()} comes from nothing in the key"
    for name, source in notebook_sources().items():
        path = root / "notebooks" / name
        if not path.is_file():
            yield f"notebooks/{name} is missing"
            continue
        differing = notebook_difference(
            make_notebook(source, solved=False), nbformat.read(path, as_version=4)
        )
        if differing:
            yield f"notebooks/{name} differs from its source in {differing}"


def find_surplus(root: Path) -> list[Path]:
    """Generated files that no source produces any more."""
    wanted = {root / name for name in generate_files()}
    wanted |= {root / "notebooks" / name for name in notebook_sources()}
    found = [*(root / "mytorch").glob("*.py"), *(root / "notebooks").glob("*.ipynb")]
    return sorted(set(found) - wanted)


def notebook_difference(wanted: nbformat.NotebookNode, found: nbformat.NotebookNode) -> str:
    """The place where the contents of two notebooks differ, or "" if they are equal."""
    for number, (one, other) in enumerate(
        zip(notebook_cells(wanted), notebook_cells(found)), start=1
    ):
        if one != other:
            return f"cell {number}"
    if len(wanted.cells) != len(found.cells):
        return f"its number of cells ({len(found.cells)} instead of {len(wanted.cells)})"
    return ""
