"""`grades.csv`: a row a hand-in, for spreadsheets and for the course's own site.

RFC 4180 (commas, quotes doubled, lines end in CR LF), in UTF-8. It opens with a byte-order mark:
without one, Excel takes the file for the computer's old 8-bit code, and every Zoë is damaged; the
programs that read CSV otherwise know the mark (Python: `utf-8-sig`). Write it with `newline=""`.
"""

import csv
import io
import re
from collections.abc import Iterable

from autograder.exercises import EXERCISES
from autograder.hand_in.student import Student
from autograder.model import Report
from autograder.scoring.report import tidy_number

from .listing import list_faults, list_lost_points, list_measured, name_misconceptions
from .markup import clean_text

COLUMNS = (
    *("student_id", "name", "hand_in", "counts", "late", "score", "max_score"),
    *("provisional", "isolation", "message", "lost"),
)
MARK = "\ufeff"

# A spreadsheet computes a cell that begins so; where the semicolon parts cells, one behind it too.
FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def grades_header() -> str:
    """The first line: what the columns are; for each exercise one with its points."""
    return MARK + csv_line([*COLUMNS, *EXERCISES])


def grades_row(report: Report, student: Student, counts: str, late: bool = False) -> str:
    """The line of a hand-in.

    A provisional grade has no score here: what looks like a grade would be taken for one.

    Args: counts: whether it counts for its student: `yes`, or why not.
          late: whether its site says that it came late.
    """
    why = (
        *list_faults(report),
        *list_lost_points(report),
        *name_misconceptions(report),
        *list_measured(report),
    )
    points = dict.fromkeys(EXERCISES, 0.0)
    for item in report.items:
        if item.exercise in points:
            points[item.exercise] += item.score
    return csv_line(
        [
            spreadsheet_cell(student.id),
            spreadsheet_cell(student.name),
            spreadsheet_cell(report.hand_in),
            counts,
            "yes" if late else "",
            "" if report.provisional else tidy_number(report.score),
            tidy_number(report.max_score),
            "yes" if report.provisional else "no",
            spreadsheet_cell(report.isolation),
            spreadsheet_cell(report.message),
            spreadsheet_cell("; ".join(why)),
            *map(tidy_number, points.values()),
        ]
    )


def bare_row(hand_in: str, counts: str) -> str:
    """The line of a hand-in of which, by a fault of ours, no more can be said."""
    return csv_line(["", "", spreadsheet_cell(hand_in), counts, "", "", "", "yes"])


def spreadsheet_cell(text: str) -> str:
    """Text from outside in one cell: on one line, and nothing that a spreadsheet would compute."""
    guarded = FORMULA.sub(r"\1'", text)
    return re.sub(r"[\t\r\n]", "\ufffd", clean_text(guarded))


def csv_line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
