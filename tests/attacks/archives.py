"""Sends an archive or a folder that harms who opens it: slips, bombs, links, devices, names.

Nothing is written outside, nothing is unpacked beyond its cap, nothing blocks; what is honest in
it counts, and one line says what was left out.
"""

import io
import os
import socket
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from conftest import package

from . import RELU, Attack, write
from .patches import EVERYWHERE

NOTHING = EVERYWHERE  # no exercise gets a point
HONEST = {f"mytorch/{name}": content for name, content in package().items()}
UNREADABLE = "not a readable zip archive"


def sent(
    name: str,
    entries: Mapping[str, bytes],
    says: str = "",
    lost: frozenset[str] = frozenset(),
    change: Callable[[bytes], bytes] = bytes,
) -> Attack:
    """A zip of these entries, changed as bytes before it is sent."""

    def lay(folder: Path) -> Path:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content)
        path = folder / "hand-in.zip"
        path.write_bytes(change(buffer.getvalue()))
        return path

    return Attack(name, lay=lay, says=says, lost=lost)


def made(
    name: str,
    make: Callable[[Path], object],
    says: str = "",
    lost: frozenset[str] = frozenset(),
    shaky: frozenset[str] = frozenset(),
) -> Attack:
    """The solved tree, and what `make` does to its folder; a zip's path, if that is returned."""

    def lay(folder: Path) -> Path:
        write(folder / "hand-in")
        other = make(folder / "hand-in")
        return other if isinstance(other, Path) else folder / "hand-in"

    return Attack(name, lay=lay, says=says, lost=lost, shaky=shaky)


def linked(folder: Path) -> Path:
    """A zip with links among its modules: to a file, to a folder, to itself."""
    path = folder.parent / "linked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in HONEST.items():
            archive.writestr(name, content)
        for name, to in (("a.py", "/etc/passwd"), ("b", "/"), ("c.py", "c.py")):
            link = zipfile.ZipInfo(f"mytorch/{name}")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, to)
    return path


def repeated(folder: Path) -> Path:
    """A zip in which one module stands two hundred times, each time the same long, empty stream.

    The stream is a megabyte of empty blocks: it inflates to nothing, so no cap of sizes is met.
    """
    path = folder.parent / "repeated.zip"
    stream = b"\x00\x00\x00\xff\xff" * 200_000 + b"\x01\x00\x00\xff\xff"
    name = b"mytorch/more.py"
    sizes = struct.pack("<LLL", 0, len(stream), 0)
    head = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
    local = head + struct.pack("<HH", len(name), 0) + name + stream
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    central += struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0) + name
    count = 6000
    end = struct.pack("<HHHHLLH", 0, 0, count, count, count * len(central), len(local), 0)
    path.write_bytes(local + central * count + b"PK\x05\x06" + end)
    return path


def million(folder: Path) -> Path:
    """A zip whose table of contents has half a million entries, and nothing else."""
    path = folder.parent / "million.zip"
    count = 500_000
    central = b"PK\x01\x02" + bytes(24) + struct.pack("<HHHHHLL", 1, 0, 0, 0, 0, 0, 0) + b"x"
    size = count * len(central)
    end64 = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, size, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(central * count + end64 + locator + end)
    return path


def fifo(place: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / place).unlink(missing_ok=True)
        os.mkfifo(folder / place)

    return make


def unix_socket(folder: Path) -> None:
    here = os.open(folder / "mytorch", os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(f"/proc/self/fd/{here}/sock.py")  # the whole path may be too long for one
    os.close(here)


def device(folder: Path) -> None:
    try:
        os.mknod(folder / "mytorch" / "zero.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:  # an ordinary user cannot make one: a link to it, then
        (folder / "mytorch" / "zero.py").symlink_to("/dev/zero")


def only_a_fifo(folder: Path) -> Path:
    path = folder.parent / "pipe.zip"
    os.mkfifo(path)
    return path


def wrapped_fifo(folder: Path) -> Path:
    path = folder.parent / "student"
    path.mkdir()
    os.mkfifo(path / "hand-in.zip")
    return path


def many_files(folder: Path) -> None:
    for i in range(20_000):
        (folder / "mytorch" / f"m{i}.py").touch()


def deep(folder: Path) -> Path:
    """`mytorch/mytorch/…`, as deep as a system lets it be."""
    start = os.open(folder.parent, os.O_RDONLY)
    here = start
    for _ in range(700):
        os.mkdir("mytorch", dir_fd=here)
        inner = os.open("mytorch", os.O_RDONLY, dir_fd=here)
        if here != start:
            os.close(here)
        here = inner
    os.close(here)
    os.close(start)
    return folder.parent


def hole(folder: Path) -> None:
    with (folder / "mytorch" / "hole.py").open("wb") as file:
        file.truncate(2**40)


def shouted(folder: Path) -> None:
    for name in (
        b"\xff.py",
        b"\x1b[2J.py",
        b"a\nb.py",
        "\u202egnp.py".encode(),
        b"-rf.py",
        b" .py",
    ):
        os.close(os.open(os.fsencode(folder / "mytorch") + b"/" + name, os.O_CREAT | os.O_WRONLY))


OUT = dict.fromkeys(("../slip.py", "/tmp/slip.py", "C:\\slip.py", "a/../../slip.py"), b"x = 1")
ABSURD = {
    "mytorch/\x1b[2J\r\n::set-output name=a::b.py": b"",
    "mytorch/\u202efdp.py": b"",
    "mytorch/CON.py": b"1 / 0",
    "mytorch/" + "x" * 60_000 + ".py": b"",
    "mytorch/=HYPERLINK(1).py": b"",
    "mytorch/<script>.py": b"",
    "mytorch/.py": b"",
    "mytorch/a/b/c/d/e/f/g/h/i/j/k/l.py": b"",
    "mytorch/ReLU.py": b"1 / 0",
    "mytorch/r\u0435lu.py": b"1 / 0",
}
DEEP = {"\x1b[31m\r\n\u202ex/b/mytorch/relu.py": b""}

ATTACKS = (
    sent("slip", HONEST | OUT, "paths that lead out"),
    made("links", linked, "ignored links"),
    sent("bomb", HONEST | {"mytorch/bomb.py": bytes(2**27)}, "larger than"),
    sent("bomb_in_a_bomb", HONEST | {f"mytorch/{i}.zip": bytes(2**24) for i in range(4)}),
    sent(
        "many_small_bombs",
        HONEST | {f"mytorch/m{i}.py": bytes(2**20) for i in range(64)},
        "beyond the limit",
    ),
    sent(
        "bomb_with_a_lying_size",
        HONEST | {"mytorch/bomb.py": bytes(3 * 2**20)},
        UNREADABLE,
        NOTHING,
        lambda data: data.replace((3 * 2**20).to_bytes(4, "little"), (9).to_bytes(4, "little")),
    ),
    made(
        "one_stream_over_and_over",
        repeated,
        lost=NOTHING,
    ),
    made(
        "half_a_million_entries",
        million,
        "entries",
        NOTHING,
    ),
    sent("too_many_entries", {f"x{i}": b"" for i in range(20_001)}, "more than 20000", NOTHING),
    sent(
        "20_000_empty_modules",
        HONEST | {f"mytorch/m{i}.py": b"" for i in range(19_000)},
        "beyond the limit",
    ),
    sent("absurd_names", HONEST | ABSURD, "invalid module names"),
    sent(
        "absurd_wrapper",
        DEEP,
        "too deep",
        NOTHING,
    ),
    sent("cut_in_half", HONEST, UNREADABLE, NOTHING, lambda data: data[: len(data) // 2]),
    sent(
        "cut_in_front",
        HONEST,
        UNREADABLE,
        NOTHING,
        lambda data: data[5000:],
    ),
    sent("other_bytes", HONEST, UNREADABLE, NOTHING, lambda data: b"PK\x03\x04" + bytes(9999)),
    sent("nothing", {}, "no folder mytorch", NOTHING),
    sent("behind_a_picture", HONEST, change=lambda data: b"\x89PNG\r\n" + bytes(5000) + data),
    sent(
        "locked",
        HONEST,
        UNREADABLE,
        NOTHING,
        lambda data: data.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
    ),
    made("hole", hole, "larger than"),
    made("fifo_among_modules", fifo("mytorch/pipe.py")),
    made("fifo_for_a_module", fifo("mytorch/relu.py"), lost=RELU),
    made("fifo_for_an_archive", only_a_fifo, "neither a file nor a folder", NOTHING),
    made("fifo_in_a_students_folder", wrapped_fifo, "no folder mytorch", NOTHING),
    made("socket", unix_socket),
    made("device", device),
    made("link_to_everything", lambda f: (f / "mytorch" / "all").symlink_to("/")),
    made("link_to_itself", lambda f: (f / "mytorch" / "me.py").symlink_to("me.py"), "links"),
    made("20_000_empty_files", many_files, "beyond the limit", shaky=EVERYWHERE),
    made("names_nobody_can_say", shouted, "invalid module names"),
    made(
        "mytorch_in_mytorch",
        deep,
        lost=NOTHING,
    ),
)
