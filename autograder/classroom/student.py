"""Whose a hand-in is, and what pages call it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Student:
    """A student as the course knows them; both empty where nobody told."""

    id: str = ""
    name: str = ""


NOBODY = Student()


@dataclass(frozen=True)
class Entry:
    """One hand-in on the class's page: its path as given, whose it is, and where its page is."""

    hand_in: str
    student: Student = NOBODY
    page: str = ""

    @property
    def called(self) -> str:
        """Its name, without the folder that all lie in."""
        return Path(self.hand_in).name or self.hand_in

    @property
    def by(self) -> str:
        """Whose it is, in words."""
        return self.student.name or self.student.id or "–"
