"""Accept a misspelled or missing folder `mytorch`, and misspelled modules, if they are unambiguous.

Examples: `MyTorch/`, `mytorch (1)/`, `mytorch-main/`; modules without a folder `mytorch`;
`Linear.py`. A note says what was accepted. If there are two candidates, neither is accepted.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from autograder.exercises import EXERCISES

from .module_reader import FileEntry, is_module, list_names, quote_name

# Possessive quantifiers: no name can make the search backtrack.
MYTORCH_LIKE = re.compile(
    r"my[\W_]*+torch(?:[\W_]*+(?:main|master|copy|\d++))*+[\W_]*+", re.IGNORECASE
)
PACKAGE_PATH = PurePosixPath("mytorch")


def is_like_mytorch(name: str) -> bool:
    """Whether a folder's name is `mytorch`, or what students and sites turn it into."""
    return bool(MYTORCH_LIKE.fullmatch(name))


def plain_module_name(name: str) -> str:
    """The letters and digits of a module's name, in lower case; "" if it is not a `.py` file."""
    stem, _, suffix = name.rpartition(".")
    return "".join(filter(str.isalnum, stem.casefold())) if suffix.lower() == "py" else ""


HOME_FILE_NAMES = {
    plain_module_name(file): file
    for file in (PurePosixPath(e.file).name for e in EXERCISES.values())
}


def has_homes(names: Iterable[str]) -> bool:
    """Whether some names are those of files with exercises, perhaps misspelled."""
    return any(plain_module_name(name) in HOME_FILE_NAMES for name in names)


def correct_spelling(entries: Sequence[FileEntry]) -> tuple[list[FileEntry], list[str]]:
    """Correct the spelling of paths. Returns: the entries with correct paths, and notes."""
    found, notes = list(entries), []
    if not any(map(is_module, entries)):
        folders = {
            e.path.parent
            for e in entries
            if e.counts and plain_module_name(e.path.name) in HOME_FILE_NAMES
        }
        named = [p for p in folders if is_like_mytorch(p.name) and len(p.parts) < 3]
        candidates = sorted(named or [p for p in folders if len(p.parts) < 2])
        if len(candidates) == 1:
            found = [in_package(entry, candidates[0], bool(named)) for entry in entries]
            notes.append(f"mytorch is read from {written_as(candidates[0])}")
        elif candidates:
            several = list_names([f"{folder}/" for folder in candidates])
            notes.append(f"more than one folder could be mytorch: {several}")
    return correct_module_names(found, notes)


def in_package(entry: FileEntry, folder: PurePosixPath, whole: bool) -> FileEntry:
    """The entry with its path in `mytorch`, if it is a module in the folder meant as `mytorch`.

    Args: whole: whether modules in subfolders belong to it too.
    """
    is_inside = folder in entry.path.parents if whole else folder == entry.path.parent
    if not is_inside or not entry.counts or entry.path.suffix.lower() != ".py":
        return entry
    return replace(entry, path=PACKAGE_PATH / entry.path.relative_to(folder))


def written_as(folder: PurePosixPath) -> str:
    """Where the modules are, for a message."""
    return quote_name(f"{folder}/") if folder.parts else "the modules that are in no folder"


def correct_module_names(
    entries: list[FileEntry], notes: list[str]
) -> tuple[list[FileEntry], list[str]]:
    """Add each misspelled exercise file a second time, under its correct name. The misspelled file
    stays, because other modules may import it."""
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
    missing = {path: found for path, found in homes.items() if path not in {e.path for e in found}}
    corrected = {path: found[0] for path, found in missing.items() if len(found) == 1}
    if corrected:
        names = list_names([entry.path.name for entry in corrected.values()])
        notes.append(f"read although misspelled: {names}")
    for path, found in missing.items():
        if path not in corrected:
            several = list_names([entry.path.name for entry in found])
            notes.append(f"more than one file could be {path.name}: {several}")
    return [*entries, *(replace(entry, path=path) for path, entry in corrected.items())], notes
