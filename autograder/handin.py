"""Read hand-ins: folders and zips, whatever is in them, into the modules of a `mytorch`.

Nothing is unpacked to disk, no link is followed, nothing outside `mytorch/` is read, and
every size is capped: a hand-in is text somebody sent.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

LARGEST_FILE = 2**20  # bytes of one module
LARGEST = 8 * 2**20  # bytes of all modules
MOST_FILES = 200
MOST_ENTRIES = 20_000
MODULE = re.compile(r"([^\W\d]\w{0,49}/){0,9}[^\W\d]\w{0,49}\.py")
SHOWN = 3  # entries of a hand-in that a message names
ABSENT = "there is no folder mytorch in it"


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
    for what is in it.
    """
    for given in paths:
        path = Path(given)
        if not path.is_dir() or (path / "mytorch").exists():
            yield given
            continue
        children = sorted(c.name for c in path.iterdir() if counts(c.name))
        yield from (os.path.join(given, name) for name in children)
        if not children:
            yield given


def counts(name: str) -> bool:
    """Whether a name is not one of those that systems leave behind."""
    return not name.startswith((".", "__MACOSX"))


def read(given: str | Path) -> HandIn:
    """Read one hand-in. Raises nothing: what is wrong with it stands in its message."""
    name, path = str(given), Path(given)
    try:
        if path.is_dir():
            return read_folder(path, name)
        if not path.exists():
            return HandIn(name, message="no such file or folder", found=False)
        if not path.is_file():
            return HandIn(name, message="neither a file nor a folder", readable=False)
        with zipfile.ZipFile(path) as archive:
            return read_zip(archive, name)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        return HandIn(name, message=f"not a readable zip archive ({error})", readable=False)
    except ValueError as error:
        return HandIn(name, message=str(error), readable=False)
    except OSError as error:
        return HandIn(name, message=f"cannot be read ({error.strerror or error})", found=False)


@dataclass(frozen=True)
class Entry:
    """One file in a hand-in: its path in `mytorch`, its size, its text, or why it is ignored."""

    name: str
    size: int = 0
    read: Callable[[], bytes] = bytes
    ignored: str = ""


def read_folder(folder: Path, name: str) -> HandIn:
    """Read the modules of a folder's `mytorch`; of the one folder in it that has one, if it has
    none itself."""
    package = folder / "mytorch"
    if package.is_symlink():
        return HandIn(name, message="ignored mytorch: it is a link")
    if (package / "mytorch").is_dir() and not any(package.glob("*.py")):
        return read_folder(package, name)
    if package.is_dir():
        return collected(name, map(partial(entry_of, package), sorted(package.rglob("*.py"))))
    inner = [c for c in folder.iterdir() if not c.is_symlink() and counts(c.name)]
    zips = [c for c in inner if c.suffix.lower() == ".zip" and c.is_file()]
    if len(zips) == 1:  # a folder a student, as course sites pack them
        return replace(read(zips[0]), name=name)
    inner = [c for c in inner if c.is_dir()]
    if len(inner) == 1 and (inner[0] / "mytorch").is_dir():
        return read_folder(inner[0], name)
    return HandIn(name, message=ABSENT)


def entry_of(package: Path, place: Path) -> Entry:
    """A file of a folder."""
    inside = place.relative_to(package)
    if any((package / p).is_symlink() for p in (inside, *inside.parents)) or not place.is_file():
        return Entry(f"mytorch/{inside.as_posix()}", ignored="links")
    return Entry(inside.as_posix(), place.stat().st_size, place.read_bytes)


def read_zip(archive: zipfile.ZipFile, name: str) -> HandIn:
    """Read the modules of an archive whose `mytorch` stands at its top, or one folder deeper."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"more than {MOST_ENTRIES} entries in the archive")
    unsafe = [Entry(e.filename, ignored=why) for e in entries if (why := danger(e))]
    sound = [(path_of(e), e) for e in entries if not danger(e) and not e.is_dir()]
    modules = [(p, e) for p, e in sound if is_module(p) and p.parts[0] != "__MACOSX"]
    tops = {path.parts[: place_of(path)] for path, _ in modules}
    if not tops:
        return collected(name, unsafe) if unsafe else HandIn(name, message=ABSENT)
    top = min(tops, key=len)
    if sum(len(other) == len(top) for other in tops) > 1:
        return HandIn(name, message="there are several folders mytorch in it: which one counts?")
    if len(top) > 1:
        return HandIn(name, message=f"mytorch lies too deep in it ({'/'.join(top)}/mytorch)")
    own = [(p, e) for p, e in modules if p.parts[: len(top) + 1] == (*top, "mytorch")]
    inside = ["/".join(path.parts[len(top) + 1 :]) for path, _ in own]
    texts = [partial(content, archive, entry) for _, entry in own]
    found = [Entry(n, e.file_size, t) for n, (_, e), t in zip(inside, own, texts, strict=True)]
    return collected(name, unsafe + found)


def path_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(entry.filename.replace("\\", "/"))


def danger(entry: zipfile.ZipInfo) -> str:
    """Why an entry of an archive is not even looked at, or ""."""
    path = path_of(entry)
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "paths that lead out of the archive"
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        return "links"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "compression other than zip's usual one"
    return ""


def is_module(path: PurePosixPath) -> bool:
    return path.suffix == ".py" and "mytorch" in path.parts[:-1]


def place_of(path: PurePosixPath) -> int:
    """Where `mytorch` stands in a path; the last, for a wrapper may have that name too."""
    return max(n for n, part in enumerate(path.parts[:-1]) if part == "mytorch")


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's bytes, read no further than it may be long, whatever its header claims."""
    with archive.open(entry) as stream:
        data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"{shown(entry.filename)} is larger than {LARGEST_FILE} bytes")
    return data


def collected(name: str, entries: Iterable[Entry]) -> HandIn:
    """Take modules until they are too many or too large, and note what is left out."""
    files: dict[str, bytes] = {}
    ignored: dict[str, list[str]] = {}
    for entry in entries:
        if why := entry.ignored or excess(entry, files):
            ignored.setdefault(why, []).append(shown(entry.name))
        else:
            files[entry.name] = entry.read()
    notes = []
    for why, names in ignored.items():
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        notes.append(f"ignored {why}: {', '.join(names[:SHOWN])}{more}")
    if not files:
        notes.append("there is no module in mytorch")
    return HandIn(name, files, "; ".join(notes))


def excess(entry: Entry, files: Mapping[str, bytes]) -> str:
    """Why a module cannot be taken beside those that are there, or ""."""
    beside = (n.startswith(f"{entry.name}/") or entry.name.startswith(f"{n}/") for n in files)
    if not MODULE.fullmatch(entry.name) or any(beside):
        return "names that no module can have"
    if entry.size > LARGEST_FILE:
        return f"files larger than {LARGEST_FILE} bytes"
    if len(files) >= MOST_FILES or sum(map(len, files.values())) + entry.size > LARGEST:
        return "files beyond the most that a hand-in may have"
    return ""


def shown(name: str) -> str:
    """A name as it may be printed: no control characters, and of one too long the two ends."""
    clean = "".join(c if c.isprintable() else "?" for c in name)
    return clean if len(clean) <= 160 else f"{clean[:78]}...{clean[-78:]}"
