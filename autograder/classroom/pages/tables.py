"""`grades.csv`: one row per hand-in, for spreadsheets and course sites.

The format is RFC 4180 (commas, doubled quotes, lines end in CR LF), in UTF-8 with a byte-order
mark. Without the mark, Excel reads another encoding and damages names such as Zoë. Other programs
know the mark (Python: `utf-8-sig`). Write the file with `newline=""`.
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
BYTE_ORDER_MARK = "\ufeff"

# A spreadsheet computes a cell that begins so. Some use semicolons between cells.
FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def grades_header() -> str:
    """The first line: the names of the columns; each exercise has one for its points."""
    return BYTE_ORDER_MARK + csv_line([*COLUMNS, *EXERCISES])


def grades_row(report: Report, student: Student, counts: str, late: bool = False) -> str:
    """The row of a hand-in.

    A provisional grade has no score here, because it could be mistaken for a final one.

    Args: counts: whether it counts for its student: `yes`, or why not.
          late: whether the course site says that it was late.
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
    """The row of a hand-in whose report the grader failed to show."""
    return csv_line(["", "", spreadsheet_cell(hand_in), counts, "", "", "", "yes"])


def spreadsheet_cell(text: str) -> str:
    """Text from outside as one cell: on one line, and not a formula for a spreadsheet."""
    guarded = FORMULA.sub(r"\1'", text)
    return re.sub(r"[\t\r\n]", "\ufffd", clean_text(guarded))


def csv_line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
