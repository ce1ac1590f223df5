"""Pack a tree into the zip that is handed in, and put an exercise's stub back."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from . import aside, store
from .exercises import EXERCISES
from .model import Exercise
from .source import (
    SourceError,
    cell_functions,
    digest,
    function_text,
    is_stub,
    replace_function,
    same_code,
    write_atomically,
)

UNSAVED = "what is not saved in JupyterLab is not in it: if you edited on, save and pack again"


def top(here: Path) -> Path:
    """The folder itself, if it is the top of a workbook.

    Raises: ValueError: it has no `mytorch`.
    """
    if not (here / "mytorch").is_dir():
        raise ValueError(f"there is no folder mytorch in {here}: go to the top of your workbook")
    return here


def pack(tree: Path, name: str = "") -> tuple[str, list[str]]:
    """Write `hand-in.zip` (`hand-in-NAME.zip`) into the tree: its `mytorch` and notebooks.

    Returns: the file's name, and what the student should know before handing it in.
    Raises:  ValueError: the name is none for a file.
    """
    name = "-".join(name.split())
    if name and not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(f"{name!r} cannot stand in a file's name: letters, digits, - _ . only")
    target = tree / (f"hand-in-{name}.zip" if name else "hand-in.zip")
    scratch = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in contents(tree):
                archive.write(path, path.relative_to(tree).as_posix())
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return target.name, [*unfinished(tree), *notes(tree), UNSAVED]


def unfinished(tree: Path) -> Iterator[str]:
    """The exercises whose functions still stop at their stub's `raise`."""
    left = []
    for exercise in EXERCISES.values():
        with suppress(OSError, SourceError):
            if is_stub(function_text((tree / exercise.file).read_bytes(), exercise.target)):
                left.append(f"{exercise.number} {exercise.title}")
    if left:
        yield f"not finished, and handed in like this: {', '.join(left)}"


def contents(tree: Path) -> list[Path]:
    found = [*(tree / "mytorch").rglob("*.py"), *(tree / "notebooks").glob("*.ipynb")]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def notes(tree: Path) -> Iterator[str]:
    """Compare each exercise cell with what it last wrote, and say where that is not handed in."""
    written = aside.remembered(tree)
    titles = {exercise.title: exercise for exercise in EXERCISES.values()}
    for notebook in sorted((tree / "notebooks").glob("*.ipynb")):
        for text in code_cells(notebook):
            try:
                functions = cell_functions(text)
            except SourceError as error:
                if "@exercise" in text:
                    yield f"{notebook.name}: a cell {error}; it was not run like this"
                continue
            for function in functions:
                if exercise := titles.get(function.title):
                    yield from note(tree, exercise, function.text, notebook.name, written)


def note(
    tree: Path, exercise: Exercise, cell: str, notebook: str, written: dict[str, aside.Written]
) -> Iterator[str]:
    """What to say of one cell: nothing where the file holds what the cell says."""
    last = written.get(exercise.id)
    if is_stub(cell) or (last and last["cell"] == digest(cell)):
        return
    where = f"{exercise.title} in {notebook}"
    try:
        file = function_text((tree / exercise.file).read_bytes(), exercise.target)
    except (OSError, SourceError):
        yield f"{where}: the cell was not run; {exercise.file} lacks the function"
        return
    if same_code(cell, file):
        return
    untouched = digest(file) == last["file"] if last else is_stub(file)
    if untouched:
        yield f"{where}: the cell was not run since you changed it; run it, then pack again"
    else:
        yield f"{where}: the cell and {exercise.file} both changed; the file is handed in"


def code_cells(notebook: Path) -> Iterator[str]:
    """The texts of a notebook's code cells; none where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        yield from ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    except (OSError, ValueError, KeyError, TypeError):
        return


def reset(tree: Path, exercise: Exercise) -> str:
    """Put an exercise's stub back into its file; what stood there is kept aside.

    A file that is no Python any more, or lacks the class, is put back whole.

    Returns: what was done, in a sentence.
    Raises:  OSError: there is no such file, or it cannot be written.
    """
    path = tree / exercise.file
    data = path.read_bytes()
    stub = store.stubs()[exercise.id]
    try:
        old = function_text(data, exercise.target)
    except SourceError:
        old = ""
    if old == stub:
        return f"{exercise.title} is as it was in the beginning"
    try:
        changed, what = replace_function(data, exercise.target, stub), exercise.title
    except SourceError as error:
        changed, what = store.stubs()[exercise.file].encode(), f"{exercise.file} {error}; all of it"
        old = data.decode(errors="replace")
    kept = f"; your text is kept in {aside.keep(tree, exercise.id, old)}" if old else ""
    write_atomically(path, changed)
    return f"{what} starts over{kept}"
