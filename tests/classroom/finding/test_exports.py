"""Exports of course sites, and folders as instructors keep them: which hand-ins are found.

An export that is one zip is found, named and read like the folder that it unpacks to.
"""

import io
import json
import os
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT, MakeTree, counted_calls, package

from autograder.classroom.finding import roster
from autograder.classroom.finding.search import MAX_ARCHIVES_OF_ONE, find_hand_ins
from autograder.hand_in import reading
from autograder.hand_in.archive import names_in, path_exists
from autograder.hand_in.origin import origin_of
from autograder.hand_in.reading import MAX_ARCHIVE_BYTES, read_hand_in
from autograder.hand_in.student import Student
from autograder.hand_in.unpacking import MAX_TABLE_BYTES

ENTRIES = Mapping[str, bytes]
METADATA = """\
---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '12345'
submission_12:
  :submitters:
  - :name: Bob
    :sid: '2'
  - :name: Cleo
    :sid: '3'
"""


def zipped(entries: ENTRIES, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def work(mark: str, folder: str = "") -> dict[str, bytes]:
    """The entries of a hand-in; no two hand-ins are equal."""
    files = {**package(solved=False), "linear.py": f"# by {mark}\n".encode()}
    return {f"{folder}mytorch/{name}": content for name, content in files.items()}


def canvas() -> dict[str, bytes]:
    return {
        "lovelaceada_12345_67890_hand-in-1.zip": zipped(work("ada", "hw/")),
        "bob_LATE_2_67891_hand-in.zip": zipped(work("bob")),
        "cleo_3_67892_homework.pdf": b"%PDF",
        "eve_4_67893_hand-in.zip": zipped(work("eve"))[:-30],
    }


def moodle() -> dict[str, bytes]:
    return {
        **work("ada", "Ada Lovelace_12345_assignsubmission_file_/"),
        "Bob_2_assignsubmission_file_/hand-in.zip": zipped(work("bob")),
        "Bob_2_assignsubmission_onlinetext_/onlinetext.html": b"see the file",
        "Cleo_3_assignsubmission_file_/a.zip": zipped(work("cleo")),
        "Cleo_3_assignsubmission_file_/b.zip": zipped(work("cleo again")),
        "Eve_4_assignsubmission_file_/notes.pdf": b"%PDF",
        "Finn_5_assignsubmission_file_/": b"",
    }


def gradescope() -> dict[str, bytes]:
    return {
        "assignment_1_export/submission_metadata.yml": METADATA.encode(),
        **work("ada", "assignment_1_export/submission_11/"),
        "assignment_1_export/submission_12/hand-in.zip": zipped(work("bob and cleo")),
    }


def ours() -> dict[str, bytes]:
    return {
        "hand-ins/grades.csv": b"id,points\n",
        "hand-ins/hand-in-ada.zip": zipped(work("ada"), zipfile.ZIP_STORED),
        **work("bob", "hand-ins/bob/"),
        "__MACOSX/hand-ins/._hand-in-ada.zip": b"x",
    }


EXPORTS = {"canvas": canvas, "moodle": moodle, "gradescope": gradescope, "ours": ours}
NAMES = {
    "canvas": sorted(canvas()),
    "moodle": [
        "Ada Lovelace_12345_assignsubmission_file_",
        "Bob_2_assignsubmission_file_",
        "Cleo_3_assignsubmission_file_/a.zip",
        "Cleo_3_assignsubmission_file_/b.zip",
        "Eve_4_assignsubmission_file_",
        "Finn_5_assignsubmission_file_",
    ],
    "gradescope": [f"assignment_1_export/submission_{n}" for n in (11, 12)],
    "ours": ["hand-ins/bob", "hand-ins/hand-in-ada.zip"],
}


@pytest.mark.parametrize("site", EXPORTS)
def test_an_export_is_read_like_the_folder_it_unpacks_to(tmp_path: Path, site: str) -> None:
    """Both give the same hand-ins in the same order, with the same files, messages, owners and
    notes."""
    folder, export = tmp_path / "folder", tmp_path / "export.zip"
    export.write_bytes(zipped(EXPORTS[site]()))
    zipfile.ZipFile(export).extractall(folder)
    found, unpacked = find_hand_ins([str(export)]), find_hand_ins([str(folder)])
    assert found.hand_ins == [str(export / name) for name in NAMES[site]]
    assert unpacked.hand_ins == [str(folder / name) for name in NAMES[site]]
    *notes, taken = found.notes
    assert notes == unpacked.notes
    assert f"is taken for the export of a class: {len(found.hand_ins)} hand-ins" in taken
    for inside, outside in zip(found.hand_ins, unpacked.hand_ins, strict=True):
        one, other = read_hand_in(inside), read_hand_in(outside)
        assert one.name == inside
        assert (one.files, one.message) == (other.files, other.message)
        assert path_exists(inside)
    calls = roster.assign_students(found.hand_ins), roster.assign_students(unpacked.hand_ins)
    assert [*calls[0].students.values()] == [*calls[1].students.values()]


def test_an_export_may_be_packed_by_windows(tmp_path: Path) -> None:
    """Backslashes between folder names are read as slashes."""
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, content in {"hand-ins/": b"", "hand-ins/bob/": b"", **ours()}.items():
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            archive.writestr(info, content)
    found = find_hand_ins([str(tmp_path / "export.zip")]).hand_ins
    assert found == [str(tmp_path / "export.zip" / name) for name in NAMES["ours"]]
    assert read_hand_in(found[0]).files["linear.py"] == b"# by bob\n"


def test_whose_they_are_in_an_export_of_gradescope(tmp_path: Path) -> None:
    """The metadata in the archive gives the owners, including groups."""
    (tmp_path / "export.zip").write_bytes(zipped(gradescope()))
    found = roster.assign_students(find_hand_ins([str(tmp_path / "export.zip")]).hand_ins)
    assert [*found.students.values()] == [
        (Student("12345", "Ada Lovelace"),),
        (Student("2", "Bob"), Student("3", "Cleo")),
    ]


@pytest.mark.parametrize("site", EXPORTS)
def test_an_export_lies_in_a_folder_too(tmp_path: Path, site: str) -> None:
    """A folder that contains only an export stands for the contents of the export."""
    (tmp_path / "export.zip").write_bytes(zipped(EXPORTS[site]()))
    expected = [str(tmp_path / "export.zip" / name) for name in NAMES[site]]
    assert find_hand_ins([str(tmp_path)]).hand_ins == expected


def test_nobody_gets_the_grade_of_the_one_whose_files_came_unpacked(tmp_path: Path) -> None:
    """An export is never one hand-in, even if it is given as one of several paths."""
    (tmp_path / "export.zip").write_bytes(zipped(moodle()))
    (tmp_path / "late.zip").write_bytes(zipped(work("late")))
    given = [str(tmp_path / "export.zip"), str(tmp_path / "late.zip")]
    assert find_hand_ins(given).hand_ins == given
    assert read_hand_in(given[0]).files == {}
    assert read_hand_in(given[0]).message == (
        "it holds several hand-ins and does not say whose: send one hand-in per student"
    )


def test_the_class_of_one_student_is_a_class(tmp_path: Path) -> None:
    """If only one student has handed in, the export is not their hand-in, but contains it."""
    export = tmp_path / "submissions.zip"
    export.write_bytes(zipped({"ada_12345_6_hand-in.zip": zipped(work("ada"))}))
    assert find_hand_ins([str(export)]).hand_ins == [str(export / "ada_12345_6_hand-in.zip")]


@pytest.mark.parametrize(
    "entries",
    [
        work("ada"),
        work("ada", "hw 5/"),
        {**work("ada"), "hand-in.zip": zipped(work("old")), "data.zip": b"PK"},
        {**work("ada", "hw/"), "hw/hand-in.zip": zipped(work("old")), "hw/data.zip": b"PK"},
        {**work("ada", "hw_5_3_final/"), "lecture_5_1_notes.pdf": b"%PDF"},
        {**work("ada", "hw/"), "data_1_2_a.txt": b"", "data_1_2_b.txt": b""},
        {"hand-in.zip": zipped(work("ada"))},
        {"hw/hand-in.zip": zipped(work("ada"))},
        {"hw/hand-in.zip": zipped({"again.zip": zipped(work("ada"))}), "hw/notes.pdf": b"%PDF"},
    ],
    ids=[
        *("bare", "wrapped", "zips beside", "wrapped with zips", "named like Canvas's", "data"),
        *("twice", "twice deep", "thrice"),
    ],
)
@pytest.mark.parametrize("place", ["ada.zip", "export.zip/ada.zip", "Ada_7_assignsubmission_file_"])
def test_a_students_own_archive_is_one_hand_in(
    tmp_path: Path, entries: ENTRIES, place: str
) -> None:
    """With `mytorch` in it, in one more folder, or as a zip in a zip, at any place."""
    data = zipped(entries)
    path = tmp_path / place
    if place.startswith("export"):
        others = {"bob.zip": zipped(work("bob")), "cleo/": b""}
        (tmp_path / "export.zip").write_bytes(zipped({"ada.zip": data, **others}))
        assert find_hand_ins([str(tmp_path / "export.zip")]).hand_ins[0] == str(path)
    elif path.suffix:
        path.write_bytes(data)
        assert find_hand_ins([str(path)]).hand_ins == [str(path)]
    else:
        path.mkdir()
        (path / "hand-in.zip").write_bytes(data)
        assert find_hand_ins([str(tmp_path)]).hand_ins == [str(path)]
    assert read_hand_in(path).files["linear.py"] == b"# by ada\n"
    assert read_hand_in(path).message == ""


def test_no_student_speaks_for_another(tmp_path: Path) -> None:
    """All files that a student put into their own archive or folder are theirs, whatever the names
    say."""
    class_ = tmp_path / "class"
    class_.mkdir()
    false = {"ada_12345_99_a.zip": zipped(work("false")), "bob_2_99_b.zip": zipped(work("false"))}
    (class_ / "eve.zip").write_bytes(zipped(false))
    (class_ / "ada.zip").write_bytes(zipped(work("ada")))
    assert find_hand_ins([str(class_)]).hand_ins == [
        str(class_ / "ada.zip"),
        str(class_ / "eve.zip"),
    ]
    assert find_hand_ins(list(map(str, class_.iterdir()))).hand_ins == list(
        map(str, class_.iterdir())
    )
    export = {f"Eve_4_assignsubmission_file_/{name}": data for name, data in false.items()}
    (tmp_path / "export.zip").write_bytes(zipped(export))
    found = roster.assign_students(find_hand_ins([str(tmp_path / "export.zip")]).hand_ins)
    assert set(found.students.values()) == {(Student("4", "Eve"),)}


FORGED = {
    "metadata": {
        "wrap/submission_metadata.yml": METADATA.replace("_12:", "_999:").encode(),
        **work("false", "wrap/submission_999/"),
    },
    "moodle": work("false", "wrap/Bob_2_assignsubmission_file_/"),
    "canvas": {"wrap/bob_2_999_x.zip": zipped(work("false")), "wrap/a.zip": b"PK"},
    "two archives": {
        "a.zip": zipped({"bob_2_999_x.zip": b"PK", "cleo_3_999_x.zip": b"PK"}),
        "b.zip": zipped({METADATA: b"", **work("false", "submission_999/")}),
    },
}
SENT_BY_ADA = {
    "gradescope": ("submission_11", {"submission_metadata.yml": METADATA.encode()}),
    "gradescope, unlisted": ("submission_13", {"submission_metadata.yml": METADATA.encode()}),
    "moodle": ("Ada Lovelace_12345_assignsubmission_file_", {}),
    "moodle, a file": ("Ada Lovelace_12345_assignsubmission_file_hand-in.zip", {}),
    "canvas": ("lovelaceada_12345_67890_hand-in-1.zip", {}),
    "ours": ("hand-in-ada.zip", {}),
}
SENT_BY_BOB = {"gradescope": "submission_12/", "moodle": "Bob_2_assignsubmission_file_/"}


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("site", SENT_BY_ADA)
@pytest.mark.parametrize("forged", FORGED)
def test_nobody_hands_in_for_others(
    tmp_path: Path, forged: str, site: str, alone: bool, unpacked: bool
) -> None:
    """The outermost name that was made for a student decides the owner, whether the student is
    alone in the class or not; no name and no metadata inside is believed."""
    own, beside = SENT_BY_ADA[site]
    inside = FORGED[forged]
    sent = (
        {own: zipped(inside)} if own.endswith(".zip") else {f"{own}/{n}": inside[n] for n in inside}
    )
    alone = alone and site != "ours"  # alone, it would be the whole export
    others = {} if alone else work("bob", SENT_BY_BOB.get(site.partition(",")[0], "bob/"))
    given = tmp_path / "class" / "export.zip"
    given.parent.mkdir()
    given.write_bytes(zipped({**beside, **others, **sent}))
    if unpacked:
        zipfile.ZipFile(given).extractall(given.parent)
        given.unlink()
        given = given.parent
    found = find_hand_ins([str(given)]).hand_ins
    adas = [path for path in found if own in path]
    assert len(adas) == (2 if forged == "two archives" and not own.endswith(".zip") else 1)
    (ada,) = {origin_of(path).students for path in adas}
    assert ada == origin_of(str(given / own)).students
    assert len(found) - len(adas) == (not alone)
    bobs = {origin_of(path).students for path in found if path not in adas}
    assert ada not in bobs
    for path in adas:
        assert read_hand_in(path).message.isprintable()


def test_beside_a_hand_in_nothing_is_a_class(tmp_path: Path) -> None:
    """This also holds in a teacher's own folder: a folder or archive among hand-ins belongs to one
    student; so does one with the name of a student on the roster."""
    (tmp_path / "roster").write_text("id,name\n7,Eve\n")
    for beside in ({"bob.zip": zipped(work("bob"))}, work("bob", "bob/"), {"bob.rar": b"x"}):
        for number, inside in enumerate(FORGED.values()):
            sent = {**{f"eve/{n}": inside[n] for n in inside}, "finn.zip": zipped(inside)}
            folder = tmp_path / f"{next(iter(beside))[:5]}{number}"
            (tmp_path / "class.zip").write_bytes(zipped({**beside, **sent}))
            zipfile.ZipFile(tmp_path / "class.zip").extractall(folder)
            for given in (folder, tmp_path / "class.zip"):
                names = [
                    str(Path(p).relative_to(given)) for p in find_hand_ins([str(given)]).hand_ins
                ]
                assert names == [next(iter(beside)).partition("/")[0], "eve", "finn.zip"]
    for given in (tmp_path / "late" / "eve", tmp_path / "late" / "eve.zip"):
        given.parent.mkdir(exist_ok=True)
        packed = zipped(FORGED["metadata"])
        given.write_bytes(packed)
        if not given.suffix:
            given.unlink()
            zipfile.ZipFile(io.BytesIO(packed)).extractall(given)
        known = roster.read_roster(tmp_path / "roster")
        assert find_hand_ins([str(given)], known).hand_ins == [str(given)]
        assert find_hand_ins([str(given.parent)], known).hand_ins[0] == str(given.parent / "eve")


def named(path: Path, names: Iterable[str]) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x = 1")
    return str(path)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            [f"mytorch/{'d/' * 2030}m{n}.py" for n in range(1900)],
            "ignored paths that are too long or too deep: «mytorch/d/d/d/d/d/d/d/d/d/d/.../d/d/d/d",
        ),
        ([f"mytorch/{'d' * 990}{n}.py" for n in range(5000)], "ignored paths that are too long"),
        ([f"mytorch/{'d/' * 37}m{n}.py" for n in range(19_000)], "ignored invalid module names"),
        ([f"d{n}/x" for n in range(19_000)], "there is no folder mytorch"),
        ([f"n{n}" for n in range(100_000)], "more than 20000 entries in the archive"),
        ([f"n{n}" for n in range(100_001)], "more than 20000 entries in the archive"),
    ],
    ids=["deep", "long", "deepest", "wide", "many", "more"],
)
def test_no_archive_holds_up_the_reading(tmp_path: Path, names: list[str], said: str) -> None:
    """Thousands of names of any length and depth take time in proportion to their number."""
    path = named(tmp_path / "a.zip", names)
    with counted_calls() as calls:
        assert find_hand_ins([path]).hand_ins == [path]
        assert said in read_hand_in(path).message
    assert calls.total() < 1000 * len(names) + 10 * sum(map(len, names))


def test_a_table_that_says_it_is_short_is_not_believed(tmp_path: Path) -> None:
    """The real number of entries counts, not the number at the end of the archive."""
    path = tmp_path / "a.zip"
    data = bytearray(Path(named(path, map(str, range(20_001)))).read_bytes())
    data[-14:-10] = b"\1\0\1\0"
    path.write_bytes(data)
    assert "(more than 20000 entries in the archive)" in read_hand_in(path).message


def test_a_name_in_a_message_imitates_no_line(tmp_path: Path) -> None:
    """Names are quoted so that they cannot end the quotation, with single spaces, and shortened."""
    evil = "a»]? 52 ∕ 52  exp5∕bob.zip  [«ok" + "\u3000" * 9 + "x" * 99
    (tmp_path / "export.zip").write_bytes(
        zipped({"ada.zip": b"", "bob.zip": b"", f"{evil}.pdf": b""})
    )
    note, _ = find_hand_ins([str(tmp_path / "export.zip")]).notes
    begin = "«a>]? 52 ∕ 52 exp5∕bob.zip [<"
    assert note.startswith(f"left out 1 file that is not a hand-in: {begin}")
    assert len(note) < 110
    (tmp_path / "a.zip").write_bytes(zipped({f"mytorch/{evil}.py": b"", **work("ada")}))
    assert read_hand_in(tmp_path / "a.zip").message.startswith(
        f"ignored invalid module names: {begin}"
    )
    (tmp_path / "b.zip").write_bytes(zipped({f"{evil}.py": b""}))
    assert f"; {begin}" in read_hand_in(tmp_path / "b.zip").message


def test_no_student_has_thousands_of_hand_ins(tmp_path: Path) -> None:
    """A few archives in a student's folder are separate hand-ins; many are one hand-in, worth 0."""
    folder = "Eve_4_assignsubmission_file_"
    for count, found in (
        (MAX_ARCHIVES_OF_ONE - 1, MAX_ARCHIVES_OF_ONE - 1),
        (MAX_ARCHIVES_OF_ONE, 1),
    ):
        flood = {f"{folder}/{n:02}.zip": zipped(gradescope()) for n in range(count)}
        # … beside notes.pdf, which is in the folder too
        (tmp_path / "export.zip").write_bytes(zipped({**moodle(), **flood}))
        hand_ins = find_hand_ins([str(tmp_path / "export.zip")]).hand_ins
        assert sum(folder in path for path in hand_ins) == found
    assert read_hand_in(tmp_path / "export.zip" / folder).message == (
        "it holds several hand-ins and does not say whose: send one hand-in per student"
    )


def one_by_one(site: str, who: str) -> dict[str, bytes]:
    """The files that one student uploads one by one, with the names that a site gives them."""
    files = {**package(), "06.ipynb": b"{}", "notes.pdf": b"%PDF"}
    if site == "moodle":
        return {f"{who}_assignsubmission_file_{name}": data for name, data in files.items()}
    return {f"{who}_{90 + n}_{name}": files[name] for n, name in enumerate(files)}


@pytest.mark.parametrize("site", ["canvas", "moodle"])
@pytest.mark.parametrize("unpacked", [False, True])
def test_what_was_uploaded_file_by_file_is_one_hand_in(
    tmp_path: Path, site: str, unpacked: bool
) -> None:
    """All files of one student are one hand-in with the path of the first module, without others'
    files."""
    whos = ["ada_LATE_1" if site == "canvas" else "ada_1", "bob_2", "adab_1", "ada_12"]
    sent = {name: data for who in whos for name, data in one_by_one(site, who).items()}
    export = tmp_path / "export.zip"
    export.write_bytes(zipped({**sent, "cleo_3_9_hand-in.zip": zipped(work("cleo"))}))
    given = tmp_path / "folder" if unpacked else export
    zipfile.ZipFile(export).extractall(tmp_path / "folder")
    found = find_hand_ins([str(given)])
    assert len(found.notes) == (not unpacked), "that it is an export"
    *parts, cleo = sorted(found.hand_ins, key=lambda path: path.endswith(".zip"))
    assert cleo.endswith("cleo_3_9_hand-in.zip")
    assert len(parts) == len(whos)
    for path in parts:
        made = read_hand_in(path)
        assert (made.name, made.files) == (path, package())
        assert made.message == "mytorch is read from the modules that are in no folder"
    assert len({origin_of(path).students for path in parts}) == len(parts)
    if unpacked:
        files = [str(given / name) for name in sent]
        assert sorted(find_hand_ins(files).hand_ins) == sorted(parts)


def test_of_files_uploaded_again_the_newest_counts(tmp_path: Path) -> None:
    """Canvas appends a number to repeated names; links are not followed here either."""
    for number, name in ((9, "linear.py"), (10, "linear-1.py"), (11, "relu.pdf")):
        (tmp_path / f"ada_1_{number}_{name}").write_text(f"# {number}")
    (tmp_path / "ada_1_12_relu.py").symlink_to("/etc/passwd")
    (path,) = find_hand_ins([str(tmp_path)]).hand_ins
    assert read_hand_in(path).files == {"linear.py": b"# 10"}
    assert read_hand_in(path).message.startswith("mytorch is read from the modules")
    assert "ignored links: «relu.py»" in read_hand_in(path).message


def test_files_without_a_module_are_left_as_they_are(tmp_path: Path) -> None:
    """Each file is a separate hand-in, worth 0; an archive is never combined with loose files."""
    for name in ("a.pdf", "b.ipynb"):
        (tmp_path / f"ada_1_2_{name}").write_text("x")
    assert len(find_hand_ins([str(tmp_path)]).hand_ins) == 2
    (tmp_path / "ada_1_3_linear.py").write_text("x")
    (tmp_path / "ada_1_4_all.zip").write_bytes(zipped(work("ada")))
    found = find_hand_ins([str(tmp_path)]).hand_ins
    assert [Path(path).name for path in found] == ["ada_1_3_linear.py", "ada_1_4_all.zip"]
    assert roster.assign_students(found).superseded == {found[0]}


CLASS = ("id,name\n7,Ada Lovelace\n", ["7.pdf", "Ada Lovelace.docx"])


def test_loose_files_beside_hand_ins_are_left_out_aloud(tmp_path: Path) -> None:
    """A reading list belongs to no student; archives, code, and files with a student's name do."""
    (tmp_path / "roster").write_text(CLASS[0])
    folder = tmp_path / "class"
    folder.mkdir()
    sent = ["bob.zip", "cleo.rar", "dan.tar.gz", "eve.7z", "finn.ipynb", "gus.py"]
    sent += ["hal_8_9_homework.pdf", "Ida_10_assignsubmission_file_x.txt"]
    beside = ["README.txt", "grades.csv", "slides.pdf", "Kim_1_assignsubmission_onlinetext.html"]
    for name in [*sent, *beside, *CLASS[1], ".DS_Store"]:
        (folder / name).write_bytes(b"x")
    found = find_hand_ins([str(folder)])
    assert found.hand_ins == sorted(str(folder / name) for name in sent)
    names = ", ".join(f"«{name}»" for name in sorted([*beside, *CLASS[1]]))
    assert found.notes == [f"left out 6 files that are not hand-ins: {names}"]
    found = find_hand_ins([str(folder)], roster.read_roster(tmp_path / "roster"))
    assert found.hand_ins == sorted(str(folder / name) for name in [*sent, *CLASS[1]])
    names = ", ".join(f"«{name}»" for name in sorted(beside))
    assert found.notes == [f"left out 4 files that are not hand-ins: {names}"]
    assert find_hand_ins([str(folder / "slides.pdf")]).hand_ins == [str(folder / "slides.pdf")], (
        "as given"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ada.zip", "not a readable zip archive (File is not a zip file)"),
        ("ada.rar", "not a readable zip archive but a «.rar» file"),
        ("ada.tar.gz", "not a readable zip archive but a «.gz» file"),
        ("ada.ipynb", "not a readable zip archive but a «.ipynb» file"),
    ],
)
def test_what_is_no_zip_says_what_to_do(tmp_path: Path, name: str, said: str) -> None:
    """The message tells the student what to send instead."""
    (tmp_path / name).write_bytes(b"x")
    assert read_hand_in(tmp_path / name).message == f"{said}: `autograder pack` makes one"


def test_a_folder_of_loose_files_is_one_hand_in(tmp_path: Path) -> None:
    """Modules or pages without a folder are one student's hand-in, not one hand-in each."""
    for name in ("linear.py", "relu.py", "notes.pdf"):
        (tmp_path / name).write_bytes(b"x = 1")
    found = find_hand_ins([str(tmp_path)])
    assert (found.hand_ins, found.notes) == ([str(tmp_path)], [])
    assert set(read_hand_in(tmp_path).files) == {"linear.py", "relu.py"}


def test_what_editors_leave_in_mytorch_is_no_news(tmp_path: Path, make_tree: MakeTree) -> None:
    """JupyterLab's checkpoints and macOS's shadow files are neither read nor mentioned."""
    tree = make_tree()
    (tree / "mytorch" / ".ipynb_checkpoints").mkdir()
    for name in (".ipynb_checkpoints/linear-checkpoint.py", "._linear.py"):
        (tree / "mytorch" / name).write_bytes(b"x = 1")
    assert (read_hand_in(tree).files, read_hand_in(tree).message) == (package(), "")


def test_without_modules_there_is_nothing_to_run(tmp_path: Path) -> None:
    """The statistics count an empty archive as unreadable, because it contains no attempt."""
    (tmp_path / "empty.zip").write_bytes(zipped({}))
    (tmp_path / "two.zip").write_bytes(zipped({**work("a", "a/"), **work("b", "b/")}))
    assert not read_hand_in(tmp_path / "empty.zip").readable
    assert not read_hand_in(tmp_path / "two.zip").readable
    assert read_hand_in(tmp_path / "two.zip").message == (
        "it holds several folders mytorch: «a/mytorch», «b/mytorch»; send only one"
    )


def test_a_path_in_an_export_that_is_not_there(tmp_path: Path) -> None:
    """A name that does not exist, a path that leads out, or a path in a file that is no archive."""
    (tmp_path / "export.zip").write_bytes(zipped(canvas()))
    (tmp_path / "file").write_bytes(b"x")
    for name in ("export.zip/nobody.zip", "export.zip/../file/x", "file/ada.zip", "export.zip/\0"):
        found = read_hand_in(str(tmp_path / name))
        assert (found.found, found.message) == (False, "no such file or folder"), name
        assert not path_exists(str(tmp_path / name)), name


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe or device is found and read without being opened."""
    os.mkfifo(tmp_path / "pipe.zip")
    assert find_hand_ins([str(tmp_path)]).hand_ins == [str(tmp_path / "pipe.zip")]
    assert read_hand_in(find_hand_ins([str(tmp_path / "pipe.zip")]).hand_ins[0]).files == {}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="has no list of open files")
def test_no_more_than_one_archive_stays_open(tmp_path: Path) -> None:
    """However many exports are read, only the last file stays open."""
    before = len(os.listdir("/proc/self/fd"))
    for number in range(5):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(zipped(canvas()))
        assert len([read_hand_in(one) for one in find_hand_ins([str(path)]).hand_ins]) == len(
            canvas()
        )
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_an_export_that_changes_is_read_anew(tmp_path: Path) -> None:
    """Cached contents of an archive are dropped when the archive is replaced."""
    path = tmp_path / "export.zip"
    for mark in ("first", "and second"):
        path.write_bytes(zipped({"ada.zip": zipped(work(mark)), "bob.zip": b""}))
        assert read_hand_in(path / "ada.zip").files["linear.py"] == f"# by {mark}\n".encode()


def hostile() -> dict[str, bytes]:
    """By inner name: files that an attacker may put beside honest hand-ins."""
    nested = zipped(work("deep"))
    for _ in range(10):
        nested = zipped({"hand-in.zip": nested})
    bomb = zipped({f"mytorch/{n}.zip": bytes(2**24) for n in range(3)})
    locked = zipped(work("locked")).replace(
        b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1"
    )
    return {
        "a-bomb.zip": bytes(300 * 2**20),
        "b-bomb.zip": zipped({"bomb.zip": bomb}),
        "c-nested.zip": nested,
        "d-locked.zip": locked,
        "e-many.zip": zipped({f"mytorch/m{n}.py": b"" for n in range(20_001)}),
        "f-\x1b[2J\r\n::error::.zip": b"PK\x03\x04" + bytes(999),
        "g-cut.zip": zipped(work("cut"))[5000:],
        "h-out.zip": zipped({"../mytorch/linear.py": b"", "/etc/mytorch/linear.py": b""}),
        "i-long" + "x" * 3000 + ".zip": b"",
        "j-empty.zip": zipped({}),
        "../k-out.zip": b"PK",
        "/l-absolute.zip": b"PK",
        "m-" + "d/" * 2000 + "deep.zip": b"PK",
    }


def test_a_hostile_export_costs_each_its_own_line(tmp_path: Path) -> None:
    """Bombs, encryption, deep folders, floods, names: each gets a final 0; the honest one
    counts."""
    export = tmp_path / "export.zip"
    link = zipfile.ZipInfo("n-link.zip")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(export, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in hostile().items():
            archive.writestr(name, content)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("z-honest.zip", zipped(work("first")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("z-honest.zip", zipped(work("second")))
    found = find_hand_ins([str(export)])
    note, links, _ = found.notes
    assert links == "left out, because links are not followed: «n-link.zip»"
    assert note.startswith("left out 4 files that are not hand-ins: «i-longxx")
    assert note.endswith(
        "xxx.zip», «../k-out.zip», «/l-absolute.zip», «m-"
        + "d/" * 13
        + "...d/d/d/d/d/d/d/d/d/d/deep.zip»"
    )
    tracemalloc.start()
    made = [read_hand_in(path) for path in found.hand_ins]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50 * 2**20
    assert len(made) == len(hostile()) - 4 + 1
    *broken, honest = made
    assert honest.files["linear.py"] == b"# by second\n"
    for one in broken:
        assert (one.files, one.readable, one.found) == ({}, False, True), one.name
        assert one.message.isprintable()
        assert len(one.message) < 400
    said = {one.name.removeprefix(str(export))[1]: one.message for one in broken}
    assert f"larger than {MAX_ARCHIVE_BYTES} bytes" in said["a"]
    assert "no folder mytorch" in said["c"]
    assert "password" in said["d"]
    assert "more than 20000 entries" in said["e"]


def test_a_table_of_contents_has_a_largest_size(tmp_path: Path) -> None:
    """A table with half a million entries is refused before it is read into memory."""
    path = tmp_path / "table.zip"
    head = b"PK\x01\x02" + bytes(24) + b"\1" + bytes(17) + b"x"
    count = MAX_TABLE_BYTES // len(head) + 1
    size = (count * len(head)).to_bytes(4, "little")
    path.write_bytes(head * count + b"PK\5\6" + bytes(4) + b"\xff\xff" * 2 + size + bytes(6))
    assert read_hand_in(path).message.startswith("not a readable zip archive (too many entries")
    assert names_in(str(path)) == []


@pytest.mark.parametrize("damage", [lambda d, n: d[:n], lambda d, n: d[:n] + b"\xff" + d[n + 1 :]])
def test_no_damage_to_an_export_stops_the_batch(
    tmp_path: Path, damage: Callable[[bytes, int], bytes]
) -> None:
    """Cut off anywhere, or with any byte changed, it is found and read without an exception."""
    whole = zipped({"ada.zip": zipped({"mytorch/a.py": b"x"}), "bob/mytorch/a.py": b"y"})
    for place in range(0, len(whole), 3):
        path = tmp_path / "export.zip"
        path.write_bytes(damage(whole, place))
        for one in find_hand_ins([str(path)]).hand_ins:
            assert read_hand_in(one).message.isprintable()
            assert reading.read_hand_in(one).found in (True, False)


def notebook(source: str) -> bytes:
    cell = {"cell_type": "code", "source": source.splitlines(True)}
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "@exercise("}, cell]}).encode()


SOLVED = notebook("@exercise(Linear)\ndef forward(self, A):\n    return A @ self.W.T\n")


@pytest.mark.parametrize("in_zip", [False, True])
def test_answers_that_were_never_run_are_mentioned(
    tmp_path: Path, make_tree: MakeTree, in_zip: bool
) -> None:
    """If a student solved the notebooks but not `mytorch`, the points are those of `mytorch`, and a
    note explains why."""
    said = "the notebooks hold answers but mytorch does not: were the cells run?"
    stub = notebook('@exercise(Linear)\ndef f():\n    raise NotImplementedError("Exercise 6.1")')
    for solved, notes, message in (
        (False, {"06.ipynb": SOLVED}, said),
        (False, {"04.ipynb": b"[" * 10**5, "05.ipynb": b"{}", "06.ipynb": SOLVED}, said),
        (False, {"06.ipynb": stub}, ""),
        (False, {"06.ipynb": b" " * 2**22 + SOLVED}, ""),
        (False, {}, ""),
        (True, {"06.ipynb": SOLVED}, ""),
    ):
        tree = make_tree(solved=solved)
        (tree / "notebooks").mkdir()
        for name, content in notes.items():
            (tree / "notebooks" / name).write_bytes(content)
        files = {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.glob("*/*")}
        (tmp_path / "a.zip").write_bytes(zipped(files))
        assert read_hand_in(tmp_path / "a.zip" if in_zip else tree).message == message


def test_the_notebooks_as_given_hold_no_answers(tmp_path: Path) -> None:
    """An unchanged workbook does not get this note."""
    books = {f"notebooks/{p.name}": p.read_bytes() for p in ROOT.glob("notebooks/*.ipynb")}
    untouched = {f"mytorch/{name}": content for name, content in package(solved=False).items()}
    (tmp_path / "a.zip").write_bytes(zipped({**untouched, **books}))
    assert read_hand_in(tmp_path / "a.zip").message == ""


def graded(*arguments: str | Path, code: int = 0) -> tuple[list[str], list[str]]:
    """Run `autograder grade`: the printed lines, and its notes."""
    command = [sys.executable, "-m", "autograder", "grade", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == code, done.stderr
    return done.stdout.splitlines(), done.stderr.splitlines()


def test_an_export_is_graded_by_one_command(tmp_path: Path) -> None:
    """One line, page and row each; a second run uses the journal; a run on a late one keeps the
    rest."""
    export, results = tmp_path / "export.zip", tmp_path / "grades"
    slides = {"slides.pdf": b"%PDF", "bob_2_9_x.zip": zipped({"hw/mytorch/relu.py": b""})}
    export.write_bytes(zipped({**canvas(), **slides}))
    rows, notes = graded("--results", results, export)
    names = [row.partition(f"  {export}/")[2].partition("  [")[0] for row in rows]
    assert names == sorted(name for name in {**canvas(), **slides} if "_" in name)
    assert "note: left out 1 file that is not a hand-in: «slides.pdf»" in notes
    assert any(note.startswith("note: bob (2) has 2 hand-ins") for note in notes)
    page = (results / "class.html").read_text("utf-8")
    assert "left out 1 file that is not a hand-in: «slides.pdf»" in page
    again, notes = graded("--results", results, export)
    assert again == rows
    assert (
        f"note: {len(rows)} of {len(rows)} were graded before; --force grades them again" in notes
    )
    late = tmp_path / "late.zip"
    late.write_bytes(zipped(work("late")))
    _, notes = graded("--results", results, late)
    assert f"note: hand-ins of earlier runs in the tables of {results}: {len(rows)}" in notes
    table = (results / "grades.csv").read_text("utf-8-sig").splitlines()
    assert len(table) == 1 + len(rows) + 1
    one, _ = graded(export / "bob_2_9_x.zip")
    assert one[0] == str(export / "bob_2_9_x.zip")


def test_a_zip_among_several_paths_speaks_for_nobody_else(tmp_path: Path) -> None:
    """In `grade hand-ins/*` with a folder per student, each student's files are one hand-in,
    whatever they contain; but if all paths are exports, they are read as exports."""
    for name in ("bob", "cleo"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hand-in.zip").write_bytes(zipped(work(name)))
    (tmp_path / "mallory").mkdir()
    forged = tmp_path / "mallory" / "hand-in.zip"
    forged.write_bytes(zipped({f"{n}.zip": zipped(work(n)) for n in ("bob", "cleo")}))
    given = [str(tmp_path / name) for name in ("bob", "cleo", "mallory")]
    assert find_hand_ins(given).hand_ins == [f"{place}/hand-in.zip" for place in given]
    assert (
        find_hand_ins([f"{place}/hand-in.zip" for place in given]).hand_ins
        == find_hand_ins(given).hand_ins
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "export.zip").write_bytes(forged.read_bytes())
    assert len(find_hand_ins([given[2], str(tmp_path / "other")]).hand_ins) == 4


def test_what_is_taken_for_an_export_is_named(tmp_path: Path) -> None:
    """A note tells the instructor that the names in the archive decide who sent a hand-in."""
    (tmp_path / "all.zip").write_bytes(zipped({f"{n}.zip": zipped(work(n)) for n in ("a", "b")}))
    (note,) = find_hand_ins([str(tmp_path / "all.zip")]).notes
    assert "is taken for the export of a class: 2 hand-ins, by the names in it" in note


def test_names_that_are_utf8_and_do_not_say_so_are_read(tmp_path: Path) -> None:
    """Info-ZIP and macOS omit the UTF-8 flag; the old code page is used only for other names."""
    data = zipped({"Müller/mytorch/relu.py": b"", "Kim/mytorch/relu.py": b""})
    assert "Müller".encode() in data
    found = bytearray(data)
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        place = found.find(mark)
        while place >= 0:
            found[place + offset + 1] &= 0xF7
            place = found.find(mark, place + 4)
    (tmp_path / "e.zip").write_bytes(found)
    assert find_hand_ins([str(tmp_path / "e.zip")]).hand_ins == [
        str(tmp_path / "e.zip" / name) for name in ("Kim", "Müller")
    ]
