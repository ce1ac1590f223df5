"""Whose a hand-in is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Student:
    """A student as the course knows them; both empty where nobody told."""

    id: str = ""
    name: str = ""


NOBODY = Student()
