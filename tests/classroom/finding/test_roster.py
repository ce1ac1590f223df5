"""Who sent a hand-in: the names that course sites export, the names that students use, and rosters
that are refused."""

import unicodedata
from pathlib import Path

import pytest
from conftest import MakeTree

from autograder.classroom.finding.roster import assign_students, read_roster
from autograder.hand_in import reading
from autograder.hand_in.origin import origin_of
from autograder.hand_in.student import HandInEntry, Student, common_folder, path_within

ADA = Student("12345", "Ada Lovelace")
LONG = "Ada " + "Augusta " * 23 + "Lovelace-Kühn"


def one(path: str | Path) -> Student:
    (student,) = origin_of(str(path)).students
    return student


@pytest.mark.parametrize(
    ("path", "id", "name"),
    [
        ("in/lovelaceada_12345_67890_hand-in.zip", "12345", "lovelaceada"),
        ("in/lovelaceada_LATE_12345_67890_hand-in-1.zip", "12345", "lovelaceada"),
        ("in/lovelaceada_12345_67890_my_own_name.zip", "12345", "lovelaceada"),
        ("in/Ada Lovelace_1234567_assignsubmission_file_", "1234567", "Ada Lovelace"),
        ("in/Ada Lovelace_1234567_assignsubmission_file", "1234567", "Ada Lovelace"),
        ("in/Ada Lovelace_1234567_assignsubmission_file_/x.zip", "1234567", "Ada Lovelace"),
        ("in/Ada Lovelace_1234567_assignsubmission_file_hand-in.zip", "1234567", "Ada Lovelace"),
        ("in/Ada_B. Lovelace, Jr._77_assignsubmission_file_", "77", "Ada_B. Lovelace, Jr."),
        ("in/Ada_7_assignsubmission_file_/Bob_8_assignsubmission_file_x.zip", "7", "Ada"),
        ("in/Ada_7_assignsubmission_file_/bob_8_99_x.zip", "7", "Ada"),
        ("in/Ada_7_assignsubmission_file_/wrap/Bob_8_assignsubmission_file_", "7", "Ada"),
        ("in/Ada_7_assignsubmission_file_x_8_assignsubmission_file_y.zip", "7", "Ada"),
        ("in/ada_7_9_x_8_assignsubmission_file_y.zip", "7", "ada"),
        ("in/ada_LATE_7_9_x_8_assignsubmission_file_", "7", "ada"),
        ("in/ada_7_9_x.zip/wrap/Bob_8_assignsubmission_file_", "7", "ada"),
        ("in/hand-in-ada.zip/bob_8_99_x.zip", "ada", ""),
        ("in/hand-in-ada.zip", "ada", ""),
        ("in/hand-in-ada.tar.gz", "ada", ""),
        ("in/ada.ZIP", "ada", ""),
        ("in/ada.ipynb", "ada", ""),
        ("in/ada.lovelace", "ada.lovelace", ""),
        ("in/hand-in-ada-lovelace (1).zip", "ada-lovelace", ""),
        ("hand-in-hw5/ada", "ada", ""),
        ("in/ada.zip", "ada", ""),
        ("in/submission_42", "submission_42", ""),
        (f"in/{LONG}_7_assignsubmission_file_", "7", LONG),
        (".", ".", ""),
    ],
)
def test_what_a_name_says(path: str, id: str, name: str) -> None:
    """Names from Canvas, Moodle, `autograder pack`, and others."""
    assert one(path) == Student(id, name)


METADATA = """\
---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0012345'
    :email: ada@example.edu
  :created_at: 2026-11-01 10:00:00.000000000 Z
  :history:
  - :id: 9
    :submitters:
    - :name: Not Ada
      :sid: '1'
submission_12:
  :submitters:
    - :name: "O\\"Neill, Zo\\xEB: \\u4e2d"
      :sid:
      :email: zoe@example.edu
    - :name: 'Bob ''the'' Builder'
      :sid: b-2
      :email:
  :score: 3
submission_13:
  :submitters:
  - :name: Ada Augusta Augusta Augusta Augusta Augusta Augusta Augusta Augusta
      Augusta Lovelace
    :sid: '13'
  :results: {}
submission_14:
  :submitters: []
: : nonsense
"""


def test_gradescope_says_it_beside_the_folders(tmp_path: Path) -> None:
    """Names, ids and groups come from the metadata; if it has none, the folder's name is used."""
    (tmp_path / "submission_metadata.yml").write_text(METADATA, "utf-8")
    found = {n: origin_of(str(tmp_path / f"submission_{n}")) for n in (11, 12, 13, 14, 15)}
    assert found[11].students == (Student("0012345", "Ada Lovelace"),)
    assert found[11].upload == 11
    assert found[12].students == (
        Student("zoe@example.edu", 'O"Neill, Zoë: 中'),
        Student("b-2", "Bob 'the' Builder"),
    )
    assert found[13].students == (Student("13", "Ada " + "Augusta " * 9 + "Lovelace"),)
    assert found[14].students == (Student("submission_14"),)
    assert found[15].students == (Student("submission_15"),)


@pytest.mark.parametrize("text", ["", "\0", "a:\n - b", "submission_1:\n  :submitters:\n    x\n"])
def test_metadata_that_is_none_is_no_error(tmp_path: Path, text: str) -> None:
    """Whatever the file contains, the folder's name is used."""
    (tmp_path / "submission_metadata.yml").write_text(text)
    assert one(tmp_path / "submission_1") == Student("submission_1")


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n12345,Ada Lovelace\n",
        "\ufeffID;Name;Section\r\n12345;Ada Lovelace;2\r\n",
        'Student,ID,SIS Login ID\n    Points Possible,,\n"Ada Lovelace",12345,ada\n\n',
        "First Name,Last Name,SID,Email\nAda,Lovelace,12345,ada@example.edu\n",
        "Nachname\tStudent_ID\tSurname\tGiven name\nx\t 12345 \tLovelace\tAda\n",
    ],
)
def test_a_roster_is_found_by_its_headings(tmp_path: Path, text: str) -> None:
    """Comma, semicolon or tab, upper or lower case, names in one column or two, and Canvas's
    file."""
    found = read_roster(written(tmp_path, text))
    assert set(found.ids.values()) == {ADA}


@pytest.mark.parametrize(
    "said",
    [
        Student("12345"),
        Student("ADA@example.edu"),
        Student("ada"),
        Student("1234567"),
        Student("999", "lovelaceada"),
        Student("999", "Ada LOVELACE"),
        Student("999", "Lovelace, Ada"),
        Student("ada-lovelace"),
    ],
)
def test_a_student_is_found_by_what_the_site_says(tmp_path: Path, said: Student) -> None:
    """By any of the ids, or otherwise by a name that only one student has."""
    text = (
        "id,name,email,login,identifier\n"
        "12345,Ada Lovelace,ada@example.edu,ada,Participant 1234567\n"
        "2,Bob Ada,bob@example.edu,bob,Participant 2\n"
    )
    assert read_roster(written(tmp_path, text)).find(said) == {ADA}


@pytest.mark.parametrize("name", ["Zoë Ångström", "Šárka Nováková", "Nguyễn Thị Ánh", "김민준"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_the_same_in_every_normal_form(tmp_path: Path, name: str, form: str) -> None:
    """File names on a Mac are decomposed, names in a roster are composed: it is the same
    student."""
    other = unicodedata.normalize(form, name)  # type: ignore[arg-type]
    found = read_roster(written(tmp_path, f"id,name\n7,{name}\n"))
    assert found.find(one(f"in/{other}_99_assignsubmission_file_")) == {Student("7", name)}
    assert one(f"in/hand-in-{other}.zip") == one(f"in/hand-in-{name}.zip")


@pytest.mark.parametrize(
    "name", ["Lovelace, Ada", 'Ada "the first" Lovelace', "d'Arc; Jeanne", LONG, "=1+1", "<b>"]
)
def test_odd_names_are_kept_as_they_are(tmp_path: Path, name: str) -> None:
    """Commas, quotes, 200 characters, formulas, markup: no character is lost or changed."""
    quoted = name.replace('"', '""')
    found = read_roster(written(tmp_path, f'id,name\n7,"{quoted}"\n'))
    assert found.find(Student("7")) == {Student("7", name)}


def test_what_nobody_can_see_is_replaced(tmp_path: Path) -> None:
    """Control characters and changes of writing direction do not reach a page or a terminal."""
    found = read_roster(written(tmp_path, 'id,name\n7,"Ada\x1b[2J\u202eLove\nlace"\n'))
    assert found.find(Student("7")) == {Student("7", "Ada?[2J?Love?lace")}
    assert one("in/hand-in-a\udcffb\x07.zip") == Student("a?b?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "{path}: no column is called id, sid, student id or email (columns: none)"),
        (
            "a,b\n1,2\n",
            "{path}: no column is called id, sid, student id or email (columns: a, b)",
        ),
        ("id,name\n1,Ada\n1,Bob\n", "{path}, line 3: '1' appears twice"),
        ("id,name\n1,Ada\n\n,Bob\n", "{path}, line 4: no id"),
        ('id,name\n1,"Ada\n', "{path}, line 2: unexpected end of data"),
        ('id,name\n1,"Ada"x\n', "{path}, line 2: ',' expected after '\"'"),
        (b"id,name\n1,Zo\xeb\n", "{path}: not UTF-8 (in Excel, save it as “CSV UTF-8”)"),
        ("id,name\n1," + "x" * 200_000, "{path}, line 2: field larger than field limit (131072)"),
    ],
)
def test_a_roster_that_is_none_is_refused_in_one_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    """The line names the file, the place and the fault."""
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match="roster") as caught:
        read_roster(path)
    assert str(caught.value) == said.format(path=path)


def test_who_is_unknown_and_who_is_missing_is_said(tmp_path: Path) -> None:
    """Every hand-in is kept, and every student of the roster is listed once."""
    class_ = read_roster(written(tmp_path, "id,name\n12345,Ada Lovelace\n2,Bob\n3,Cleo\n4,Cleo\n"))
    paths = ["in/lovelaceada_12345_1_x.zip", "in/eve.zip", "in/hand-in-cleo.zip"]
    found = assign_students(paths, class_)
    assert found.students == {
        paths[0]: (ADA,),
        paths[1]: (Student("eve"),),
        paths[2]: (Student("cleo"),),
    }
    assert found.notes == (
        "in/eve.zip: nobody on the roster is eve",
        "in/hand-in-cleo.zip: several on the roster are called cleo: Cleo (3), Cleo (4)",
        "no hand-in from 1 on the roster: Bob (2)",
    )
    assert assign_students(paths).notes == ()


def test_the_newest_of_several_counts_if_it_can_be_told(tmp_path: Path) -> None:
    """Canvas numbers its uploads: the last archive counts, and a note says so. For other sites, no
    hand-in is chosen silently."""
    canvas = [f"in/lovelaceada_12345_{n}.zip" for n in ("9_hand-in-1", "10_hand-in-2")]
    notes = "in/lovelaceada_12345_11_notes.pdf"
    found = assign_students([*canvas, notes])
    assert found.superseded == {canvas[0], notes}
    assert found.undecided == frozenset()
    assert found.notes == (
        "lovelaceada (12345) has 3 hand-ins («lovelaceada_12345_9_hand-in-1.zip»,"
        " «lovelaceada_12345_10_hand-in-2.zip», «lovelaceada_12345_11_notes.pdf»):"
        " the newest counts, «lovelaceada_12345_10_hand-in-2.zip»",
    )
    class_ = read_roster(written(tmp_path, "id,name\n12345,Ada Lovelace\n"))
    paths = ["in/hand-in-ada-lovelace.zip", "in/12345"]
    found = assign_students(paths, class_)
    assert (found.superseded, found.undecided) == (frozenset(), frozenset(paths))
    assert found.notes == (
        "Ada Lovelace (12345) has 2 hand-ins («hand-in-ada-lovelace.zip», «12345»): decide which"
        " one counts, and remove the others",
    )


def test_what_its_site_says_came_late_is_known() -> None:
    """Canvas writes this into file names; in a name that a student chose, it means nothing."""
    late = ["in/ada_LATE_1_2_x.zip", "in/bob_LATE_2_3_linear.py"]
    others = ["in/cleo_3_4_x.zip", "in/LATE.zip", "in/dan_4_5_LATE_1_2_x.zip"]
    assert assign_students([*late, *others]).late == set(late)


def test_hand_ins_of_one_name_are_told_apart_by_their_folders() -> None:
    """Messages about several hand-ins show each path relative to their common folder."""
    paths = [f"class/{name}/{n}" for name in ("ada", "bob") for n in ("a", "b")]
    assert assign_students(paths).notes[0] == (
        "a has 2 hand-ins («ada/a», «bob/a»): decide which one counts, and remove the others"
    )
    top = common_folder(paths)
    assert [HandInEntry(path, top=top).called for path in paths] == [
        "ada/a",
        "ada/b",
        "bob/a",
        "bob/b",
    ]
    for few in ([], ["x/ada.zip"], ["./x/ada.zip", "x/y/../bob"], ["/x/ada.zip", "x/bob.zip"]):
        assert all(path_within(common_folder(few), path) for path in few)
    assert path_within(common_folder(["./x/ada.zip"]), "./x/ada.zip") == "ada.zip"


def test_a_group_is_each_of_its_members(tmp_path: Path) -> None:
    """Each member of a group is on the list, with the same hand-in."""
    (tmp_path / "submission_metadata.yml").write_text(METADATA, "utf-8")
    path = str(tmp_path / "submission_12")
    class_ = read_roster(written(tmp_path, "id,name,email\n1,Zoe,zoe@example.edu\nb-2,Bob,\n"))
    assert assign_students([path], class_).students[path] == (
        Student("1", "Zoe"),
        Student("b-2", "Bob"),
    )


def test_what_sites_export_can_be_read(make_tree: MakeTree, tmp_path: Path) -> None:
    """Folders in the format of Moodle and Gradescope are hand-ins, with all their modules."""
    for folder in ("Ada Lovelace_1234567_assignsubmission_file_", "submission_11"):
        tree = make_tree(f"class/{folder}")
        assert "linear.py" in reading.read_hand_in(tree).files
        inner = make_tree(f"class/{folder} b/homework")
        assert "linear.py" in reading.read_hand_in(inner.parent).files


def test_who_is_named_twice_in_a_group_has_one_hand_in(tmp_path: Path) -> None:
    """Two addresses of one student are one student with one hand-in."""
    (tmp_path / "submission_metadata.yml").write_text(METADATA, "utf-8")
    path = str(tmp_path / "submission_12")
    class_ = read_roster(written(tmp_path, "id,name,email\nb-2,Bob,zoe@example.edu\n"))
    found = assign_students([path], class_)
    assert found.students[path] == (Student("b-2", "Bob"),)
    assert found.notes == ()


def test_moodles_own_list_of_participants_is_a_roster(tmp_path: Path) -> None:
    """Its ids are in the column «ID number», which takes precedence over the address."""
    path = tmp_path / "participants.csv"
    path.write_text("First name,Surname,ID number,Email address\nAda,Lovelace,77,ada@x.org\n")
    found = read_roster(path).find(Student("ada@x.org", ""))
    assert found == {Student("77", "Ada Lovelace")}
