"""The student of a hand-in, and the hand-in's entry on the class's page."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Student:
    """A student's id and name in the course; each is "" if unknown."""

    id: str = ""
    name: str = ""


UNKNOWN_STUDENT = Student()


@dataclass(frozen=True)
class HandInEntry:
    """One hand-in on the class's page.

    hand_in  its path as given
    student  whose it is
    page     the file of its own page
    top      the folder that holds all hand-ins
    """

    hand_in: str
    student: Student = UNKNOWN_STUDENT
    page: str = ""
    top: str = ""

    @property
    def called(self) -> str:
        """Its path in the folder that holds all hand-ins."""
        return path_within(self.top, self.hand_in)

    @property
    def by(self) -> str:
        """The student's name, or id, or a dash."""
        return self.student.name or self.student.id or "–"


def common_folder(hand_ins: Iterable[str]) -> str:
    """The folder that holds all hand-ins; "" if there is none."""
    with suppress(ValueError):
        return os.path.commonpath([os.path.dirname(Path(hand_in)) for hand_in in hand_ins])
    return ""


def path_within(top: str, hand_in: str) -> str:
    """The path of a hand-in relative to a folder, or its name if it is elsewhere."""
    path = Path(hand_in)
    return str(path.relative_to(top)) if top and path.is_relative_to(top) else path.name or hand_in
