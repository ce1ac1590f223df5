"""What the workbook remembers of a tree: what each cell last wrote, and texts it kept aside."""

import json
from pathlib import Path
from typing import TypedDict

from .source import digest, write_atomically

ASIDE = "kept-aside"


class Written(TypedDict):
    """Digests of what a cell last wrote: of the cell's function, and of the file's after it."""

    cell: str
    file: str


def remembered(tree: Path) -> dict[str, Written]:
    """What each exercise's cell last wrote, by exercise id; nothing where that is unreadable."""
    try:
        found: dict[str, Written] = json.loads(
            (tree / ".workbook" / "cells.json").read_text("utf-8")
        )
        return {str(key): {"cell": v["cell"], "file": v["file"]} for key, v in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def remember(tree: Path, exercise: str, cell: str, file: str) -> None:
    """Note what a cell wrote: its function's text, and the function's text in the file."""
    path = tree / ".workbook" / "cells.json"
    path.parent.mkdir(exist_ok=True)
    known = remembered(tree)
    known[exercise] = {"cell": digest(cell), "file": digest(file)}
    write_atomically(path, (json.dumps(known, indent=1) + "\n").encode())


def keep(tree: Path, exercise: str, text: str) -> str:
    """Keep a text aside, beside those kept earlier; the same text again is not kept twice.

    Returns: where it lies, from the tree's top: `kept-aside/linear.forward.1.py`.
    """
    folder = tree / ASIDE
    folder.mkdir(exist_ok=True)
    number = 1
    while (path := folder / f"{exercise}.{number}.py").exists():
        if path.read_bytes() == text.encode():
            return f"{ASIDE}/{path.name}"
        number += 1
    write_atomically(path, text.encode())
    return f"{ASIDE}/{path.name}"
