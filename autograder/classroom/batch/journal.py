"""The journal: finished reports in one SQLite file, which survives any end of the grader.

One grader locks the file until its process ends; then the system removes the lock. The journal
mode is WAL with `synchronous=NORMAL`: the system has a commit before the next hand-in is read, so
the end of a process cannot lose it. A power cut may lose the last commits, but not the file; those
hand-ins are graded again. `synchronous=FULL` would save only these, and wait for the disk at each
report.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from .seals import SEAL_VERSION, hash_parts, make_storable
from .work import GradingWork

APPLICATION_ID = 0x62707731  # of the file: "bpw1"
JOURNAL = "journal.sqlite"
REPORT_COLUMN, PROVISIONAL_COLUMN = -2, 7
TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE graded (
    key         TEXT PRIMARY KEY,  -- a hash of all that the report depends on
    hand_in     TEXT NOT NULL,     -- its path as given
    digest      TEXT NOT NULL,     -- of its modules
    refs        TEXT NOT NULL,     -- digest of the references
    grader      TEXT NOT NULL,     -- digest of the grader's code
    terms       TEXT NOT NULL,     -- the terms of the grade
    isolation   TEXT NOT NULL,
    provisional INTEGER NOT NULL,  -- 1: a fault of ours; it is graded again
    score       REAL NOT NULL,
    at          TEXT NOT NULL,     -- when, UTC
    report      TEXT NOT NULL,     -- its JSON
    seal        TEXT NOT NULL      -- a hash of all of these
);
PRAGMA application_id = {application_id};
PRAGMA user_version = {version};
COMMIT;
"""
ELSEWHERE = "name another folder with --results DIR"


class JournalError(OSError):
    """A journal cannot be used. The message is one line for the user."""


class GradeJournal:
    """The reports of a batch, by the key of their work.

    damaged  the hand-ins whose reports were read and did not match their hashes

    Raises: JournalError: the file is not ours, damaged, locked by another grader, or full.
    """

    def __init__(self, path: str | Path) -> None:
        """Open or make a file; with `:memory:`, nothing is kept."""
        self.path = str(path)
        self.damaged: list[str] = []
        if why := "" if self.path == ":memory:" else find_obstacle(Path(path)):
            raise JournalError(why)
        with self.explain_errors():
            self.file = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            self.file.text_factory = lambda text: text.decode(errors="surrogateescape")
            try:
                self.begin()
            except BaseException:
                self.file.close()
                raise

    def begin(self) -> None:
        """Check that the file is ours before anything is written to it; then lock it."""
        self.file.execute("PRAGMA locking_mode = EXCLUSIVE")
        (owner,) = self.file.execute("PRAGMA application_id").fetchone()
        (version,) = self.file.execute("PRAGMA user_version").fetchone()
        (tables,) = self.file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if owner != APPLICATION_ID and (owner or tables):
            raise JournalError(f"{self.path} belongs to another program: {ELSEWHERE}")
        if owner and version != SEAL_VERSION:
            raise JournalError(
                f"{self.path} has another version ({version}, needed {SEAL_VERSION}):"
                " move it away, and all is graded again"
            )
        if not owner:  # before WAL, so that the file itself holds the id
            self.file.executescript(
                TABLES.format(application_id=APPLICATION_ID, version=SEAL_VERSION)
            )
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute("PRAGMA synchronous = NORMAL")
        if self.file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self.file.execute("BEGIN IMMEDIATE")  # fails now if another grader has locked it
        self.file.execute("COMMIT")

    def known(self, work: GradingWork) -> str | None:
        """The final report of the same work, if there is one that matches its hash."""
        with self.explain_errors():
            row = self.file.execute("SELECT * FROM graded WHERE key = ?", (work.key,)).fetchone()
        if row and not is_whole(row):
            self.damaged.append(work.hand_in.name)
            return None
        return str(row[REPORT_COLUMN]) if row and not row[PROVISIONAL_COLUMN] else None

    def hand_ins(self) -> Iterator[tuple[int, str, str]]:
        """All rows in order: number, path of the hand-in, and digest of its modules."""
        with self.explain_errors():
            for row in self.file.execute("SELECT rowid, hand_in, digest FROM graded ORDER BY 1"):
                yield int(row[0]), str(row[1]), str(row[2])

    def report(self, number: int) -> str | None:
        """The report in a row, if it matches its hash."""
        with self.explain_errors():
            row = self.file.execute("SELECT * FROM graded WHERE rowid = ?", (number,)).fetchone()
        return str(row[REPORT_COLUMN]) if row and is_whole(row) else None

    def record(self, work: GradingWork, line: str) -> None:
        """Store a report, completely or not at all."""
        made, when = json.loads(line), datetime.now(UTC).isoformat(timespec="milliseconds")
        about = (work.key, made["hand_in"], made["digests"]["hand_in"])
        on = (work.terms.references, work.terms.grader, work.terms.key, made["isolation"])
        texts = [make_storable(text) for text in (*about, *on)]
        row = (*texts, int(made["provisional"]), float(made["score"]), when, make_storable(line))
        with self.explain_errors():
            self.file.execute(
                f"INSERT OR REPLACE INTO graded VALUES ({', '.join('?' * (len(row) + 1))})",
                (*row, hash_parts(*row)),
            )

    def __len__(self) -> int:
        with self.explain_errors():
            (count,) = self.file.execute("SELECT count(*) FROM graded").fetchone()
        return int(count)

    def __enter__(self) -> "GradeJournal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    @contextmanager
    def explain_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as a JournalError, whose line tells the user what to do."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "") or str(error)
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                advice = "another grader is writing to it: wait until that is done"
            elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
                full = "is full" if name.startswith("SQLITE_FULL") else "is full or has failed"
                advice = (
                    f"the disk {full}; finished grades are kept: make room, and run the same"
                    " command again"
                )
            elif name.startswith("SQLITE_READONLY"):
                advice = f"you may not write to it: change its permissions, or {ELSEWHERE}"
            elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "damaged")):
                advice = "it is damaged or not a journal: move it away, and all is graded again"
            else:
                advice = f"it cannot be used ({error})"
            raise JournalError(f"{self.path}: {advice}") from error


def is_whole(row: Sequence[object]) -> bool:
    """Whether a row of the table matches its hash."""
    *columns, seal = row
    return seal == hash_parts(*columns)


def find_obstacle(path: Path) -> str:
    """Why a file cannot be used as a journal, and what to do; "" if it can.

    SQLite opens a read-only file, and later reports a failed write, as on a full disk.
    """
    if path.is_symlink() and not path.exists():
        return f"{path} is a link to a missing file: remove it, or {ELSEWHERE}"
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "not a regular file"
        return f"{path} is {what}, but the journal must be there: move it away, or {ELSEWHERE}"
    place = path.resolve().parent if path.is_symlink() else path.parent
    if place.is_dir() and is_read_only(place):
        return f"{path} is on a read-only file system: {ELSEWHERE}"
    own = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    for one in own:
        if one.exists() and not os.access(one, os.R_OK | os.W_OK):
            return f"{one}: no permission to read and write: chmod u+rw it, or {ELSEWHERE}"
    if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
        return f"{place}: no permission to write: chmod u+rwx it, or {ELSEWHERE}"
    return ""


def is_read_only(folder: Path) -> bool:
    """Whether a folder's file system is mounted read-only."""
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
