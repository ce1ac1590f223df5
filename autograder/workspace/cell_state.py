"""The cell state of an exercise: the text in its file, the text that its cell last wrote, and
the student's texts that were kept before they were overwritten."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.model import Exercise
from autograder.scoring import reference_store

from .writer import SourceError, function_text, write_atomically

CELL_RECORD = ".workbook/cells.json"
KEPT_FOLDER = "kept-aside"


@dataclass(frozen=True)
class CellState:
    """The state of an exercise in a tree.

    text     its function's text in its file; "" if it cannot be read
    stub     the text of the unfinished function
    written  the text that its cell last wrote; "" if that is not known
    """

    text: str
    stub: str
    written: str

    @property
    def untouched(self) -> bool:
        """Whether the file holds no text that the student wrote outside of the cell."""
        return self.text in ("", self.stub, self.written)


def read_state(tree: Path, exercise: Exercise) -> CellState:
    text = ""
    with suppress(OSError, SourceError):
        text = function_text((tree / exercise.file).read_bytes(), exercise.target)
    return CellState(
        text, reference_store.exercise_stubs()[exercise.id], read_memory(tree).get(exercise.id, "")
    )


def read_memory(tree: Path) -> dict[str, str]:
    """What each exercise's cell last wrote, by exercise id; empty if the record is unreadable."""
    try:
        found = json.loads((tree / CELL_RECORD).read_text("utf-8"))
        return {exercise: text for exercise, text in found.items() if isinstance(text, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def remember_cell(tree: Path, exercise: Exercise) -> None:
    """Record that a cell wrote what the file now holds."""
    (tree / CELL_RECORD).parent.mkdir(exist_ok=True)
    text = json.dumps(read_memory(tree) | {exercise.id: read_state(tree, exercise).text}, indent=1)
    write_atomically(tree / CELL_RECORD, (text + "\n").encode())


def keep_aside(tree: Path, exercise: Exercise, text: str) -> str:
    """Keep a text in a file beside those kept earlier; the same text is not kept twice.

    Returns: its path in the tree: `kept-aside/linear.forward.1.py`.
    """
    folder, data, number = tree / KEPT_FOLDER, text.encode(), 1
    folder.mkdir(exist_ok=True)
    while (path := folder / f"{exercise.id}.{number}.py").exists() and path.read_bytes() != data:
        number += 1
    write_atomically(path, data)
    return f"{KEPT_FOLDER}/{path.name}"
