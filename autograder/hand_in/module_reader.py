"""Read the modules of a `mytorch`: what `check` and `grade` have in common.

No link is followed, nothing outside `mytorch/` is read, and every size is capped: a hand-in is
text somebody sent. Archives are for who grades: see `classroom/reading.py`.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.exercises import HOMES

LARGEST_FILE = 2**20  # bytes of one module
LARGEST = 8 * 2**20  # bytes of all modules
MOST_FILES = 200
MODULE = re.compile(r"([^\W\d]\w{0,49}/){0,9}[^\W\d]\w{0,49}\.py")
PACKAGE = ("mytorch",)
SHOWN = 3  # entries of a hand-in that a message names


@dataclass(frozen=True)
class HandIn:
    """One hand-in.

    name      the path as it was given, suffix kept
    files     its modules, by path in `mytorch`
    message   what was noticed while reading, one line
    readable  False where no module could be read in it: a final grade of 0
    found     False for a path that is not there: no final grade
    """

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    message: str = ""
    readable: bool = True
    found: bool = True


@dataclass(frozen=True)
class FileEntry:
    """One file in a hand-in: its path, its size, its bytes, or why it is not even looked at."""

    path: PurePosixPath
    size: int = 0
    open: Callable[[], IO[bytes]] = io.BytesIO
    ignored: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is looked at: no link and its like, nothing that editors leave behind."""
        return not self.ignored and all(map(is_visible_name, self.path.parts))


def read_modules(folder: Path) -> HandIn:
    """Read the modules of a folder. Raises: OSError: one cannot be read."""
    return take_modules(str(folder), list(package_entries(folder)))


def package_entries(folder: Path) -> Iterator[FileEntry]:
    """The modules in a folder's `mytorch`."""
    package = folder / "mytorch"
    for place in [package] if package.is_symlink() else sorted(package.rglob("*.py")):
        path = PurePosixPath(place.relative_to(folder).as_posix())
        if any((folder / part).is_symlink() for part in (path, *path.parents)):
            yield FileEntry(path, ignored="links")
        elif place.is_file():
            yield FileEntry(path, place.stat().st_size, partial(io.FileIO, place))


def is_visible_name(name: str) -> bool:
    """Whether a name is not one of those that systems and editors leave behind."""
    return not name.startswith((".", "__MACOSX"))


def take_modules(
    name: str, entries: Sequence[FileEntry], package: tuple[str, ...] = PACKAGE
) -> HandIn:
    """Take the modules in a folder. Args: package: the parts of its path among the entries."""
    files: dict[str, bytes] = {}
    ignored: dict[str, list[str]] = {}
    # First the files that hold exercises: they count, where there are more than may be read.
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
    return entry.counts and entry.path.suffix == ".py" and "mytorch" in entry.path.parts[:-1]


def reason_to_ignore(inside: str, size: int, files: Mapping[str, bytes]) -> str:
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


def list_names(names: Sequence[str], most: int = SHOWN) -> str:
    """The first names of many, as they may be printed, and how many there are more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(quote_name, names[:most])) + more


def quote_name(name: str) -> str:
    """A name that a stranger chose, as a message shows it: whatever it imitates, one sees where
    it begins and ends."""
    inside = " ".join(name.split()).translate({ord("«"): "<", ord("»"): ">"})
    return f"«{printable_name(inside, 60)}»"


def printable_name(name: str, most: int = 160) -> str:
    """A name as it may be printed: no control characters, nothing that a CI's log takes for a
    command (`##[…]`), and of one too long the two ends."""
    clean = "".join(c if c.isprintable() else "?" for c in name).replace("##", "#?")
    end = most // 2 - 2
    return clean if len(clean) <= most else f"{clean[:end]}...{clean[-end:]}"
