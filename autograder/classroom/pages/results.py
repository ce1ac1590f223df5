"""The folder of results: the journal, and the tables and pages made from it.

journal.sqlite   every finished report; the next run goes on from here
grades.csv       one row per hand-in
class.html       the page of the class
students/        a page and a text for each hand-in
reports.jsonl    every report as one line of JSON; junit.xml: the same for CI systems
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TextIO
from unicodedata import normalize

from autograder.classroom.batch.journal import JOURNAL, GradeJournal
from autograder.classroom.batch.seals import unseal_line
from autograder.classroom.finding.left_out import MAX_NAMED
from autograder.classroom.finding.own_results import PAGES, holds_work
from autograder.classroom.finding.roster import ClassRoll
from autograder.classroom.finding.senders import find_owners
from autograder.hand_in import reading
from autograder.hand_in.own_faults import guard_step
from autograder.hand_in.student import HandInEntry, Student, common_folder
from autograder.model import Report
from autograder.scoring import report
from autograder.scoring.record import parse_report

from . import class_page, junit, student_page, tables
from .listing import ClassListing, ListingRow, make_listing_row
from .similarity import FingerprintIndex
from .statistics import ClassSummary
from .winnowing import FingerprintSet, find_fingerprints

DEFAULT_FOLDER = Path("grades")
REPORTS = "reports.jsonl"
CLASS_PAGE = "class.html"
MADE = {REPORTS, CLASS_PAGE, PAGES, "grades.csv", "junit.xml"}
MAX_NAME_BYTES = 80  # of a page's file name
UNSAFE_CHARACTERS = re.compile(r"[^\w.@-]+")


def open_journal(folder: Path) -> GradeJournal:
    """The journal in a folder; both are made if they are missing.

    Raises: ValueError: the folder holds something else, or cannot be made.
            JournalError: the journal cannot be used.
    """
    advice = "name another folder with --results DIR"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        inside = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise ValueError(f"{folder}: {error.strerror}: {advice}") from None
    left = {REPORTS, CLASS_PAGE} <= inside and not inside - MADE  # the journal was moved away
    known = JOURNAL in inside and not holds_work(folder)
    if inside and not known and not left:
        raise ValueError(f"{folder} holds other things: {advice}")
    return GradeJournal(folder / JOURNAL)


@contextmanager
def write_whole(path: Path) -> Iterator[TextIO]:
    """Write a file completely or not at all: `path` is replaced when the block ends."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, text: str) -> None:
    """Write a text to a file, unless the file holds it already; then its time is unchanged."""
    data = text.encode("utf-8", "backslashreplace")
    if not path.is_file() or path.read_bytes() != data:
        with write_whole(path) as stream:
            stream.write(text)


def write_results(folder: Path, roll: ClassRoll) -> list[str]:
    """Write the tables and pages of a class from the reports in the folder.

    Returns: notes on code that was not compared, and on each hand-in that could not be shown
             because of a fault of the grader, or because its page could not be written.
    Raises:  OSError: the disk is full.
    """
    notes: list[str] = []
    pages: set[str] = set()
    summary, listing, index, names = ClassSummary(), ClassListing(), FingerprintIndex(), PageNames()
    whose, top = find_owners(roll.students), common_folder(roll.students)
    students = folder / PAGES
    students.mkdir(exist_ok=True)
    with (
        (folder / REPORTS).open("rb") as lines,
        write_whole(folder / "grades.csv") as table,
        write_whole(folder / "junit.xml") as suites,
    ):
        table.write(tables.grades_header())
        suites.write(junit.OPENING)
        for made in map(parse_report, map(unseal_line, lines)):
            student, counted = owner_of(made, roll), says_whether_counts(made, roll)
            late = made.hand_in in roll.late
            what = ("show", made.hand_in)
            bare = tables.bare_row(made.hand_in, counted)
            table.write(
                guard_step(bare, notes, *what, tables.grades_row, made, student, counted, late)
            )
            suites.write(guard_step("", notes, *what, junit.render_suite, made) + "\n")
            page = students / f"{names.choose(made.hand_in)}.html"
            shown = guard_step(False, notes, *what, write_student_page, page, made, student)
            pages |= {page.name, page.with_suffix(".txt").name} if shown else set()
            entry = HandInEntry(made.hand_in, student, f"{PAGES}/{page.name}" * shown, top)
            unknown = ListingRow(entry, "provisional", None, ())
            listing.add(
                guard_step(unknown, notes, *what, make_listing_row, made, entry, counted, late)
            )
            if made.hand_in not in roll.superseded:
                guard_step(None, notes, *what, summary.add, made, entry)
                prints = guard_step(FingerprintSet({}), notes, *what, prints_of, made.hand_in)
                guard_step(None, notes, *what, index.add, entry, prints, whose[made.hand_in])
        suites.write(junit.CLOSING)
    similar = index.find_similar()
    with write_whole(folder / CLASS_PAGE) as class_:
        when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        said = (*roll.notes, *dict.fromkeys(notes))
        class_.write(class_page.render_class_page(summary, listing, similar, when, said))
    for old in students.iterdir():
        if old.name not in pages and old.suffix in (".html", ".txt", ".part"):
            # the page of a hand-in that does not exist any more, or could not be shown
            guard_step(None, notes, "remove", old.name, old.unlink)
    return [*similar.left_out, *list(dict.fromkeys(notes))[:MAX_NAMED]]


def write_student_page(page: Path, made: Report, student: Student) -> bool:
    """Write the page of a hand-in, and a text with the same content."""
    write_if_changed(page, student_page.render_student_page(made, student))
    write_if_changed(page.with_suffix(".txt"), f"{report.to_text(made)}\n")
    return True


def prints_of(hand_in: str) -> FingerprintSet:
    return find_fingerprints(reading.read_hand_in(hand_in).files)


def owner_of(made: Report, roll: ClassRoll) -> Student:
    """The student of a hand-in; the names and ids of a group are joined."""
    group = roll.students[made.hand_in]
    return Student(*("; ".join(filter(None, words)) for words in zip(*map(astuple, group))))


def says_whether_counts(made: Report, roll: ClassRoll) -> str:
    """Whether a hand-in counts for its student, in the words of `grades.csv`."""
    if made.hand_in in roll.superseded:
        return "no: there is a newer one"
    return "undecided: there are several" if made.hand_in in roll.undecided else "yes"


class PageNames:
    """Different file names for the pages of all hand-ins."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}

    def choose(self, hand_in: str) -> str:
        """The hand-in's own name if it is free and fit for a file; otherwise one with a hash."""
        name = next(
            name for name in candidate_names(hand_in) if caseless_name(name) not in self.taken
        )
        self.taken[caseless_name(name)] = name
        return name


def candidate_names(hand_in: str) -> Iterator[str]:
    """Possible file names for a hand-in, the best first; there is no last one."""
    own = Path(hand_in).name
    plain = UNSAFE_CHARACTERS.sub("_", own.encode("utf-8", "replace").decode())
    if cut_name(plain, MAX_NAME_BYTES) == own:
        yield own
    for n in count():  # another hand-in may have just this name, with this hash
        mark = sha256(f"{n} {hand_in}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        yield f"{cut_name(plain, MAX_NAME_BYTES - len(mark) - 1) or 'hand-in'}-{mark}"


def cut_name(name: str, longest: int) -> str:
    """The beginning of a name that fits into a number of bytes."""
    return name.encode()[:longest].decode(errors="ignore").strip("-.")


def caseless_name(name: str) -> str:
    """A form that is equal for names that some systems treat as the same file."""
    return normalize("NFC", normalize("NFD", name).casefold())
