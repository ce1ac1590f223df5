"""Read hand-ins: folders and zips, whatever is in them, into the modules of a `mytorch`.

Nothing is unpacked to disk, no link is followed, nothing outside `mytorch/` is read, and
every size is capped: a hand-in is text somebody sent.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

LARGEST_FILE = 2**20  # bytes of one module
LARGEST = 8 * 2**20  # bytes of all modules
MOST_FILES = 200
MOST_ENTRIES = 20_000
MODULE = re.compile(r"([^\W\d]\w{0,49}/){0,9}[^\W\d]\w{0,49}\.py")
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
    for what is in it.
    """
    for given in paths:
        path = Path(given)
        if not path.is_dir() or (path / "mytorch").exists():
            yield given
            continue
        names = sorted(c.name for c in path.iterdir())
        children = [name for name in names if not name.startswith((".", "__MACOSX"))]
        yield from (os.path.join(given, name) for name in children)
        if not children:
            yield given


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


def read_folder(folder: Path, name: str) -> HandIn:
    """Read the modules of a folder's `mytorch`; of the one folder in it that has one, if it has
    none itself."""
    package = folder / "mytorch"
    if package.is_symlink():
        return HandIn(name, message="ignored mytorch: it is a link")
    if (package / "mytorch").is_dir() and not any(package.glob("*.py")):
        return read_folder(package, name)
    if not package.is_dir():
        inner = [c for c in folder.iterdir() if not c.is_symlink()]
        inner = [c for c in inner if not c.name.startswith((".", "__MACOSX"))]
        zips = [c for c in inner if c.suffix.lower() == ".zip"]
        if len(zips) == 1 and zips[0].is_file():  # a folder a student, as course sites pack them
            return replace(read(zips[0]), name=name)
        inner = [c for c in inner if c.is_dir()]
        if len(inner) == 1 and (inner[0] / "mytorch").is_dir():
            return read_folder(inner[0], name)
        return HandIn(name, message="there is no folder mytorch in it")
    collector = Collector()
    for place in sorted(package.rglob("*.py")):
        inside = place.relative_to(package)
        linked = any((package / p).is_symlink() for p in (inside, *inside.parents))
        if linked or not place.is_file():
            collector.ignore(f"mytorch/{inside.as_posix()}", "links")
        else:
            collector.add(inside.as_posix(), place.stat().st_size, place.read_bytes)
    return collector.hand_in(name)


def read_zip(archive: zipfile.ZipFile, name: str) -> HandIn:
    """Read the modules of an archive whose `mytorch` stands at its top, or one folder deeper."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"more than {MOST_ENTRIES} entries in the archive")
    collector = Collector()
    sound = []
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            collector.ignore(entry.filename, "paths that lead out of the archive")
        elif (entry.external_attr >> 16) & 0o170000 == 0o120000:
            collector.ignore(entry.filename, "links")
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            collector.ignore(entry.filename, "compression other than zip's usual one")
        elif path.parts and path.parts[0] != "__MACOSX" and not entry.is_dir():
            sound.append((path, entry))
    tops = {path.parts[: place_of(path)] for path, _ in sound if is_module(path)}
    if not tops:
        if collector.ignored:
            return collector.hand_in(name)
        return HandIn(name, message="there is no folder mytorch in it")
    top = min(tops, key=len)
    if sum(len(other) == len(top) for other in tops) > 1:
        return HandIn(name, message="there are several folders mytorch in it: which one counts?")
    if len(top) > 1:
        return HandIn(name, message=f"mytorch lies too deep in it ({'/'.join(top)}/mytorch)")
    for path, entry in sound:
        if is_module(path) and path.parts[: len(top) + 1] == (*top, "mytorch"):
            inside = "/".join(path.parts[len(top) + 1 :])
            collector.add(inside, entry.file_size, partial(content, archive, entry))
    return collector.hand_in(name)


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


class Collector:
    """Takes modules until they are too many or too large, and notes what it leaves out."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ignored: dict[str, list[str]] = {}
        self.size = 0

    def ignore(self, name: str, why: str) -> None:
        self.ignored.setdefault(why, []).append(shown(name))

    def add(self, name: str, size: int, read: Callable[[], bytes]) -> None:
        if not MODULE.fullmatch(name) or self.is_beside_a_folder(name):
            self.ignore(name, "names that no module can have")
        elif size > LARGEST_FILE:
            self.ignore(name, f"files larger than {LARGEST_FILE} bytes")
        elif len(self.files) >= MOST_FILES or self.size + size > LARGEST:
            self.ignore(name, "files beyond the most that a hand-in may have")
        else:
            self.files[name] = read()
            self.size += len(self.files[name])

    def is_beside_a_folder(self, name: str) -> bool:
        """Whether a name is a folder of a file that is there, or has such a file as its folder."""
        return any(name.startswith(f"{n}/") or n.startswith(f"{name}/") for n in self.files)

    def hand_in(self, name: str) -> HandIn:
        notes = []
        for why, names in self.ignored.items():
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            notes.append(f"ignored {why}: {', '.join(names[:SHOWN])}{more}")
        if not self.files:
            notes.append("there is no module in mytorch")
        return HandIn(name, self.files, "; ".join(notes))


def shown(name: str) -> str:
    """A name as it may be printed: no control characters, and of one too long the two ends."""
    clean = "".join(c if c.isprintable() else "?" for c in name)
    return clean if len(clean) <= 160 else f"{clean[:78]}...{clean[-78:]}"
