"""Find the students of hand-ins, by the names of the hand-ins and the roster.

Nothing here changes a grade.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.hand_in.module_reader import printable_name, quote_name
from autograder.hand_in.origin import HandInOrigin, normalize_text, origin_of
from autograder.hand_in.own_faults import guard_step
from autograder.hand_in.student import Student, common_folder, path_within

MAX_ROSTER_BYTES = 64 * 2**20
# Names of columns, without spaces and the like. The first of these that a roster has is the id.
ID_COLUMNS = (
    *("id", "sid", "studentid", "studentnumber", "sisuserid", "userid", "sisloginid", "loginid"),
    *("idnumber", "login", "username", "netid", "email", "emailaddress", "identifier"),
)
NAME_COLUMNS = ("name", "fullname", "studentname", "student")
FIRST_NAME_COLUMNS, LAST_NAME_COLUMNS = (
    ("firstname", "givenname"),
    ("lastname", "surname", "familyname"),
)


@dataclass(frozen=True)
class ClassRoll:
    """The students of a class's hand-ins.

    students    by hand-in: its students, several for a group, at least one
    superseded  hand-ins that do not count, because the same student has a newer one
    undecided   hand-ins of a student who has several, if it is unknown which is the newest
    late        hand-ins that the course site calls late
    notes       what the instructor should know, one line each
    """

    students: dict[str, tuple[Student, ...]] = field(default_factory=dict)
    superseded: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


class Roster:
    """The students of a class. They are found by any of their ids, or by their name."""

    def __init__(self, entries: Iterable[tuple[Student, Iterable[str]]]) -> None:
        """`entries` are students, each with all of their ids."""
        self.ids: dict[str, Student] = {}
        self.names: dict[str, set[Student]] = {}
        for student, ids in entries:
            self.ids |= {fold_text(id): student for id in (student.id, *ids) if id}
            words = re.findall(r"\w+", fold_text(student.name))
            for n in range(len(words)):  # the first name may come first or last
                self.names.setdefault("".join(words[n:] + words[:n]), set()).add(student)

    def find(self, named: Student) -> set[Student]:
        """The students that a hand-in's name may mean; ideally one."""
        if found := self.ids.get(fold_text(named.id)):
            return {found}
        return self.names.get(squash_text(named.name or named.id), set())

    def knows(self, path: str) -> bool:
        """Whether a path names a student of the class."""
        return any(map(self.find, origin_of(path).students))


def read_roster(path: str | Path) -> Roster:
    """Read a roster from a CSV file, whose first line names the columns.

    Raises: ValueError: the file cannot be understood; the message, one line, says where.
    """
    rows = read_csv_lines(Path(path))
    _, heading = next(rows, (1, []))
    titles = [squash_text(title) for title in heading]
    ids = [titles.index(title) for title in ID_COLUMNS if title in titles]
    names = [titles.index(title) for title in NAME_COLUMNS if title in titles][:1]
    if not names:
        pairs = [
            [titles.index(t) for t in titles if t in kind][:1]
            for kind in (FIRST_NAME_COLUMNS, LAST_NAME_COLUMNS)
        ]
        names = pairs[0] + pairs[1]
    if not ids:
        columns = ", ".join(map(printable_name, heading)) or "none"
        wanted = "id, sid, student id or email"
        raise ValueError(f"{path}: no column is called {wanted} (columns: {columns})")
    entries = {}
    for number, row in rows:
        cells = [normalize_text(cell) for cell in row] + [""] * len(titles)
        student = Student(cells[ids[0]], " ".join(cells[n] for n in names if cells[n]))
        if (
            not student.id and squash_text(student.name) == "pointspossible"
        ):  # the exports of Canvas have such a line
            continue
        if not student.id:
            raise ValueError(f"{path}, line {number}: no {printable_name(heading[ids[0]])}")
        if fold_text(student.id) in entries:
            raise ValueError(f"{path}, line {number}: {student.id!r} appears twice")
        others = [re.sub("^Participant ", "", cells[n]) for n in ids]
        entries[fold_text(student.id)] = (student, others)
    return Roster(entries.values())


def read_csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file that are not empty, with their numbers."""
    with path.open("rb") as file:
        data = file.read(MAX_ROSTER_BYTES + 1)
    if len(data) > MAX_ROSTER_BYTES:
        raise ValueError(f"{path}: larger than {MAX_ROSTER_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8 (in Excel, save it as “CSV UTF-8”)") from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        yield from ((reader.line_num, row) for row in reader if any(map(str.strip, row)))
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {printable_name(str(error))}") from None


def assign_students(
    paths: Iterable[str], roster: Roster | None = None, notes: Iterable[str] = ()
) -> ClassRoll:
    """Find the students of hand-ins, those with several, and those of the roster with none.

    Args: notes: notes that come before the others.
    """
    students: dict[str, tuple[Student, ...]] = {}
    handed: dict[Student, list[tuple[str, int | None]]] = {}
    possible: set[Student] = set()
    late: set[str] = set()
    notes = list(notes)
    paths = list(paths)
    top = common_folder(paths)
    for path in paths:
        unknown = HandInOrigin((Student(normalize_text(Path(path).name)),))
        origin = guard_step(unknown, notes, "find out who sent", path, origin_of, path)
        if origin.late:
            late.add(path)
        people: dict[Student, None] = {}
        for named in origin.students:
            found = roster.find(named) if roster else {named}
            possible |= found
            if len(found) != 1:
                how = "several on the roster are called" if found else "nobody on the roster is"
                which = f": {', '.join(sorted(map(name_student, found)))}" if found else ""
                notes.append(f"{printable_name(path)}: {how} {name_student(named)}{which}")
            people[next(iter(found)) if len(found) == 1 else named] = None
        students[path] = tuple(people)
        for student in people:
            handed.setdefault(student, []).append((path, origin.upload))
    superseded: set[str] = set()
    undecided: set[str] = set()
    for student, several in handed.items():
        if len(several) > 1:
            among = {path for path, _ in several}
            all_of_them = ", ".join(quote_name(path_within(top, path)) for path, _ in several)
            if newest := newest_hand_in(several):
                superseded |= among - {newest}
                what = f"the newest counts, {quote_name(path_within(top, newest))}"
            else:
                undecided |= among
                what = "decide which one counts, and remove the others"
            notes.append(
                f"{name_student(student)} has {len(several)} hand-ins ({all_of_them}): {what}"
            )
    absent = set(roster.ids.values()) - possible if roster else ()
    if missing := sorted(map(name_student, absent)):
        notes.append(f"no hand-in from {len(missing)} on the roster: {', '.join(missing)}")
    doubtful = frozenset(superseded), frozenset(undecided)
    return ClassRoll(students, *doubtful, frozenset(late), tuple(notes))


def newest_hand_in(several: Iterable[tuple[str, int | None]]) -> str | None:
    """The newest of a student's hand-ins, or None if unknown; among archives only, if any."""
    archives = [(p, u) for p, u in several if Path(p).suffix.lower() in (".zip", "")]
    uploads = {u: p for p, u in archives or several if u is not None}
    if len(uploads) < len(archives or list(several)):
        return None
    return uploads[max(uploads)]


def name_student(student: Student) -> str:
    """`Ada (id1)`, or the name or id alone."""
    return (
        f"{student.name} ({student.id})"
        if student.name and student.id
        else (student.name or student.id)
    )


def fold_text(text: str) -> str:
    """A text in the form in which texts are compared."""
    return unicodedata.normalize("NFKC", normalize_text(text)).casefold()


def squash_text(text: str) -> str:
    """The letters and digits of a text, in the form in which they are compared."""
    return re.sub(r"[\W_]", "", fold_text(text))
