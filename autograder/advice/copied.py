"""Notice two cells that complete one exercise with different code, and say which counts."""

from typing import Any

from autograder.model import Exercise
from autograder.workspace import writer

COPIED = (
    "another cell of this notebook completes {title} with other code; "
    "this cell ran last, so its code counts and is in {file}"
)

# The cell that runs now, and which cell last wrote an exercise, with its code: as the notebook
# calls its cells, where it does.
running_cell = ""
writing_cells: dict[str, tuple[str, str]] = {}


def note_running_cell(info: Any) -> None:
    """Keep how the notebook calls the cell that runs now; "" where it does not say."""
    global running_cell
    running_cell = getattr(info, "cell_id", None) or ""


def copied_cell_lines(asked: Exercise, cell: str) -> list[str]:
    """What to say where another cell has written the same exercise with other code."""
    before, code = writing_cells.get(asked.id, (running_cell, cell))
    writing_cells[asked.id] = running_cell, cell
    if before == running_cell or writer.same_code(code, cell):
        return []
    return [COPIED.format(title=asked.title, file=asked.file)]
