"""Look into a folder on disk as far as a hand-in in it may lie.

No link in it is followed, and no more names are passed than a class has.
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

ENVIRONMENT_MARKER = (
    "pyvenv.cfg"  # marks a virtual environment, whose modules are not the student's
)
MAX_MODULES = 30_000  # of a hand-in that are looked at; far fewer of them are read
SUFFIXES = (".py", ".ipynb", ".zip")
NOTEBOOK_FOLDERS = (PurePosixPath(), PurePosixPath("notebooks"))  # where those and archives count
UNREADABLE_FOLDERS = "folders that nobody may open"


def walk_hand_in(folder: Path) -> Iterator[FileEntry]:
    """The modules at the top of a folder, in the folders there, and in what may be `mytorch`;
    notebooks and archives at the top, and in its folder `notebooks`. What may not be opened, and
    is no `mytorch`, is UNREADABLE_FOLDERS.

    Raises: OSError: it cannot be read, or (EFBIG) holds too much.
    """
    waiting, passed, read = deque([PurePosixPath()]), 0, 0
    while waiting:
        place = waiting.popleft()
        wanted = SUFFIXES if place in NOTEBOOK_FOLDERS else SUFFIXES[:1]
        try:
            inside = list_folder(folder / place, MAX_FOLDER_ENTRIES - passed)
        except PermissionError:
            if not place.parts or any(map(is_like_mytorch, place.parts)):
                raise
            yield FileEntry(place, ignored=UNREADABLE_FOLDERS)
            continue
        passed += len(inside)
        own = not place.parts or is_like_mytorch(place.name)
        if not own and any(one.name == ENVIRONMENT_MARKER for one in inside):
            continue
        for one in inside:
            matters = one.name.lower().endswith(wanted)
            if one.is_symlink():
                if matters or leads_on(place, one.name):
                    yield FileEntry(place / one.name, ignored="links")
            elif one.is_dir(follow_symlinks=False):
                waiting += [place / one.name] * leads_on(place, one.name)
            elif matters and one.is_file(follow_symlinks=False):
                read += 1
                if read > MAX_MODULES:
                    raise OSError(errno.EFBIG, f"more than {MAX_MODULES} modules in it")
                yield entry_of(folder / place / one.name, place / one.name)


def list_folder(folder: Path, most: int) -> list[os.DirEntry[str]]:
    """What lies in a folder, in order, without what systems leave behind."""
    with os.scandir(folder) as found:
        inside = list(islice(found, most + 1))
    if len(inside) > most:
        raise OSError(errno.EFBIG, f"more than {MAX_FOLDER_ENTRIES} files and folders in it")
    return sorted((one for one in inside if is_visible_name(one.name)), key=lambda one: one.name)


def leads_on(place: PurePosixPath, name: str) -> bool:
    """Whether a folder in a place is gone into."""
    return not place.parts or any(map(is_like_mytorch, (*place.parts, name)[:2]))
