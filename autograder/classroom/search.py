"""Find the hand-ins in what was given: folders, zips, and the exports of course sites.

An export is a folder, or one zip: its hand-ins are then named `export.zip/ada.zip`, like those in
the folder that it would unpack to.
"""

import os
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ..handin import listed
from .archive import is_folder, is_zip, names_in, strays_in
from .origin import METADATA, by_a_site
from .roster import Roster

MOST_OF_ONE = 20  # archives in the folder of one student that are hand-ins of their own
NAMED = 20  # files that are left out, and named
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
