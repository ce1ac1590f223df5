"""Whose a hand-in is, and what pages call it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Student:
    """A student as the course knows them; both empty where nobody told."""

    id: str = ""
    name: str = ""


UNKNOWN_STUDENT = Student()


@dataclass(frozen=True)
class HandInEntry:
    """One hand-in on the class's page: its path as given, whose it is, where its page is, and the
    folder that all lie in."""

    hand_in: str
    student: Student = UNKNOWN_STUDENT
    page: str = ""
    top: str = ""

    @property
    def called(self) -> str:
        """Its name, without the folder that all lie in."""
        return path_within(self.top, self.hand_in)

    @property
    def by(self) -> str:
        """Whose it is, in words."""
        return self.student.name or self.student.id or "–"


def common_folder(hand_ins: Iterable[str]) -> str:
    """The folder that all hand-ins lie in; "" where there is none."""
    with suppress(ValueError):
        return os.path.commonpath([os.path.dirname(Path(hand_in)) for hand_in in hand_ins])
    return ""


def path_within(top: str, hand_in: str) -> str:
    """What a hand-in is called in a folder that it lies in: its path from there."""
    path = Path(hand_in)
    return str(path.relative_to(top)) if top and path.is_relative_to(top) else path.name or hand_in
