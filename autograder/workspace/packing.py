"""Pack a tree into the zip that is handed in, and put an exercise's stub back."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.model import Exercise
from autograder.scoring import reference_store

from . import cell_state, given_answers, writer

UNSAVED = "it holds only what you saved in JupyterLab: if you edited since, save and pack again"


def workbook_folder(here: Path) -> Path:
    """Returns: the folder itself, if it is the top of a workbook.

    Raises:  ValueError: it has no `mytorch`.
    """
    if not (here / "mytorch").is_dir():
        raise ValueError(f"there is no folder mytorch in {here}: go to the top of your workbook")
    return here


def pack_hand_in(tree: Path, name: str = "") -> tuple[str, list[str]]:
    """Write `hand-in.zip` (`hand-in-NAME.zip`) into the tree: its `mytorch`, its notebooks
    and the answers to their questions.

    Returns: the file's name, and what the student should know before handing it in.
    Raises:  ValueError: a file cannot have that name.
    """
    name = "-".join(name.removesuffix(".zip").split())
    if name and not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(f"{name!r} cannot be part of a file name: use only letters, digits, - _ .")
    file = f"hand-in-{name}.zip" if name else "hand-in.zip"
    given, note = given_answers.read_answers_or_note(tree)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_to_pack(tree):
            archive.write(path, path.relative_to(tree).as_posix())
        if given:
            archive.writestr(given_answers.PACKED, given_answers.format_answers(given))
    writer.write_atomically(tree / file, packed.getvalue())
    notes = [*missing_files(tree), *unfinished_exercises(tree), *packing_notes(tree)]
    return file, [*notes, *filter(None, [note]), UNSAVED]


def missing_files(tree: Path) -> Iterator[str]:
    """A note for each missing file that exercises belong in."""
    for file, name in {e.file: e.id.split(".")[0] for e in EXERCISES.values()}.items():
        if not (tree / file).exists():
            yield f"{file} is missing: autograder reset {name} puts it back"


def unfinished_exercises(tree: Path) -> Iterator[str]:
    """A note that names the exercises whose functions still end in their stub's `raise`."""
    texts = {
        f"{e.number} {e.title}": cell_state.read_state(tree, e).text for e in EXERCISES.values()
    }
    if left := [name for name, text in texts.items() if text and writer.is_stub(text)]:
        yield f"not finished, but packed as they are: {', '.join(left)}"


def files_to_pack(tree: Path) -> list[Path]:
    """The modules of `mytorch` and the notebooks; links and checkpoints are left out."""
    found = [*(tree / "mytorch").rglob("*.py"), *(tree / "notebooks").glob("*.ipynb")]
    own = [p for p in found if ".ipynb_checkpoints" not in p.parts and not p.is_symlink()]
    return sorted(filter(Path.is_file, own))


def packing_notes(tree: Path) -> Iterator[str]:
    """A note for each exercise cell whose text differs from what is handed in."""
    exercises = {exercise.title: exercise for exercise in EXERCISES.values()}
    for notebook in (path for path in files_to_pack(tree) if path.suffix == ".ipynb"):
        for text in code_cells(notebook.read_bytes()):
            try:
                for function in writer.cell_functions(text):
                    exercise = exercises.get(function.title)
                    if exercise and (note := cell_note(tree, exercise, function.text)):
                        yield f"{function.title} in {notebook.name}: {note}"
            except writer.SourceError as error:
                if "@exercise" in text:
                    yield f"{notebook.name}: a cell {error}; it cannot have been run like this"


def cell_note(tree: Path, exercise: Exercise, cell: str) -> str:
    """The note for one cell; "" if the file holds the same code."""
    now = cell_state.read_state(tree, exercise)
    known = filter(None, (now.text, now.written))
    if writer.is_stub(cell) or any(writer.same_code(cell, text) for text in known):
        return ""
    if now.untouched or writer.is_stub(now.text):
        return "the cell was not run since you changed it; run it, then pack again"
    return f"the cell and {exercise.file} both changed; the file is handed in"


def code_cells(notebook: bytes) -> Iterator[str]:
    """The texts of a notebook's code cells; none if the file is not a notebook."""
    try:
        cells = json.loads(notebook)["cells"]
        yield from ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, RecursionError):
        return


def reset_exercise(tree: Path, exercise: Exercise) -> str:
    """Put an exercise's stub back into its file, and keep the text that it replaces.

    If the file is missing, is not valid Python, or lacks the class, the whole file is put back.

    Returns: what was done, in a sentence.  Raises: OSError: it cannot be read or written.
    """
    path = tree / exercise.file
    data, now = path.read_bytes() if path.exists() else b"", cell_state.read_state(tree, exercise)
    if now.text == now.stub:
        return f"{exercise.title} was not changed: it is still the stub"
    old, what = now.text, exercise.title
    try:
        if not data:
            raise writer.SourceError("is missing" if not path.exists() else "is empty")
        new = writer.replace_function(data, exercise.target, now.stub)
    except writer.SourceError as error:
        old, new = (
            data.decode(errors="replace"),
            reference_store.exercise_stubs()[exercise.file].encode(),
        )
        what = f"{exercise.file} {error}; all of it"
    kept = f"; your text is kept in {cell_state.keep_aside(tree, exercise, old)}" if old else ""
    writer.write_atomically(path, new)
    return f"{what} starts over{kept}"
