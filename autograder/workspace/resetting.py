"""Find the workbook's folder, and put an exercise's stub back into its file."""

from pathlib import Path

from autograder.model import Exercise
from autograder.scoring import reference_store

from . import cell_state, writer
from .lock import hold_tree_lock


def workbook_folder(here: Path) -> Path:
    """Returns: the folder itself, if it is the top of a workbook.

    Raises:  ValueError: it has no `mytorch`.
    """
    if not (here / "mytorch").is_dir():
        raise ValueError(
            f"there is no folder mytorch in {here}: go to the top of your workbook "
            "(python3 notebooks --set-up puts a deleted one back)"
        )
    return here


def reset_exercise(tree: Path, exercise: Exercise) -> str:
    """Put an exercise's stub back into its file, and keep the text that it replaces.

    If the file is missing, is not valid Python, or lacks the class, the whole file is put back.

    Returns: what was done, in a sentence.  Raises: OSError: it cannot be read or written.
    """
    with hold_tree_lock(tree):
        return put_stub_back(tree, exercise)


def put_stub_back(tree: Path, exercise: Exercise) -> str:
    """The part of `reset_exercise` that runs under the tree's lock."""
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
