"""Find folders of results, which are not hand-ins, by their content and never by their name."""

import os
from contextlib import suppress
from pathlib import Path

from autograder.classroom.batch.journal import APPLICATION_ID, JOURNAL
from autograder.hand_in.archive import ARCHIVE_NAME
from autograder.hand_in.module_reader import is_visible_name

PAGES = "students"  # the only folder in a folder of results; it holds no folder
SQLITE_MAGIC, ID_BYTES = b"SQLite format 3\0", slice(68, 72)  # ID_BYTES: the application id


def is_results(folder: str) -> bool:
    """Whether a folder holds results: it has our journal, and no work of a student."""
    return is_journal(Path(folder, JOURNAL)) and not holds_work(folder)


def holds_work(folder: str | Path) -> bool:
    """Whether a folder holds anything that a student may have handed in. Raises: OSError."""
    with os.scandir(folder) as inside:
        for one in inside:
            is_dir = one.is_dir(follow_symlinks=False)
            if one.name == JOURNAL:
                continue  # opening the journal reports what is wrong with it
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
    """Whether a file has the application id of our journal. It may be part of a hand-in, so SQLite
    does not open it."""
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                head = file.read(ID_BYTES.stop)
            return head.startswith(SQLITE_MAGIC) and head[ID_BYTES] == APPLICATION_ID.to_bytes(
                4, "big"
            )
    return False
