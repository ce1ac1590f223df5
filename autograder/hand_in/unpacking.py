"""Read untrusted zips with Python's `zipfile`: in small pieces, and with one kind of exception.

`zipfile` raises a dozen kinds of exceptions for damaged archives, and treats an error of the
system as damage.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast
from zipfile import ZipExtFile, ZipFile, ZipInfo

MAX_TABLE_BYTES = 2**23  # of an archive's table of contents; each entry takes at least 46


class UnreadableArchive(Exception):
    """An archive is damaged or not supported; the text says why."""


class RefusedRead(Exception):
    """The system failed to read an archive. Its argument is the OSError."""


@contextmanager
def translate_zip_errors() -> Iterator[None]:
    """Turn every exception that `zipfile` raises in the block into UnreadableArchive.

    The block must hold no other code, or faults of ours would count as damaged archives.

    Raises: UnreadableArchive; OSError: the system failed to read the archive.
    """
    try:
        yield
    except RefusedRead as error:
        raise error.args[0] from None
    except (UnreadableArchive, MemoryError):
        raise
    except Exception as error:
        raise UnreadableArchive(str(error) or type(error).__name__) from None


class SmallReads:
    """A zip file that limits the size of each read, and so of the table of contents.

    `zipfile` reads the rest in small pieces anyway. The file closes with its archive.

    Args: most: entries that the archive may have.
    Errors of the system are raised as RefusedRead, because `zipfile` treats OSError as damage.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.most, self.file, self.tell, self.seekable = most, file, file.tell, file.seekable

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self.file.seek(offset, whence)
        except (OSError, OverflowError, ValueError):  # `zipfile` expects an OSError
            raise OSError("it points outside of the file: is it truncated?") from None

    def read(self, size: int = -1) -> bytes:
        if size > MAX_TABLE_BYTES:
            raise UnreadableArchive(
                f"too many entries: its table of contents is larger than {MAX_TABLE_BYTES} bytes"
            )
        try:
            data = self.file.read(size)
        except OSError as error:
            raise RefusedRead(error) from None
        if data.count(b"PK\1\2") > self.most:  # the count in the archive may be false
            raise UnreadableArchive(f"more than {self.most} entries in the archive")
        return data

    def __del__(self) -> None:
        self.file.close()


class UnpackedFile(io.RawIOBase):
    """A file in an archive, decompressed. Reading raises: UnreadableArchive, OSError."""

    def __init__(self, archive: ZipFile, info: ZipInfo) -> None:
        with translate_zip_errors():
            self.file = cast(ZipExtFile, archive.open(info))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with translate_zip_errors():
            return self.file.readinto(buffer)

    def close(self) -> None:
        self.file.close()
        super().close()


def open_unpacked(archive: ZipFile, info: ZipInfo) -> IO[bytes]:
    """Open a file in an archive. Opening and reading raise: UnreadableArchive, OSError."""
    return io.BufferedReader(UnpackedFile(archive, info), 2**16)
