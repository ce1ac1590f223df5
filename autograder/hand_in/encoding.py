"""Find modules in a text encoding that Python cannot read: they cannot earn points.

Python reads UTF-8, with or without a byte-order mark, and the encoding that a file declares in
its first two lines. We never decode with the name of an encoding that a hand-in declares.
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
    """For each encoding that Python cannot read, a note: which files have it, and what to do."""
    found: dict[str, list[str]] = {}
    for name, data in files.items():
        if encoding := find_encoding(data):
            found.setdefault(encoding, []).append(name)
    for encoding, names in found.items():
        yield f"{encoding} instead of UTF-8 (save as UTF-8 in an editor): {list_names(names)}"


def find_encoding(data: bytes) -> str:
    """The encoding of a file if Python cannot read it, else ""."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    if b"\0" in data:
        return "UTF-16 or binary data"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "" if DECLARED_ENCODING.match(data) else "Latin-1 or a similar encoding"
    return ""
