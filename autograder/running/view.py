"""What a child sees: the interpreter, its libraries, numpy, safetensors, what drives exercises.

Neither references nor key, hand-ins, other packages or anybody's files are among it.
"""

import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograder.confined.child import ROOMS

from .fresh_interpreter import PACKAGES

PACKAGE = Path(__file__).resolve().parents[1]
STANDARD = Path(sysconfig.get_path("stdlib")).resolve()
INTERPRETER = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
SCRATCH = "/scratch"  # where children work inside bubblewrap
CACHE = Path("/etc/ld.so.cache")  # where the loader finds libraries in unusual places


@cache
def visible_folders() -> list[Path]:
    """The folders of the standard library and of the shared libraries that Python runs on."""
    folders = {STANDARD}
    paths = {Path(path).resolve() for path in sys.path if path}
    for folder in {file.parent for file in mapped_files() if ".so" in file.name}:
        if paths.isdisjoint(folder.parents) and folder not in paths:
            folders.add(folder)
    return sorted(folder for folder in folders if not folders & set(folder.parents))


def mapped_files() -> Iterator[Path]:
    """The files that are mapped into this process's memory."""
    parts = (line.partition(b"/") for line in Path("/proc/self/maps").read_bytes().split(b"\n"))
    for mapped in {slash + rest for _, slash, rest in parts if slash}:
        written = os.fsdecode(mapped)  # the kernel writes a newline as \012, and no escape
        meant = written.replace("\\012", "\n")
        yield Path(written if os.path.exists(written) else meant)


@cache
def hidden_folders() -> list[Path]:
    """What lies in these folders and is not shown: other packages, and all of the autograder."""
    others = [Path(path).resolve() for path in sys.path if path]
    for folder in (STANDARD, STANDARD.with_name("python3")):
        others += [folder / "site-packages", folder / "dist-packages"]
    own = (STANDARD, STANDARD / "lib-dynload")
    return [
        folder
        for folder in dict.fromkeys([*others, PACKAGE])
        if folder.is_dir() and folder not in own and set(visible_folders()) & set(folder.parents)
    ]


@cache
def importable_paths() -> list[Path]:
    """The packages and modules that a child imports."""
    found = []
    for package in PACKAGES:
        folder = Path(str(package.__file__)).resolve().parent
        found += [folder, folder.with_name(f"{folder.name}.libs")]
    found += [PACKAGE / name for room in ("__init__", *ROOMS) for name in (room, f"{room}.py")]
    return [path for path in found if path.exists()]


def readable_paths() -> list[str]:
    """All that a child may read, as Landlock wants it: it knows no exceptions beneath a place."""
    places = [place for folder in visible_folders() for place in visible_parts(folder)]
    return [str(place) for place in [*places, *importable_paths()]]


def visible_parts(place: Path) -> Iterator[Path]:
    """A folder, or the parts of it that together leave out what is hidden."""
    if place in hidden_folders():
        return
    if not any(str(folder).startswith(os.path.join(place, "")) for folder in hidden_folders()):
        yield place
    else:
        for inner in sorted(place.iterdir()):
            yield from visible_parts(inner)


def mount_arguments() -> list[str]:
    """The same as `bwrap` wants it: folders read-only, what is hidden covered, the rest added."""
    line: list[str] = []
    for name in ("lib", "lib64"):
        if os.path.islink(f"/{name}"):
            line += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
    loader = Path(LOADERS.get(platform.machine(), ""))
    at = loader.parent.resolve() / loader.name
    line += bind_arguments([*visible_folders(), INTERPRETER, *filter(Path.exists, [CACHE])])
    if loader.is_file() and not any(place in at.parents for place in visible_folders()):
        line += ["--ro-bind", str(loader.resolve()), str(at)]
    for place in hidden_folders():
        line += ["--tmpfs", str(place)]
    line += bind_arguments(importable_paths())
    for place in hidden_folders():
        line += ["--remount-ro", str(place)]
    return line


def bind_arguments(places: list[Path]) -> list[str]:
    """Places as they are, read-only, and above them folders that every user may pass."""
    line: list[str] = []
    for folder in sorted({folder for place in places for folder in place.parents[:-1]}):
        line += ["--perms", "0755", "--dir", str(folder)]  # bwrap's own would be its user's alone
    for place in places:
        line += ["--ro-bind", str(place), str(place)]
    return line


def bubblewrap_command(environment: dict[str, str]) -> list[str]:
    """The start of a command line that runs what follows where nothing else is.

    Raises: OSError: bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise FileNotFoundError("bwrap is not installed")
    line = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    line += ["--unshare-cgroup-try", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    needed = ["CAP_SYS_ADMIN"]  # a namespace for each child
    if os.geteuid() == 0:
        # another user for each child, whom the zygote may then end
        needed += ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_KILL"]
    else:
        line.append("--unshare-user")
    for name in needed:
        line += ["--cap-add", name]
    for name, value in environment.items():
        line += ["--setenv", name, value]
    line += mount_arguments()
    line += ["--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null"]
    line += ["--tmpfs", SCRATCH, "--dir", f"{SCRATCH}/cell", "--remount-ro", "/", "--chdir", "/"]
    return [*line, "--"]
