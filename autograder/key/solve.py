"""Write the tree that the key completes: the solved package and the solved notebooks."""

from pathlib import Path

import nbformat

from .notebook import notebook, sources
from .solved import modules, solution


def solve(folder: Path) -> None:
    """Write `mytorch/` and the solved notebooks into a new folder.

    Raises: FileExistsError: there is something in that folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    for part in ("mytorch", "notebooks"):
        (folder / part).mkdir(parents=True)
    for name, source in modules().items():
        (folder / "mytorch" / name).write_text(solution(source), "utf-8")
    for name, source in sources().items():
        made = notebook(source, solved=True)
        (folder / "notebooks" / name).write_text(nbformat.writes(made) + "\n", "utf-8")
