"""Reading hand-ins: every form that students send, and every form that attackers send."""

import io
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import MakeTree, counted_calls, package

from autograder.classroom.finding import search
from autograder.hand_in import archive, folder_reader, module_reader
from autograder.hand_in.module_reader import HandIn
from autograder.hand_in.reading import read_hand_in


def zipped(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def hand_ins(paths: list[str]) -> list[str]:
    return search.find_hand_ins(paths).hand_ins


def under(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}mytorch/{name}": content for name, content in files.items()}


@pytest.mark.parametrize("folder", ["", "ada/", "Ada Lovelace, HW 5/"])
def test_a_zip_may_wrap_the_package_once(tmp_path: Path, folder: str) -> None:
    """`mytorch/` at the top of an archive, or one folder deeper, is read."""
    found = read_hand_in(zipped(tmp_path / "a.zip", under(folder, package())))
    assert found.files == package()
    assert found.message == ""


def test_a_folder_is_read_like_a_zip(make_tree: MakeTree) -> None:
    """A folder with `mytorch/` in it, or with one folder that has it, is a hand-in."""
    folder_reader = make_tree("wrapped/inner")
    assert (
        read_hand_in(folder_reader).files == read_hand_in(folder_reader.parent).files == package()
    )


def test_a_path_stands_for_a_hand_in_or_a_class(make_tree: MakeTree, tmp_path: Path) -> None:
    """A workbook or an empty folder is one hand-in; another folder stands for its children."""
    ada, bob = make_tree("class/ada"), zipped(tmp_path / "class" / "bob.zip", {})
    empty = tmp_path / "class" / "cleo"
    empty.mkdir()
    given = str(tmp_path / "." / "class")
    assert hand_ins([given]) == [os.path.join(given, name) for name in ("ada", "bob.zip", "cleo")]
    assert hand_ins([str(ada)]) == [str(ada)]
    assert hand_ins([str(empty)]) == [str(empty)]
    assert hand_ins(["./nobody.zip"]) == ["./nobody.zip"], "as given"
    assert read_hand_in(bob).name == str(bob)
    assert read_hand_in(empty) == HandIn(
        str(empty), message="there is no folder mytorch with modules in it", readable=False
    )


def test_paths_that_lead_out_are_ignored_and_named(tmp_path: Path) -> None:
    """`../`, absolute and drive paths are left out; the rest of the archive counts."""
    evil = {"../evil.py": b"x", "/tmp/evil.py": b"x", "C:\\evil.py": b"x", "a/../../b.py": b"x"}
    found = read_hand_in(zipped(tmp_path / "a.zip", {**evil, **under("", package())}))
    assert found.files == package()
    assert found.message == (
        "ignored paths that lead out of the archive: «../evil.py», «/tmp/evil.py», «C:/evil.py»"
        " and 1 more"
    )
    assert not (tmp_path.parent / "evil.py").exists()


def test_links_are_ignored_and_named(tmp_path: Path, make_tree: MakeTree) -> None:
    """A link is never followed: not in an archive, not in a folder."""
    path = zipped(tmp_path / "a.zip", under("", package()))
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("mytorch/secret.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert read_hand_in(path).message == "ignored links: «mytorch/secret.py»"
    folder_reader = make_tree()
    (folder_reader / "mytorch" / "secret.py").symlink_to("/etc/passwd")
    (folder_reader / "mytorch" / "more").symlink_to("/etc")
    found = read_hand_in(folder_reader)
    assert found.files == package()
    assert found.message == "ignored links: «mytorch/more», «mytorch/secret.py»"


def test_a_linked_package_is_not_read(tmp_path: Path, make_tree: MakeTree) -> None:
    """If `mytorch` itself is a link, the hand-in is empty."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "mytorch").symlink_to(make_tree("other") / "mytorch")
    assert read_hand_in(own).files == {}
    assert read_hand_in(own).message == (
        "ignored links: «mytorch»; there is no folder mytorch with modules in it"
    )


def test_pipes_and_devices_are_not_opened(make_tree: MakeTree) -> None:
    """A named pipe in the place of a module would block for ever."""
    folder_reader = make_tree()
    os.mkfifo(folder_reader / "mytorch" / "pipe.py")
    assert read_hand_in(folder_reader).files == package()


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A module that inflates beyond a megabyte is left out; so is a lying header."""
    bomb = {**under("", package()), "mytorch/bomb.py": b"0" * (50 * 2**20)}
    found = read_hand_in(zipped(tmp_path / "a.zip", bomb))
    assert found.files == package()
    assert found.message == "ignored files larger than 1048576 bytes: «bomb.py»"


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    """More than 20 000 files are refused, and at most 200 modules are read."""
    many = {f"mytorch/m{i}.py": b"" for i in range(300)}
    found = read_hand_in(zipped(tmp_path / "a.zip", many))
    assert len(found.files) == module_reader.MAX_FILES
    flood = {f"f{i}": b"" for i in range(archive.MAX_ENTRIES + 1)}
    assert (
        "(more than 20000 entries in the archive)"
        in read_hand_in(zipped(tmp_path / "b.zip", flood)).message
    )


def test_only_modules_are_read(tmp_path: Path) -> None:
    """Notebooks, compiled files and libraries beside the modules are not read."""
    extra = {
        "mytorch/linear.so": b"x",
        "mytorch/__pycache__/linear.pyc": b"x",
        "sitecustomize.py": b"x",
        "numpy.py": b"x",
        "conftest.py": b"x",
        "__MACOSX/mytorch/._linear.py": b"x",
    }
    assert (
        read_hand_in(zipped(tmp_path / "a.zip", {**extra, **under("", package())})).files
        == package()
    )


@pytest.mark.attack
@pytest.mark.parametrize("place", ["", "mytorch", "old/mytorch", "nobody/goes/there"])
def test_a_folder_full_of_files_is_refused_in_one_line(
    tmp_path: Path, make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Tens of thousands of modules are not a hand-in, and cost only a few steps each. Folders that
    cannot contain a hand-in, such as a virtual environment, cost nothing."""
    monkeypatch.setattr(folder_reader, "MAX_MODULES", 20_000)
    ada = make_tree("class/ada")
    make_tree("class/bob")
    for folder in (ada / place, ada / "mytorch-main" / "venv"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyvenv.cfg").touch()
        for n in range(20_001):
            (folder / f"m{n}.py").touch()
    (ada / place / "pyvenv.cfg").unlink()
    for own in (ada, ada / "mytorch"):  # whatever these folders contain, they are not hand-ins
        (own / "pyvenv.cfg").touch()
    with counted_calls() as calls:
        assert hand_ins([str(tmp_path / "class")]) == [str(ada), str(tmp_path / "class" / "bob")]
        found = read_hand_in(ada)
    assert calls.total() < 100 * 40_000
    if place.startswith("nobody"):
        assert (found.files, found.message) == (package(), "")
    else:
        said = "cannot be read (more than 20000 modules in it)"
        assert found == HandIn(str(ada), message=said, readable=False)


def test_a_folder_with_too_many_names_is_refused(
    tmp_path: Path, make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No further entries are listed, neither for a class nor for a hand-in."""
    monkeypatch.setattr(folder_reader, "MAX_FOLDER_ENTRIES", 99)
    ada = make_tree("ada")
    for n in range(100):
        (ada / f"{n}.png").touch()
    said = "cannot be read (more than 99 files and folders in it)"
    assert read_hand_in(ada) == HandIn(str(ada), message=said, readable=False)
    assert archive.names_in(str(ada), 100) == []
    assert len(archive.names_in(str(ada), 101)) == 101


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-200])
    return path


def test_an_unreadable_archive_is_a_final_zero(tmp_path: Path) -> None:
    """A cut-off zip, a text with the wrong suffix, an encrypted one: one line, no exception."""
    whole = zipped(tmp_path / "whole.zip", under("", package()))
    truncated = cut(zipped(tmp_path / "cut.zip", under("", package())))
    text = tmp_path / "text.zip"
    text.write_text("I could not finish, sorry")
    empty = tmp_path / "empty.zip"
    empty.touch()
    flipped = tmp_path / "flipped.zip"
    data = bytearray(whole.read_bytes())
    data[80:400] = bytes(320)
    flipped.write_bytes(data)
    for path in (truncated, text, empty, flipped):
        found = read_hand_in(path)
        assert not found.readable, path
        assert found.found
        assert found.message.startswith("not a readable zip archive"), found.message
        assert "\n" not in found.message


def test_no_such_path_is_not_found(tmp_path: Path) -> None:
    """A path that does not exist has no final grade."""
    found = read_hand_in(tmp_path / "nobody.zip")
    assert (found.found, found.message) == (False, "no such file or folder")


def test_names_are_printed_without_control_characters(tmp_path: Path) -> None:
    """An entry's name cannot move the cursor or fill the screen."""
    name = "../\x1b[2J" + "n" * 300
    found = read_hand_in(zipped(tmp_path / "a.zip", {name: b"x", **under("", package())}))
    assert "\x1b" not in found.message
    assert len(found.message) < 300


def test_names_beyond_ascii_are_read(tmp_path: Path) -> None:
    """An archive, and a folder in it, may have such a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in under("ü/", package()).items():
            archive.writestr(name, content)
    path = tmp_path / "ü.zip"
    path.write_bytes(buffer.getvalue())
    assert read_hand_in(path).files == package()


@pytest.mark.parametrize(
    "name",
    ["relu.py/x.py", f"{'n' * 300}.py", "two words.py", "a/b/c/d/e/f/g/h/i/j/k/l.py", "\x1b[2J.py"],
)
def test_invalid_module_names_are_ignored(tmp_path: Path, name: str) -> None:
    """A file inside a file, and very long or deep names, are ignored and named; the rest counts."""
    files = {**under("", package()), f"mytorch/{name}": b"x"}
    found = read_hand_in(zipped(tmp_path / "a.zip", files))
    assert found.files == package()
    assert found.message.startswith("ignored invalid module names: ")


def test_a_header_with_a_false_size_gains_nothing(tmp_path: Path) -> None:
    """A module whose header says that it is small is read only up to the limit."""
    path = zipped(tmp_path / "a.zip", {"mytorch/bomb.py": b"0" * (3 * 2**20)})
    size = (3 * 2**20).to_bytes(4, "little")
    data = path.read_bytes().replace(size, (10).to_bytes(4, "little"))
    path.write_bytes(data)
    found = read_hand_in(path)
    assert len(found.files.get("bomb.py", b"")) <= module_reader.MAX_FILE_BYTES
    assert not found.readable or found.message


def test_modules_without_their_folder_are_named(tmp_path: Path) -> None:
    """If only other files were packed, the message says why nothing was found."""
    with zipfile.ZipFile(tmp_path / "flat.zip", "w") as archive:
        archive.writestr("homework.py", b"x = 1")
    assert read_hand_in(tmp_path / "flat.zip").message == (
        "there is no folder mytorch with modules in it; «homework.py» is not in a folder mytorch"
    )


def test_a_folder_of_hand_ins_may_lie_in_another(tmp_path: Path, make_tree: MakeTree) -> None:
    """A folder one level too high, or with two archives of a student, loses no hand-in."""
    make_tree("top/export/ada")
    make_tree("top/export/bob")
    two = tmp_path / "moodle" / "E F_7_assignsubmission_file_"
    two.mkdir(parents=True)
    for name in ("a.zip", "b.zip"):
        (two / name).write_bytes(b"PK")
    (tmp_path / "moodle" / "empty").mkdir()
    assert hand_ins([str(tmp_path / "top")]) == [
        str(tmp_path / "top" / "export" / name) for name in ("ada", "bob")
    ]
    assert hand_ins([str(tmp_path / "moodle")]) == [
        str(two / "a.zip"),
        str(two / "b.zip"),
        str(tmp_path / "moodle" / "empty"),
    ]


def test_an_archive_has_a_largest_size(tmp_path: Path) -> None:
    """A file of gigabytes is refused by its size, before anything in it is read."""
    with (tmp_path / "hand-in.zip").open("wb") as file:
        file.truncate(2**28 + 1)
    assert read_hand_in(tmp_path / "hand-in.zip") == HandIn(
        str(tmp_path / "hand-in.zip"),
        message="not a readable zip archive (larger than 268435456 bytes):"
        " `autograder pack` makes one",
        readable=False,
    )


def test_a_path_given_twice_is_one_hand_in() -> None:
    """There is one row per path, even if a shell's pattern gives it twice."""
    assert hand_ins(["a.zip", "b.zip", "a.zip"]) == ["a.zip", "b.zip"]
