"""The files that a child can see: Python, its libraries, numpy, safetensors, the exercise drivers.

The references, the key, hand-ins, other packages and users' files are not visible.
"""

import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograder.confined.child import IMPORTABLE_ROOMS
from autograder.model import PACKAGE_FOLDER

from .fresh_interpreter import CHILD_PACKAGES

RESOLVED_PACKAGE = PACKAGE_FOLDER.resolve()
STANDARD = Path(sysconfig.get_path("stdlib")).resolve()
INTERPRETER = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
SCRATCH = "/scratch"  # the working folder of children inside bubblewrap
CACHE = Path("/etc/ld.so.cache")  # tells the loader where libraries are


@cache
def visible_folders() -> list[Path]:
    """The folders of the standard library and of the shared libraries that Python has loaded."""
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
        written = os.fsdecode(mapped)
        # the kernel writes a newline as \012, but escapes no backslash
        meant = written.replace("\\012", "\n")
        yield Path(written if os.path.exists(written) else meant)


@cache
def hidden_folders() -> list[Path]:
    """The hidden folders inside visible ones: other packages, and all of the autograder."""
    others = [Path(path).resolve() for path in sys.path if path]
    for folder in (STANDARD, STANDARD.with_name("python3")):
        others += [folder / "site-packages", folder / "dist-packages"]
    own = (STANDARD, STANDARD / "lib-dynload")
    return [
        folder
        for folder in dict.fromkeys([*others, RESOLVED_PACKAGE])
        if folder.is_dir() and folder not in own and set(visible_folders()) & set(folder.parents)
    ]


@cache
def importable_paths() -> list[Path]:
    """The packages and modules that a child may import."""
    found = []
    for package in CHILD_PACKAGES:
        folder = Path(str(package.__file__)).resolve().parent
        found += [folder, folder.with_name(f"{folder.name}.libs")]
    for room in ("__init__", *IMPORTABLE_ROOMS):
        found += [RESOLVED_PACKAGE / room, RESOLVED_PACKAGE / f"{room}.py"]
    return [path for path in found if path.exists()]


def readable_paths() -> list[str]:
    """All paths that a child may read, for Landlock, which allows no exceptions inside a folder."""
    parts = [part for folder in visible_folders() for part in visible_parts(folder)]
    return [str(path) for path in [*parts, *importable_paths()]]


def visible_parts(folder: Path) -> Iterator[Path]:
    """A folder, or the parts of it that are not hidden."""
    if folder in hidden_folders():
        return
    if not any(str(path).startswith(os.path.join(folder, "")) for path in hidden_folders()):
        yield folder
    else:
        for inner in sorted(folder.iterdir()):
            yield from visible_parts(inner)


def mount_arguments() -> list[str]:
    """The options that make `bwrap` show these files.

    Visible folders are mounted read-only, hidden ones are covered, importable packages are added.
    """
    options: list[str] = []
    for name in ("lib", "lib64"):
        if os.path.islink(f"/{name}"):
            options += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
    loader = Path(LOADERS.get(platform.machine(), ""))
    mounted = loader.parent.resolve() / loader.name
    options += bind_arguments([*visible_folders(), INTERPRETER, *filter(Path.exists, [CACHE])])
    if loader.is_file() and not any(folder in mounted.parents for folder in visible_folders()):
        options += ["--ro-bind", str(loader.resolve()), str(mounted)]
    for folder in hidden_folders():
        options += ["--tmpfs", str(folder)]
    options += bind_arguments(importable_paths())
    for folder in hidden_folders():
        options += ["--remount-ro", str(folder)]
    return options


def bind_arguments(paths: list[Path]) -> list[str]:
    """The options that show paths read-only, in folders that every user may pass through."""
    options: list[str] = []
    for folder in sorted({folder for path in paths for folder in path.parents[:-1]}):
        # by default only bwrap's user may pass
        options += ["--perms", "0755", "--dir", str(folder)]
    for path in paths:
        options += ["--ro-bind", str(path), str(path)]
    return options


def bubblewrap_command(environment: dict[str, str]) -> list[str]:
    """The start of a command line that runs the rest of it inside bubblewrap.

    Args:   environment: all variables that the command gets.
    Raises: FileNotFoundError: bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise FileNotFoundError("bwrap is not installed")
    options = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    options += ["--unshare-cgroup-try", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    needed = ["CAP_SYS_ADMIN"]  # to make namespaces for each child
    if os.geteuid() == 0:
        # to run children as another user, and to kill them
        needed += ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_KILL"]
    else:
        options.append("--unshare-user")
    for name in needed:
        options += ["--cap-add", name]
    for name, value in environment.items():
        options += ["--setenv", name, value]
    options += mount_arguments()
    options += ["--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null"]
    options += [
        "--tmpfs",
        SCRATCH,
        "--dir",
        f"{SCRATCH}/child",
        "--remount-ro",
        "/",
        "--chdir",
        "/",
    ]
    return [*options, "--"]
