"""Write a solved tree: the solved package and the solved notebooks."""

from pathlib import Path

import nbformat

from .notebook import make_notebook, notebook_sources
from .solved import solved_modules, strip_markers


def write_solved_tree(folder: Path) -> None:
    """Write `mytorch/` and the solved notebooks into a new folder.

    Raises: FileExistsError: the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    for part in ("mytorch", "notebooks"):
        (folder / part).mkdir(parents=True)
    for name, source in solved_modules().items():
        (folder / "mytorch" / name).write_text(strip_markers(source), "utf-8")
    for name, source in notebook_sources().items():
        made = make_notebook(source, solved=True)
        (folder / "notebooks" / name).write_text(nbformat.writes(made) + "\n", "utf-8")
