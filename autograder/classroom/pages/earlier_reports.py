"""The reports that an earlier run left on other hand-ins than these: they stay in the tables.

However many there are, none is held in memory: only where each begins. What does not match its
hash is not believed; the journal may have it once more.
"""

import io
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.seals import make_storable, seal_line, unseal_line
from autograder.hand_in import reading
from autograder.hand_in.archive import path_exists
from autograder.hand_in.module_reader import list_names
from autograder.running.grading import digest_contents
from autograder.scoring.record import parse_report

LARGEST = 2**22  # bytes of a line; a report has some 20 000


@dataclass(frozen=True)
class EarlierReports:
    """Where reports are, by path: their places in the file of lines, and their rows in the
    journal; and what is to be said of others, a line each."""

    lines: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [*self.lines, *self.rows]


def find_earlier_reports(
    file: Path, journal: GradeJournal, given: Iterable[str], links: Iterable[str] = ()
) -> EarlierReports:
    """What a file of lines and the journal say of other hand-ins than these.

    Those that are no longer there are dropped, and so are those that lie behind a link now.
    """
    paths, found = {*given, *links}, EarlierReports()
    places = set(map(absolute_place, paths))
    behind = set(map(Path, links))
    damaged: list[str] = []
    with open_lines(file, found.notes) as stream:
        for number, (place, data) in enumerate(lines_in(stream), start=1):
            try:
                found.lines[parse_report(unseal_line(data)).hand_in] = place
            except ValueError:
                damaged.append(named_hand_in(data) or f"line {number}")
    for path in list(found.lines):
        if absolute_place(path) in places or not path_exists(path):
            del found.lines[path]
    lost = from_journal(journal, {*map(make_storable, (*paths, *found.lines))}, found.rows)
    lost = [path for path in lost if absolute_place(path) not in places]
    for path in [path for path in found.rows if absolute_place(path) in places]:
        del found.rows[path]
    for kept in (found.lines, found.rows):
        for path in [p for p in kept if not behind.isdisjoint((Path(p), *Path(p).parents))]:
            del kept[path]
    if damaged:
        what = f"{len(damaged)} reports in {file} do not match their hashes"
        found.notes.append(f"{what} (damaged, or changed by hand): {list_names(damaged)}")
    if found.rows:
        found.notes.append(f"{len(found.rows)} reports were taken from the journal")
    told = {*paths, *found.paths, *lost}
    lost += [name for name in damaged if name not in told and path_exists(name)]
    if lost:
        found.notes.append(f"left out {list_names(lost)}: no report on it is left; grade it again")
    return found


def absolute_place(path: str) -> str:
    """Where a hand-in lies: `ada`, `./ada` and its whole path are one, and so is a name that
    another run read with another encoding."""
    with suppress(UnicodeError):
        path = path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return str(Path(path).absolute())


def from_journal(journal: GradeJournal, known: Collection[str], rows: dict[str, int]) -> list[str]:
    """Look for reports on other hand-ins than those that are known, which are there as they were.

    Returns: the hand-ins of which the journal has none that is right.
    """
    candidates: dict[str, list[tuple[str, int]]] = {}
    for row, hand_in, modules in journal.hand_ins():
        if hand_in not in known:
            candidates.setdefault(hand_in, []).append((modules, row))
    lost = []
    for hand_in, graded in candidates.items():
        line = journal.report(graded[-1][1])
        path = parse_report(line).hand_in if line else hand_in
        if not path_exists(path):
            continue
        now = digest_contents(reading.read_hand_in(path).files)
        row = next((row for modules, row in reversed(graded) if modules == now), -1)
        if (line := journal.report(row)) and parse_report(line).hand_in == path:
            rows[path] = row
        else:
            lost.append(path)
    return lost


def repeat_reports(file: Path, journal: GradeJournal, found: EarlierReports) -> Iterator[str]:
    """The lines of earlier reports, one after another."""
    with open_lines(file, []) as stream:
        for place in found.lines.values():
            stream.seek(place)
            yield seal_line(unseal_line(stream.readline(LARGEST)))
    for row in found.rows.values():
        if line := journal.report(row):
            yield seal_line(line)


def open_lines(file: Path, notes: list[str]) -> BinaryIO:
    """A file of lines; an empty one where there is none, or none that can be read."""
    try:
        if file.is_file():
            return file.open("rb")
    except OSError as error:
        notes.append(f"{file} cannot be read ({error.strerror}): the journal is")
    return io.BytesIO()


def lines_in(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of a file and their places; one that is too long comes in pieces."""
    place = 0
    while data := stream.readline(LARGEST):
        yield place, data
        place += len(data)


def named_hand_in(data: bytes) -> str:
    """The hand-in that a damaged line still names, or ""."""
    try:
        name = json.loads(data)["hand_in"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""
