"""A class in which every hand-in is hard to read: one row each; honest hand-ins are unaffected.

Every test uses the command, in the folder in which an instructor would work.
"""

import csv
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

import pytest
from conftest import ROOT, package
from raw_zip import RawEntry, far, link, raw_zip

from autograder import cli
from autograder.classroom.batch.journal import JOURNAL, GradeJournal
from autograder.classroom.finding import search
from autograder.classroom.finding.own_results import is_results
from autograder.classroom.finding.search import find_hand_ins
from autograder.classroom.pages import student_page
from autograder.exercises import EXERCISES
from autograder.hand_in import origin, reading
from autograder.hand_in.unpacking import SmallReads, translate_zip_errors

FULL = sum(exercise.max_score for exercise in EXERCISES.values())
RIGHT = [RawEntry(f"mytorch/{name}".encode(), data) for name, data in package().items()]
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")


@pytest.fixture
def class_() -> Iterator[Path]:
    """A folder that any user may read, with the hand-in of one honest student, ada.zip."""
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    (top / "class").mkdir()
    (top / "class" / "ada.zip").write_bytes(raw_zip(RIGHT))
    yield top / "class"
    subprocess.run(["chmod", "-R", "u+rwX", top], check=False)
    shutil.rmtree(top)


def laid(folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A folder with a right `mytorch` in it, or with other files."""
    files = files or {f"mytorch/{name}": data for name, data in package().items()}
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


class Graded:
    """The command's output: one row per hand-in, the notes, and the exit code."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        assert "Traceback" not in done.stderr, done.stderr
        self.code, self.notes = done.returncode, done.stderr.splitlines()
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.rows = {row["hand_in"].removeprefix("./"): row for row in rows}
        assert len(rows) == len(self.rows)

    def scores(self) -> dict[str, float]:
        return {name: row["score"] for name, row in self.rows.items()}

    def provisional(self) -> set[str]:
        return {name for name, row in self.rows.items() if row["provisional"]}

    def named(self, word: str) -> bool:
        return any(word in note for note in self.notes)


def graded(folder: Path, *arguments: str | Path, bound: bool = False, jobs: int = 1) -> Graded:
    """Run `autograder grade --json` in a folder.

    Args: bound: permissions also apply to root.  jobs: 1, because each additional process starts
    more
          slowly than these classes are graded.
    """
    own = ["grade", "--json", "--jobs", str(jobs)]
    command = [sys.executable, "-m", "autograder", *own, *arguments]
    if bound and os.geteuid() == 0:
        if not (without := shutil.which("setpriv")):
            pytest.skip("needs setpriv")
        command = [without, "--bounding-set=-all", "--inh-caps=-all", *command]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return Graded(done)


ARCHIVES: dict[str, tuple[bytes, float, str]] = {
    "offset beyond 63 bits": (raw_zip([far(b"mytorch/a.py", b"", 2**63 + 7)]), 0, "no readable"),
    "offset of all bits": (raw_zip([*RIGHT, far(b"mytorch/a.py", b"", -1)]), 0, "not a readable"),
    "wrapped": (
        raw_zip([RawEntry(b"hw.zip", raw_zip([*RIGHT, far(b"mytorch/a.py", b"", 2**63 + 7)]))]),
        0,
        "not a readable zip archive",
    ),
    "slash x": (raw_zip([*RIGHT, RawEntry(b"/x")]), FULL, "«/x»"),
    "backslash x": (raw_zip([*RIGHT, RawEntry(b"\\x")]), FULL, "«/x»"),
    "README": (raw_zip([*RIGHT, RawEntry(b"/README.txt")]), FULL, "«/README.txt»"),
    "slashes": (raw_zip([*RIGHT, RawEntry(b"/"), RawEntry(b"."), RawEntry(b"")]), FULL, ""),
    "only x": (raw_zip([RawEntry(b"/x")]), 0, "no folder mytorch"),
    "no date": (
        raw_zip([RawEntry(e.name, e.content, central={"date": 0}) for e in RIGHT]), FULL, ""
    ),
    "no such method": (
        raw_zip([RawEntry(e.name, e.content, central={"method": 99}) for e in RIGHT]),
        0,
        "compression",
    ),
    "a method in front": (
        raw_zip([RawEntry(e.name, e.content, local={"method": 99}) for e in RIGHT]), FULL, ""
    ),
    "extra cut": (
        raw_zip([RawEntry(e.name, e.content, extra=b"\1\0\x20\0") for e in RIGHT]), 0, ""
    ),
    "other name in front": (
        raw_zip(RIGHT).replace(b"mytorch/relu", b"mytorch/rely", 1), 0, "not a"
    ),
    "not UTF-8": (raw_zip([*RIGHT, RawEntry(b"caf\xe9.txt")]), 0, "not a readable"),
    "both": (raw_zip([*RIGHT, RawEntry(b"mytorch", b"x")]), FULL, ""),
    "case": (raw_zip([*RIGHT, RawEntry(b"mytorch/Linear.py", b"1 / 0")]), FULL, ""),
    "twice": (raw_zip([RawEntry(b"mytorch/relu.py", b"1 / 0"), *RIGHT]), FULL, ""),
    "link": (raw_zip([*RIGHT, link(b"more", b"/etc"), link(b"mytorch/a.py", b"b")]), FULL, "links"),
    "end far": (raw_zip(RIGHT, {"offset": 2**32 - 1}), 0, "not a readable"),
    "table before the file": (raw_zip(RIGHT, {"size": 2**31}), 0, "not a readable"),
    "packed larger": (
        raw_zip([*RIGHT, RawEntry(b"mytorch/m.py", bytes(2**22), 0, central={"size": 9})]),
        FULL,
        "larger compressed than uncompressed",
    ),
}  # fmt: skip


def test_no_archive_stops_a_class(class_: Path) -> None:
    """Each has a final row: unreadable archives are worth 0, harmless oddities cost no points."""
    for name, (data, _, _) in ARCHIVES.items():
        (class_ / f"{name}.zip").write_bytes(data)
        wrapped = raw_zip([RawEntry(b"hand-in.zip", data)])
        (class_ / f"in-{name}.zip").write_bytes(wrapped)
    found = graded(class_, ".", jobs=2)
    assert found.code == 0, found.notes
    assert found.provisional() == set()
    expected = {
        f"{way}{name}.zip": most for name, (_, most, _) in ARCHIVES.items() for way in ("", "in-")
    }
    assert found.scores() == {"ada.zip": FULL, **expected}
    for name, (_, most, said) in ARCHIVES.items():
        message = found.rows[f"{name}.zip"]["message"]
        assert said in message or (not most and "not a readable zip archive" in message), message
        assert message.isprintable()


def test_metadata_without_its_top_costs_no_row(class_: Path) -> None:
    """If Gradescope's metadata is cut, damaged, deep, or endless, names are lost, but no grade."""
    (class_ / "ada.zip").unlink()
    laid(class_ / "submission_11")
    for text in (
        "  :submitters:\n  - :name: Ada\n    :sid: 1\n",
        "---\n- :name: Ada\n  :submitters:\n    :sid: 1\n    more\n",
        "submission_11:\n  :submitters:\n      more\n  - :sid: 7\n  -\n    :name\n",
        "submission_11:\n  :submitters:\n  - :name: A\n" + "   more of it\n" * 100_000,
        "submission_11:\n" + "".join(f"{' ' * n}a:\n" for n in range(3000)),
        "submission_11:\n  :submitters:\n  - :name: " + "A" * 10**7,
        "\0\x85\u2028",
    ):
        (class_ / "submission_metadata.yml").write_text(text, "utf-8")
        found = graded(class_, ".", "--results", class_.parent / "grades")
        assert (found.code, found.scores()) == (0, {"submission_11": FULL})


@needs_links
def test_links_that_are_found_give_nothing(class_: Path) -> None:
    """Links to another hand-in, to last year's, to a folder, upwards, in a circle, to nothing, or
    to another link: no row and no points, but a note; no grade stays provisional."""
    laid(class_ / "bob")
    laid(class_.parent / "last_year" / "bob")
    (class_.parent / "last_year" / "bob.zip").write_bytes(raw_zip(RIGHT))
    links = {
        "eve.zip": "ada.zip",
        "mallory.zip": "../last_year/bob.zip",
        "kim": "bob",
        "lee": "../last_year/bob",
        "max": "..",
        "loop": "loop",
        "loop.zip": "loop.zip",
        "nobody.zip": "nowhere.zip",
        "chain.zip": "eve.zip",
        "absolute.zip": str(class_ / "ada.zip"),
        "Oda_7_assignsubmission_file_": "bob",
        "submission_metadata.yml": "../last_year/x",
    }
    for name, target in links.items():
        (class_ / name).symlink_to(target)
    for given in (".", class_, f"{class_}/"):
        found = graded(class_, given, "--results", class_.parent / "grades", "--force")
        rows = {Path(name).name: score for name, score in found.scores().items()}
        assert (found.code, rows) == (0, {"ada.zip": FULL, "bob": FULL})
        for name in links:
            assert found.named(f"«{name}»"), name


@needs_links
def test_links_in_a_hand_in_give_nothing(class_: Path) -> None:
    """A link as `mytorch`, as its folder, as a module, as an archive, or as notebooks."""
    own = class_ / "mia"
    laid(class_ / "bob")
    zipped = {"links": raw_zip([link(b"mytorch", b"../bob/mytorch"), *RIGHT[:1]])}
    (class_ / "in-a-zip.zip").write_bytes(zipped["links"])
    for name, place, target, score in (
        ("package", "mytorch", "../bob/mytorch", 0.0),
        ("wrapper", "hw", "../bob", 0.0),
        ("alike", "MyTorch", "../bob/mytorch", 0.0),
        ("module", "mytorch/relu.py", "../../bob/mytorch/relu.py", FULL - 6),
        ("archive", "hand-in.zip", "../ada.zip", 0.0),
        ("books", "notebooks", "../bob", FULL),
        ("loop", "loop", "loop", FULL),
    ):
        own = class_ / name
        if score:
            laid(own)
        (own / place).parent.mkdir(parents=True, exist_ok=True)
        (own / place).unlink(missing_ok=True)
        (own / place).symlink_to(target)
    found = graded(class_, ".")
    assert found.code == 0
    said = {name: row["message"] for name, row in found.rows.items()}
    assert found.scores()["module"] == FULL - 6
    assert found.scores()["books"] == found.scores()["loop"] == FULL
    for name in ("package", "wrapper", "alike", "archive"):
        assert found.scores()[name] == 0
    for name in (
        "package",
        "wrapper",
        "alike",
        "module",
        "archive",
        "books",
        "loop",
        "in-a-zip.zip",
    ):
        assert "ignored links: «" in said[name], (name, said[name])


@needs_links
def test_links_in_an_export_give_nothing(class_: Path) -> None:
    """Links in a zip with the whole class are left out and named, as in a folder."""
    ada = RawEntry(b"ada.zip", raw_zip(RIGHT))
    eve = [link(b"eve.zip", b"ada.zip"), link(b"kim", b"bob"), link(b"kim/mytorch", b"x")]
    bob = [RawEntry(b"bob/" + entry.name, entry.content) for entry in RIGHT]
    (class_ / "export.zip").write_bytes(raw_zip([ada, *eve, *bob]))
    found = graded(class_, "export.zip")
    assert (found.code, found.scores()) == (0, {"export.zip/ada.zip": FULL, "export.zip/bob": FULL})
    assert found.named("«eve.zip», «kim»")


@needs_links
def test_the_path_that_is_named_may_be_a_link(class_: Path) -> None:
    """The path may be a link to a class, a hand-in or an export, with or without a slash; a circle
    gives one line."""
    top = class_.parent
    laid(class_ / "bob")
    for name, target in {
        "now": "class",
        "this": "now",
        "one": "class/bob",
        "a.zip": "class/ada.zip",
    }.items():
        (top / name).symlink_to(target)
    (top / "loop").symlink_to("loop")
    for given in ("now", "now/", "this", "this//"):
        found = graded(top, given)
        assert (len(found.rows), set(found.scores().values())) == (2, {FULL})
    for given in ("one", "one/", "a.zip", "class/ada.zip/"):
        found = graded(top, given)
        assert (found.code, found.scores()) == (0, {given: FULL}), found.rows
    for given in ("loop", "loop/"):
        found = graded(top, given)
        assert found.code == 3
        assert found.rows[given]["provisional"]
        assert given[-1] == "/" or found.rows[given]["message"] == "a broken link"
    found = graded(top, "one", "class/ada.zip")
    assert found.code == 0
    assert found.named("followed, because you named these links: «one»")


@needs_links
def test_a_link_in_place_of_an_earlier_hand_in_keeps_no_grade(class_: Path) -> None:
    """A hand-in that was replaced by a link has no row, and none from the earlier reports."""
    (class_ / "eve.zip").write_bytes(raw_zip(RIGHT))
    laid(class_ / "section" / "bob")
    laid(class_ / "section" / "kim")
    results = class_.parent / "grades"
    assert (
        len(graded(class_, "./ada.zip", "./eve.zip", "./section", "--results", results).rows) == 4
    )
    (class_ / "eve.zip").unlink()
    (class_ / "eve.zip").symlink_to("ada.zip")
    (class_ / "section").rename(class_.parent / "other")
    (class_ / "section").symlink_to("../other")
    assert len(graded(class_, ".", "--results", results).rows) == 1
    assert len((results / "grades.csv").read_text("utf-8-sig").splitlines()) == 2


def test_what_the_system_does_not_show_is_provisional(class_: Path) -> None:
    """Folder, package, part of it, module, archive, or outer folder without permission: no points
    are lost. If permission is given, the same command grades the hand-in."""
    closed = {
        "folder": "",
        "package": "mytorch",
        "module": "mytorch/relu.py",
        "wrapped": "",
        "archive": "hand-in.zip",
        "alike": "MyTorch",
    }
    for name in ("folder", "package", "module"):
        laid(class_ / name)
    laid(class_ / "wrapped" / "hw")
    laid(class_ / "alike", {f"MyTorch/{name}": data for name, data in package().items()})
    laid(class_ / "archive", {"hand-in.zip": raw_zip(RIGHT)})
    laid(class_ / "beside")
    laid(class_ / "beside", {"old/x.py": b""})
    (class_ / "part.zip").write_bytes(raw_zip(RIGHT))
    (class_ / "unlisted").mkdir()
    laid(class_ / "unlisted")
    paths = [class_ / name / place for name, place in closed.items()]
    paths += [class_ / "part.zip", class_ / "beside" / "old", class_ / "wrapped" / "hw"]
    paths.remove(class_ / "wrapped")
    modes = {path: path.stat().st_mode for path in paths}
    modes[class_ / "unlisted"] = (class_ / "unlisted").stat().st_mode
    for path in paths:
        path.chmod(0)
    (class_ / "unlisted").chmod(0o644)
    found = graded(class_, ".", bound=True)
    assert found.code == 3
    assert found.provisional() == {*closed, "part.zip", "unlisted"}
    assert {n: s for n, s in found.scores().items() if s} == {"ada.zip": FULL, "beside": FULL}
    assert "Permission denied" in found.rows["package"]["message"]
    assert "folders that cannot be opened: «old»" in found.rows["beside"]["message"]
    for path, mode in modes.items():
        path.chmod(mode)
    found = graded(class_, ".", bound=True)
    assert (found.code, set(found.scores().values())) == (0, {FULL})


def test_a_class_that_may_not_be_opened_is_one_line(class_: Path) -> None:
    """The folder and a path in it have one provisional row each."""
    class_.chmod(0)
    found = graded(class_.parent, "class", "class/ada.zip", bound=True)
    assert (found.code, found.provisional()) == (3, {"class", "class/ada.zip"})
    assert all("Permission denied" in row["message"] for row in found.rows.values())


def test_a_disk_that_fails_is_not_the_archives_fault() -> None:
    """The zip library reports it as damage; we do not."""

    class Failing(IO[bytes]):
        def __init__(self) -> None: ...
        def read(self, size: int = -1) -> NoReturn:
            raise OSError(errno.EIO, "Input/output error")

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def tell(self) -> int:
            return 99

        def seekable(self) -> bool:
            return True

        def close(self) -> None: ...

    from zipfile import ZipFile

    with pytest.raises(OSError, match="Input/output"), translate_zip_errors():
        ZipFile(SmallReads(Failing(), 9))  # type: ignore[abstract]


def journals(folder: Path) -> dict[str, bytes]:
    """Files that may have a journal's name: empty, a text, another program's, or one of ours."""
    other = sqlite3.connect(folder / "other.sqlite")
    other.execute("CREATE TABLE notes (text)")
    other.commit()
    other.close()
    with GradeJournal(folder / "ours.sqlite"):
        pass
    kinds = {"other": (folder / "other.sqlite").read_bytes()}
    kinds["ours"] = (folder / "ours.sqlite").read_bytes()
    return {"empty": b"", "text": b"my diary", "magic": b"SQLite format 3\0", **kinds}


def test_a_journal_in_a_hand_in_costs_no_row(class_: Path, tmp_path: Path) -> None:
    """Whatever it contains, and whatever the form of the hand-in; a folder with nothing else is
    named."""
    for kind, data in journals(tmp_path).items():
        laid(laid(class_ / f"bare-{kind}"), {JOURNAL: data})
        laid(laid(class_ / f"wrapped-{kind}" / "students").parent, {JOURNAL: data})
        laid(class_ / f"zip-{kind}", {JOURNAL: data, "hand-in.zip": raw_zip(RIGHT)})
        laid(class_ / f"loose-{kind}", {JOURNAL: data, **package()})
    laid(class_ / "Oda_7_assignsubmission_file_", {JOURNAL: data, "grades.csv": b""})
    laid(class_ / "only", {JOURNAL: data, "grades.csv": b""})
    laid(class_ / "nothing", {JOURNAL: b""})
    found = graded(class_, ".")
    assert found.code == 0
    rows = found.scores()
    assert rows.pop("Oda_7_assignsubmission_file_") == rows.pop("nothing") == 0
    assert set(rows.values()) == {FULL}
    assert len(rows) == 1 + 4 * 5
    assert found.named("left out «./only»: results, not hand-ins")
    again = graded(class_, ".")
    assert again.scores() == found.scores()
    assert again.named("«./grades», «./only»: results")


def test_a_students_folder_never_holds_the_results(class_: Path, tmp_path: Path) -> None:
    """If a hand-in is called `grades` and contains a journal, the results are not written there."""
    laid(laid(class_ / "grades"), {JOURNAL: journals(tmp_path)["ours"]})
    found = graded(class_, ".")
    assert (found.code, found.rows) == (2, {})
    assert found.named("grades holds other things: name another folder with --results DIR")
    assert graded(class_, ".", "--results", "out").scores() == {"ada.zip": FULL, "grades": FULL}


def test_results_beside_classes_change_nothing(class_: Path) -> None:
    """A second run in the same folder finds the same hand-ins in the same sections."""
    for name in ("bob", "cleo"):
        laid(class_ / "1" / name)
        laid(class_ / "2" / name)
    (class_ / "ada.zip").unlink()
    first, again = graded(class_, "."), graded(class_, ".")
    assert (
        first.scores()
        == again.scores()
        == {f"{n}/{w}": FULL for n in (1, 2) for w in ("bob", "cleo")}
    )


def test_a_killed_run_leaves_results_that_are_known(tmp_path: Path) -> None:
    """The journal's write-ahead log is not merged yet, but the file is recognised as ours."""
    with GradeJournal(tmp_path / JOURNAL):
        shutil.copytree(tmp_path, tmp_path.parent / "killed")
        assert is_results(str(tmp_path.parent / "killed"))


@contextmanager
def broken(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, who: str, error: Exception
) -> Iterator[None]:
    """A function of ours that fails for one student while the block runs."""
    right = getattr(module, name)

    def wrong(*given: object) -> object:
        if any(who in str(one) for one in given):
            raise error
        result: object = right(*given)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(module, name, wrong)
        yield


FAULTS: dict[str, tuple[object, str]] = {
    "reading": (reading, "correct_spelling"),
    "a whole hand-in": (reading, "read_path"),
    "finding": (search, "looks_like_hand_in"),
    "finding somebody": (search, "was_sent_by_student"),
    "uploads": (search, "upload_of"),
    "origin": (origin, "made_for_one"),
}


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), RecursionError()], ids=repr)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_ours_costs_one_hand_in_alone(
    class_: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: str,
    error: Exception,
) -> None:
    """At every step, each student has a row, and the one with the fault is provisional or right."""
    names = {f"{name}-student": laid(class_ / f"{name}-student") for name in ("ada", "bob", "cleo")}
    (class_ / "ada.zip").unlink()
    laid(class_ / "bob-student", {"bob.txt": b"bob-student"})
    with broken(monkeypatch, *FAULTS[fault], "bob-student", error):
        found = find_hand_ins([str(class_)])
        assert found.hand_ins == [str(path) for path in names.values()]
        code = cli.main(["grade", "--json", str(class_), "--results", str(class_.parent / "out")])
    rows = {
        Path(r["hand_in"]).name: r for r in map(json.loads, capsys.readouterr().out.splitlines())
    }
    assert set(rows) == set(names)
    assert [rows[name]["score"] for name in ("ada-student", "cleo-student")] == [FULL, FULL]
    assert rows["bob-student"]["provisional"] == (code == 3)
    assert rows["bob-student"]["provisional"] or rows["bob-student"]["score"] == FULL
    table = (class_.parent / "out" / "grades.csv").read_text("utf-8-sig").splitlines()
    assert len(list(csv.DictReader(table))) == 3


def test_a_page_that_cannot_be_made_stops_no_other(
    class_: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All rows and all other pages are written; the missing page is named, and the grade is
    kept."""
    laid(class_ / "bob")
    laid(class_ / "cleo")
    results = class_.parent / "out"
    arguments = ["grade", "--json", str(class_), "--results", str(results)]
    with broken(monkeypatch, student_page, "render_student_page", "bob", ValueError("x")):
        assert cli.main(arguments) == 0
    said = capsys.readouterr().err
    assert f"the grader failed to show «{'...' if len(str(class_)) > 50 else ''}" in said
    pages = {path.name for path in (results / "students").iterdir()}
    assert {"ada.zip.html", "cleo.html"} <= pages
    assert not {"bob.html", "bob.txt"} & pages
    rows = csv.DictReader((results / "grades.csv").read_text("utf-8-sig").splitlines())
    assert [row["score"] for row in rows] == [f"{FULL:g}"] * 3
    shutil.rmtree(results / "students")
    (results / "students" / "cleo.html").mkdir(parents=True)  # a folder with the page's name
    (results / "students" / "cleo.html" / "x").touch()
    monkeypatch.setattr("autograder.classroom.pages.results.holds_work", lambda folder: False)
    assert cli.main(arguments) == 0
    assert "bob.html" in {path.name for path in (results / "students").iterdir()}


def test_what_lies_beside_a_package_is_named(class_: Path) -> None:
    """If the class contains a bare `mytorch`, the class is one hand-in: all others are named."""
    laid(class_ / "bob")
    laid(class_, {f"mytorch/{name}": data for name, data in package(solved=False).items()})
    made = graded(class_, ".")
    assert made.scores() == {".": 0}
    assert made.named("left out «./ada.zip», «./bob»: a folder mytorch is beside")
    assert not any("left out" in note for note in graded(class_, "bob").notes)


def test_what_lies_beside_a_package_is_named_one_folder_deeper(class_: Path) -> None:
    """If a section contains a bare `mytorch`, the section is one hand-in: all others are named."""
    laid(class_ / "section 1", {f"mytorch/{n}": c for n, c in package(solved=False).items()})
    (class_ / "section 1" / "bob.zip").write_bytes(raw_zip(RIGHT))
    made = graded(class_, ".")
    assert made.scores() == {"ada.zip": FULL, "section 1": 0}
    assert made.named("«./section 1/bob.zip»: a folder mytorch is beside")


def test_what_an_exercise_is_in_counts_among_any_number_of_modules(class_: Path) -> None:
    """There are more modules than are read, with names before those of the exercises."""
    laid(laid(class_ / "bob"), {f"mytorch/a{number}.py": b"" for number in range(400)})
    made = graded(class_, "bob")
    assert made.scores() == {"bob": FULL}
    assert "files beyond the limit for one hand-in" in made.rows["bob"]["message"]


def test_a_hidden_hand_in_is_named(class_: Path) -> None:
    """A hand-in with a leading dot is mentioned; files of operating systems are not."""
    for name in (".bob", ".git", "._ada.zip"):
        laid(class_ / name, None if name == ".bob" else {"HEAD": b"x"})
    (class_ / ".cleo.zip").write_bytes(raw_zip(RIGHT))
    made = graded(class_, ".")
    assert made.scores() == {"ada.zip": FULL}
    assert made.named("left out 2 files that are not hand-ins: «.bob», «.cleo.zip»")


@pytest.mark.parametrize("spelled", ["{name}", ".//{name}", "{here}/{name}"])
def test_one_hand_in_has_one_row_however_its_path_is_spelled(class_: Path, spelled: str) -> None:
    """After `grade .`, `grade` of one hand-in replaces its old report, however its path is
    written."""
    name = "bob ö"
    laid(class_ / name, {"mytorch/relu.py": b"x = 1"})
    assert graded(class_, ".").scores() == {"ada.zip": FULL, name: 0}
    laid(class_ / name)
    again = graded(class_, spelled.format(here=class_, name=name), "--results", "grades")
    assert list(again.scores().values()) == [FULL]
    with (class_ / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {Path(row["hand_in"]).name: row["score"] for row in csv.DictReader(file)}
        file.seek(0)
        assert len(file.readlines()) == 1 + len(rows)
    assert rows == {"ada.zip": "52", name: "52"}
