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
from .archive import entry_at, entry_of, exists, is_zip, links_in, names_in, on_disk, split, within
from .encoding import miscoded
from .folder_reader import CLOSED, in_tree
from .module_reader import Entry, HandIn, is_module, listed, quoted, shown
from .origin import Upload, by_a_site, upload_of
from .own_faults import place_in_us
from .spelling import understood
from .unpacking import Unreadable
from .unrun import unrun

LARGEST_ARCHIVE = 2**28  # bytes of a zip, notebooks with pictures included
WRAPPED = 3  # archives around an archive in which a hand-in is still found
THEIRS = (errno.ENAMETOOLONG, errno.EFBIG)  # not the system's fault: folders too deep, or too full


def read(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: what is wrong with it stands in its message.

    An archive that cannot be understood is worth nothing, finally. What the system does not show,
    or we fail to read by a fault of our own, is not graded: the next run tries again.
    """
    name = str(given)
    try:
        return one(name)
    except Unreadable as error:
        return HandIn(name, message=unreadable(name, str(error)), readable=False)
    except OSError as error:
        what = f": {quoted(error.filename)}" if isinstance(error.filename, str) else ""
        said = f"cannot be read ({error.strerror or error}{what})"
        return HandIn(name, message=said, readable=False, found=error.errno in THEIRS)
    except Exception as error:  # ours: it must cost neither this grade nor the others'
        said = f"the grader failed to read it ({place_in_us(error)}): not the hand-in's fault"
        return HandIn(name, message=said, readable=False, found=False)


def one(name: str) -> HandIn:
    """Read what lies at a path. Raises: OSError, Unreadable."""
    outer, inner = split(name)
    if not inner and os.path.isdir(outer):
        return in_folder(name)
    if not exists(name):
        return missing(name)
    if not os.path.isfile(outer):
        return HandIn(name, message="neither a file nor a folder", readable=False)
    if name.lower().endswith(".py") and upload_of(Path(name).name):
        return taken(name, uploaded(name))
    if not inner:
        return unwrapped(name, entry_of(Path(outer), PurePosixPath(Path(name).name)), 0)
    found = on_disk(outer)
    if inner in found.infos:
        return unwrapped(name, found.entry(found.infos[inner], inner), 0)
    return taken(name, found.entries(inner))


def in_folder(name: str) -> HandIn:
    """Read what lies in a folder on disk. Where nothing does, but in what we may not open, there
    is no telling. Raises: OSError, Unreadable."""
    entries = list(in_tree(Path(name)))
    made = taken(name, entries)
    return replace(made, found=bool(made.files) or all(e.ignored != CLOSED for e in entries))


def missing(name: str) -> HandIn:
    """What is to be said where there is nothing. Raises: PermissionError: no one may look."""
    said = "a link that leads nowhere" if os.path.islink(name) else "no such file or folder"
    try:
        os.stat(name)
    except PermissionError:
        raise
    except (OSError, ValueError):  # links in a circle, or a name that no file can have, too
        return HandIn(name, message=said, found=False)
    return HandIn(name, message=said, found=False)


def unreadable(name: str, why: str) -> str:
    """What is wrong with a file that is no zip, and what to do."""
    suffix = PurePosixPath(name).suffix.lower()
    if "encrypted" in why:
        why = "it has a password"
    what = f" ({shown(why)})" if suffix in ("", ".zip") else f", but a file {quoted(suffix)}"
    return f"not a readable zip archive{what}: `autograder pack` makes one"


def uploaded(name: str) -> list[Entry]:
    """The files that were uploaded one by one with one of them, the newest last."""
    folder, own = os.path.split(name)
    mine, changed = upload_of(own), os.stat(split(folder or ".")[0]).st_mtime_ns
    parts = uploads_in(folder or ".", changed).get(mine.by, []) if mine else []
    return [entry_at(os.path.join(folder, beside), upload.own) for upload, beside in parts]


@lru_cache(maxsize=1)  # hand-in after hand-in is read from one folder: its names, once
def uploads_in(folder: str, _changed: int) -> dict[str, list[tuple[Upload, str]]]:
    """The files in a folder that were uploaded one by one, by who did it, the newest last."""
    found: dict[str, list[tuple[Upload, str]]] = {}
    for name in (*names_in(folder), *links_in(folder)):
        if upload := upload_of(name):
            found.setdefault(upload.by, []).append((upload, name))
    return {by: sorted(parts) for by, parts in found.items()}


def unwrapped(name: str, entry: Entry, depth: int) -> HandIn:
    """Read the hand-in that an archive holds, which itself lies in a folder or an archive."""
    with within(entry, LARGEST_ARCHIVE) as found:
        return taken(name, found.entries(), depth)


def taken(name: str, entries: Sequence[Entry], depth: int = 0) -> HandIn:
    """Take the modules of a hand-in, or of the one archive in it: so course sites pack them."""
    archives = [e for e in entries if is_zip(e.path.name) and len(e.path.parts) < 3 and e.counts]
    modules = list(filter(is_module, entries))
    found, said = understood(entries)
    if len(archives) == 1 and depth < WRAPPED and not modules:
        inside = unwrapped(name, archives[0], depth + 1)
        if inside.files or not any(map(is_module, found)):
            return inside
    tops = {entry.path.parts[0] for entry in (*modules, *archives)}
    folders = {e.path.parts[0] for e in entries if e.path.parts[1:] and not e.ignored}
    of_site = set(filter(by_a_site, folders))
    several = len(of_site) > 1 or (len(archives) > 1 and (len(tops) > 1 or not modules))
    if several and "mytorch" not in tops:
        why = "it holds several hand-ins, and nothing says whose: one student sends one"
        return HandIn(name, message=why, readable=False)
    made = chosen(name, found)
    loose = [e.path for e in found if e.path.suffix == ".py" and e.counts]
    notes = [*said, "" if said and not made.files else made.message]
    if made.files:
        notes += [*miscoded(made.files), unrun(made.files, found)]
    elif loose and not said and "mytorch" not in loose[0].parts:
        notes.append(f"{quoted(loose[0].name)} is not in a folder mytorch")
    return replace(made, message="; ".join(filter(None, notes)))


def chosen(name: str, entries: Sequence[Entry]) -> HandIn:
    """Take the modules of the `mytorch` that stands at the top, or one folder deeper."""
    tops = {top_of(entry) for entry in entries if is_module(entry)}
    top = min(tops, key=lambda top: len(top.parts), default=PurePosixPath())
    package = (*top.parts, *module_reader.PACKAGE)
    wrong = f"mytorch lies too deep in it: {quoted('/'.join(package))}" * (len(top.parts) > 1)
    equal = sorted(str(other / "mytorch") for other in tops if len(other.parts) == len(top.parts))
    if len(equal) > 1:
        wrong = f"there are several folders mytorch in it, {listed(equal)}: which one counts?"
    if wrong:
        return HandIn(name, message=wrong, readable=False)
    return module_reader.taken(name, entries, package)


def top_of(entry: Entry) -> PurePosixPath:
    """The folder that holds an entry's `mytorch`; the last, for a wrapper may have that name."""
    parts = entry.path.parts[:-1]
    return PurePosixPath(*parts[: len(parts) - 1 - parts[::-1].index("mytorch")])
