"""Read hand-ins: folders and zips, whatever is in them, into the modules of a `mytorch`.

Nothing is unpacked to disk, no link is followed, nothing outside `mytorch/` is read, and
every size is capped: a hand-in is text somebody sent.
"""

import errno
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

LARGEST_FILE = 2**20  # bytes of one module
LARGEST = 8 * 2**20  # bytes of all modules
LARGEST_ARCHIVE = 2**28  # bytes of a zip, notebooks with pictures included
MOST_FILES = 200
MOST_ENTRIES = 20_000
MODULE = re.compile(r"([^\W\d]\w{0,49}/){0,9}[^\W\d]\w{0,49}\.py")
# Not the grader's fault: an archive cut in front, folders too deep, links in a circle.
THEIRS = (errno.EINVAL, errno.ENAMETOOLONG, errno.ELOOP)
SHOWN = 3  # entries of a hand-in that a message names


@dataclass(frozen=True)
class HandIn:
    """One hand-in.

    name      the path as it was given, suffix kept
    files     its modules, by path in `mytorch`
    message   what was noticed while reading, one line
    readable  False for an archive that could not be opened: a final grade of 0
    found     False for a path that is not there: no final grade
    """

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    message: str = ""
    readable: bool = True
    found: bool = True


def find(paths: Iterable[str]) -> Iterator[str]:
    """The hand-ins that paths stand for: themselves, or a folder's children.

    A folder with `mytorch/` in it is a hand-in, and so is an empty one; any other folder stands
    for what is in it, and so does a folder in it that holds several hand-ins.
    """
    for given in dict.fromkeys(paths):
        inside = [] if (Path(given) / "mytorch").exists() else names_in(Path(given))
        for name in inside:
            child = os.path.join(given, name)
            several = sum(looks_like_one(Path(child, inner)) for inner in names_in(Path(child)))
            is_class = several > 1 and not Path(child, "mytorch").exists()
            yield from find([child]) if is_class else [child]
        if not inside:
            yield given


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, without what systems leave behind; nothing in what is none."""
    return sorted(c.name for c in folder.iterdir() if counts(c.name)) if folder.is_dir() else []


def looks_like_one(path: Path) -> bool:
    """Whether a path in a folder is a hand-in of its own: an archive, or a folder with one."""
    if path.suffix.lower() == ".zip":
        return True
    return any(n == "mytorch" or n.lower().endswith(".zip") for n in names_in(path))


def counts(name: str) -> bool:
    """Whether a name is not one of those that systems leave behind."""
    return not name.startswith((".", "__MACOSX"))


def read(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: what is wrong with it stands in its message."""
    name, path = str(given), Path(given)
    try:
        if os.path.isdir(path):
            return read_folder(path, name)
        if not os.path.exists(path):  # nor is there one with a name that no file can have
            return HandIn(name, message="no such file or folder", found=False)
        if not path.is_file():
            return HandIn(name, message="neither a file nor a folder", readable=False)
        if path.stat().st_size > LARGEST_ARCHIVE:
            raise ValueError(f"larger than {LARGEST_ARCHIVE} bytes")
        with zipfile.ZipFile(path) as archive:
            return read_zip(archive, name)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        return HandIn(name, message=f"not a readable zip archive ({error})", readable=False)
    except ValueError as error:
        return HandIn(name, message=str(error), readable=False)
    except OSError as error:
        said = f"cannot be read ({error.strerror or error})"
        if error.errno == errno.EINVAL:  # a table of contents before the file's beginning
            said = "not a readable zip archive (its beginning is cut off)"
        return HandIn(name, message=said, readable=False, found=error.errno in THEIRS)


@dataclass(frozen=True)
class Entry:
    """One file in a hand-in: its path, its size, its text, or why it is not even looked at."""

    path: PurePosixPath
    size: int = 0
    read: Callable[[], bytes] = bytes
    ignored: str = ""


def read_folder(folder: Path, name: str) -> HandIn:
    """Read the modules of a folder, or of the one archive in it: so course sites pack them."""
    if not (folder / "mytorch").exists():
        zips = [c for c in folder.iterdir() if c.suffix.lower() == ".zip" and counts(c.name)]
        if len(zips) == 1 and zips[0].is_file() and not zips[0].is_symlink():
            return replace(read(zips[0]), name=name)
    return chosen(name, list(in_folder(folder)))


def in_folder(folder: Path) -> Iterator[Entry]:
    """The modules in a folder's `mytorch`, or in that of a folder in it."""
    inner = (c / "mytorch" for c in sorted(folder.iterdir()) if counts(c.name))
    for package in (folder / "mytorch", *inner):
        for place in [package] if package.is_symlink() else sorted(package.rglob("*.py")):
            path = PurePosixPath(place.relative_to(folder).as_posix())
            if any((folder / part).is_symlink() for part in (path, *path.parents)):
                yield Entry(path, ignored="links")
            elif place.is_file():
                yield Entry(path, place.stat().st_size, place.read_bytes)


def read_zip(archive: zipfile.ZipFile, name: str) -> HandIn:
    """Read the modules of an archive."""
    if len(archive.infolist()) > MOST_ENTRIES:
        raise ValueError(f"more than {MOST_ENTRIES} entries in the archive")
    entries = (in_zip(archive, entry) for entry in archive.infolist())
    last = {e.path: e for e in entries if e.path.parts[:1] != ("__MACOSX",)}  # as unpacked
    return chosen(name, list(last.values()))


def in_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Entry:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    why = ""
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        why = "paths that lead out of the archive"
    elif (entry.external_attr >> 16) & 0o170000 == 0o120000:
        why = "links"
    elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        why = "compression other than zip's usual one"
    return Entry(path, entry.file_size, partial(archive.read, entry), why)


def chosen(name: str, entries: Sequence[Entry]) -> HandIn:
    """Take the modules of the `mytorch` that stands at the top, or one folder deeper."""
    tops = {top_of(entry) for entry in entries if is_module(entry)}
    top = min(tops, key=lambda top: len(top.parts), default=PurePosixPath())
    if sum(len(other.parts) == len(top.parts) for other in tops) > 1:
        return HandIn(name, message="there are several folders mytorch in it: which one counts?")
    if len(top.parts) > 1:
        return HandIn(name, message=f"mytorch lies too deep in it: {shown(str(top))}/mytorch")
    files: dict[str, bytes] = {}
    ignored: dict[str, list[str]] = {}
    for entry in entries:
        is_own = is_module(entry) and top / "mytorch" in entry.path.parents
        inside = str(entry.path.relative_to(top / "mytorch")) if is_own else ""
        if why := entry.ignored or (is_own and excess(inside, entry.size, files)):
            ignored.setdefault(why, []).append(shown(inside or str(entry.path)))
        elif is_own:
            files[inside] = entry.read()
    notes = []
    for why, names in ignored.items():
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        notes.append(f"ignored {why}: {', '.join(names[:SHOWN])}{more}")
    if not files:
        loose = [e for e in entries if e.path.suffix == ".py" and not e.ignored]
        notes.append("there is no folder mytorch with modules in it")
        notes += [f"{entry.path.name} is not in a folder mytorch" for entry in loose[:1]]
        if sum(entry.path.suffix.lower() == ".zip" for entry in entries) > 1:
            notes.append("it holds several archives, like the export of a class: unpack it first")
    return HandIn(name, files, "; ".join(notes))


def is_module(entry: Entry) -> bool:
    parts = entry.path.parts[:-1]
    copied = ".ipynb_checkpoints" in parts  # by JupyterLab, of a file that was edited there
    return not entry.ignored and entry.path.suffix == ".py" and "mytorch" in parts and not copied


def top_of(entry: Entry) -> PurePosixPath:
    """The folder that holds an entry's `mytorch`; the last, for a wrapper may have that name."""
    parts = entry.path.parts[:-1]
    return PurePosixPath(*parts[: len(parts) - 1 - parts[::-1].index("mytorch")])


def excess(inside: str, size: int, files: Mapping[str, bytes]) -> str:
    """Why a module cannot be taken beside those that are there, or ""."""
    total = sum(map(len, files.values())) + min(size, LARGEST_FILE)
    if len(files) >= MOST_FILES or total > LARGEST:
        return "files beyond the most that a hand-in may have"
    beside = (n.startswith(f"{inside}/") or inside.startswith(f"{n}/") for n in files)
    if not MODULE.fullmatch(inside) or any(beside):
        return "names that no module can have"
    if size > LARGEST_FILE:
        return f"files larger than {LARGEST_FILE} bytes"
    return ""


def shown(name: str) -> str:
    """A name as it may be printed: no control characters, nothing that a CI's log takes for a
    command (`##[…]`), and of one too long the two ends."""
    clean = "".join(c if c.isprintable() else "?" for c in name).replace("##", "#?")
    return clean if len(clean) <= 160 else f"{clean[:78]}...{clean[-78:]}"
