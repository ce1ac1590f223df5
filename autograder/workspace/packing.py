"""Pack a tree into the zip that is handed in, and put an exercise's stub back."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.model import Exercise
from autograder.scoring import reference_store

from . import cell_state, writer
from .lock import hold_tree_lock

UNSAVED = "what is not saved in JupyterLab is not in it: if you edited on, save and pack again"


def workbook_folder(here: Path) -> Path:
    """The folder itself, if it is the top of a workbook.

    Raises: ValueError: it has no `mytorch`.
    """
    if not (here / "mytorch").is_dir():
        raise ValueError(
            f"there is no folder mytorch in {here}: go to the top of your workbook "
            "(python3 notebooks --set-up puts a deleted one back)"
        )
    return here


def pack_hand_in(tree: Path, name: str = "") -> str:
    """Write `hand-in.zip` (`hand-in-NAME.zip`) into the tree: its `mytorch` and notebooks.

    A file that cannot be read is left out.

    Returns: the zip's name.
    Raises:  ValueError: the name is none for a file.
    """
    name = "-".join(name.removesuffix(".zip").split())
    if name and not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(f"{name!r} cannot stand in a file's name: letters, digits, - _ . only")
    file = f"hand-in-{name}.zip" if name else "hand-in.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_to_pack(tree):
            with suppress(OSError):  # whoever reads the zip says what is missing in it
                archive.writestr(path.relative_to(tree).as_posix(), path.read_bytes())
    writer.write_atomically(tree / file, packed.getvalue())
    return file


def unfinished_exercises(tree: Path) -> Iterator[str]:
    """The exercises whose functions still stop at their stub's `raise`."""
    texts = {
        f"{e.number} {e.title}": cell_state.read_state(tree, e).text for e in EXERCISES.values()
    }
    if left := [name for name, text in texts.items() if text and writer.is_stub(text)]:
        yield f"not finished, and handed in like this: {', '.join(left)}"


def files_to_pack(tree: Path) -> list[Path]:
    """The modules and notebooks of a tree, without links and the editor's own copies."""
    found = [p for p in (tree / "mytorch").rglob("*.py") if ".ipynb_checkpoints" not in p.parts]
    own = [p for p in (*found, *find_notebooks(tree)) if not p.is_symlink()]
    return sorted(filter(Path.is_file, own))


def find_notebooks(tree: Path) -> list[Path]:
    return sorted((tree / "notebooks").glob("*.ipynb"))


def reset_exercise(tree: Path, exercise: Exercise) -> str:
    """Put an exercise's stub back into its file; what stood there is kept aside.

    A file that is missing, or no Python any more, or lacks the class, is put back whole.

    Returns: what was done, in a sentence.  Raises: OSError: it cannot be read or written.
    """
    with hold_tree_lock(tree):
        return put_stub_back(tree, exercise)


def put_stub_back(tree: Path, exercise: Exercise) -> str:
    """What `reset_exercise` does while nobody else writes the tree."""
    path = tree / exercise.file
    data, now = path.read_bytes() if path.exists() else b"", cell_state.read_state(tree, exercise)
    if now.text == now.stub:
        return f"{exercise.title} is as it was in the beginning"
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
