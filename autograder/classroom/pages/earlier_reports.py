"""The reports of earlier runs on hand-ins that are not graded now: they stay in the tables.

They come from the file of reports, or, if their line there is damaged, from the journal. A report
that does not match its hash is not used.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.seals import make_storable, seal_line
from autograder.hand_in import reading
from autograder.hand_in.archive import path_exists
from autograder.hand_in.module_reader import list_names
from autograder.running.grading import digest_contents
from autograder.scoring.record import parse_report

from .report_lines import index_report_lines, read_report_lines


@dataclass(frozen=True)
class EarlierReports:
    """Where the reports of earlier runs are.

    lines  by hand-in: the position of its report in the file of reports
    rows   by hand-in: the row of its report in the journal, if its line is damaged or missing
    notes  what the instructor should know of the others, a line each
    """

    lines: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [*self.lines, *self.rows]


def find_earlier_reports(
    file: Path, journal: GradeJournal, given: Iterable[str], links: Iterable[str] = ()
) -> EarlierReports:
    """The reports of earlier runs on other hand-ins than those that are given.

    A hand-in that does not exist any more is dropped, and so is one that lies behind a link.

    Args: file: the file of reports.  given: the hand-ins of this run.  links: links that this run
          did not follow.
    """
    links = list(links)
    current = {*given, *links}
    places = set(map(absolute_place, current))

    def is_other(path: str) -> bool:
        return absolute_place(path) not in places

    notes: list[str] = []
    lines, damaged = index_report_lines(file, notes)
    lines = {path: at for path, at in lines.items() if is_other(path) and path_exists(path)}
    rows, lost = find_in_journal(journal, {*map(make_storable, (*current, *lines))})
    rows = {path: row for path, row in rows.items() if is_other(path)}
    lost = list(filter(is_other, lost))
    lines, rows = drop_linked(lines, links), drop_linked(rows, links)
    known = {*current, *lines, *rows, *lost}
    lost += [name for name in damaged if name not in known and path_exists(name)]
    notes += describe_damage(file, damaged, len(rows), lost)
    return EarlierReports(lines, rows, notes)


def absolute_place(path: str) -> str:
    """Where a hand-in lies. `ada`, `./ada` and its absolute path give the same place, and so does
    a name that another run read with another encoding."""
    with suppress(UnicodeError):
        path = path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return str(Path(path).absolute())


def drop_linked(found: dict[str, int], links: Iterable[str]) -> dict[str, int]:
    """The hand-ins that do not lie behind a link."""
    linked = set(map(Path, links))
    return {
        path: n for path, n in found.items() if linked.isdisjoint((Path(path), *Path(path).parents))
    }


def describe_damage(file: Path, damaged: list[str], rows: int, lost: list[str]) -> Iterator[str]:
    """What happened to reports that were damaged.

    Args: rows: how many reports the journal had.  lost: hand-ins without any report.
    """
    if damaged:
        what = f"{len(damaged)} reports in {file} do not match their hashes"
        yield f"{what} (damaged, or changed by hand): {list_names(damaged)}"
    if rows:
        yield f"{rows} reports were taken from the journal"
    if lost:
        yield f"left out {list_names(lost)}: no report on it is left; grade it again"


def find_in_journal(
    journal: GradeJournal, known: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Look in the journal for reports on hand-ins that are not known yet and have not changed.

    Returns: the rows of these reports, by hand-in; and the hand-ins that exist and for which the
             journal has no right report.
    """
    candidates: dict[str, list[tuple[str, int]]] = {}
    for row, hand_in, modules in journal.hand_ins():
        if hand_in not in known:
            candidates.setdefault(hand_in, []).append((modules, row))
    rows: dict[str, int] = {}
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
    return rows, lost


def repeat_reports(file: Path, journal: GradeJournal, earlier: EarlierReports) -> Iterator[str]:
    """The earlier reports, each as a line of JSON with its hash."""
    yield from map(seal_line, read_report_lines(file, earlier.lines.values()))
    for row in earlier.rows.values():
        if line := journal.report(row):
            yield seal_line(line)
