"""Find hand-ins in paths: folders, zips, and exports of course sites.

An export is a folder or one zip. The hand-ins of a zip are named `export.zip/ada.zip`, as in the
folder that would result from unpacking it.
"""

import os
import re
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from autograder.hand_in.archive import (
    ARCHIVE_NAME,
    hidden_in,
    is_folder,
    is_zip,
    links_in,
    names_in,
    strays_in,
)
from autograder.hand_in.module_reader import list_names, quote_name
from autograder.hand_in.origin import GRADESCOPE_METADATA, by_a_site, made_for_one, upload_of
from autograder.hand_in.spelling import has_homes, is_like_mytorch

from .left_out import MAX_NAMED, LeftOut
from .own_results import is_results
from .roster import Roster

MAX_ARCHIVES_OF_ONE = 20  # in the folder of one student, that are hand-ins of their own
MAX_CLASS_NAMES = 1000  # looked at in a folder or archive, to find out whether it is a class
MAX_HAND_IN_NAMES = 300  # looked at inside one of those names
# Files that course sites and systems put beside hand-ins.
BESIDE = re.compile(
    rf"{GRADESCOPE_METADATA}|grades\.csv|.+_\d+_assignsubmission_onlinetext[_.]?.*",
    re.IGNORECASE | re.DOTALL,
)


class FoundHandIns(NamedTuple):
    """The hand-ins of some paths, notes for the instructor, and the links that were left out."""

    hand_ins: list[str]
    notes: list[str]
    links: list[str]


def find_hand_ins(paths: Iterable[str], roster: Roster | None = None) -> FoundHandIns:
    """The hand-ins of some paths: each path itself, or the hand-ins in a folder or an export.

    A folder is a hand-in if it has `mytorch/` in it (also with a similar name), or is empty. Any
    other folder that is given stands for the hand-ins in it. So does an archive or inner folder if
    it holds the hand-ins of several students. There are two exceptions, because a student may
    have sent it like that: if a hand-in lies beside it, and if another given path does not hold
    several hand-ins. If a course site named a path for a student, or the roster has its name, all
    of it belongs to this student: it is one hand-in, or, if it is a folder with a few archives,
    each archive is one.

    Files that a student uploaded one by one, with a module among them, are one hand-in, named after
    the first module. Any other file in a folder is a hand-in (worth 0) if a student sent it: an
    archive of any kind, an answer outside its folder (`.py`, `.ipynb`), or a file whose name a
    course site made or the roster knows. All other files, links and folders of results are left out
    and named in notes.
    """
    left_out = LeftOut()
    given = results_apart(without_parts(list(dict.fromkeys(paths)), left_out), roster, left_out)
    exports = classes_among(given, roster, left_out)
    allow_exports = len(given) == 1 or all(
        path in exports or holds_exports(path, roster, left_out) for path in given
    )
    hand_ins: dict[str, None] = {}
    for path in given:
        of_class = path in exports and allow_exports
        inside = left_out.guard_look(
            [path], hand_ins_at, path, roster, left_out, allow_exports, of_class
        )
        hand_ins |= dict.fromkeys(inside)
    if len(given) > 1 and (links := [path for path in given if os.path.islink(path.rstrip("/"))]):
        left_out.notes.append(
            f"followed, because you named these links: {list_names(links, MAX_NAMED)}"
        )
    return FoundHandIns(list(hand_ins), left_out.list_notes(), left_out.links)


def hand_ins_at(
    path: str, roster: Roster | None, left_out: LeftOut, allow_exports: bool, of_class: bool
) -> list[str]:
    """The hand-ins of one given path."""
    if is_one_students(path, roster):
        return hand_ins_of_one(path, left_out)
    if of_class or (is_folder(path) and not left_out.guard_look(False, is_hand_in, path)):
        return hand_ins_in(path, roster, left_out, allow_exports) or [path]
    note_beside_mytorch(path, left_out)
    return [path]


def note_beside_mytorch(path: str, left_out: LeftOut) -> None:
    """Add to `left_out` what looks like a hand-in beside the `mytorch` of another one: it may be
    another student's, in the wrong folder."""
    names = names_in(path)
    for other in names if "mytorch" in names else []:
        beside = os.path.join(path, other)
        if other != "mytorch" and left_out.guard_look(False, looks_like_hand_in, beside):
            left_out.beside.append(beside)


def hand_ins_in(
    folder: str, roster: Roster | None, left_out: LeftOut, allow_exports: bool
) -> list[str]:
    """The hand-ins in a folder or export; if there are any, the rest is added to `left_out`.

    Args: allow_exports: whether an archive in a folder can be an export.
    """
    inside = without_parts([os.path.join(folder, name) for name in names_in(folder)], left_out)
    children = {path: os.path.basename(path) for path in results_apart(inside, roster, left_out)}
    certain = {
        path
        for path, name in children.items()
        if left_out.guard_look(True, was_sent_by_student, path, name, roster)
    }
    if not certain:
        return []
    found: list[str] = []
    classes = classes_among(certain, roster, left_out)
    for path, name in children.items():
        if path in classes and (allow_exports or is_folder(path)):
            found += left_out.guard_look(
                [path], hand_ins_in, path, roster, left_out, allow_exports
            ) or [path]
        elif path in certain or name.lower().endswith((".py", ".ipynb")):
            if is_folder(path) and not is_one_students(path, roster):
                left_out.guard_look(None, note_beside_mytorch, path, left_out)
            found += left_out.guard_look([path], hand_ins_of_one, path, left_out)
        else:
            left_out.files.append(name)
    left_out.files += strays_in(folder)
    for name in hidden_in(folder):
        if left_out.guard_look(False, looks_like_hand_in, os.path.join(folder, name)):
            left_out.files.append(name)
    left_out.links += [os.path.join(folder, name) for name in links_in(folder)]
    if is_zip(folder):
        left_out.notes.append(
            f"{quote_name(folder)} is taken for the export of a class: {len(found)} hand-ins,"
            " by the names in it"
        )
    return found


def results_apart(paths: list[str], roster: Roster | None, left_out: LeftOut) -> list[str]:
    """Paths without folders of results. A folder with a student's name is never one of these."""
    ours = {
        p
        for p in paths
        if left_out.guard_look(False, is_results, p) and not is_one_students(p, roster)
    }
    left_out.results += sorted(ours)
    return [path for path in paths if path not in ours]


def hand_ins_of_one(path: str, left_out: LeftOut) -> list[str]:
    """The hand-ins of one student: a few archives in a folder that a site made, or the path."""
    names = names_in(path) if is_folder(path) and made_for_one(Path(path)) else []
    inside = [os.path.join(path, name) for name in names]
    archives = list(filter(is_zip, inside))
    if not 1 < len(archives) <= len(inside) <= MAX_ARCHIVES_OF_ONE or any(map(is_folder, inside)):
        return [path]
    left_out.files += [name for name in names if not is_zip(name)]
    left_out.links += [os.path.join(path, name) for name in links_in(path)]
    return archives


def without_parts(paths: list[str], left_out: LeftOut) -> list[str]:
    """Paths without the files that a student uploaded together with another one of them."""
    uploads: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        upload = left_out.guard_look(None, upload_of, name)
        if upload and not is_folder(path):
            uploads.setdefault((folder, upload.by), []).append(path)
    parts: set[str] = set()
    for files in uploads.values():
        if modules := [path for path in files if path.lower().endswith(".py")]:
            parts |= set(files) - {min(modules)}
    return [path for path in paths if path not in parts]


def is_hand_in(folder: str) -> bool:
    """Whether a folder is a hand-in: it holds the package or its modules, and no other student's
    hand-in."""
    names = names_in(folder)
    if "mytorch" in names and is_folder(os.path.join(folder, "mytorch")):
        return True
    beside = [name for name in names[:MAX_CLASS_NAMES] if not BESIDE.fullmatch(name)]
    hand_ins = [name for name in beside if looks_like_hand_in(os.path.join(folder, name))]
    others = set(beside) - set(hand_ins)
    if any(ARCHIVE_NAME.fullmatch(name) or by_a_site(name) for name in others):
        return False
    if has_homes(names) or not hand_ins:
        return has_homes(names) and not hand_ins
    inside = names_in(os.path.join(folder, hand_ins[0]), MAX_HAND_IN_NAMES)
    return len(hand_ins) == 1 and is_like_mytorch(hand_ins[0]) and has_homes(inside)


def is_one_students(path: str, roster: Roster | None) -> bool:
    """Whether a path's name says that all of its content comes from one student or group."""
    return bool(made_for_one(Path(path)) or (roster and roster.knows(path)))


def was_sent_by_student(path: str, name: str, roster: Roster | None) -> bool:
    """Whether a student sent a file or folder, by its kind and name."""
    if BESIDE.fullmatch(name):
        return False
    return bool(ARCHIVE_NAME.fullmatch(name)) or is_one_students(path, roster) or is_folder(path)


def classes_among(paths: Collection[str], roster: Roster | None, left_out: LeftOut) -> set[str]:
    """The paths that hold hand-ins of several students.

    In one folder, all paths must do so: otherwise a student could add hand-ins for others.
    """
    beside: dict[str, list[str]] = {}
    for path in paths:
        beside.setdefault(os.path.dirname(path), []).append(path)
    groups = beside.values()
    return set().union(
        *(
            g
            for g in groups
            if all(left_out.guard_look(False, is_class, path, roster) for path in g)
        )
    )


def holds_exports(folder: str, roster: Roster | None, left_out: LeftOut) -> bool:
    """Whether a folder holds archives, each with the hand-ins of several students."""
    archives = [os.path.join(folder, n) for n in names_in(folder)[:MAX_CLASS_NAMES] if is_zip(n)]
    return bool(archives) and all(left_out.guard_look(False, is_class, a, roster) for a in archives)


def is_class(path: str, roster: Roster | None, wrappers: int = 3) -> bool:
    """Whether a folder or archive holds several hand-ins, or one that a course site named.

    They may lie a few folders deeper, as some people and sites wrap them.
    """
    names = [] if is_one_students(path, roster) else names_in(path)
    inside = [os.path.join(path, name) for name in names[:MAX_CLASS_NAMES]]
    if "mytorch" in names and is_folder(os.path.join(path, "mytorch")):
        return False
    named = [by_a_site(name) for name in names if not BESIDE.fullmatch(name)]
    if GRADESCOPE_METADATA in names or (named and all(named)):
        return True
    if len(list(islice(filter(looks_like_hand_in, inside), 2))) > 1:
        return True
    folders = [child for child in inside if is_folder(child)]
    return len(folders) == 1 and wrappers > 0 and is_class(folders[0], roster, wrappers - 1)


def looks_like_hand_in(path: str) -> bool:
    """Whether a path looks like a hand-in: an archive, or a folder that holds an archive or the
    package."""
    inside = names_in(path, MAX_HAND_IN_NAMES) if is_folder(path) else []
    return is_zip(path) or has_homes(inside) or any(is_like_mytorch(n) or is_zip(n) for n in inside)
