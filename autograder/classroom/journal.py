"""What was graded, in one SQLite file: written as it comes, found again after anything.

Whoever grades holds the file alone until the process ends, however it ends (the system takes
the lock back). It is written ahead (WAL) with `synchronous=NORMAL`: a commit is in the
system's hands before the next hand-in is asked for, so no death of a process loses it. Only a
power cut may take the last commits, never the file; they are graded again. FULL would add a
wait for the disk to each grade, and save no more than these.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from .work import Work

OURS = 0x62707731  # the file's application id: "bpw1"
VERSION = 1
JOURNAL = "journal.sqlite"
TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE graded (
    key         TEXT PRIMARY KEY,  -- a hash of all that the report depends on
    hand_in     TEXT NOT NULL,     -- its path as given
    digest      TEXT NOT NULL,     -- of its modules
    refs        TEXT NOT NULL,     -- digest of the references
    grader      TEXT NOT NULL,     -- digest of the grader's code
    terms       TEXT NOT NULL,     -- all that it was graded on
    isolation   TEXT NOT NULL,
    provisional INTEGER NOT NULL,  -- 1: a fault of ours, to be graded again
    score       REAL NOT NULL,
    at          TEXT NOT NULL,     -- when, UTC
    report      TEXT NOT NULL      -- its JSON
);
PRAGMA application_id = {ours};
PRAGMA user_version = {version};
COMMIT;
"""


class JournalError(OSError):
    """A journal cannot be used. Its text is one line for the user."""


class Journal:
    """The reports of a batch, by all that they depend on.

    Raises: JournalError: the file is not ours, damaged, held by another grader, or full.
    """

    def __init__(self, path: str | Path) -> None:
        """Open a file, or make it; `:memory:` keeps nothing."""
        self.path = str(path)
        with self.told():
            self.file = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            try:
                self.begin()
            except BaseException:
                self.file.close()
                raise

    def begin(self) -> None:
        """Look whether the file is ours before anything is written to it; then hold it."""
        self.file.execute("PRAGMA locking_mode = EXCLUSIVE")
        (owner,) = self.file.execute("PRAGMA application_id").fetchone()
        (version,) = self.file.execute("PRAGMA user_version").fetchone()
        (tables,) = self.file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if owner != OURS and (owner or tables):
            raise JournalError(f"{self.path} is another program's: name another place for results")
        if owner and version != VERSION:
            raise JournalError(
                f"{self.path} is of another version ({version}, here {VERSION}):"
                " move it away, and all is graded again"
            )
        if not owner:  # before it is written ahead: the file itself says whose it is
            self.file.executescript(TABLES.format(ours=OURS, version=VERSION))
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute("PRAGMA synchronous = NORMAL")
        if self.file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self.file.execute("BEGIN IMMEDIATE")  # whoever holds it now says so at once
        self.file.execute("COMMIT")

    def known(self, work: Work) -> str | None:
        """The final report of the same work, if it was done before."""
        with self.told():
            row = self.file.execute(
                "SELECT report FROM graded WHERE key = ? AND NOT provisional", (work.key,)
            ).fetchone()
        return row and str(row[0])

    def record(self, work: Work, line: str) -> None:
        """Keep a report, whole or not at all."""
        made, when = json.loads(line), datetime.now(UTC).isoformat(timespec="milliseconds")
        about = (
            made["hand_in"],
            made["digests"]["hand_in"],
            work.terms.references,
            work.terms.grader,
        )
        found = (made["isolation"], made["provisional"], made["score"], when, line)
        values = (work.key, *about, work.terms.key, *found)
        with self.told():
            self.file.execute(
                f"INSERT OR REPLACE INTO graded VALUES ({', '.join('?' * len(values))})",
                [storable(v) if isinstance(v, str) else v for v in values],
            )

    def __len__(self) -> int:
        with self.told():
            (count,) = self.file.execute("SELECT count(*) FROM graded").fetchone()
        return int(count)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what SQLite says into a line that tells the user what to do."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "") or str(error)
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                said = "another grader is writing to it: wait until that is done"
            elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
                said = (
                    "the disk is full, or fails; what is graded so far is kept: make room, and"
                    " run the same command again"
                )
            elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "damaged")):
                said = "it is damaged, or no file of ours: move it away, and all is graded again"
            else:
                said = f"it cannot be used ({error})"
            raise JournalError(f"{self.path}: {said}") from error


def storable(text: str) -> str:
    """A text that SQLite can keep: a file's name need not be Unicode, and JSON may say so."""
    return text.encode("utf-8", "backslashreplace").decode()
