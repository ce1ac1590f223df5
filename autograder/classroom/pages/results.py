"""The folder that a graded class leaves: a journal, then what is made of it for people.

journal.sqlite   every report as it came: the next run goes on from here
grades.csv       a row a hand-in
class.html       what the class understood and what not
students/        a page and a text for each hand-in
reports.jsonl    every report as JSON, a line each; junit.xml the same for a CI
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
from autograder.classroom.finding.left_out import NAMED
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

DEFAULT = Path("grades")
REPORTS = "reports.jsonl"
PAGE = "class.html"
MADE = {REPORTS, PAGE, PAGES, "grades.csv", "junit.xml"}
LONGEST = 80  # bytes of a page's name
NAME = re.compile(r"[^\w.@-]+")


def open_journal(folder: Path) -> GradeJournal:
    """The journal in a folder, which is made if need be.

    Raises: ValueError: the folder holds something else, or none can be made there.
            JournalError: the journal cannot be used.
    """
    elsewhere = "name another with --results DIR"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        inside = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise ValueError(f"{folder}: {error.strerror}: {elsewhere}") from None
    left = {REPORTS, PAGE} <= inside and not inside - MADE  # the journal was moved away
    known = JOURNAL in inside and not holds_work(folder)
    if inside and not known and not left:
        raise ValueError(f"{folder} holds other things: name another folder with --results DIR")
    return GradeJournal(folder / JOURNAL)


@contextmanager
def write_whole(path: Path) -> Iterator[TextIO]:
    """A file that is there whole, or as it was before. `path` is replaced when the block ends."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, text: str) -> None:
    """Make a file hold a text. One that does keeps its time, and the disk its peace."""
    data = text.encode("utf-8", "backslashreplace")
    if not path.is_file() or path.read_bytes() != data:
        with write_whole(path) as stream:
            stream.write(text)


def write_results(folder: Path, roll: ClassRoll) -> list[str]:
    """Make the views of a graded class anew, from its reports in the folder.

    Returns: a line on what was left out where hand-ins are compared, and on each hand-in that we
             failed to show, by a fault of ours or because its page cannot be written.
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
            page = students / f"{names.given(made.hand_in)}.html"
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
    alike = index.alike()
    with write_whole(folder / PAGE) as class_:
        when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        said = (*roll.notes, *dict.fromkeys(notes))
        class_.write(class_page.render_class_page(summary, listing, alike, when, said))
    for old in students.iterdir():
        if old.name not in pages and old.suffix in (".html", ".txt", ".part"):
            # of a hand-in that is no longer there, or could not be shown
            guard_step(None, notes, "remove", old.name, old.unlink)
    return [*alike.left_out, *list(dict.fromkeys(notes))[:NAMED]]


def write_student_page(page: Path, made: Report, student: Student) -> bool:
    """Write the page of a hand-in, and beside it the same as text."""
    write_if_changed(page, student_page.render_student_page(made, student))
    write_if_changed(page.with_suffix(".txt"), f"{report.to_text(made)}\n")
    return True


def prints_of(hand_in: str) -> FingerprintSet:
    return find_fingerprints(reading.read_hand_in(hand_in).files)


def owner_of(made: Report, roll: ClassRoll) -> Student:
    """Whose a hand-in is; a group is named as one."""
    group = roll.students[made.hand_in]
    return Student(*("; ".join(filter(None, words)) for words in zip(*map(astuple, group))))


def says_whether_counts(made: Report, roll: ClassRoll) -> str:
    """Whether a hand-in counts for its student, in the words of `grades.csv`."""
    if made.hand_in in roll.superseded:
        return "no: there is a newer one"
    return "undecided: there are several" if made.hand_in in roll.undecided else "yes"


class PageNames:
    """Names for the files of hand-ins, each given once, whatever other hand-ins are called."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}

    def given(self, hand_in: str) -> str:
        """The hand-in's own name where a file can have it; where it can't, a hash is added."""
        name = next(
            name for name in candidate_names(hand_in) if caseless_name(name) not in self.taken
        )
        self.taken[caseless_name(name)] = name
        return name


def candidate_names(hand_in: str) -> Iterator[str]:
    """Names that the files of a hand-in may have, the best first, without end."""
    own = Path(hand_in).name
    plain = NAME.sub("_", own.encode("utf-8", "replace").decode())
    if cut_name(plain, LONGEST) == own:
        yield own
    for n in count():  # who knows the path knows its hash, and may have been called so
        mark = sha256(f"{n} {hand_in}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        yield f"{cut_name(plain, LONGEST - len(mark) - 1) or 'hand-in'}-{mark}"


def cut_name(name: str, longest: int) -> str:
    """What fits of a name into so many bytes."""
    return name.encode()[:longest].decode(errors="ignore").strip("-.")


def caseless_name(name: str) -> str:
    """What two names share that are one file on some systems."""
    return normalize("NFC", normalize("NFD", name).casefold())
