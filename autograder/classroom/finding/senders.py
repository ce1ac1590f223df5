"""Who sent what, as far as one may count on it: nobody is two, however many hand-ins they send.

A name in an archive is its sender's to choose, and so is the number of names. Only the level at
which the course, or its site, put one place a student is nobody's to choose.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from autograder.hand_in.student import Student

Owner: TypeAlias = tuple[Student, ...] | str


def find_owners(students: Mapping[str, tuple[Student, ...]]) -> dict[str, Owner]:
    """Whose each hand-in is: the student whom all from one place name, or else that place.

    Args: students: whom the hand-ins name, by path.
    """
    places = find_senders(students)
    named: dict[str, set[tuple[Student, ...]]] = {}
    for path, place in places.items():
        named.setdefault(place, set()).add(students[path])
    return {p: students[p] if len(named[place]) == 1 else place for p, place in places.items()}


def find_senders(paths: Iterable[str]) -> dict[str, str]:
    """The place of its sender by hand-in: itself, or a folder or archive around it.

    Where most things in a folder are hand-ins, it holds one thing a student, and whoever has a
    folder full of them there is one sender; where few are, it holds classes.
    """
    found: dict[str, str] = {}
    waiting = [(1, [(Path(path).parts or (path,), path) for path in paths])]
    while waiting:
        depth, group = waiting.pop()
        inside: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        for parts, path in group:
            inside.setdefault(parts[:depth], []).append((parts, path))
        whole = {place for place, members in inside.items() if place in dict(members)}
        for place, members in inside.items():
            if place in whole or 2 * len(whole) > len(inside):
                found |= {path: str(Path(*place)) for _, path in members}
            else:
                waiting.append((depth + 1, members))
    return found
