"""Read a hand-in, whatever was sent: a folder, a zip, a zip in a zip, one of those in an export.

What cannot be read is a hand-in all the same: worth nothing, with a line that says what to send.
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

MAX_ARCHIVE_BYTES = 2**28  # bytes of a zip, notebooks with pictures included
MAX_NESTING = 3  # archives around an archive in which a hand-in is still found
HAND_IN_ERRORS = (
    errno.ENAMETOOLONG,
    errno.EFBIG,
)  # not the system's fault: folders too deep, or too full


def read_hand_in(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: what is wrong with it stands in its message.

    An archive that cannot be understood is worth nothing, finally. What the system does not show,
    or we fail to read by a fault of our own, is not graded: the next run tries again.
    """
    name = str(given)
    try:
        return read_path(name)
    except UnreadableArchive as error:
        return HandIn(name, message=describe_unreadable(name, str(error)), readable=False)
    except OSError as error:
        what = f": {quote_name(error.filename)}" if isinstance(error.filename, str) else ""
        said = f"cannot be read ({error.strerror or error}{what})"
        return HandIn(name, message=said, readable=False, found=error.errno in HAND_IN_ERRORS)
    except Exception as error:  # ours: it must cost neither this grade nor the others'
        said = f"the grader failed to read it ({locate_own_fault(error)}): not the hand-in's fault"
        return HandIn(name, message=said, readable=False, found=False)


def read_path(name: str) -> HandIn:
    """Read what lies at a path. Raises: OSError, UnreadableArchive."""
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
    """Read what lies in a folder on disk. Where nothing does, but in what we may not open, there
    is no telling. Raises: OSError, UnreadableArchive."""
    entries = list(walk_hand_in(Path(name)))
    made = take_hand_in(name, entries)
    return replace(
        made, found=bool(made.files) or all(e.ignored != UNREADABLE_FOLDERS for e in entries)
    )


def describe_missing(name: str) -> HandIn:
    """What is to be said where there is nothing. Raises: PermissionError: no one may look."""
    said = "a link that leads nowhere" if os.path.islink(name) else "no such file or folder"
    try:
        os.stat(name)
    except PermissionError:
        raise
    except (OSError, ValueError):  # links in a circle, or a name that no file can have, too
        return HandIn(name, message=said, found=False)
    return HandIn(name, message=said, found=False)


def describe_unreadable(name: str, why: str) -> str:
    """What is wrong with a file that is no zip, and what to do."""
    suffix = PurePosixPath(name).suffix.lower()
    if "encrypted" in why:
        why = "it has a password"
    what = (
        f" ({printable_name(why)})"
        if suffix in ("", ".zip")
        else f", but a file {quote_name(suffix)}"
    )
    return f"not a readable zip archive{what}: `autograder pack` makes one"


def uploads_beside(name: str) -> list[FileEntry]:
    """The files that were uploaded one by one with one of them, the newest last."""
    folder, own = os.path.split(name)
    mine, changed = upload_of(own), os.stat(split_archive_path(folder or ".")[0]).st_mtime_ns
    parts = uploads_in(folder or ".", changed).get(mine.by, []) if mine else []
    return [entry_at(os.path.join(folder, beside), upload.own) for upload, beside in parts]


@lru_cache(maxsize=1)  # hand-in after hand-in is read from one folder: its names, once
def uploads_in(folder: str, _changed: int) -> dict[str, list[tuple[UploadedFile, str]]]:
    """The files in a folder that were uploaded one by one, by who did it, the newest last."""
    found: dict[str, list[tuple[UploadedFile, str]]] = {}
    for name in (*names_in(folder), *links_in(folder)):
        if upload := upload_of(name):
            found.setdefault(upload.by, []).append((upload, name))
    return {by: sorted(parts) for by, parts in found.items()}


def read_archive(name: str, entry: FileEntry, depth: int) -> HandIn:
    """Read the hand-in that an archive holds, which itself lies in a folder or an archive."""
    with open_nested(entry, MAX_ARCHIVE_BYTES) as found:
        return take_hand_in(name, found.entries(), depth)


def take_hand_in(name: str, entries: Sequence[FileEntry], depth: int = 0) -> HandIn:
    """Take the modules of a hand-in, or of the one archive in it: so course sites pack them."""
    archives = [e for e in entries if is_zip(e.path.name) and len(e.path.parts) < 3 and e.counts]
    modules = list(filter(is_module, entries))
    found, said = correct_spelling(entries)
    if len(archives) == 1 and depth < MAX_NESTING and not modules:
        inside = read_archive(name, archives[0], depth + 1)
        if inside.files or not any(map(is_module, found)):
            return inside
    tops = {entry.path.parts[0] for entry in (*modules, *archives)}
    folders = {e.path.parts[0] for e in entries if e.path.parts[1:] and not e.ignored}
    of_site = set(filter(by_a_site, folders))
    several = len(of_site) > 1 or (len(archives) > 1 and (len(tops) > 1 or not modules))
    if several and "mytorch" not in tops:
        why = "it holds several hand-ins, and nothing says whose: one student sends one"
        return HandIn(name, message=why, readable=False)
    made = choose_package(name, found)
    loose = [e.path for e in found if e.path.suffix == ".py" and e.counts]
    notes = [*said, "" if said and not made.files else made.message]
    if made.files:
        notes += [*note_wrong_encodings(made.files), note_unrun_cells(made.files, found)]
    elif loose and not said and "mytorch" not in loose[0].parts:
        notes.append(f"{quote_name(loose[0].name)} is not in a folder mytorch")
    return replace(made, message="; ".join(filter(None, notes)))


def choose_package(name: str, entries: Sequence[FileEntry]) -> HandIn:
    """Take the modules of the `mytorch` that stands at the top, or one folder deeper."""
    tops = {package_folder(entry) for entry in entries if is_module(entry)}
    top = min(tops, key=lambda top: len(top.parts), default=PurePosixPath())
    package = (*top.parts, *module_reader.PACKAGE_PARTS)
    wrong = f"mytorch lies too deep in it: {quote_name('/'.join(package))}" * (len(top.parts) > 1)
    equal = sorted(str(other / "mytorch") for other in tops if len(other.parts) == len(top.parts))
    if len(equal) > 1:
        wrong = f"there are several folders mytorch in it, {list_names(equal)}: which one counts?"
    if wrong:
        return HandIn(name, message=wrong, readable=False)
    return module_reader.take_modules(name, entries, package)


def package_folder(entry: FileEntry) -> PurePosixPath:
    """The folder that holds an entry's `mytorch`; the last, for a wrapper may have that name."""
    parts = entry.path.parts[:-1]
    return PurePosixPath(*parts[: len(parts) - 1 - parts[::-1].index("mytorch")])
