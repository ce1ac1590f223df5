"""Modules in a text encoding that Python does not read: nothing in such a file can count.

What Python does read is left to it: UTF-8, with a byte-order mark too, and what a file says of
itself in its first two lines. Nothing is decoded here by a name that a stranger gave.
"""

import codecs
import re
from collections.abc import Iterator, Mapping

from .module_reader import list_names

# Python's own pattern (PEP 263), in either of the first two lines.
DECLARED_ENCODING = re.compile(
    rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*[-\w.]+"
)


def note_wrong_encodings(files: Mapping[str, bytes]) -> Iterator[str]:
    """A line for each encoding in which files are no Python: which files, and what to do."""
    found: dict[str, list[str]] = {}
    for name, data in files.items():
        if what := find_encoding(data):
            found.setdefault(what, []).append(name)
    for what, names in found.items():
        yield f"{what} where Python needs UTF-8 (save it so in an editor): {list_names(names)}"


def find_encoding(data: bytes) -> str:
    """In which encoding a file is that Python does not read; "" where it reads it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    if b"\0" in data:
        return "UTF-16, or no text at all,"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "" if DECLARED_ENCODING.match(data) else "Latin-1, or the like,"
    return ""
