"""Notice if two cells complete one exercise with different code, and say which one counts."""

from typing import Any

from autograder.model import Exercise
from autograder.workspace import writer

COPIED = (
    "another cell of this notebook completes {title} with other code; "
    "this cell ran last, so its code counts and is in {file}"
)

# The id of the cell that runs now, and per exercise, the id and code of the cell that last wrote
# it. The ids come from the notebook; "" if it gives none.
running_cell = ""
writing_cells: dict[str, tuple[str, str]] = {}


def note_running_cell(info: Any) -> None:
    """Keep the id of the cell that runs now; "" if the notebook gives none."""
    global running_cell
    running_cell = getattr(info, "cell_id", None) or ""


def copied_cell_lines(asked: Exercise, cell: str) -> list[str]:
    """What to say if another cell has written the same exercise with other code."""
    before, code = writing_cells.get(asked.id, (running_cell, cell))
    writing_cells[asked.id] = running_cell, cell
    if before == running_cell or writer.same_code(code, cell):
        return []
    return [COPIED.format(title=asked.title, file=asked.file)]
