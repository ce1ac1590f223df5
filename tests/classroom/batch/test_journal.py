"""The journal: what it keeps of a batch, when it finds a report again, and what can go wrong."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from autograder.classroom.batch import work as works
from autograder.classroom.batch.journal import GradeJournal, JournalError
from autograder.classroom.batch.work import (
    GradingWork,
    current_terms,
    grade_work,
    report_own_failure,
)
from autograder.exercises import TOPICS
from autograder.hand_in.module_reader import HandIn
from autograder.key.storing import pack_topic_file
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.record import parse_report, to_json

HELD = "{path}: another grader is writing to it: wait until that is done"
DAMAGED = "{path}: it is damaged or not a journal: move it away, and all is graded again"
FULL = (
    "{path}: the disk is full or has failed; finished grades are kept: make room, and run the"
    " same command again"
)


def work(name: str = "ada", text: bytes = b"x = 1\n") -> GradingWork:
    return GradingWork(HandIn(name, {"linear.py": text}), current_terms())


def line(of: GradingWork, provisional: bool = False) -> str:
    """The line of a report, final unless `provisional`."""
    return to_json(replace(report_own_failure(of, "for the test"), provisional=provisional))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.sqlite"


def refused(path: Path, text: str) -> None:
    with pytest.raises(JournalError) as caught:
        GradeJournal(path)
    assert str(caught.value) == text.format(path=path)


def test_what_is_recorded_is_found_again(path: Path) -> None:
    """In another run too, the same work gets the same report, and any other work gets none."""
    with GradeJournal(path) as journal:
        journal.record(work(), line(work()))
    with GradeJournal(path) as journal:
        assert journal.known(work()) == line(work())
        assert parse_report(line(work())) == replace(
            report_own_failure(work(), "for the test"), provisional=False
        )
        assert len(journal) == 1


def test_any_change_is_graded_again(path: Path) -> None:
    """A change of text, path, note, reference, grader, place or limit makes it different work."""
    one = work()
    found, on = one.hand_in, one.terms
    changed = [
        replace(one, hand_in=other)
        for other in (
            replace(found, name="bob"),
            replace(found, files={"linear.py": b"x = 2\n"}),
            replace(found, files={"relu.py": b"x = 1\n"}),
            replace(found, message="ignored links: mytorch/secret.py"),
            replace(found, readable=False),
        )
    ] + [
        replace(one, terms=other)
        for other in (
            replace(on, references="0" * 64),
            replace(on, grader="0" * 64),
            replace(on, place="landlock"),
            replace(on, limits=ResourceLimits(seconds=1)),
        )
    ]
    with GradeJournal(path) as journal:
        journal.record(one, line(one))
        assert journal.known(work()) is not None
        assert [journal.known(other) for other in changed] == [None] * len(changed)


def test_a_fault_of_ours_is_graded_again(path: Path) -> None:
    """A provisional report is kept but not found again; the final report replaces it."""
    with GradeJournal(path) as journal:
        journal.record(work(), line(work(), provisional=True))
        assert (journal.known(work()), len(journal)) == (None, 1)
        journal.record(work(), line(work()))
        assert (journal.known(work()), len(journal)) == (line(work()), 1)


def test_names_that_are_no_unicode_are_kept(path: Path) -> None:
    """A file name may contain any bytes: the stored report is equal to the original."""
    name = os.fsdecode(b"caf\xe9/\xff'\"\n.zip")
    with GradeJournal(path) as journal:
        journal.record(work(name), line(work(name)))
        found = journal.known(work(name))
        assert found is not None
        assert parse_report(found) == parse_report(line(work(name)))
        assert parse_report(found).hand_in == name


def test_the_file_can_be_read_with_any_sqlite(path: Path) -> None:
    """What was graded, when, and with which result is in plain columns and in JSON."""
    with GradeJournal(path) as journal:
        journal.record(work(), line(work()))
    reader = sqlite3.connect(path)
    row = reader.execute(
        "SELECT hand_in, isolation, provisional, score, report ->> '$.max_score', at FROM graded"
    ).fetchone()
    reader.close()
    assert row[:4] == ("ada", "process", 0, 0.0)
    assert row[4] > 50
    assert row[5].startswith("20")
    assert row[5].endswith("+00:00")


def test_two_graders_do_not_share_a_journal(path: Path) -> None:
    """The second gets a message at once; after the first has ended in any way, it may start."""
    with GradeJournal(path):
        refused(path, HELD)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    with holder.stdout as said:
        said.readline()
        refused(path, HELD)
        holder.kill()
        holder.wait()
    with GradeJournal(path) as journal:
        assert len(journal) == 0


HOLD = """
import sys, time
from autograder.classroom.batch.journal import GradeJournal
with GradeJournal(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    "content", [b"hello, this is a text\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_what_is_no_journal_is_left_alone(path: Path, content: bytes) -> None:
    """Another file is refused in one line, and is not changed."""
    path.write_bytes(content)
    refused(path, DAMAGED)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_another_programs_database_is_left_alone(path: Path) -> None:
    """A database of another program or another version is refused, and is not changed."""
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    content = path.read_bytes()
    refused(path, "{path} belongs to another program: name another folder with --results DIR")
    assert path.read_bytes() == content
    path.unlink()
    GradeJournal(path).file.close()
    ours = sqlite3.connect(path)
    ours.execute("PRAGMA user_version = 7")
    ours.close()
    refused(
        path,
        "{path} has another version (7, needed 3): move it away, and all is graded again",
    )


def test_a_damaged_journal_is_refused(path: Path) -> None:
    """Overwritten pages in the middle are noticed before any report is used."""
    with GradeJournal(path) as journal:
        for n in range(50):
            journal.record(work(f"hand-in {n}"), line(work(f"hand-in {n}")))
    content = bytearray(path.read_bytes())
    content[8192:20000] = os.urandom(20000 - 8192)
    path.write_bytes(content)
    refused(path, DAMAGED)


def test_a_place_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    """A path in a missing folder; for other errors, SQLite's own message."""
    refused(tmp_path / "nowhere/x", "{path}: it cannot be used (unable to open database file)")


def test_a_beginning_that_was_cut_short_is_begun_again(path: Path) -> None:
    """If the process was killed before the first table existed, the file is used like a new one."""
    path.touch()
    with GradeJournal(path) as journal:
        assert len(journal) == 0
    path.unlink()
    half = sqlite3.connect(path)
    half.execute("PRAGMA journal_mode = WAL")
    half.close()
    with GradeJournal(path) as journal:
        journal.record(work(), line(work()))


def fill(journal: GradeJournal, kept: list[str]) -> None:
    for n in range(100):
        journal.record(work(f"hand-in {n}"), line(work(f"hand-in {n}")))
        kept.append(f"hand-in {n}")


def test_a_full_disk_keeps_what_is_there(path: Path) -> None:
    """One clear line; earlier reports are kept, and the next run continues after them."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept: list[str] = []
    with GradeJournal(path) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limit[1]))
        try:
            with pytest.raises(JournalError) as caught:
                fill(journal, kept)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert str(caught.value) == FULL.format(path=path)
    assert 5 < len(kept) < 100
    with GradeJournal(path) as journal:
        assert [name for name in kept if journal.known(work(name)) is None] == []
        assert len(journal) == len(kept)
        journal.record(work("last"), line(work("last")))


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("section", ["tensors", "scales", "signatures"])
def test_every_number_of_the_references_counts(
    topic: str, section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other tensors, tolerances or signatures are other references, so all is graded again."""
    before = works.digest_references()
    true, copy = reference_store.best_references().topics[topic], tmp_path / "references"
    shutil.copytree(
        (
            reference_store.HIDDEN_FOLDER
            if reference_store.reference_kind() == "hidden"
            else reference_store.PUBLIC_FOLDER
        ),
        copy,
    )
    found = getattr(true, section)
    name = next(iter(found))
    changed: Any = {section: {**found, name: found[name] * 2}}
    (copy / f"{topic}.npz").write_bytes(pack_topic_file(replace(true, **changed)))
    monkeypatch.setattr(
        works, "load_references", lambda: reference_store.ReferenceSet(copy, "hidden")
    )
    assert works.digest_references.__wrapped__() != before


def test_a_fault_of_ours_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of the exception may depend on hidden numbers; the place of the exception does
    not."""

    def falls_over(*_: Any, **__: Any) -> Any:
        raise MemoryError("Unable to allocate an array with shape (2, 16386)")

    monkeypatch.setattr("autograder.running.grading.GradingSession", falls_over)
    said = parse_report(grade_work(GradingWork(HandIn("ada"), current_terms())).line)
    assert said.provisional
    assert "MemoryError in autograder/running/grading.py:" in said.message
    assert "16386" not in said.message
