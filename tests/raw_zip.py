"""Zips with any field set to any value: no program writes them, but an attacker may send them."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LOCAL = ("version", "flags", "method", "time", "date", "crc", "packed", "size")
CENTRAL = ("made_by", *LOCAL)


@dataclass
class RawEntry:
    """A file in a zip.

    local, central  fields that get a false value
    extra           the extra field of its line in the table of contents
    """

    name: bytes
    content: bytes = b""
    method: int = 8
    local: Mapping[str, int] = field(default_factory=dict)
    central: Mapping[str, int] = field(default_factory=dict)
    extra: bytes = b""


def packed(entry: RawEntry) -> tuple[bytes, dict[str, int]]:
    """The compressed bytes of an entry, and the true values of its fields."""
    pack = zlib.compressobj(1, zlib.DEFLATED, -15)
    stream = pack.compress(entry.content) + pack.flush() if entry.method == 8 else entry.content
    sizes = {"crc": zlib.crc32(entry.content), "packed": len(stream), "size": len(entry.content)}
    what = {"version": 20, "made_by": 0x314, "method": entry.method, "flags": 0x800, "date": 33}
    return stream, {"time": 0, **what, **sizes}


def raw_zip(entries: Iterable[RawEntry], end: Mapping[str, int] | None = None) -> bytes:
    """A zip of these entries. Args: end: fields of its last record that get a false value."""
    data, table, count = b"", b"", 0
    for entry in entries:
        stream, true = packed(entry)
        name, offset = entry.name[:65535], len(data)
        said = {**true, **entry.local}
        head = struct.pack("<HHHHHLLL", *(bits(said[key], key) for key in LOCAL))
        data += b"PK\3\4" + head + struct.pack("<HH", len(name), 0) + name + stream
        said = {"attributes": 0o100644 << 16, "offset": offset, **true, **entry.central}
        head = struct.pack("<HHHHHHLLL", *(bits(said[key], key) for key in CENTRAL))
        lengths = struct.pack("<HHHHH", len(name), len(entry.extra), 0, 0, 0)
        where = struct.pack("<LL", said["attributes"] % 2**32, said["offset"] % 2**32)
        table += b"PK\1\2" + head + lengths + where + name + entry.extra
        count += 1
    true = {"count": count, "size": len(table), "offset": len(data)}
    said = {**true, **(end or {})}
    last = (0, 0, said["count"] % 2**16, said["count"] % 2**16, said["size"], said["offset"], 0)
    return data + table + b"PK\5\6" + struct.pack("<HHHHLLH", *last)


def bits(value: int, key: str) -> int:
    """A value, cut to the size of its field."""
    return value % (2**32 if key in ("crc", "packed", "size") else 2**16)


def far(name: bytes, content: bytes, offset: int) -> RawEntry:
    """An entry whose position in the file is given with 64 bits."""
    extra = struct.pack("<HHQ", 1, 8, offset % 2**64)
    return RawEntry(name, content, central={"offset": 2**32 - 1}, extra=extra)


def link(name: bytes, target: bytes) -> RawEntry:
    """A symbolic link."""
    return RawEntry(name, target, central={"attributes": 0o120777 << 16})
