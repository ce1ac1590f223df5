"""The folder that a graded class leaves: a journal, then what is made of it for people.

journal.sqlite   every report as it came: the next run goes on from here
grades.csv       a row a hand-in
class.html       what the class understood and what not
students/        a page and a text for each hand-in
reports.jsonl    every report as JSON, a line each; junit.xml the same for a CI
"""

import json
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from .. import report
from ..model import Report
from . import class_page, junit, reading, student_page, tables
from .archive import exists
from .journal import Journal
from .roster import Roll
from .similar import Index
from .statistics import Summary
from .student import Student
from .winnowing import fingerprints
from .work import parsed

DEFAULT = Path("grades")
JOURNAL = "journal.sqlite"
REPORTS = "reports.jsonl"
NAME = re.compile(r"[^\w.@-]+")


def is_results(folder: Path) -> bool:
    """Whether a folder is one of ours, and so no hand-in."""
    return (folder / JOURNAL).is_file()


def opened(folder: Path) -> Journal:
    """The journal in a folder, which is made if need be.

    Raises: ValueError: the folder holds something else.  OSError: it cannot be written.
    """
    if folder.is_dir() and any(folder.iterdir()) and not is_results(folder):
        raise ValueError(f"{folder} holds other things: name another folder with --results DIR")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"{folder}: {error.strerror}: name another with --results DIR") from None
    return Journal(folder / JOURNAL)


def earlier(folder: Path, paths: Collection[str]) -> dict[str, str]:
    """The reports that an earlier run left here on other hand-ins than these, by path.

    Whoever grades a few hand-ins anew wants the others to stay in the tables; those that are no
    longer there are dropped.
    """
    if not (folder / REPORTS).is_file():
        return {}
    with (folder / REPORTS).open(encoding="utf-8") as lines:
        known = {str(json.loads(line)["hand_in"]): line for line in lines}
    return {p: line for p, line in known.items() if p not in paths and exists(p)}


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A file that is there whole, or as it was before. `path` is replaced when the block ends."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        yield stream
    os.replace(part, path)


def write(folder: Path, roll: Roll) -> None:
    """Make the views of a graded class anew, from its reports in the folder."""

    def reports() -> Iterator[Report]:
        with (folder / REPORTS).open(encoding="utf-8") as lines:
            yield from map(parsed, lines)

    with written(folder / "grades.csv") as stream:
        rows = ((made, owner(made, roll), counts(made, roll)) for made in reports())
        stream.writelines(tables.rows(rows))
    with written(folder / "junit.xml") as stream:
        junit.write(stream, reports())
    summary, index = Summary(), Index()
    names = Names()
    (folder / "students").mkdir(exist_ok=True)
    pages: set[str] = set()
    for made in reports():
        student = owner(made, roll)
        if made.hand_in not in roll.superseded:
            summary.add(made, student)
        index.add(student.name or made.hand_in, fingerprints(reading.read(made.hand_in).files))
        page = folder / "students" / names.given(made.hand_in)
        pages |= {f"{page.name}.html", f"{page.name}.txt"}
        with written(page.with_name(f"{page.name}.html")) as stream:
            stream.write(student_page.page(made, student))
        with written(page.with_name(f"{page.name}.txt")) as stream:
            stream.write(report.to_text(made) + "\n")
    with written(folder / "class.html") as stream:
        when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        stream.write(class_page.page(summary, index.matches(), when, roll.notes))
    for old in (folder / "students").iterdir():
        if old.name not in pages and old.suffix in (".html", ".txt", ".part"):
            old.unlink()  # of a hand-in that is no longer there


def owner(made: Report, roll: Roll) -> Student:
    """Whose a hand-in is; a group is named as one."""
    group = roll.students[made.hand_in]
    return Student(*("; ".join(filter(None, words)) for words in zip(*map(astuple, group))))


def counts(made: Report, roll: Roll) -> str:
    """Whether a hand-in counts for its student, in the words of `grades.csv`."""
    if made.hand_in in roll.superseded:
        return "no: there is a newer one"
    return "undecided: there are several" if made.hand_in in roll.undecided else "yes"


class Names:
    """Names for the files of hand-ins, each given once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def given(self, hand_in: str) -> str:
        """The hand-in's own name where a file can have it; where it can't, a hash is added."""
        own = Path(hand_in).name
        name = NAME.sub("_", own.encode("utf-8", "replace").decode())[:80].strip("-.") or "hand-in"
        if name != own or name.casefold() in self.taken:
            name += "-" + sha256(os.fsencode(hand_in)).hexdigest()[:8]
        self.taken.add(name.casefold())
        return name
