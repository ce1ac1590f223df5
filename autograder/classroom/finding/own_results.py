"""Which folders are results of ours, and no hand-ins: what is in them says so, never a name."""

import os
from contextlib import suppress
from pathlib import Path

from autograder.classroom.batch.journal import APPLICATION_ID, JOURNAL
from autograder.hand_in.archive import ARCHIVE_NAME
from autograder.hand_in.module_reader import is_visible_name

PAGES = "students"  # the one folder in a folder of results; it holds none
MAGIC, ID = b"SQLite format 3\0", slice(68, 72)  # where a file of SQLite says what it is


def is_results(folder: str) -> bool:
    """Whether what lies in a folder shows that it is one of ours: our journal, and no work."""
    return is_journal(Path(folder, JOURNAL)) and not holds_work(folder)


def holds_work(folder: str | Path) -> bool:
    """Whether anything lies in a folder that somebody may have handed in. Raises: OSError."""
    with os.scandir(folder) as inside:
        for one in inside:
            is_dir = one.is_dir(follow_symlinks=False)
            if one.name == JOURNAL:
                continue  # what stands in its place, the journal itself says
            if one.name == PAGES and is_dir:
                with os.scandir(one.path) as pages:
                    if any(page.is_dir() for page in pages):
                        return True
            elif is_visible_name(one.name) and (
                is_dir
                or one.is_symlink()
                or ARCHIVE_NAME.fullmatch(one.name)
                or one.name.lower().endswith((".py", ".ipynb"))
            ):
                return True
    return False


def is_journal(path: Path) -> bool:
    """Whether a file says that it is ours. It may lie in a hand-in: it is not opened as what it
    says it is."""
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                head = file.read(ID.stop)
            return head.startswith(MAGIC) and head[ID] == APPLICATION_ID.to_bytes(4, "big")
    return False
