"""Read zips as if they were folders, without unpacking them, and with limits on every size.

A path may continue inside an archive on disk: `export.zip/ada.zip`, `export.zip/ada/mytorch`. An
archive in an archive is copied to memory, or to an unnamed temporary file if it is large. No link
in a folder or archive is followed, but the path given on the command line may be a link.
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
MAX_EXPORT_ENTRIES = 100_000  # of the hand-ins of a class
MAX_FOLDER_ENTRIES = 200_000  # on disk, searched for one hand-in
MAX_PATH_LENGTH = 1000  # characters of a path in an archive
MAX_PATH_DEPTH = 40  # slashes in a path in an archive
ARCHIVE_NAME = re.compile(r".*\.(zip|rar|7z|tar|tgz|gz|bz2|xz)", re.IGNORECASE | re.DOTALL)
UTF8_FLAG = 0x800  # the flag of an entry that declares its name as UTF-8
MAX_BYTES_IN_MEMORY = 2**23  # a larger archive in an archive is copied to disk


@dataclass(frozen=True)
class ArchiveContents:
    """The contents of an archive.

    paths    the paths of its files and folders (`ada/`), sorted
    infos    the entry at each path; of entries with the same path, the last
    strays   by name, why other entries are ignored
    """

    archive: ZipFile
    paths: list[str]
    infos: dict[str, ZipInfo]
    strays: dict[str, str]

    def below(self, folder: str) -> list[str]:
        """The paths in a folder, relative to it; "" is the archive itself."""
        if not folder:
            return self.paths
        first, last = (bisect_left(self.paths, folder + after) for after in "/0")  # 0 follows /
        return [path[len(folder) + 1 :] for path in self.paths[first:last]]

    def entries(self, folder: str = "") -> list[FileEntry]:
        """The files in a folder, in the order of the archive; for the archive itself, with strays.

        Raises: UnreadableArchive: there are more than MAX_ENTRIES.
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
        """One file of the archive, under a path of the hand-in."""
        why = ""
        if is_link(info):
            why = "links"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            why = "files with an unsupported compression method"
        # only a file made to waste time is
        elif info.compress_size > 2 * info.file_size + 2**16:
            why = "files that are larger compressed than uncompressed"
        return FileEntry(
            PurePosixPath(path), info.file_size, partial(open_unpacked, self.archive, info), why
        )


def list_contents(archive: ZipFile) -> ArchiveContents:
    """List the contents of an archive."""
    infos: dict[str, ZipInfo] = {}
    strays: dict[str, str] = {}
    for info in archive.infolist():
        path = entry_name(info).replace("\\", "/")
        if len(path) > MAX_PATH_LENGTH or path.count("/") > MAX_PATH_DEPTH:
            strays[path] = "paths that are too long or too deep"
            continue
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.startswith("/") or ".." in parts or path[1:2] == ":" or not parts:
            strays[path] = "paths that lead out of the archive"
        else:
            infos["/".join(parts) + "/" * path.endswith("/")] = info
    return ArchiveContents(archive, sorted(infos), infos, strays)


def is_link(info: ZipInfo) -> bool:
    """Whether an entry is a symbolic link."""
    return stat.S_ISLNK(info.external_attr >> 16)


def entry_name(info: ZipInfo) -> str:
    """The path of an entry. Some programs write UTF-8 without setting the flag."""
    if not info.flag_bits & UTF8_FLAG:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode()
    return info.filename


@lru_cache(maxsize=1)  # all hand-ins of an export need the same table
def open_contents(path: str, _changed: tuple[int, int]) -> ArchiveContents | str:
    """Open an archive on disk. Returns: its contents, or why it cannot be read.

    Args:   _changed: when it was changed, and its size in bytes: a part of the cache's key.
    Raises: OSError.
    """
    file = SmallReads(io.BufferedReader(io.FileIO(path)), MAX_EXPORT_ENTRIES)
    try:
        with translate_zip_errors():
            archive = ZipFile(file)
    except UnreadableArchive as error:
        return str(error)  # returned, so that it is cached too
    return list_contents(archive)


def open_on_disk(path: str) -> ArchiveContents:
    """The contents of an archive on disk. Raises: OSError, UnreadableArchive."""
    now = os.stat(path)
    found = open_contents(path, (now.st_mtime_ns, now.st_size))
    if isinstance(found, str):
        raise UnreadableArchive(found)
    return found


@contextmanager
def open_nested(entry: FileEntry, largest: int) -> Iterator[ArchiveContents]:
    """Open an archive that is on disk or in an archive. It closes when the block ends.

    Args:   largest: bytes that it may have.
    Raises: OSError; UnreadableArchive: it is damaged, ignored or too large.
    """
    if entry.ignored or entry.size > largest:
        raise UnreadableArchive(entry.ignored or f"larger than {largest} bytes")
    with entry.open() as file, SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY) as copy:
        # seeking back in a compressed file would decompress it again
        if not isinstance(file, io.FileIO):
            shutil.copyfileobj(file, copy)
        inside = file if isinstance(file, io.FileIO) else copy
        with translate_zip_errors():
            archive = ZipFile(SmallReads(inside, MAX_ENTRIES))
        with archive:
            yield list_contents(archive)


def is_zip(name: str) -> bool:
    """Whether a file's name ends in `.zip`."""
    return name.lower().endswith(".zip")


def split_archive_path(path: str) -> tuple[str, str]:
    """Split a path into the archive on disk and the path inside it, or into the path and ""."""
    if not os.path.lexists(path):
        # the path itself too: it may end in a slash
        for outer in (Path(path), *Path(path).parents):
            if os.path.isfile(outer):
                inner = Path(path).relative_to(outer).as_posix()
                return str(outer), inner if inner != "." else ""
    return path, ""


def look_into_archive(path: str) -> tuple[ArchiveContents | None, str]:
    """The contents of the archive on disk that a path leads to, and the path inside it.

    If the archive cannot be read, the contents are None: `read_hand_in` reports the reason.
    """
    outer, inner = split_archive_path(path)
    with suppress(Exception):
        if os.path.isfile(outer):  # opening a pipe would block
            return open_on_disk(outer), inner
    return None, inner


def is_folder(path: str) -> bool:
    """Whether a path is a folder, on disk or in an archive."""
    if os.path.lexists(path):
        return os.path.isdir(path)
    found, inner = look_into_archive(path)
    return bool(found and inner and inner not in found.infos and found.below(inner))


def path_exists(path: str) -> bool:
    """Whether a path exists, on disk or in an archive."""
    outer, inner = split_archive_path(path)
    if not inner:
        return os.path.exists(outer)
    found, _ = look_into_archive(path)
    return bool(found and (inner in found.infos or found.below(inner)))


def names_in(path: str, most: int = MAX_FOLDER_ENTRIES) -> list[str]:
    """The names in a folder or in an archive on disk, without links, and without files that systems
    leave behind. It is empty if there are more than `most`, or if the folder cannot be read."""
    found = list_inside(path, most).items()
    return sorted(name for name, linked in found if not linked and is_visible_name(name))


def hidden_in(path: str) -> list[str]:
    """The names in a folder or in an archive on disk that begin with a dot."""
    found = list_inside(path, MAX_FOLDER_ENTRIES)
    return sorted(name for name in found if name.startswith(".") and not name.startswith("._"))


def links_in(path: str) -> list[str]:
    """The names of the links in a folder or in an archive on disk."""
    found = list_inside(path, MAX_FOLDER_ENTRIES).items()
    return sorted(name for name, linked in found if linked and is_visible_name(name))


def list_inside(path: str, most: int) -> dict[str, bool]:
    """The names in a folder or in an archive on disk, and whether each is a link.

    It is empty if a folder on disk has more than `most` entries, or cannot be read.
    """
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
    """The names of the ignored entries of an archive on disk, such as paths that lead out of it."""
    found, inner = look_into_archive(path)
    return list(found.strays) if found and not inner else []


def read_content(path: str, largest: int) -> bytes:
    """The bytes of a file, on disk or in an archive.

    They are empty if it is missing, a link, larger than `largest` bytes, or unreadable.
    """
    with suppress(OSError, KeyError, UnreadableArchive):
        entry = entry_at(path, "content")
        if not entry.ignored and entry.size <= largest:
            with entry.open() as file:
                return file.read()
    return b""


def entry_at(location: str, path: str) -> FileEntry:
    """A file on disk or in an archive, under a path of the hand-in.

    Raises: OSError, UnreadableArchive; KeyError: the archive has no such file.
    """
    outer, inner = split_archive_path(location)
    if inner:
        found = open_on_disk(outer)
        return found.entry(found.infos[inner], path)
    if os.path.islink(location):
        return FileEntry(PurePosixPath(path), ignored="links")
    return entry_of(Path(location), PurePosixPath(path))


def entry_of(file: Path, path: PurePosixPath) -> FileEntry:
    """A file on disk, under a path of the hand-in. Raises: OSError."""
    return FileEntry(path, file.stat().st_size, partial(io.FileIO, file))
