"""Find out from its path which student a hand-in belongs to.

Canvas      lovelaceada_LATE_12345_67890_hand-in-1.zip     user 12345, upload 67890
Moodle      Ada Lovelace_1234567_assignsubmission_file_    a folder; or a file, with a longer name
Gradescope  submission_123456; submission_metadata.yml beside it names the students
`pack`      hand-in-ada.zip

Any other name is the student's id: `ada`, `ada.zip`. The outermost name on the path that was made
for one student decides: everything inside belongs to that student, whatever its name says.
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
MOODLE_NAME = re.compile(  # the student's own file name, at the end, may look like any site's
    r"(?![^_]+_(LATE_)?\d+_\d+_)(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)(_(?P<own>.*))?"
)
GRADESCOPE_NAME = re.compile(r"submission_(?P<upload>\d+)")
PACKED_NAME = re.compile(r"hand-in-(?P<id>.+?)( \(\d+\))?")
GRADESCOPE_METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 64 * 2**20  # of Gradescope's metadata
MAX_LINE_BYTES = 1000  # of a line in the metadata
# Suffixes that are not part of the student's name.
SUFFIX = re.compile(
    r"(?<=.)\.(zip|rar|7z|tar|tgz|(tar\.)?(gz|bz2|xz)|py|ipynb|pdf|docx?|txt)$", re.IGNORECASE
)
# Control characters, marks that change the writing direction, and surrogates.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class HandInOrigin:
    """What the path of a hand-in says.

    students  the students it belongs to
    upload    the site's number of the upload, if known: later uploads have larger numbers
    late      whether the site marked it as late
    """

    students: tuple[Student, ...]
    upload: int | None = None
    late: bool = False


def by_a_site(name: str) -> bool:
    """Whether a course site gave a hand-in this name, which contains the student's name."""
    return bool(
        MOODLE_NAME.fullmatch(strip_suffix(name))
        or (CANVAS_NAME.fullmatch(name) and Path(name).suffix)
    )


def strip_suffix(name: str) -> str:
    """A file's name without a known suffix."""
    return SUFFIX.sub("", name)


def origin_of(path: str) -> HandInOrigin:
    """The origin of a hand-in, from the outermost name made for one student, or from its own."""
    own = Path(path)
    for part in (*reversed(own.parents), own):
        if found := made_for_one(part):
            return found
    name = strip_suffix(own.name) or path
    return canvas_origin(name) or HandInOrigin((packed_student(name) or make_student(name),))


def made_for_one(path: Path) -> HandInOrigin | None:
    """The origin of a file or folder and everything in it, if a site or `pack` named it."""
    name = strip_suffix(path.name)
    if found := MOODLE_NAME.fullmatch(name):
        return HandInOrigin((make_student(found["id"], found["name"]),))
    if (found := GRADESCOPE_NAME.fullmatch(name)) and is_export(path.parent):
        by = read_submitters(path.parent).get(name)
        return HandInOrigin(by or (make_student(name),), int(found["upload"]))
    if by_a_site(path.name) and not is_folder(str(path)):  # Canvas exports files only
        return canvas_origin(name)
    student = packed_student(name) if is_zip(path.name) else None
    return HandInOrigin((student,)) if student else None


class UploadedFile(NamedTuple):
    """A single file that a site exported.

    by      the student's name and id, as in the file's name
    number  the site's number of the upload; 0 if unknown
    own     the student's own name for the file
    """

    by: str
    number: int
    own: str


def upload_of(name: str) -> UploadedFile | None:
    """The upload that a site's name for a single file describes. Archives have none."""
    if is_zip(name):
        return None
    if (found := MOODLE_NAME.fullmatch(name)) and found["own"]:
        return UploadedFile(f"{found['name']}_{found['id']}", 0, found["own"])
    if (found := CANVAS_NAME.fullmatch(name)) and found["end"]:  # Canvas numbers the uploads
        own = f"{found['own']}{found['end']}"
        return UploadedFile(f"{found['name']}_{found['id']}", int(found["upload"]), own)
    return None


def is_export(folder: Path) -> bool:
    """Whether a folder is a Gradescope export: it holds the metadata, and no student made it."""
    around = any(GRADESCOPE_NAME.fullmatch(path.name) for path in (folder, *folder.parents))
    path = str(folder / GRADESCOPE_METADATA)
    return not around and path_exists(path) and not os.path.islink(path)


def canvas_origin(name: str) -> HandInOrigin | None:
    """The origin that a Canvas file name describes."""
    found = CANVAS_NAME.fullmatch(name)
    if not found:
        return None
    by = make_student(found["id"], found["name"])
    return HandInOrigin((by,), int(found["upload"]), late=bool(found["late"]))


def packed_student(name: str) -> Student | None:
    """The student of a hand-in that `pack` named."""
    found = PACKED_NAME.fullmatch(name)
    return found and make_student(found["id"])


def make_student(id: str, name: str = "") -> Student:
    """A student with normalised texts."""
    return Student(normalize_text(id), normalize_text(name))


@cache
def read_submitters(folder: Path) -> dict[str, tuple[Student, ...]]:
    """The students of each submission, by its folder's name, from Gradescope's metadata.

    Only the few lines that we need are parsed, so that no YAML parser is needed.
    """
    people: dict[str, list[dict[str, str]]] = {}
    group: list[dict[str, str]] = []  # belongs to no submission until a line names one
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
            # the value of the line before goes on
            elif group and key in group[-1] and len(group[-1][key]) < MAX_LINE_BYTES:
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
    """The text of a plain or quoted YAML value."""
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
    """A text in Unicode's form NFC, on one line, without invisible characters."""
    return UNPRINTABLE.sub("?", unicodedata.normalize("NFC", text)).strip()
