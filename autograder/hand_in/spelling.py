"""Understand a `mytorch` whose name was changed, or lost, where only one thing can be meant.

`MyTorch/`, `mytorch (1)/`, `mytorch-main/`; modules with no folder of that name around them;
`Linear.py`. What is taken for what is said, and where two could be meant nothing is taken.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from autograder.exercises import EXERCISES

from .module_reader import FileEntry, is_module, list_names, quote_name

# Possessive: a name that a stranger chose is read once, never tried again in other pieces.
MYTORCH_LIKE = re.compile(
    r"my[\W_]*+torch(?:[\W_]*+(?:main|master|copy|\d++))*+[\W_]*+", re.IGNORECASE
)
PACKAGE_PATH = PurePosixPath("mytorch")


def is_like_mytorch(name: str) -> bool:
    """Whether a folder's name is `mytorch`, or what people and sites make of it."""
    return bool(MYTORCH_LIKE.fullmatch(name))


def plain_module_name(name: str) -> str:
    """The letters and digits of a module's name, as they are compared; "" for no module."""
    stem, _, suffix = name.rpartition(".")
    return "".join(filter(str.isalnum, stem.casefold())) if suffix.lower() == "py" else ""


HOME_FILE_NAMES = {
    plain_module_name(file): file
    for file in (PurePosixPath(e.file).name for e in EXERCISES.values())
}


def has_homes(names: Iterable[str]) -> bool:
    """Whether some names are of files that exercises belong in."""
    return any(plain_module_name(name) in HOME_FILE_NAMES for name in names)


def correct_spelling(entries: Sequence[FileEntry]) -> tuple[list[FileEntry], list[str]]:
    """The entries as if all were spelled right, and what is to be said of that."""
    found, notes = list(entries), []
    if not any(map(is_module, entries)):
        places = {
            e.path.parent
            for e in entries
            if e.counts and plain_module_name(e.path.name) in HOME_FILE_NAMES
        }
        alike = [p for p in places if is_like_mytorch(p.name) and len(p.parts) < 3]
        candidates = sorted(alike or [p for p in places if len(p.parts) < 2])
        if len(candidates) == 1:
            found = [in_package(entry, candidates[0], bool(alike)) for entry in entries]
            notes.append(f"mytorch is read from {written_as(candidates[0])}")
        elif candidates:
            several = list_names([f"{place}/" for place in candidates])
            notes.append(f"there is no telling which folder is mytorch: {several}")
    return correct_module_names(found, notes)


def in_package(entry: FileEntry, place: PurePosixPath, whole: bool) -> FileEntry:
    """An entry as it is called where a folder, or only what lies in it, is `mytorch`."""
    is_inside = place in entry.path.parents if whole else place == entry.path.parent
    if not is_inside or not entry.counts or entry.path.suffix.lower() != ".py":
        return entry
    return replace(entry, path=PACKAGE_PATH / entry.path.relative_to(place))


def written_as(place: PurePosixPath) -> str:
    return quote_name(f"{place}/") if place.parts else "the modules that lie in no folder"


def correct_module_names(
    entries: list[FileEntry], notes: list[str]
) -> tuple[list[FileEntry], list[str]]:
    """The entries, and once more under its own name each home of exercises that is spelled
    otherwise: what imports it by the other name finds it too."""
    homes: dict[PurePosixPath, list[FileEntry]] = defaultdict(list)
    for entry in entries:
        if (
            entry.counts
            and entry.path.parent.name == "mytorch"
            and plain_module_name(entry.path.name) in HOME_FILE_NAMES
        ):
            homes[entry.path.with_name(HOME_FILE_NAMES[plain_module_name(entry.path.name)])].append(
                entry
            )
    right = {path: one for path, one in homes.items() if path not in {e.path for e in one}}
    taken = {path: one[0] for path, one in right.items() if len(one) == 1}
    if taken:
        names = list_names([entry.path.name for entry in taken.values()])
        notes.append(f"read in spite of their spelling: {names}")
    for path, one in right.items():
        if path not in taken:
            several = list_names([entry.path.name for entry in one])
            notes.append(f"there is no telling which file is {path.name}: {several}")
    return [*entries, *(replace(entry, path=path) for path, entry in taken.items())], notes
