"""Look into zips as if they were folders: nothing is unpacked, and every size is capped.

A path may go on behind an archive on disk: `export.zip/ada.zip`, `export.zip/ada/mytorch`. An
archive in an archive is copied into memory, a large one into a file that has no name. No link in
a folder or archive is followed; a path that was given may itself be one.
"""

import io
import os
import re
import shutil
import stat
import zipfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from zipfile import ZipFile, ZipInfo

from .module_reader import FileEntry, is_visible_name, printable_name
from .unpacking import SmallReads, UnreadableArchive, open_unpacked, translate_zip_errors

MAX_ENTRIES = 20_000  # of one hand-in
MAX_EXPORT_ENTRIES = 100_000  # entries of the hand-ins of a class
MAX_FOLDER_ENTRIES = 200_000  # files and folders on disk that are passed in search of one hand-in
MAX_PATH_LENGTH = 1000  # characters of a path in it
MAX_PATH_DEPTH = 40  # folders and files that follow each other in it
ARCHIVE_NAME = re.compile(r".*\.(zip|rar|7z|tar|tgz|gz|bz2|xz)", re.IGNORECASE | re.DOTALL)
UTF8_FLAG = 0x800  # the flag of an entry whose name is said to be that
MAX_BYTES_IN_MEMORY = 2**23  # bytes of an archive in an archive; a larger one is put on disk


@dataclass(frozen=True)
class ArchiveContents:
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

    def entries(self, folder: str = "") -> list[FileEntry]:
        """The files in a folder, as they were packed; of the archive itself, the strays too.

        Raises: UnreadableArchive: there are more than any hand-in has.
        """
        paths = self.below(folder)
        if len(paths) > MAX_ENTRIES:
            raise UnreadableArchive(f"more than {MAX_ENTRIES} entries in the archive")
        found = [(self.infos[f"{folder}/{path}" if folder else path], path) for path in paths]
        found.sort(key=lambda one: one[0].header_offset)
        strays = self.strays if not folder else {}
        return [
            *(self.entry(info, path) for info, path in found if path and not path.endswith("/")),
            *(
                FileEntry(PurePosixPath(printable_name(path)), ignored=why)
                for path, why in strays.items()
            ),
        ]

    def entry(self, info: ZipInfo, path: str) -> FileEntry:
        why = ""
        if is_link(info):
            why = "links"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            why = "compression other than zip's usual one"
        elif info.compress_size > 2 * info.file_size + 2**16:  # it would only cost time
            why = "files that are larger when they are packed"
        return FileEntry(
            PurePosixPath(path), info.file_size, partial(open_unpacked, self.archive, info), why
        )


def list_contents(archive: ZipFile) -> ArchiveContents:
    """What an archive holds."""
    infos: dict[str, ZipInfo] = {}
    strays: dict[str, str] = {}
    for info in archive.infolist():
        path = entry_name(info).replace("\\", "/")
        if len(path) > MAX_PATH_LENGTH or path.count("/") > MAX_PATH_DEPTH:
            strays[path] = "names that are too long or too deep"
            continue
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.startswith("/") or ".." in parts or path[1:2] == ":" or not parts:
            strays[path] = "paths that lead out of the archive"
        else:
            infos["/".join(parts) + "/" * path.endswith("/")] = info
    return ArchiveContents(archive, sorted(infos), infos, strays)


def is_link(info: ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def entry_name(info: ZipInfo) -> str:
    """The path of an entry: some programs write UTF-8 and do not say so."""
    if not info.flag_bits & UTF8_FLAG:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode()
    return info.filename


@lru_cache(maxsize=1)  # hand-in after hand-in is read from one export: its table, once
def open_contents(path: str, _changed: tuple[int, int]) -> ArchiveContents | str:
    file = SmallReads(io.BufferedReader(io.FileIO(path)), MAX_EXPORT_ENTRIES)
    try:
        with translate_zip_errors():
            archive = ZipFile(file)
    except UnreadableArchive as error:
        return str(error)  # found out once, too
    return list_contents(archive)


def open_on_disk(path: str) -> ArchiveContents:
    """What an archive on disk holds. Raises: OSError, UnreadableArchive."""
    now = os.stat(path)
    found = open_contents(path, (now.st_mtime_ns, now.st_size))
    if isinstance(found, str):
        raise UnreadableArchive(found)
    return found


@contextmanager
def open_nested(entry: FileEntry, largest: int) -> Iterator[ArchiveContents]:
    """What an archive holds, while the block runs: one on disk, or in an archive.

    Raises: OSError, UnreadableArchive.
    """
    if entry.ignored or entry.size > largest:
        raise UnreadableArchive(entry.ignored or f"larger than {largest} bytes")
    with entry.open() as file, SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY) as copy:
        if not isinstance(file, io.FileIO):  # going back in what is packed unpacks it again
            shutil.copyfileobj(file, copy)
        inside = file if isinstance(file, io.FileIO) else copy
        with translate_zip_errors():
            archive = ZipFile(SmallReads(inside, MAX_ENTRIES))
        with archive:
            yield list_contents(archive)


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def split_archive_path(path: str) -> tuple[str, str]:
    """A path in two: the archive on disk that it leads into, and the rest; without one, "" """
    if not os.path.lexists(path):
        for outer in (Path(path), *Path(path).parents):  # itself, with a slash behind
            if os.path.isfile(outer):
                inner = Path(path).relative_to(outer).as_posix()
                return str(outer), inner if inner != "." else ""
    return path, ""


def look_into_archive(path: str) -> tuple[ArchiveContents | None, str]:
    """The archive on disk that a path leads to or into, if one can be read, and the rest.

    Where none can, whatever the reason, there is nothing to be found in it: whoever reads it as
    a hand-in says why.
    """
    outer, inner = split_archive_path(path)
    with suppress(Exception):
        if os.path.isfile(outer):  # a pipe would be waited for
            return open_on_disk(outer), inner
    return None, inner


def is_folder(path: str) -> bool:
    """Whether there is a folder, on disk or in an archive."""
    if os.path.lexists(path):
        return os.path.isdir(path)
    found, inner = look_into_archive(path)
    return bool(found and inner and inner not in found.infos and found.below(inner))


def path_exists(path: str) -> bool:
    """Whether there is anything at a path, on disk or in an archive."""
    outer, inner = split_archive_path(path)
    if not inner:
        return os.path.exists(outer)
    found, _ = look_into_archive(path)
    return bool(found and (inner in found.infos or found.below(inner)))


def names_in(path: str, most: int = MAX_FOLDER_ENTRIES) -> list[str]:
    """What lies in a folder or in an archive on disk, without links, and without what systems
    leave behind; nothing in a folder with more than that in it, or that may not be read."""
    found = list_inside(path, most).items()
    return sorted(name for name, linked in found if not linked and is_visible_name(name))


def hidden_in(path: str) -> list[str]:
    """What lies in a folder or in an archive on disk with a name that begins with a dot."""
    found = list_inside(path, MAX_FOLDER_ENTRIES)
    return sorted(name for name in found if name.startswith(".") and not name.startswith("._"))


def links_in(path: str) -> list[str]:
    """The names of the links in a folder or in an archive on disk."""
    found = list_inside(path, MAX_FOLDER_ENTRIES).items()
    return sorted(name for name, linked in found if linked and is_visible_name(name))


def list_inside(path: str, most: int) -> dict[str, bool]:
    """What lies in a folder or in an archive on disk: the names, and which of them are links."""
    names: dict[str, bool] = {}
    if os.path.isdir(path):
        with suppress(OSError), os.scandir(path) as found:
            names = {one.name: one.is_symlink() for one in islice(found, most + 1)}
        names = names if len(names) <= most else {}
    else:
        archive, inner = look_into_archive(path)
        if archive and inner not in archive.infos:
            for below in archive.below(inner):
                name = below.partition("/")[0]
                info = archive.infos.get(f"{inner}/{name}" if inner else name)
                names[name] = info is not None and is_link(info)
    return {name: linked for name, linked in names.items() if name}


def strays_in(path: str) -> list[str]:
    """The names of what an archive on disk holds outside of itself."""
    found, inner = look_into_archive(path)
    return list(found.strays) if found and not inner else []


def read_content(path: str, largest: int) -> bytes:
    """The bytes of a file, on disk or in an archive; nothing where there is none, or a link, or
    too much, or where it cannot be read."""
    with suppress(OSError, KeyError, UnreadableArchive):
        entry = entry_at(path, "content")
        if not entry.ignored and entry.size <= largest:
            with entry.open() as file:
                return file.read()
    return b""


def entry_at(place: str, path: str) -> FileEntry:
    """A file on disk or in an archive, as it is called in a hand-in.

    Raises: OSError, UnreadableArchive, KeyError: it is not there.
    """
    outer, inner = split_archive_path(place)
    if inner:
        found = open_on_disk(outer)
        return found.entry(found.infos[inner], path)
    if os.path.islink(place):
        return FileEntry(PurePosixPath(path), ignored="links")
    return entry_of(Path(place), PurePosixPath(path))


def entry_of(file: Path, path: PurePosixPath) -> FileEntry:
    """A file on disk, as it is called in a hand-in. Raises: OSError."""
    return FileEntry(path, file.stat().st_size, partial(io.FileIO, file))
