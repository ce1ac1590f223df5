"""Stored results of a class: changed or damaged parts are not used, and a message says so.

Each test runs the real command on real results, with changes as by hand or by a faulty disk.
"""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.seals import seal_line
from autograder.classroom.pages.earlier_reports import find_earlier_reports, repeat_reports

ORDINARY = 65534
CHANGED = "(damaged, or changed by hand)"
Done = subprocess.CompletedProcess[str]
COLUMNS = (
    *("key", "hand_in", "digest", "refs", "grader", "terms", "isolation", "provisional"),
    *("score", "at", "report", "seal"),
)
VALUES = ("NULL", "51", "'x'", "x'ff00'", "CAST(x'ff' AS TEXT)", "''")
REPORTS: list[Callable[[str], str]] = [
    lambda line: line.replace('"score": 0.0', '"score": 2.0'),
    lambda line: line.replace('"score": 0', '"score": 52'),
    lambda line: line.replace("class/", "class/1"),
    lambda line: line[: len(line) // 2],
    lambda line: "{}",
    lambda line: "[]",
    lambda line: "[" * 100_000,
    lambda line: "no JSON",
    lambda line: line.replace('"items"', '"others"'),
]
LINES: list[Callable[[bytes], bytes]] = [
    lambda line: b"\n",
    lambda line: line[: len(line) // 2] + b"\n",
    lambda line: line[:-2] + b"\n",
    lambda line: line.replace(b'"score": 0', b'"score": 52'),
    lambda line: line.replace(b'"score": 0.0', b'"score": 1.0', 1),
    lambda line: line.replace(b'"provisional": false', b'"provisional": true'),
    lambda line: line.replace(b"class/", b"class/1"),
    lambda line: line.replace(b"class/", b"class/\xff"),
    lambda line: b"\xff" + line,
    lambda line: b"[" * 100_000 + b"\n",
    lambda line: b"x" * 4_000_000 + b"\n",
    lambda line: b"{}\n",
    lambda line: b"null\n",
    lambda line: line.partition(b', "sha256"')[0] + b"}\n",
    lambda line: line.replace(b": ", b":"),
    lambda line: line[: len(line) // 2],
]
# without privileges, the process cannot write coverage data
UNMEASURED = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
COUNT = len(COLUMNS) * len(VALUES) + len(REPORTS)
# as root: import everything needed, then drop all privileges
DROPPED = f"""
import os, pkgutil, importlib, sys
import autograder.classroom as room
for one in pkgutil.walk_packages(room.__path__, f"{{room.__name__}}."):
    if not one.name.endswith("cluster"):
        importlib.import_module(one.name)
from autograder.running import tiers
from autograder.cli import main
from autograder.scoring import reference_store
reference_store.best_references()
os.setgroups([]); os.setgid({ORDINARY}); os.setuid({ORDINARY})
sys.exit(main(sys.argv[1:]))
"""


def grade(*arguments: str | Path, cwd: Path, ordinary: bool = False) -> Done:
    how = ["-c", DROPPED] if ordinary and os.geteuid() == 0 else ["-m", "autograder"]
    return subprocess.run(
        [sys.executable, *how, "grade", *map(str, arguments)],
        cwd=cwd,
        env={**UNMEASURED, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class of unreadable hand-ins, so that grading takes no time."""
    here = tmp_path_factory.mktemp("graded")
    (here / "class").mkdir()
    for number in range(COUNT):
        (here / "class" / f"{number:03}.zip").write_text(f"no archive, but number {number}")
    assert grade("class", cwd=here).returncode == 0
    return here


@pytest.fixture
def here(once: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(once, tmp_path / "here")
    return tmp_path / "here"


def name(number: int) -> str:
    return f"class/{number:03}.zip"


def scores(here: Path) -> dict[str, str]:
    with (here / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        return {row["hand_in"]: row["score"] for row in csv.DictReader(table)}


TRUE = {name(number): "0" for number in range(COUNT)}


def test_no_row_is_believed_once_it_was_changed(here: Path) -> None:
    """Any value in any column, any change of the report: all are graded again, with a message."""
    changed = keys = 0
    with closing(sqlite3.connect(here / "grades" / "journal.sqlite")) as file:
        for number, (column, value) in enumerate(product(COLUMNS, VALUES)):
            with suppress(sqlite3.IntegrityError), file:
                new = f"UPDATE graded SET {column} = {value} WHERE hand_in = ?"
                assert file.execute(new, (name(number),)).rowcount == 1
                changed, keys = changed + 1, keys + (column == "key")
        for number, change in enumerate(REPORTS, start=COUNT - len(REPORTS)):
            asked = "SELECT report FROM graded WHERE hand_in = ?"
            (line,) = file.execute(asked, (name(number),)).fetchone()
            assert change(line) != line
            with file:
                file.execute(
                    "UPDATE graded SET report = ? WHERE hand_in = ?", (change(line), name(number))
                )
            changed += 1
    assert changed > 60
    done = grade("class", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert f"{COUNT - changed} of {COUNT} were graded before" in done.stderr
    said = f"{changed - keys} reports in the journal did not match their hashes {CHANGED}: «class/"
    assert said in done.stderr
    assert done.stderr.count("graded again") == 1
    assert f"{COUNT} of {COUNT} were graded before" in grade("class", cwd=here).stderr


def test_another_hand_ins_row_is_not_believed(here: Path) -> None:
    """A whole row, with report and hash, under the key of another hand-in."""
    with closing(sqlite3.connect(here / "grades" / "journal.sqlite")) as file, file:
        (key,) = file.execute("SELECT key FROM graded WHERE hand_in = ?", (name(1),)).fetchone()
        file.execute("DELETE FROM graded WHERE key = ?", (key,))
        file.execute("UPDATE graded SET key = ? WHERE hand_in = ?", (key, name(2)))
    done = grade("class", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert f"did not match their hashes {CHANGED}: «{name(1)}»; graded again" in done.stderr


def fields(made: Any) -> Iterator[tuple[Any, str | int]]:
    """Each field of a report, with the object that contains it."""
    for key, value in list(made.items() if isinstance(made, dict) else enumerate(made)):
        yield made, key
        if isinstance(value, dict | list):
            yield from fields(value[:1] if key == "items" else value)


def with_lines(here: Path, *changes: Callable[[bytes], bytes]) -> None:
    """Change each of the last lines in one way."""
    path = here / "grades" / "reports.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    first = len(lines) - len(changes)
    for number, change in enumerate(changes, start=first):
        assert change(lines[number]) != lines[number]
        lines[number] = change(lines[number])
    path.write_bytes(b"".join(lines))


def test_lines_that_were_changed_are_taken_from_the_journal(here: Path) -> None:
    """These hand-ins are not graded in this run; lines are cut, altered, not UTF-8, or endless."""
    with_lines(here, *LINES)
    done = grade(name(0), "--results", "grades", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert f"{len(LINES)} reports in grades/reports.jsonl do not match their" in done.stderr
    assert f"note: {len(LINES)} reports were taken from the journal" in done.stderr
    assert f"hand-ins of earlier runs in the tables of grades: {COUNT - 1}" in done.stderr
    again = grade(name(0), "--results", "grades", cwd=here)
    assert "from the journal" not in again.stderr


@pytest.mark.parametrize("left", [0, 40_000])
def test_a_file_of_lines_that_was_cut_is_made_whole(here: Path, left: int) -> None:
    """The file is empty, or ends in the middle of a line: the journal has the other reports."""
    os.truncate(here / "grades" / "reports.jsonl", left)
    done = grade(name(0), "--results", "grades", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert "reports were taken from the journal" in done.stderr


def test_no_field_of_a_line_is_believed_once_it_was_changed(here: Path) -> None:
    """Each field in turn is missing or has another type, in lines that would be read back."""
    path = here / "grades" / "reports.jsonl"
    *kept, last = path.read_bytes().splitlines(keepends=True)
    made = json.loads(last)
    changed = []
    for holder, key in [*fields(made), *fields(made["items"][0])]:
        old = holder[key]
        others: tuple[Any, ...] = (None, 7, "x", [], {})
        for new in others:
            if new != old:
                holder[key] = new
                changed.append(json.dumps(made, ensure_ascii=False).encode() + b"\n")
        holder[key] = old
        if isinstance(holder, dict):
            changed.append(json.dumps({k: v for k, v in made.items() if k != key}).encode() + b"\n")
    changed = [line for line in changed if line != last]
    assert len(changed) > 100
    path.write_bytes(b"".join([*changed, *kept]))
    done = grade(name(0), "--results", "grades", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert (
        f"{len(changed)} reports in grades/reports.jsonl do not match their hashes" in done.stderr
    )


def test_what_neither_holds_is_left_out_and_named(here: Path) -> None:
    """If line and row were both changed, there is no grade, and a message names the hand-in."""
    with_lines(here, lambda line: line.replace(b'"score": 0', b'"score": 52'))
    with closing(sqlite3.connect(here / "grades" / "journal.sqlite")) as file, file:
        file.execute("UPDATE graded SET score = 52 WHERE hand_in = ?", (name(COUNT - 1),))
    done = grade(name(0), "--results", "grades", cwd=here)
    assert done.returncode == 0
    assert scores(here) == {one: "0" for one in TRUE if one != name(COUNT - 1)}
    assert f"left out «{name(COUNT - 1)}»: no report on it is left; grade it again" in done.stderr


def test_a_hand_in_that_changed_is_not_taken_from_the_journal(here: Path) -> None:
    """The journal's report belongs to another text, so it is not this hand-in's grade."""
    with_lines(here, lambda line: line[:9] + b"\n")
    changed = here / name(COUNT - 1)
    changed.unlink()
    (changed / "mytorch").mkdir(parents=True)
    (changed / "mytorch" / "linear.py").write_text("x = 1\n")
    done = grade(name(0), "--results", "grades", cwd=here)
    assert name(COUNT - 1) not in scores(here)
    assert f"left out «{name(COUNT - 1)}»" in done.stderr


def test_a_journal_that_was_moved_away_is_begun_again(here: Path) -> None:
    """The message about another version advises this; the results beside it are still used."""
    journal = here / "grades" / "journal.sqlite"
    with closing(sqlite3.connect(journal)) as file:
        file.execute("PRAGMA user_version = 1")
    done = grade("class", cwd=here)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "autograder: grades/journal.sqlite has another version (1, needed 3): move it away, and"
        " all is graded again"
    )
    journal.rename(here / "old.sqlite")
    done = grade("class", cwd=here)
    assert (done.returncode, scores(here)) == (0, TRUE)
    assert "graded before" not in done.stderr


def is_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def is_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


OBSTACLES: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (is_a_folder, "is a folder, but the journal must be there: move it away, or"),
    "pipe": (is_a_pipe, "is not a regular file, but the journal must be there: move it away, or"),
    "link": (leads_nowhere, "is a link to a missing file: remove it, or"),
    "read-only": (lambda path: path.chmod(0o400), ": no permission to read and write: chmod"),
    "unreadable": (lambda path: path.chmod(0o200), ": no permission to read and write: chmod"),
    "folder read-only": (lambda path: path.parent.chmod(0o500), ": no permission to write: chmod"),
    "folder closed": (lambda path: path.parent.chmod(0), ": Permission denied"),
}


@pytest.fixture
def users(here: Path) -> Iterator[Path]:
    """The results of an ordinary user, in a folder that the user may reach."""
    if os.geteuid() == 0:
        for path in (here, *here.rglob("*")):
            os.chown(path, ORDINARY, -1)
        for above in here.parents:
            if above.stat().st_mode & 0o001 == 0:
                above.chmod(above.stat().st_mode | 0o011)
    yield here
    (here / "grades").chmod(0o755)


@pytest.mark.parametrize("what", OBSTACLES)
def test_what_stands_in_the_journals_way_is_said(users: Path, what: str) -> None:
    """One line with the true reason and a remedy, and never «the disk is full»."""
    block, said = OBSTACLES[what]
    block(users / "grades" / "journal.sqlite")
    done = grade("class", "--results", "grades", cwd=users, ordinary=True)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    assert last.startswith("autograder: grades")
    assert said in last
    assert "--results DIR" in last
    assert "full" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
@pytest.mark.parametrize("size", ["read-only", "8k", "64k"])
def test_a_disk_that_is_full_or_read_only_is_said(once: Path, tmp_path: Path, size: str) -> None:
    """Each has its own message."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = "size=1m" if size == "read-only" else f"size={size}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        if size == "read-only":
            (disk / "grades").mkdir()
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        done = grade("class", "--results", disk / "grades", cwd=once)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2
    said = "is on a read-only file system: name another folder with --results DIR"
    assert (said if size == "read-only" else "disk is full") in last
    assert "Traceback" not in done.stderr


def test_reports_of_earlier_runs_are_not_held(tmp_path: Path) -> None:
    """While one hand-in is graded again, only the positions of 2 000 reports (20 MB) are in
    memory."""
    line = '{"hand_in": "%s", "message": "%s", "provisional": false, "items": [], "score": 0.0'
    names = [str(tmp_path / f"{n}.zip") for n in range(2000)]
    file = tmp_path / "reports.jsonl"
    with file.open("w") as lines:
        for one in names:
            Path(one).touch()
            lines.write(seal_line(line % (one, "x" * 10_000) + ', "max_score": 0.0}') + "\n")
    with GradeJournal(":memory:") as journal:
        tracemalloc.start()
        found = find_earlier_reports(file, journal, names[:1])
        count = sum(1 for _ in repeat_reports(file, journal, found))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (count, found.notes) == (1999, [])
    assert most < 2 * 2**20
