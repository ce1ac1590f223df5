"""Find who sent each hand-in, so that no student counts as several.

A student can choose the names in an archive, and how many there are. A student cannot choose the
level of folders at which the course, or its site, made one place per student.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from autograder.hand_in.student import Student

Owner: TypeAlias = tuple[Student, ...] | str


def find_owners(students: Mapping[str, tuple[Student, ...]]) -> dict[str, Owner]:
    """The owner of each hand-in: the students, if all hand-ins of a place name the same; otherwise
    the place.

    Args: students: the students that each hand-in names, by path.
    """
    places = find_senders(students)
    named: dict[str, set[tuple[Student, ...]]] = {}
    for path, place in places.items():
        named.setdefault(place, set()).add(students[path])
    return {p: students[p] if len(named[place]) == 1 else place for p, place in places.items()}


def find_senders(paths: Iterable[str]) -> dict[str, str]:
    """By hand-in, the place of its sender: the hand-in itself, or a folder or archive around it.

    If more than half of a folder's entries are hand-ins, each entry belongs to one sender, even an
    entry that holds many hand-ins. Otherwise the entries are classes.
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
