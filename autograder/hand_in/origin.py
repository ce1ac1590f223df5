"""Whose a hand-in is by its name, as course sites export it.

Canvas      lovelaceada_LATE_12345_67890_hand-in-1.zip     user 12345, upload 67890
Moodle      Ada Lovelace_1234567_assignsubmission_file_    a folder; or a file, with more behind
Gradescope  submission_123456, and submission_metadata.yml beside it says who
ours        hand-in-ada.zip

Anything else is its own id: `ada`, `ada.zip`. What counts is the outermost name on a path that
was made for one student: whatever lies in there is theirs, whoever's name they gave it.
"""

import io
import json
import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .archive import is_folder, is_zip, path_exists, read_content
from .student import Student

CANVAS_NAME = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<own>.+?)(-\d+)?(?P<end>\.\w+)?"
)
MOODLE_NAME = re.compile(  # a student's own name for a file, behind, may look like any site's
    r"(?![^_]+_(LATE_)?\d+_\d+_)(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)(_(?P<own>.*))?"
)
GRADESCOPE_NAME = re.compile(r"submission_(?P<upload>\d+)")
PACKED_NAME = re.compile(r"hand-in-(?P<id>.+?)( \(\d+\))?")
GRADESCOPE_METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 64 * 2**20  # bytes of Gradescope's metadata
MAX_LINE_BYTES = 1000  # bytes of a line in it
# What a file's name ends in that is no part of who sent it.
SUFFIX = re.compile(
    r"(?<=.)\.(zip|rar|7z|tar|tgz|(tar\.)?(gz|bz2|xz)|py|ipynb|pdf|docx?|txt)$", re.IGNORECASE
)
# Control characters, changes of the direction of writing, and halves of characters.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class HandInOrigin:
    """What the name of a hand-in says: by whom it is, and, where it can be told, how new, and
    whether it came late."""

    students: tuple[Student, ...]
    upload: int | None = None
    late: bool = False


def by_a_site(name: str) -> bool:
    """Whether a course site gave a hand-in this name, with the student's own in it."""
    return bool(
        MOODLE_NAME.fullmatch(strip_suffix(name))
        or (CANVAS_NAME.fullmatch(name) and Path(name).suffix)
    )


def strip_suffix(name: str) -> str:
    return SUFFIX.sub("", name)


def origin_of(path: str) -> HandInOrigin:
    """What a path says: the outermost name on it that was made for one student, or its own."""
    own = Path(path)
    for place in (*reversed(own.parents), own):
        if found := made_for_one(place):
            return found
    name = strip_suffix(own.name) or path
    return canvas_origin(name) or HandInOrigin((packed_student(name) or make_student(name),))


def made_for_one(place: Path) -> HandInOrigin | None:
    """Whose a file or folder is, with all in it, if a site, or `pack`, gave it its name."""
    name = strip_suffix(place.name)
    if found := MOODLE_NAME.fullmatch(name):
        return HandInOrigin((make_student(found["id"], found["name"]),))
    if (found := GRADESCOPE_NAME.fullmatch(name)) and is_export(place.parent):
        by = read_submitters(place.parent).get(name)
        return HandInOrigin(by or (make_student(name),), int(found["upload"]))
    if by_a_site(place.name) and not is_folder(str(place)):  # Canvas hands out files alone
        return canvas_origin(name)
    ours = packed_student(name) if is_zip(place.name) else None
    return HandInOrigin((ours,)) if ours else None


class UploadedFile(NamedTuple):
    """A file that a site exported by itself: whose it is in the words of its name, how new, and
    what they called it."""

    by: str
    number: int
    own: str


def upload_of(name: str) -> UploadedFile | None:
    """What a name says if a site made it for a file that a student uploaded, no archive."""
    if is_zip(name):
        return None
    if (found := MOODLE_NAME.fullmatch(name)) and found["own"]:
        return UploadedFile(f"{found['name']}_{found['id']}", 0, found["own"])
    if (found := CANVAS_NAME.fullmatch(name)) and found["end"]:  # which counts uploads of one name
        own = f"{found['own']}{found['end']}"
        return UploadedFile(f"{found['name']}_{found['id']}", int(found["upload"]), own)
    return None


def is_export(folder: Path) -> bool:
    """Whether Gradescope's metadata lies in a folder, and not because a student put it there."""
    around = any(GRADESCOPE_NAME.fullmatch(place.name) for place in (folder, *folder.parents))
    place = str(folder / GRADESCOPE_METADATA)
    return not around and path_exists(place) and not os.path.islink(place)


def canvas_origin(name: str) -> HandInOrigin | None:
    found = CANVAS_NAME.fullmatch(name)
    if not found:
        return None
    by = make_student(found["id"], found["name"])
    return HandInOrigin((by,), int(found["upload"]), late=bool(found["late"]))


def packed_student(name: str) -> Student | None:
    found = PACKED_NAME.fullmatch(name)
    return found and make_student(found["id"])


def make_student(id: str, name: str = "") -> Student:
    return Student(normalize_text(id), normalize_text(name))


@cache
def read_submitters(folder: Path) -> dict[str, tuple[Student, ...]]:
    """Who is behind each submission, from the few lines we need of Gradescope's metadata."""
    people: dict[str, list[dict[str, str]]] = {}
    group: list[dict[str, str]] = []  # nobody's, until a line names a submission
    section = key = ""
    for data in io.BytesIO(read_content(str(folder / GRADESCOPE_METADATA), MAX_METADATA_BYTES)):
        line = data[:MAX_LINE_BYTES].decode(errors="replace").rstrip()
        if found := re.fullmatch(r"(\S+):", line):
            group, section = [], ""
            people[found[1]] = group
        elif found := re.match(r"  :?(\w+):", line):
            section, key = found[1], ""
        elif section == "submitters":
            found = re.fullmatch(r"\s+(- )?:?(name|sid|email): ?(.*)", line)
            if found and (found[1] or not group):
                group.append({})
            if found:
                key = found[2]
                group[-1][key] = found[3]
            elif group and key in group[-1] and len(group[-1][key]) < MAX_LINE_BYTES:  # it goes on
                group[-1][key] += f" {line.strip()}"
    return {
        submission: tuple(
            make_student(
                yaml_scalar(p.get("sid", "")) or yaml_scalar(p.get("email", "")),
                yaml_scalar(p["name"]),
            )
            for p in group
            if p.get("name") and (p.get("sid") or p.get("email"))
        )
        for submission, group in people.items()
    }


def yaml_scalar(text: str) -> str:
    """A plain or quoted value of YAML."""
    text = text.strip()
    if re.fullmatch(r"'.*'", text):
        return text[1:-1].replace("''", "'")
    if re.fullmatch(r'".*"', text):
        try:
            return str(json.loads(re.sub(r"\\x(..)", r"\\u00\1", text)))
        except ValueError:
            return text[1:-1]
    return "" if text in ("~", "null") else text


def normalize_text(text: str) -> str:
    """A text as it is shown: one normal form, one line, nothing that no one can see."""
    return UNPRINTABLE.sub("?", unicodedata.normalize("NFC", text)).strip()
