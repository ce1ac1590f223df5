"""Find the files of a hand-in in a folder on disk.

Only the folders that may belong to the hand-in are searched. No link is followed, and the number
of entries is limited, because students send whole disks.
"""

import errno
import os
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from .archive import MAX_FOLDER_ENTRIES, entry_of
from .module_reader import FileEntry, is_visible_name
from .spelling import is_like_mytorch

ENVIRONMENT_MARKER = "pyvenv.cfg"  # marks a virtual environment: no modules of the student
MAX_MODULES = 30_000  # of a hand-in that are found; far fewer of them are read
SUFFIXES = (".py", ".ipynb", ".zip")
# the folders in which notebooks and archives count
NOTEBOOK_FOLDERS = (PurePosixPath(), PurePosixPath("notebooks"))
UNREADABLE_FOLDERS = "folders that cannot be opened"


def walk_hand_in(folder: Path) -> Iterator[FileEntry]:
    """Find the files in a folder that may belong to a hand-in.

    These are the modules at the top, in the folders there, and in folders that may be `mytorch`;
    and the notebooks and archives at the top and in the folder `notebooks`. A folder that cannot
    be opened gets an ignored entry if it cannot be `mytorch`.

    Raises: OSError: the folder, or a `mytorch` in it, cannot be read; EFBIG: it holds too much.
    """
    queue, passed, modules = deque([PurePosixPath()]), 0, 0
    while queue:
        parent = queue.popleft()
        wanted = SUFFIXES if parent in NOTEBOOK_FOLDERS else SUFFIXES[:1]
        try:
            inside = list_folder(folder / parent, MAX_FOLDER_ENTRIES - passed)
        except PermissionError:
            if not parent.parts or any(map(is_like_mytorch, parent.parts)):
                raise
            yield FileEntry(parent, ignored=UNREADABLE_FOLDERS)
            continue
        passed += len(inside)
        own = not parent.parts or is_like_mytorch(parent.name)
        if not own and any(one.name == ENVIRONMENT_MARKER for one in inside):
            continue
        for one in inside:
            matters = one.name.lower().endswith(wanted)
            if one.is_symlink():
                if matters or leads_on(parent, one.name):
                    yield FileEntry(parent / one.name, ignored="links")
            elif one.is_dir(follow_symlinks=False):
                queue += [parent / one.name] * leads_on(parent, one.name)
            elif matters and one.is_file(follow_symlinks=False):
                modules += 1
                if modules > MAX_MODULES:
                    raise OSError(errno.EFBIG, f"more than {MAX_MODULES} modules in it")
                yield entry_of(folder / parent / one.name, parent / one.name)


def list_folder(folder: Path, most: int) -> list[os.DirEntry[str]]:
    """The entries of a folder, sorted by name, without the files that systems leave behind.

    Raises: OSError: it cannot be read; EFBIG: it has more than `most` entries.
    """
    with os.scandir(folder) as found:
        inside = list(islice(found, most + 1))
    if len(inside) > most:
        raise OSError(errno.EFBIG, f"more than {MAX_FOLDER_ENTRIES} files and folders in it")
    return sorted((one for one in inside if is_visible_name(one.name)), key=lambda one: one.name)


def leads_on(parent: PurePosixPath, name: str) -> bool:
    """Whether a folder is searched that has this name and this parent."""
    return not parent.parts or any(map(is_like_mytorch, (*parent.parts, name)[:2]))
