"""Pack a tree into the zip that is handed in."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.workspace import cell_state, given_answers, writer

UNSAVED = "it holds only what you saved in JupyterLab: if you edited since, save and pack again"


def pack_hand_in(tree: Path, name: str = "") -> tuple[str, list[str]]:
    """Write `hand-in.zip` (`hand-in-NAME.zip`) into the tree, with its `mytorch`, its notebooks
    and the answers to their questions.

    A file that cannot be read is left out.

    Returns: the zip's name, and what the student should know about the answers.
    Raises:  ValueError: the name cannot be part of a file name.
    """
    name = "-".join(name.removesuffix(".zip").split())
    if name and not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(f"{name!r} cannot be part of a file name: use only letters, digits, - _ .")
    file = f"hand-in-{name}.zip" if name else "hand-in.zip"
    given, note = given_answers.read_answers_or_note(tree)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_to_pack(tree):
            with suppress(OSError):  # the check of the zip reports a missing file
                archive.writestr(path.relative_to(tree).as_posix(), path.read_bytes())
        if given:
            archive.writestr(given_answers.PACKED, given_answers.format_answers(given))
    writer.write_atomically(tree / file, packed.getvalue())
    return file, [note] * bool(note)


def unfinished_exercises(tree: Path) -> Iterator[str]:
    """A note that names the exercises whose functions still end in their stub's `raise`."""
    texts = {
        f"{e.number} {e.title}": cell_state.read_state(tree, e).text for e in EXERCISES.values()
    }
    if left := [name for name, text in texts.items() if text and writer.is_stub(text)]:
        yield f"not finished, but packed as they are: {', '.join(left)}"


def files_to_pack(tree: Path) -> list[Path]:
    """The modules and notebooks of a tree; links and checkpoints are left out."""
    found = [p for p in (tree / "mytorch").rglob("*.py") if ".ipynb_checkpoints" not in p.parts]
    own = [p for p in (*found, *find_notebooks(tree)) if not p.is_symlink()]
    return sorted(filter(Path.is_file, own))


def find_notebooks(tree: Path) -> list[Path]:
    return sorted((tree / "notebooks").glob("*.ipynb"))
