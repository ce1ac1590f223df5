"""Read the modules in a folder `mytorch`, for `check` and for `grade`.

A hand-in is not trusted: no link is followed, nothing outside `mytorch/` is read, and every size
is limited. Only `grade` reads archives: see `reading.py`.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.exercises import HOMES

MAX_FILE_BYTES = 2**20  # of one module
MAX_TOTAL_BYTES = 8 * 2**20  # of all modules together
MAX_FILES = 200
MODULE_PATH = re.compile(r"([^\W\d]\w{0,49}/){0,9}[^\W\d]\w{0,49}\.py")
PACKAGE_PARTS = ("mytorch",)
MAX_NAMES_SHOWN = 3  # names in one message


@dataclass(frozen=True)
class HandIn:
    """One hand-in.

    name      the path as given, with its suffix
    files     the contents of its modules, by path in `mytorch`
    message   what was noticed while reading it, one line
    readable  False if no module could be read: a final grade of 0
    found     False if the path does not exist or could not be read: no final grade
    """

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    message: str = ""
    readable: bool = True
    found: bool = True


@dataclass(frozen=True)
class FileEntry:
    """One file in a hand-in.

    path     where it is in the hand-in
    size     in bytes
    open     opens it for reading
    ignored  why it is not read, or ""
    """

    path: PurePosixPath
    size: int = 0
    open: Callable[[], IO[bytes]] = io.BytesIO
    ignored: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is read: it is not ignored, and no editor or system left it behind."""
        return not self.ignored and all(map(is_visible_name, self.path.parts))


def read_modules(folder: Path) -> HandIn:
    """Read the modules of the `mytorch` in a folder. Raises: OSError: one cannot be read."""
    return take_modules(str(folder), list(package_entries(folder)))


def package_entries(folder: Path) -> Iterator[FileEntry]:
    """The modules in the `mytorch` of a folder. Raises: OSError."""
    package = folder / "mytorch"
    for file in [package] if package.is_symlink() else sorted(package.rglob("*.py")):
        path = PurePosixPath(file.relative_to(folder).as_posix())
        if any((folder / part).is_symlink() for part in (path, *path.parents)):
            yield FileEntry(path, ignored="links")
        elif file.is_file():
            yield FileEntry(path, file.stat().st_size, partial(io.FileIO, file))


def is_visible_name(name: str) -> bool:
    """Whether a name is not one that systems and editors leave behind."""
    return not name.startswith((".", "__MACOSX"))


def take_modules(
    name: str, entries: Sequence[FileEntry], package: tuple[str, ...] = PACKAGE_PARTS
) -> HandIn:
    """Read the modules in a package folder.

    Args:   name: the hand-in's path.  package: the parts of the package's path in the hand-in.
    Raises: OSError, UnreadableArchive: one cannot be read.
    """
    files: dict[str, bytes] = {}
    ignored: dict[str, list[str]] = {}
    # Files with exercises come first, so that the limits never exclude them.
    homes = {PurePosixPath(*package, f"{name}.py") for name in ("__init__", *HOMES.values())}
    for entry in sorted(entries, key=lambda entry: entry.path not in homes):
        is_own = is_module(entry) and entry.path.parts[: len(package)] == package
        inside = "/".join(entry.path.parts[len(package) :]) if is_own else ""
        if why := entry.ignored or (is_own and reason_to_ignore(inside, entry.size, files)):
            ignored.setdefault(why, []).append(inside or str(entry.path))
        elif is_own:
            with entry.open() as content:
                files[inside] = content.read()
    notes = [f"ignored {why}: {list_names(names)}" for why, names in ignored.items()]
    if not files:
        notes.append("there is no folder mytorch with modules in it")
    return HandIn(name, files, "; ".join(notes), readable=bool(files))


def is_module(entry: FileEntry) -> bool:
    """Whether an entry is a Python file in a folder `mytorch`."""
    return entry.counts and entry.path.suffix == ".py" and "mytorch" in entry.path.parts[:-1]


def reason_to_ignore(inside: str, size: int, files: Mapping[str, bytes]) -> str:
    """Why a module cannot be taken, or "".

    Args: inside: its path in `mytorch`.  size: in bytes.  files: the modules taken so far.
    """
    total = sum(map(len, files.values())) + min(size, MAX_FILE_BYTES)
    if len(files) >= MAX_FILES or total > MAX_TOTAL_BYTES:
        return "files beyond the limit for one hand-in"
    beside = (n.startswith(f"{inside}/") or inside.startswith(f"{n}/") for n in files)
    if not MODULE_PATH.fullmatch(inside) or any(beside):
        return "invalid module names"
    if size > MAX_FILE_BYTES:
        return f"files larger than {MAX_FILE_BYTES} bytes"
    return ""


def list_names(names: Sequence[str], most: int = MAX_NAMES_SHOWN) -> str:
    """The first names in quotes, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(quote_name, names[:most])) + more


def quote_name(name: str) -> str:
    """A student's name for a file, in quotes for a message. The name cannot contain the quotes, so
    it cannot imitate other parts of the message."""
    inside = " ".join(name.split()).translate({ord("«"): "<", ord("»"): ">"})
    return f"«{printable_name(inside, 60)}»"


def printable_name(name: str, most: int = 160) -> str:
    """A name that is safe to print: without control characters, and without `##[…]`, which a CI
    log reads as a command. A name longer than `most` characters loses its middle."""
    clean = "".join(c if c.isprintable() else "?" for c in name).replace("##", "#?")
    end = most // 2 - 2
    return clean if len(clean) <= most else f"{clean[:end]}...{clean[-end:]}"
