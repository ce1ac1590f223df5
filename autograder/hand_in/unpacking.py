"""Read a zip with Python's own code, when a stranger made it: in small pieces, with one exception.

That code raises a dozen kinds of exceptions on what it does not understand, and takes what the
system refuses for damage.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast
from zipfile import ZipExtFile, ZipFile, ZipInfo

MAX_TABLE_BYTES = 2**23  # bytes of an archive's table of contents, at least 46 an entry


class UnreadableArchive(Exception):
    """An archive that cannot be understood: its text says what is wrong with it."""


class RefusedRead(Exception):
    """The system does not give an archive's bytes; its argument is the OSError."""


@contextmanager
def translate_zip_errors() -> Iterator[None]:
    """Take whatever zip's own code raises in the block for the archive's fault.

    It raises a dozen kinds of exceptions on what it does not understand. Nothing of ours belongs
    into the block.

    Raises: UnreadableArchive.  OSError: the system does not give the archive's bytes.
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
    """A file that is read in small pieces, as zips are, but for a table of contents, which has a
    largest size and most entries; closed with the archive in it.

    What the system refuses is raised as RefusedRead: zip's own code takes an OSError for damage.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.most, self.file, self.tell, self.seekable = most, file, file.tell, file.seekable

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self.file.seek(offset, whence)
        except (OSError, OverflowError, ValueError):  # zip's own code expects an OSError
            raise OSError("it points to places outside of itself: is it cut?") from None

    def read(self, size: int = -1) -> bytes:
        if size > MAX_TABLE_BYTES:
            raise UnreadableArchive(
                f"too many entries: a table of more than {MAX_TABLE_BYTES} bytes"
            )
        try:
            data = self.file.read(size)
        except OSError as error:
            raise RefusedRead(error) from None
        if data.count(b"PK\1\2") > self.most:  # the count at the end may be false
            raise UnreadableArchive(f"more than {self.most} entries in the archive")
        return data

    def __del__(self) -> None:
        self.file.close()


class UnpackedFile(io.RawIOBase):
    """A file in an archive, as bytes. Reading raises: UnreadableArchive, OSError."""

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
    """A file in an archive. It, and reading it, raises: UnreadableArchive, OSError."""
    return io.BufferedReader(UnpackedFile(archive, info), 2**16)
