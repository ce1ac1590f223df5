"""Look into zips as if they were folders: nothing is unpacked, and every size is capped.

A path may go on behind an archive on disk: `export.zip/ada.zip`, `export.zip/ada/mytorch`. An
archive in an archive is copied into memory, a large one into a file that has no name.
"""

import io
import os
import shutil
import zipfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from ..handin import Entry, counts, shown

LARGEST_TABLE = 2**23  # bytes of an archive's table of contents, at least 46 an entry
MOST_ENTRIES = 20_000  # of one hand-in
MOST_IN_EXPORT = 100_000  # entries of the hand-ins of a class
MOST_IN_FOLDER = 200_000  # files and folders on disk that are passed in search of one hand-in
LARGEST_NAME = 1000  # characters of a path in it
DEEPEST = 40  # folders and files that follow each other in it
UTF8 = 0x800  # the flag of an entry whose name is said to be that
IN_MEMORY = 2**23  # bytes of an archive in an archive; a larger one is put on disk
# What reading a damaged archive raises, or one made to be hard to read.
DAMAGED = (BadZipFile, EOFError, ZlibError, NotImplementedError, RuntimeError, ValueError)


class Sparing:
    """A file that is read in small pieces, as zips are, but for a table of contents, which has a
    largest size and most entries; closed with the archive in it."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.most, self.file, self.seek, self.tell, self.seekable = (
            most,
            file,
            file.seek,
            file.tell,
            file.seekable,
        )

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_TABLE:
            raise BadZipFile(f"too many entries: a table of more than {LARGEST_TABLE} bytes")
        data = self.file.read(size)
        if data.count(b"PK\1\2") > self.most:  # the count at the end may be false
            raise BadZipFile(f"more than {self.most} entries in the archive")
        return data

    def __del__(self) -> None:
        self.file.close()


@dataclass(frozen=True)
class Contents:
    """What an archive holds: the paths of its files and folders (`ada/`), in order, and each as
    it stands there, the last of those with the same path; and why not the others, by name."""

    archive: ZipFile
    paths: list[str]
    infos: dict[str, ZipInfo]
    strays: dict[str, str]

    def below(self, folder: str) -> list[str]:
        """The paths in a folder, from there; "" is the archive itself."""
        if not folder:
            return self.paths
        first, last = (bisect_left(self.paths, folder + after) for after in "/0")  # 0 follows /
        return [path[len(folder) + 1 :] for path in self.paths[first:last]]

    def entries(self, folder: str = "") -> list[Entry]:
        """The files in a folder, as they were packed; of the archive itself, the strays too.

        Raises: BadZipFile: there are more than any hand-in has.
        """
        paths = self.below(folder)
        if len(paths) > MOST_ENTRIES:
            raise BadZipFile(f"more than {MOST_ENTRIES} entries in the archive")
        found = [(self.infos[f"{folder}/{path}" if folder else path], path) for path in paths]
        found.sort(key=lambda one: one[0].header_offset)
        strays = self.strays if not folder else {}
        return [
            *(self.entry(info, path) for info, path in found if path and not path.endswith("/")),
            *(Entry(PurePosixPath(shown(path)), ignored=why) for path, why in strays.items()),
        ]

    def entry(self, info: ZipInfo, path: str) -> Entry:
        why = ""
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            why = "links"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            why = "compression other than zip's usual one"
        return Entry(PurePosixPath(path), info.file_size, partial(self.archive.open, info), why)


def contents(archive: ZipFile) -> Contents:
    """What an archive holds."""
    infos: dict[str, ZipInfo] = {}
    strays: dict[str, str] = {}
    for info in archive.infolist():
        path = name_of(info).replace("\\", "/")
        if len(path) > LARGEST_NAME or path.count("/") > DEEPEST:
            strays[path] = "names that are too long or too deep"
            continue
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.startswith("/") or ".." in parts or path[1:2] == ":" or not parts:
            strays[path] = "paths that lead out of the archive"
        else:
            infos["/".join(parts) + "/" * path.endswith("/")] = info
    return Contents(archive, sorted(infos), infos, strays)


def name_of(info: ZipInfo) -> str:
    """The path of an entry: some programs write UTF-8 and do not say so."""
    if not info.flag_bits & UTF8:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode()
    return info.filename


@lru_cache(maxsize=1)  # hand-in after hand-in is read from one export: its table, once
def opened(path: str, _changed: tuple[int, int]) -> Contents | str:
    try:
        return contents(ZipFile(Sparing(open(path, "rb"), MOST_IN_EXPORT)))
    except DAMAGED as error:
        return str(error)  # found out once, too


def on_disk(path: str) -> Contents:
    """What an archive on disk holds. Raises: OSError, DAMAGED: it cannot be read."""
    now = os.stat(path)
    found = opened(path, (now.st_mtime_ns, now.st_size))
    if isinstance(found, str):
        raise BadZipFile(found)
    return found


@contextmanager
def within(entry: Entry, largest: int) -> Iterator[Contents]:
    """What an archive holds, while the block runs: one on disk, or in an archive.

    Raises: OSError, DAMAGED: it cannot be read.
    """
    if entry.ignored or entry.size > largest:
        raise BadZipFile(entry.ignored or f"larger than {largest} bytes")
    with entry.open() as file, SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        if not isinstance(file, io.FileIO):  # going back in what is packed unpacks it again
            shutil.copyfileobj(file, copy)
        inside = file if isinstance(file, io.FileIO) else copy
        with ZipFile(Sparing(inside, MOST_ENTRIES)) as archive:
            yield contents(archive)


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def split(path: str) -> tuple[str, str]:
    """A path in two: the archive on disk that it leads into, and the rest; without one, "" """
    if not os.path.lexists(path):
        for outer in Path(path).parents:
            if os.path.isfile(outer):
                return str(outer), Path(path).relative_to(outer).as_posix()
    return path, ""


def look(path: str) -> tuple[Contents | None, str]:
    """The archive on disk that a path leads to or into, if one can be read, and the rest."""
    outer, inner = split(path)
    with suppress(OSError, *DAMAGED):
        if os.path.isfile(outer):  # a pipe would be waited for
            return on_disk(outer), inner
    return None, inner


def is_folder(path: str) -> bool:
    """Whether there is a folder, on disk or in an archive."""
    if os.path.lexists(path):
        return os.path.isdir(path)
    found, inner = look(path)
    return bool(found and inner and inner not in found.infos and found.below(inner))


def exists(path: str) -> bool:
    """Whether there is anything at a path, on disk or in an archive."""
    if os.path.lexists(path):
        return os.path.exists(path)
    found, inner = look(path)
    return bool(found and inner and (inner in found.infos or found.below(inner)))


def names_in(path: str, most: int = MOST_IN_FOLDER) -> list[str]:
    """What lies in a folder or in an archive on disk, without what systems leave behind; nothing
    in a folder with more than that in it."""
    names: Iterable[str] = ()
    if os.path.isdir(path):
        with os.scandir(path) as inside:
            names = [one.name for one in islice(inside, most + 1)]
        names = names if len(names) <= most else ()
    else:
        found, inner = look(path)
        if found and inner not in found.infos:
            names = (below.partition("/")[0] for below in found.below(inner))
    return sorted({name for name in names if name and counts(name)})


def strays_in(path: str) -> list[str]:
    """The names of what an archive on disk holds outside of itself."""
    found, inner = look(path)
    return list(found.strays) if found and not inner else []


def content(path: str, largest: int) -> bytes:
    """The bytes of a file, on disk or in an archive; nothing where there is none, or too much."""
    with suppress(OSError, KeyError, *DAMAGED):
        outer, inner = split(path)
        if not inner:
            return Path(path).read_bytes() if os.path.getsize(path) <= largest else b""
        found = on_disk(outer)
        if found.infos[inner].file_size <= largest:
            return found.archive.read(found.infos[inner])
    return b""
