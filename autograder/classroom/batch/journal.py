"""What was graded, in one SQLite file: written as it comes, found again after anything.

Whoever grades holds the file alone until the process ends, however it ends (the system takes
the lock back). It is written ahead (WAL) with `synchronous=NORMAL`: a commit is in the
system's hands before the next hand-in is asked for, so no death of a process loses it. Only a
power cut may take the last commits, never the file; they are graded again. FULL would add a
wait for the disk to each grade, and save no more than these.
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

APPLICATION_ID = 0x62707731  # the file's application id: "bpw1"
JOURNAL = "journal.sqlite"
REPORT_COLUMN, PROVISIONAL_COLUMN = -2, 7  # columns
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
    report      TEXT NOT NULL,     -- its JSON
    seal        TEXT NOT NULL      -- a hash of all of these
);
PRAGMA application_id = {ours};
PRAGMA user_version = {version};
COMMIT;
"""
ELSEWHERE = "name another folder with --results DIR"


class JournalError(OSError):
    """A journal cannot be used. Its text is one line for the user."""


class GradeJournal:
    """The reports of a batch, by all that they depend on.

    damaged  the hand-ins whose reports did not match their hashes when they were asked for

    Raises: JournalError: the file is not ours, damaged, held by another grader, or full.
    """

    def __init__(self, path: str | Path) -> None:
        """Open a file, or make it; `:memory:` keeps nothing."""
        self.path = str(path)
        self.damaged: list[str] = []
        if why := "" if self.path == ":memory:" else find_obstacle(Path(path)):
            raise JournalError(why)
        with self.told():
            self.file = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            self.file.text_factory = lambda text: text.decode(errors="surrogateescape")
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
        if owner != APPLICATION_ID and (owner or tables):
            raise JournalError(f"{self.path} is another program's: name another place for results")
        if owner and version != SEAL_VERSION:
            raise JournalError(
                f"{self.path} is of another version ({version}, here {SEAL_VERSION}):"
                " move it away, and all is graded again"
            )
        if not owner:  # before it is written ahead: the file itself says whose it is
            self.file.executescript(TABLES.format(ours=APPLICATION_ID, version=SEAL_VERSION))
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute("PRAGMA synchronous = NORMAL")
        if self.file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self.file.execute("BEGIN IMMEDIATE")  # whoever holds it now says so at once
        self.file.execute("COMMIT")

    def known(self, work: GradingWork) -> str | None:
        """The final report of the same work, if it was done before. One that does not match its
        hash is none."""
        with self.told():
            row = self.file.execute("SELECT * FROM graded WHERE key = ?", (work.key,)).fetchone()
        if row and not is_whole(row):
            self.damaged.append(work.hand_in.name)
            return None
        return str(row[REPORT_COLUMN]) if row and not row[PROVISIONAL_COLUMN] else None

    def hand_ins(self) -> Iterator[tuple[int, str, str]]:
        """All that was graded, in order: the number of its row, its path and its modules' digest,
        as they stand there."""
        with self.told():
            for row in self.file.execute("SELECT rowid, hand_in, digest FROM graded ORDER BY 1"):
                yield int(row[0]), str(row[1]), str(row[2])

    def report(self, number: int) -> str | None:
        """The report in a row, if it matches its hash."""
        with self.told():
            row = self.file.execute("SELECT * FROM graded WHERE rowid = ?", (number,)).fetchone()
        return str(row[REPORT_COLUMN]) if row and is_whole(row) else None

    def record(self, work: GradingWork, line: str) -> None:
        """Keep a report, whole or not at all."""
        made, when = json.loads(line), datetime.now(UTC).isoformat(timespec="milliseconds")
        about = (work.key, made["hand_in"], made["digests"]["hand_in"])
        on = (work.terms.references, work.terms.grader, work.terms.key, made["isolation"])
        texts = [make_storable(text) for text in (*about, *on)]
        row = (*texts, int(made["provisional"]), float(made["score"]), when, make_storable(line))
        with self.told():
            self.file.execute(
                f"INSERT OR REPLACE INTO graded VALUES ({', '.join('?' * (len(row) + 1))})",
                (*row, hash_parts(*row)),
            )

    def __len__(self) -> int:
        with self.told():
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
    def told(self) -> Iterator[None]:
        """Turn what SQLite says into a line that tells the user what to do."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "") or str(error)
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                said = "another grader is writing to it: wait until that is done"
            elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
                full = "is full" if name.startswith("SQLITE_FULL") else "is full, or fails"
                said = (
                    f"the disk {full}; what is graded so far is kept: make room, and run the same"
                    " command again"
                )
            elif name.startswith("SQLITE_READONLY"):
                said = f"it may not be written to: change its permissions, or {ELSEWHERE}"
            elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "damaged")):
                said = "it is damaged, or no file of ours: move it away, and all is graded again"
            else:
                said = f"it cannot be used ({error})"
            raise JournalError(f"{self.path}: {said}") from error


def is_whole(row: Sequence[object]) -> bool:
    """Whether a row of the table matches its hash."""
    *kept, mark = row
    return mark == hash_parts(*kept)


def find_obstacle(path: Path) -> str:
    """What keeps a journal from being read and written in a file, and what to do; or "".

    SQLite opens what may only be read, and then says that writing failed, as on a full disk.
    """
    if path.is_symlink() and not path.exists():
        return f"{path} is a link that leads nowhere: take it away, or {ELSEWHERE}"
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no file"
        return f"{path} is {what}, and the journal belongs there: move it away, or {ELSEWHERE}"
    place = path.resolve().parent if path.is_symlink() else path.parent
    if place.is_dir() and is_read_only(place):
        return f"{path} is on a file system that can only be read: {ELSEWHERE}"
    own = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    for one in own:
        if one.exists() and not os.access(one, os.R_OK | os.W_OK):
            return f"{one} may not be read and written by you: chmod u+rw it, or {ELSEWHERE}"
    if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
        return f"{place} may not be written to by you: chmod u+rwx it, or {ELSEWHERE}"
    return ""


def is_read_only(folder: Path) -> bool:
    """Whether a folder's file system is mounted for reading alone."""
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
