"""Collect what was handed in: find the hand-ins in folders and exports, and read each.

A course site's export is a folder, or one zip: its hand-ins are then named `export.zip/ada.zip`
and read out of it one at a time, like those in the folder that it would unpack to.
"""

import errno
import io
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..handin import Entry, HandIn, chosen, in_folder, is_module, listed, shown
from .archive import (
    DAMAGED,
    exists,
    is_folder,
    names_in,
    on_disk,
    split,
    strays_in,
    within,
)
from .origin import METADATA, by_a_site
from .roster import Roster
from .unrun import unrun

LARGEST_ARCHIVE = 2**28  # bytes of a zip, notebooks with pictures included
MOST_OF_ONE = 20  # archives in the folder of one student that are hand-ins of their own
WRAPPED = 3  # archives around an archive in which a hand-in is still found
NAMED = 20  # files that are left out, and named
# Not the grader's fault: an archive cut in front, folders too deep, links in a circle.
THEIRS = (errno.EINVAL, errno.ENAMETOOLONG, errno.ELOOP)
ARCHIVE = re.compile(r".*\.(zip|rar|7z|tar|tgz|gz|bz2|xz)", re.IGNORECASE | re.DOTALL)
# What sites and systems put beside hand-ins.
BESIDE = re.compile(
    rf"{METADATA}|grades\.csv|.+_\d+_assignsubmission_onlinetext[_.]?.*", re.IGNORECASE | re.DOTALL
)


class Found(NamedTuple):
    """The hand-ins that paths stand for, and what the instructor should know of the rest."""

    hand_ins: list[str]
    notes: list[str]


def find(paths: Iterable[str], roster: Roster | None = None) -> Found:
    """The hand-ins that paths stand for: themselves, or what is in a folder or an export.

    A folder with `mytorch/` in it is a hand-in, and so is an empty one; any other folder stands
    for what is in it, and so does a folder in it that holds several hand-ins. An archive does
    if it holds those of several people; but not beside one that is a hand-in: then it was sent
    like that, by one student.

    A single file in a folder is a hand-in, though one worth nothing, if somebody sent it: an
    archive of any kind, answers outside their folder (`.py`, `.ipynb`), or whatever has a name
    that a course site made or that is on the roster. The others are left out, and named.
    """
    given = list(dict.fromkeys(paths))
    exports = classes_among(given)
    hand_ins: dict[str, None] = {}
    left_out: list[str] = []
    for path in given:
        stands_for_others = path in exports or (is_folder(path) and "mytorch" not in names_in(path))
        inside = hand_ins_in(path, roster, left_out) if stands_for_others else []
        hand_ins |= dict.fromkeys(inside or [path])
    notes = []
    if left_out:
        files = "file that is no hand-in" if len(left_out) == 1 else "files that are no hand-ins"
        notes.append(f"left out {len(left_out)} {files}: {listed(left_out, NAMED)}")
    return Found(list(hand_ins), notes)


def hand_ins_in(folder: str, roster: Roster | None, left_out: list[str]) -> list[str]:
    """The hand-ins in a folder or export, if any is; what is none is added to `left_out` then."""
    children = {os.path.join(folder, name): name for name in names_in(folder)}
    certain = {p for p, name in children.items() if is_somebodys(p, name, roster)}
    if not certain:
        return []
    found: list[str] = []
    classes = classes_among(certain)
    for path, name in children.items():
        if path in classes and not (by_a_site(name) and len(names_in(path)) > MOST_OF_ONE):
            found += hand_ins_in(path, roster, left_out) or [path]
        elif path in certain or name.lower().endswith((".py", ".ipynb")):
            found.append(path)
        else:
            left_out.append(name)
    left_out += strays_in(folder)
    return found


def is_somebodys(path: str, name: str, roster: Roster | None) -> bool:
    """Whether what lies in a folder was sent by somebody: no table, no file without a name."""
    if BESIDE.fullmatch(name):
        return False
    known = ARCHIVE.fullmatch(name) or by_a_site(name) or (roster and roster.knows(path))
    return bool(known) or is_folder(path)


def classes_among(paths: Collection[str]) -> set[str]:
    """Those of some paths that stand for hand-ins of several people."""
    folders = [path for path in paths if is_folder(path)]
    found = set(filter(is_class, folders))
    plain = {os.path.dirname(path) for path in folders if "mytorch" in names_in(path)}
    archives: dict[str, list[str]] = {}
    for path in paths:
        if is_zip(path) and path not in folders and os.path.dirname(path) not in plain:
            archives.setdefault(os.path.dirname(path), []).append(path)
    return found.union(*(group for group in archives.values() if all(map(is_class, group))))


def is_class(path: str, wrappers: int = 3) -> bool:
    """Whether a folder or archive holds several hand-ins, or one that a course site named.

    They may lie a few folders deeper: so people, and sites, wrap them.
    """
    names = names_in(path)
    inside = [os.path.join(path, name) for name in names]
    if "mytorch" in names:
        return False
    named = [by_a_site(name) for name in names if not BESIDE.fullmatch(name)]
    if METADATA in names or (named and all(named)) or sum(map(looks_like_one, inside)) > 1:
        return True
    folders = [child for child in inside if is_folder(child)]
    return len(folders) == 1 and wrappers > 0 and is_class(folders[0], wrappers - 1)


def looks_like_one(path: str) -> bool:
    """Whether a path in a folder is a hand-in of its own: an archive, or a folder with one."""
    inside = names_in(path) if is_folder(path) else []
    return is_zip(path) or "mytorch" in inside or any(map(is_zip, inside))


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def read(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: what is wrong with it stands in its message."""
    name = str(given)
    try:
        outer, inner = split(name)
        if not inner and os.path.isdir(name):
            return taken(name, list(in_tree(Path(name))))
        if not exists(name):  # nor is there one with a name that no file can have
            return HandIn(name, message="no such file or folder", found=False)
        if not os.path.isfile(outer):
            return HandIn(name, message="neither a file nor a folder", readable=False)
        if not inner:
            return unwrapped(name, entry_of(Path(name), Path(name).name), 0)
        found = on_disk(outer)
        if inner in found.infos:
            return unwrapped(name, found.entry(found.infos[inner], inner), 0)
        return taken(name, found.entries(inner))
    except DAMAGED as error:
        return HandIn(name, message=unreadable(name, str(error)), readable=False)
    except OSError as error:
        said = f"cannot be read ({error.strerror or error})"
        if error.errno == errno.EINVAL:  # a table of contents before the file's beginning
            said = unreadable(name, "its beginning is cut off")
        return HandIn(name, message=said, readable=False, found=error.errno in THEIRS)


def unreadable(name: str, why: str) -> str:
    """What is wrong with a file that is no zip, and what to do."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in ("", ".zip"):
        return f"not a readable zip archive ({shown(why)}): `autograder pack` makes one"
    return f"not a readable zip archive, but a file {shown(suffix)}: `autograder pack` makes one"


def in_tree(folder: Path) -> Iterator[Entry]:
    """The modules of a folder; what else matters, in it and in its folder `notebooks`."""
    yield from in_folder(folder)
    for place in (folder, folder / "notebooks"):
        for path in sorted(place.iterdir()) if place.is_dir() and not place.is_symlink() else ():
            matters = path.suffix.lower() in (".zip", ".py", ".ipynb")
            if matters and path.is_file() and not path.is_symlink():
                yield entry_of(path, path.relative_to(folder).as_posix())


def entry_of(path: Path, name: str) -> Entry:
    return Entry(PurePosixPath(name), path.stat().st_size, partial(io.FileIO, path))


def unwrapped(name: str, entry: Entry, depth: int) -> HandIn:
    """Read the hand-in that an archive holds, which itself lies in a folder or an archive."""
    with within(entry, LARGEST_ARCHIVE) as found:
        return taken(name, found.entries(), depth)


def taken(name: str, entries: Sequence[Entry], depth: int = 0) -> HandIn:
    """Take the modules of a hand-in, or of the one archive in it: so course sites pack them."""
    archives = [e for e in entries if is_zip(e.path.name) and len(e.path.parts) < 3 and e.counts]
    modules = list(filter(is_module, entries))
    if len(archives) == 1 and depth < WRAPPED and not modules:
        return unwrapped(name, archives[0], depth + 1)
    tops = {entry.path.parts[0] for entry in (*modules, *archives)}
    of_site = set(filter(by_a_site, {str(e.path.parents[-2]) for e in entries if e.path.parts[1:]}))
    several = len(of_site) > 1 or (len(archives) > 1 and (len(tops) > 1 or not modules))
    if several and "mytorch" not in tops:
        said = "it holds several hand-ins, like the export of a class: give it by itself"
        return HandIn(name, message=said, readable=False)
    made = chosen(name, entries)
    loose = [e.path for e in entries if e.path.suffix == ".py" and e.counts]
    notes = [made.message, unrun(made.files, entries) if made.files else ""]
    if not made.files and loose and "mytorch" not in loose[0].parts:
        notes.append(f"{shown(loose[0].name)} is not in a folder mytorch")
    return replace(made, message="; ".join(filter(None, notes)))
