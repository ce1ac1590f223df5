"""How an exercise stands in a tree: its file's text, what its cell last wrote, what lies aside."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.model import Exercise
from autograder.scoring import reference_store

from .writer import SourceError, function_text, write_atomically

MEMORY = ".workbook/cells.json"
ASIDE = "kept-aside"


@dataclass(frozen=True)
class CellState:
    """How an exercise stands in a tree.

    text     its function's text in its file; "" where that cannot be had
    stub     that text as it was in the beginning
    written  that text as its cell last wrote it; "" where that is not known
    """

    text: str
    stub: str
    written: str

    @property
    def untouched(self) -> bool:
        """Whether there is nothing in the file that the cell has not written."""
        return self.text in ("", self.stub, self.written)


def read_state(tree: Path, exercise: Exercise) -> CellState:
    text = ""
    with suppress(OSError, SourceError):
        text = function_text((tree / exercise.file).read_bytes(), exercise.target)
    return CellState(
        text, reference_store.exercise_stubs()[exercise.id], read_memory(tree).get(exercise.id, "")
    )


def read_memory(tree: Path) -> dict[str, str]:
    """What each exercise's cell last wrote, by exercise id; nothing where that is unreadable."""
    try:
        found = json.loads((tree / MEMORY).read_text("utf-8"))
        return {exercise: text for exercise, text in found.items() if isinstance(text, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def remember_cell(tree: Path, exercise: Exercise) -> None:
    """Note that it is a cell that wrote what the file now holds."""
    (tree / MEMORY).parent.mkdir(exist_ok=True)
    text = json.dumps(read_memory(tree) | {exercise.id: read_state(tree, exercise).text}, indent=1)
    write_atomically(tree / MEMORY, (text + "\n").encode())


def keep_aside(tree: Path, exercise: Exercise, text: str) -> str:
    """Keep a text aside, beside those kept earlier; the same text again is not kept twice.

    Returns: where it lies, from the tree's top: `kept-aside/linear.forward.1.py`.
    """
    folder, data, number = tree / ASIDE, text.encode(), 1
    folder.mkdir(exist_ok=True)
    while (path := folder / f"{exercise.id}.{number}.py").exists() and path.read_bytes() != data:
        number += 1
    write_atomically(path, data)
    return f"{ASIDE}/{path.name}"
