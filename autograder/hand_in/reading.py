"""Read a hand-in: a folder, a zip, a zip in a zip, or one of those in a course site's export.

A file that cannot be read still counts as a hand-in: it gets 0 points and a message that says
what to send instead.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

from . import module_reader
from .archive import (
    entry_at,
    entry_of,
    is_zip,
    links_in,
    names_in,
    open_nested,
    open_on_disk,
    path_exists,
    split_archive_path,
)
from .encoding import note_wrong_encodings
from .folder_reader import UNREADABLE_FOLDERS, walk_hand_in
from .module_reader import FileEntry, HandIn, is_module, list_names, printable_name, quote_name
from .origin import UploadedFile, by_a_site, upload_of
from .own_faults import locate_own_fault
from .spelling import correct_spelling
from .unpacking import UnreadableArchive
from .unrun import note_unrun_cells

MAX_ARCHIVE_BYTES = 2**28  # of a zip: notebooks with pictures are large
MAX_NESTING = 3  # archives around the archive that holds the hand-in
# errors that a hand-in causes, not the system: its paths are too long, or it holds too much
HAND_IN_ERRORS = (errno.ENAMETOOLONG, errno.EFBIG)


def read_hand_in(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: its message says what is wrong with it.

    A damaged archive gets a final 0. If the system cannot read a file, or the grader fails, the
    hand-in gets no final grade: the next run tries again.
    """
    name = str(given)
    try:
        return read_path(name)
    except UnreadableArchive as error:
        return HandIn(name, message=describe_unreadable(name, str(error)), readable=False)
    except OSError as error:
        file = f": {quote_name(error.filename)}" if isinstance(error.filename, str) else ""
        message = f"cannot be read ({error.strerror or error}{file})"
        return HandIn(name, message=message, readable=False, found=error.errno in HAND_IN_ERRORS)
    except Exception as error:  # the grader's fault: it must not lower or stop any grade
        where = locate_own_fault(error)
        message = f"the grader failed to read it ({where}): not the hand-in's fault"
        return HandIn(name, message=message, readable=False, found=False)


def read_path(name: str) -> HandIn:
    """Read the hand-in at a path. Raises: OSError, UnreadableArchive."""
    outer, inner = split_archive_path(name)
    if not inner and os.path.isdir(outer):
        return in_folder(name)
    if not path_exists(name):
        return describe_missing(name)
    if not os.path.isfile(outer):
        return HandIn(name, message="neither a file nor a folder", readable=False)
    if name.lower().endswith(".py") and upload_of(Path(name).name):
        return take_hand_in(name, uploads_beside(name))
    if not inner:
        return read_archive(name, entry_of(Path(outer), PurePosixPath(Path(name).name)), 0)
    found = open_on_disk(outer)
    if inner in found.infos:
        return read_archive(name, found.entry(found.infos[inner], inner), 0)
    return take_hand_in(name, found.entries(inner))


def in_folder(name: str) -> HandIn:
    """Read the hand-in in a folder on disk. If no modules are found and a folder cannot be opened,
    the hand-in gets no final grade: the modules may be in that folder.

    Raises: OSError, UnreadableArchive.
    """
    entries = list(walk_hand_in(Path(name)))
    hand_in = take_hand_in(name, entries)
    all_opened = all(e.ignored != UNREADABLE_FOLDERS for e in entries)
    return replace(hand_in, found=bool(hand_in.files) or all_opened)


def describe_missing(name: str) -> HandIn:
    """The hand-in for a path that does not exist. Raises: PermissionError: we cannot know."""
    message = "a broken link" if os.path.islink(name) else "no such file or folder"
    try:
        os.stat(name)
    except PermissionError:
        raise
    except (OSError, ValueError):  # missing, a circle of links, or an invalid name
        pass
    return HandIn(name, message=message, found=False)


def describe_unreadable(name: str, why: str) -> str:
    """Say what is wrong with a file that is not a zip, and what to do.

    Args: why: the error that reading it raised.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if "encrypted" in why:
        why = "it has a password"
    what = (
        f" ({printable_name(why)})"
        if suffix in ("", ".zip")
        else f" but a {quote_name(suffix)} file"
    )
    return f"not a readable zip archive{what}: `autograder pack` makes one"


def uploads_beside(name: str) -> list[FileEntry]:
    """The files that the same student uploaded one by one, this one among them, the newest last."""
    folder, own = os.path.split(name)
    mine, changed = upload_of(own), os.stat(split_archive_path(folder or ".")[0]).st_mtime_ns
    parts = uploads_in(folder or ".", changed).get(mine.by, []) if mine else []
    return [entry_at(os.path.join(folder, beside), upload.own) for upload, beside in parts]


@lru_cache(maxsize=1)  # all hand-ins of a folder need the same list
def uploads_in(folder: str, _changed: int) -> dict[str, list[tuple[UploadedFile, str]]]:
    """The files in a folder that were uploaded one by one, by student, the newest last.

    Args: _changed: when the folder was changed, in nanoseconds: a part of the cache's key.
    """
    found: dict[str, list[tuple[UploadedFile, str]]] = {}
    for name in (*names_in(folder), *links_in(folder)):
        if upload := upload_of(name):
            found.setdefault(upload.by, []).append((upload, name))
    return {by: sorted(parts) for by, parts in found.items()}


def read_archive(name: str, entry: FileEntry, depth: int) -> HandIn:
    """Read the hand-in in an archive, which itself is in a folder or an archive.

    Args:   depth: the number of archives around it.
    Raises: OSError, UnreadableArchive.
    """
    with open_nested(entry, MAX_ARCHIVE_BYTES) as found:
        return take_hand_in(name, found.entries(), depth)


def take_hand_in(name: str, entries: Sequence[FileEntry], depth: int = 0) -> HandIn:
    """Take the modules of a hand-in, or of the only archive in it: course sites wrap hand-ins so.

    Args:   depth: the number of archives around the entries.
    Raises: OSError, UnreadableArchive.
    """
    archives = [e for e in entries if is_zip(e.path.name) and len(e.path.parts) < 3 and e.counts]
    modules = list(filter(is_module, entries))
    found, corrections = correct_spelling(entries)
    if len(archives) == 1 and depth < MAX_NESTING and not modules:
        nested = read_archive(name, archives[0], depth + 1)
        if nested.files or not any(map(is_module, found)):
            return nested
    tops = {entry.path.parts[0] for entry in (*modules, *archives)}
    folders = {e.path.parts[0] for e in entries if e.path.parts[1:] and not e.ignored}
    site_folders = set(filter(by_a_site, folders))
    several = len(site_folders) > 1 or (len(archives) > 1 and (len(tops) > 1 or not modules))
    if several and "mytorch" not in tops:
        why = "it holds several hand-ins and does not say whose: send one hand-in per student"
        return HandIn(name, message=why, readable=False)
    made = choose_package(name, found)
    loose = [e.path for e in found if e.path.suffix == ".py" and e.counts]
    notes = [*corrections, "" if corrections and not made.files else made.message]
    if made.files:
        notes += [*note_wrong_encodings(made.files), note_unrun_cells(made.files, found)]
    elif loose and not corrections and "mytorch" not in loose[0].parts:
        notes.append(f"{quote_name(loose[0].name)} is not in a folder mytorch")
    return replace(made, message="; ".join(filter(None, notes)))


def choose_package(name: str, entries: Sequence[FileEntry]) -> HandIn:
    """Take the modules of the `mytorch` at the top, or one folder deeper. Raises: OSError."""
    tops = {package_folder(entry) for entry in entries if is_module(entry)}
    top = min(tops, key=lambda top: len(top.parts), default=PurePosixPath())
    package = (*top.parts, *module_reader.PACKAGE_PARTS)
    wrong = ""
    if len(top.parts) > 1:
        wrong = f"the folder mytorch is nested too deeply: {quote_name('/'.join(package))}"
    equal = sorted(str(other / "mytorch") for other in tops if len(other.parts) == len(top.parts))
    if len(equal) > 1:
        wrong = f"it holds several folders mytorch: {list_names(equal)}; send only one"
    if wrong:
        return HandIn(name, message=wrong, readable=False)
    return module_reader.take_modules(name, entries, package)


def package_folder(entry: FileEntry) -> PurePosixPath:
    """The folder that holds an entry's innermost `mytorch`: an outer folder may have that name."""
    parts = entry.path.parts[:-1]
    return PurePosixPath(*parts[: len(parts) - 1 - parts[::-1].index("mytorch")])
