"""`grades.csv`: a row a hand-in, for spreadsheets and for the course's own site.

RFC 4180 (commas, quotes doubled, lines end in CR LF), in UTF-8. It opens with a byte-order mark:
without one, Excel takes the file for the computer's old 8-bit code, and every Zoë is damaged; the
programs that read CSV otherwise know the mark (Python: `utf-8-sig`). Write it with `newline=""`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from ..exercises import EXERCISES
from ..model import Report
from ..report import number
from .pages import clean
from .student import Student

COLUMNS = (
    *("student_id", "name", "hand_in", "counts", "score", "max_score"),
    *("provisional", "isolation", "message"),
)
MARK = "\ufeff"

# A spreadsheet computes a cell that begins so; where the semicolon parts cells, one behind it too.
FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def rows(
    graded: Iterable[tuple[Report, Student, str]], exercises: Sequence[str] = tuple(EXERCISES)
) -> Iterator[str]:
    """The lines of the table, the head first; each as soon as its report is there.

    A provisional grade has no score here: what looks like a grade would be taken for one.

    Args: graded: a report, whose it is, and whether it counts for them: `yes` or why not.
          exercises: ids, a column of points each.
    """
    yield MARK + line([*COLUMNS, *exercises])
    for report, student, counts in graded:
        points = dict.fromkeys(exercises, 0.0)
        for item in report.items:
            if item.exercise in points:
                points[item.exercise] += item.score
        yield line(
            [
                cell(student.id),
                cell(student.name),
                cell(report.hand_in),
                counts,
                "" if report.provisional else number(report.score),
                number(report.max_score),
                "yes" if report.provisional else "no",
                cell(report.isolation),
                cell(report.message),
                *map(number, points.values()),
            ]
        )


def cell(text: str) -> str:
    """Text from outside in one cell: on one line, and nothing that a spreadsheet would compute."""
    guarded = FORMULA.sub(r"\1'", text)
    return re.sub(r"[\t\r\n]", "\ufffd", clean(guarded))


def line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
