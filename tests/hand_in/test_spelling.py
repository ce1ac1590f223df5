"""A `mytorch` that was renamed or lost its folder is accepted if its meaning is unambiguous."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import MakeTree, package

from autograder.classroom.finding import search
from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.hand_in.reading import read_hand_in
from autograder.hand_in.spelling import is_like_mytorch

LOOSE = "mytorch is read from the modules that are in no folder"
AS_IF = "there is no folder mytorch with modules in it"


def written(tmp_path: Path, files: Mapping[str, bytes]) -> tuple[Path, Path]:
    """The same files as a folder and as a zip."""
    folder, archive = tmp_path / "class" / "ada", tmp_path / "ada.zip"
    tmp_path.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return folder, archive


def both(tmp_path: Path, files: Mapping[str, bytes]) -> HandIn:
    """The hand-in that is read from files: the same from a folder and from a zip."""
    folder, archive = map(read_hand_in, written(tmp_path, files))
    assert (folder.files, folder.message) == (archive.files, archive.message)
    return archive


def within(place: str) -> dict[str, bytes]:
    return {f"{place}{name}": data for name, data in package().items()}


@pytest.mark.parametrize(
    "name", ["MyTorch", "my_torch", "mytorch (1)", "mytorch-main", "My Torch - copy 2"]
)
@pytest.mark.parametrize("around", ["", "ada/"])
def test_a_renamed_package_is_accepted(tmp_path: Path, name: str, around: str) -> None:
    """All its modules are read, those in subfolders too, and a note says where they were."""
    place, book = f"{around}{name}/", {"notebooks/06.ipynb": b"{}"}
    found = both(tmp_path, {**within(place), f"{place}own/x.py": b"", **book})
    assert found.files == {**package(), "own/x.py": b""}
    assert found.message == f"mytorch is read from «{place}»"


def test_modules_without_a_folder_are_accepted(tmp_path: Path) -> None:
    """One file with exercises is enough; deeper files are not taken."""
    found = both(tmp_path, {**within(""), "own.py": b"x", "tests/test_it.py": b"x"})
    assert (found.files, found.message) == ({**package(), "own.py": b"x"}, LOOSE)
    found = both(tmp_path / "4", {**within("hw5/"), "hw5/tests/test_it.py": b"x"})
    assert (found.files, found.message) == (package(), "mytorch is read from «hw5/»")
    for path in written(tmp_path / "5", within("ada/hw5/")):
        assert read_hand_in(path).message.startswith(AS_IF)
    found = both(tmp_path / "2", {"relu.py": b"x", "notebooks/04.ipynb": b"{}"})
    assert (found.files, found.message) == ({"relu.py": b"x"}, LOOSE)
    found = both(tmp_path / "3", {"homework.py": b"x"})
    assert found.message == f"{AS_IF}; «homework.py» is not in a folder mytorch"


def test_modules_in_other_cases_are_accepted(tmp_path: Path) -> None:
    """Each file for exercises is found by the letters of its name, and modules that import it by
    the other name find it too."""
    homes = {Path(exercise.file).name for exercise in EXERCISES.values()}
    odd = {"softmax_cross_entropy.py": "SoftmaxCrossEntropy.py", "mlp.py": "MLP.PY"}
    names = {name: odd.get(name, name.capitalize()) for name in sorted(homes)}
    found = both(tmp_path, {f"mytorch/{names[n]}": n.encode() for n in names})
    assert {name: found.files.get(name) for name in names} == {n: n.encode() for n in names}
    assert "Linear.py" in found.files
    assert found.message.startswith("read although misspelled: «")
    found = both(tmp_path / "2", {"MyTorch/Linear.py": b"x"})
    assert found.files == {"linear.py": b"x", "Linear.py": b"x"}
    assert found.message == (
        "mytorch is read from «MyTorch/»; read although misspelled: «Linear.py»"
    )
    found = both(tmp_path / "3", {"mytorch/linear.py": b"right", "mytorch/Linear.py": b"x"})
    assert (found.files["linear.py"], found.message) == (b"right", "")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {**within("MyTorch/"), **within("my_torch/")},
            "more than one folder could be mytorch: «MyTorch/», «my_torch/»",
        ),
        (
            {"linear.py": b"", "old/linear.py": b""},
            "more than one folder could be mytorch: «./», «old/»",
        ),
    ],
)
def test_of_two_candidates_neither_is_accepted(
    tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    """A note names both."""
    found = both(tmp_path, files)
    assert (found.files, found.readable, found.message) == ({}, False, said)


def test_of_two_spellings_of_a_file_neither_is_accepted(tmp_path: Path) -> None:
    """The other files count."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for name in ("relu.py", "Linear.py", "LINEAR.py"):
            file.writestr(f"mytorch/{name}", b"")
    found = read_hand_in(tmp_path / "a.zip")
    assert set(found.files) == {"relu.py", "Linear.py", "LINEAR.py"}
    assert found.message == "more than one file could be linear.py: «Linear.py», «LINEAR.py»"


def test_a_folder_mytorch_takes_precedence(tmp_path: Path) -> None:
    """It comes first, then a misspelled folder, then an archive that holds one."""
    files = {**within("mytorch/"), "MyTorch (1)/linear.py": b"x", "old/linear.py": b"x"}
    found = both(tmp_path, {**files, "linear.py": b"x"})
    assert (found.files, found.message) == (package(), "")
    found = both(tmp_path / "2", {**within("MyTorch/"), "linear.py": b"x"})
    assert (found.files, found.message) == (package(), "mytorch is read from «MyTorch/»")
    _, packed = written(tmp_path / "3", within("mytorch/"))
    found = both(tmp_path / "4", {"hand-in.zip": packed.read_bytes(), "linear.py": b"x"})
    assert (found.files, found.message) == (package(), "")
    _, packed = written(tmp_path / "5", {"data.csv": b"1"})
    found = both(tmp_path / "6", {"data.zip": packed.read_bytes(), "linear.py": b"x"})
    assert (found.files, found.message) == ({"linear.py": b"x"}, LOOSE)


def test_an_empty_package_is_an_empty_hand_in(tmp_path: Path, make_tree: MakeTree) -> None:
    """This holds in a solved tree too: the folders around it are not searched."""
    tree = make_tree("solved")
    for name in ("empty", "empty/MyTorch", "full/mytorch"):
        (tree / name).mkdir(parents=True)
    for name in ("empty", "empty/MyTorch", "full"):
        found = read_hand_in(tree / name)
        assert (found.files, found.readable, found.message) == ({}, False, AS_IF)


def paths(tmp_path: Path, files: Mapping[str, bytes], given: str = "") -> list[str]:
    """The hand-ins found in files: the same in a folder and in a zip."""
    (folder, archive), found = written(tmp_path, files), []
    for top in (folder, archive):
        hand_ins = search.find_hand_ins([str(top / given)]).hand_ins
        found.append([Path(path).relative_to(top).as_posix() for path in hand_ins])
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("place", ["mytorch/", "MyTorch/", "mytorch (1)/", ""])
def test_a_folder_with_a_renamed_package_is_one_hand_in(tmp_path: Path, place: str) -> None:
    """It may have notebooks and notes beside it, and may be anywhere among others."""
    beside = {"notebooks/06.ipynb": b"{}", "notes.pdf": b"", "own.py": b""}
    assert paths(tmp_path, {**within(place), **beside}) == ["."]
    files = {**within(f"ada/{place}"), **within(f"bob/{place}"), "cleo/x.pdf": b""}
    assert paths(tmp_path / "2", files) == ["ada", "bob", "cleo"]
    assert paths(tmp_path / "3", files, "ada") == ["ada"]


@pytest.mark.parametrize("place", ["", "hw5/", "hw5/MyTorch/"])
@pytest.mark.parametrize("name", ["submission_{}", "Ada_{}_assignsubmission_file_"])
def test_what_a_site_exports_may_hold_modules_without_their_folder(
    tmp_path: Path, name: str, place: str
) -> None:
    """A folder per student, as Gradescope and Moodle make them, is one hand-in."""
    names = [name.format(number) for number in (11, 12)]
    files = {f"{one}/{path}": data for one in names for path, data in within(place).items()}
    if name.startswith("submission"):
        files["submission_metadata.yml"] = b""
    assert paths(tmp_path, files) == names
    for path in written(tmp_path / "2", files):
        assert [read_hand_in(path / one).files for one in names] == [package(), package()]


def test_a_class_beside_a_package_stays_a_class(tmp_path: Path) -> None:
    """A loose module, or one student's folder of that name, does not stand for the others."""
    others: list[dict[str, bytes]] = [
        {**within("ada/"), **within("bob/mytorch/")},
        {**within("ada/MyTorch/"), "bob.zip": b""},
        {"cleo_3_4_x.pdf": b"", "dan_4_5_x.pdf": b""},
        {"Cleo_3_assignsubmission_file_/x.pdf": b"", "eve.rar": b""},
    ]
    for number, beside in enumerate(others):
        expected = sorted({name.partition("/")[0] for name in beside})
        for name, mine in ("MyTorch", within("MyTorch/")), ("linear.py", {"linear.py": b""}):
            folder, _ = written(tmp_path / f"{number}{name}", {**beside, **mine})
            found = [Path(path).name for path in search.find_hand_ins([str(folder)]).hand_ins]
            assert found == sorted([*expected, name])


def test_a_name_is_read_once_however_it_is_made() -> None:
    """Sixty digits and a letter must not make the search try all ways to split the digits, which
    would never end. `tests/benchmarks/growth.py` measures the cost."""
    for made in ("1", "1_", "copy", "_", "main1"):
        assert not is_like_mytorch(f"mytorch{made * 60}x")
        assert is_like_mytorch(f"mytorch{made * 60}")
