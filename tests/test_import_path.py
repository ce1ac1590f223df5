"""No process of the grader imports modules from the current folder, a hand-in, or a folder beside
it.

A shadow is a module or package with the name of a real one. There is one for every module of the
standard library and every installed one. Each leaves a mark when it is imported, and fails.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from real_command import SCRIPT, Command, Done, given_to, installed, ordinary, write_class

pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(sys.platform == "win32", reason="the places are POSIX's"),
]

ALL = {
    *sys.stdlib_module_names,
    *filter(str.isidentifier, packages_distributions()),
    *("autograder", "mytorch", "sitecustomize", "usercustomize", "distributed", "psutil"),
}
PLACES = ("bubblewrap", "landlock", "process")


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder that other users may enter, unlike pytest's own."""
    made = Path(tempfile.mkdtemp()).resolve()
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=[f"{who}-{place}" for who in ("own", "ordinary") for place in PLACES])
def command(request: pytest.FixtureRequest, top: Path) -> Command:
    who, place = request.param.split("-")
    return installed(place) if who == "own" else ordinary(place, top)


def lay_shadows(folder: Path, names: set[str], as_package: bool = False) -> Path:
    """Write shadows into a folder. Returns: the file in which they leave their marks."""
    marks = folder.with_name(f"{folder.name}.marks")
    marks.touch()
    marks.chmod(0o666)
    text = f"with open({str(marks)!r}, 'a') as file:\n    file.write(__name__ + '\\n')\n"
    text += "raise ImportError('a shadow')\n"
    for name in names:
        path = folder / name / "__init__.py" if as_package else folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return marks


def scores(done: Done) -> dict[str, float]:
    """The scores of the two students, by name."""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    found = {Path(row["hand_in"]).name: row["score"] for row in rows if not row["provisional"]}
    return {name: found.get(name, -1) for name in ("ada", "bob")}


RIGHT = {"ada": 52, "bob": 0}


@pytest.mark.parametrize(("jobs", "as_package"), [("1", False), ("2", True)])
def test_a_class_full_of_shadows(command: Command, top: Path, jobs: str, as_package: bool) -> None:
    """No process imports a shadow, beside or in the hand-ins, and the neighbour gets its points."""
    folder = write_class(top / "hand-ins")
    marks = lay_shadows(folder, ALL, as_package)
    inside = lay_shadows(folder / "bob", ALL - {"mytorch"}, as_package)
    given_to(top, command.user or os.geteuid())
    results = top / "results"
    line = ("--json", "--jobs", jobs, "--results", results)
    done = command("grade", *line, "ada", "bob", cwd=folder)
    assert scores(done) == RIGHT, done.stderr.decode()
    report = json.loads(done.stdout.splitlines()[0])
    assert report["isolation"] == command.place
    assert (marks.read_text(), inside.read_text()) == ("", "")


@pytest.mark.parametrize("as_package", [False, True])
def test_the_folder_itself_is_graded(top: Path, as_package: bool) -> None:
    """`grade .` takes every shadow for a hand-in, and imports none."""
    folder = write_class(top / "hand-ins")
    marks = lay_shadows(folder, ALL - {"mytorch"}, as_package)
    done = installed("landlock")("grade", "--json", ".", cwd=folder)
    assert (scores(done), marks.read_text()) == (RIGHT, ""), done.stderr.decode()


@pytest.mark.parametrize("as_package", [False, True])
def test_the_other_verbs(command: Command, top: Path, as_package: bool) -> None:
    """`doctor`, `check`, `pack` and `reset` in a student's tree import only its `mytorch`."""
    tree = write_class(top, ["ada"]) / "ada"
    marks = lay_shadows(tree, ALL - {"mytorch"}, as_package)
    given_to(top, command.user or os.geteuid())
    assert command("doctor", cwd=tree).returncode == (command.place == "process")
    done = command("check", "--json", cwd=tree)
    assert (done.returncode, json.loads(done.stdout)["score"]) == (0, 52), done.stderr.decode()
    assert command("pack", "--name", "ada", cwd=tree).stdout == b"hand-in-ada.zip\n"
    assert command("reset", "linear", cwd=tree).returncode == 0
    assert marks.read_text() == ""


def loaded_by_itself(*options: str) -> set[str]:
    """The modules that Python imports before our first line, from wherever its options say."""
    ask = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    line = [sys.executable, *options, "-c", f"import re, runpy; {ask}"]
    found = subprocess.run(line, cwd="/", capture_output=True, text=True, check=True)
    return {*found.stdout.split(), "sitecustomize", "usercustomize", "re", "runpy", "encodings"}


@pytest.mark.parametrize("given", [":", ".", "{0}/ada:{0}", "../hand-ins"])
def test_an_environment_that_names_the_folder(command: Command, top: Path, given: str) -> None:
    """If PYTHONPATH contains the current folder or a hand-in, the command does not import from it.

    This includes the modules that Python imports before our first line. A shadow that behaves like
    the real module and removes its traces would otherwise run as the grader, unnoticed.
    """
    if command.user is not None:
        pytest.skip("a copy of the grader, which only PYTHONPATH finds")
    folder = write_class(top / "hand-ins")
    marks = [lay_shadows(folder, ALL, as_package) for as_package in (True, False)]
    marks.append(lay_shadows(folder / "ada", ALL - {"mytorch"}))
    env = {"PYTHONPATH": given.format(folder)}
    line = ("--json", "--results", top / "results", "--jobs", "2")
    done = command("grade", *line, "ada", "bob", cwd=folder, env=env)
    assert scores(done) == RIGHT, done.stderr.decode()
    assert marked(marks) == set()


@pytest.mark.parametrize("path", ["", ":/nowhere"])
def test_the_grader_as_a_module(top: Path, path: str) -> None:
    """With `python -m autograder`, Python itself imports shadows, and we cannot prevent it."""
    folder = write_class(top / "hand-ins")
    names = ALL - loaded_by_itself() - {"autograder", "mytorch"}
    assert {"argparse", "multiprocessing", "json", "numpy", "pickle", "sqlite3"} <= names
    marks = [lay_shadows(folder, names, as_package) for as_package in (True, False)]
    env = {"PYTHONPATH": os.pathsep.join([path, str(ROOT)])}
    Command((sys.executable, "-c", "import re, runpy"), "landlock")(cwd=folder, env=env)
    before = marked(marks)
    line = ("--json", "--results", top / "results", "--jobs", "2")
    command = Command((sys.executable, "-m", "autograder"), "landlock")
    done = command("grade", *line, "ada", "bob", cwd=folder, env=env)
    assert scores(done) == RIGHT, done.stderr.decode()
    assert marked(marks) == before


def marked(files: list[Path]) -> set[str]:
    """The modules that left a mark."""
    return {name for file in files for name in file.read_text().split()}


def test_what_ran_before_the_command_is_said(top: Path) -> None:
    """If PYTHONPATH makes Python run a hand-in's file before the command that pip installs, nothing
    is graded, and one line says why."""
    folder = write_class(top / "hand-ins")
    (folder / "sitecustomize.py").touch()
    (top / "autograder").write_text(SCRIPT)
    command = Command((sys.executable, top / "autograder"), "landlock")
    done = command("grade", ".", cwd=folder, env={"PYTHONPATH": "."})
    assert (done.returncode, done.stdout) == (2, b"")
    said = done.stderr.decode()
    assert said.count("\n") == 1
    assert "hand-ins/sitecustomize.py' was imported as 'sitecustomize'" in said
    assert "unset PYTHONPATH" in said


def test_a_grader_that_lies_in_the_folder(top: Path) -> None:
    """If the grader itself is found in the current folder, it imports nothing else from there."""
    folder = write_class(top / "hand-ins")
    shutil.copytree(ROOT / "autograder", folder / "autograder")
    names = ALL - loaded_by_itself() - {"autograder", "mytorch", "numpy", "safetensors"}
    marks = lay_shadows(folder, names, as_package=True)
    command = Command((sys.executable, "-m", "autograder"), "landlock")
    done = command("grade", "--json", "--results", top / "results", "ada", "bob", cwd=folder)
    assert (scores(done), marks.read_text()) == (RIGHT, ""), done.stderr.decode()
    done = command("doctor", cwd=folder)
    assert (done.returncode, marks.read_text()) == (0, ""), done.stderr.decode()


@pytest.mark.cluster
@pytest.mark.parametrize("as_package", [False, True])
def test_a_cluster_among_shadows(top: Path, as_package: bool) -> None:
    """Neither the nannies nor the workers of a local cluster import a shadow."""
    if find_spec("distributed") is None:
        pytest.skip("needs Dask (extra `dask`)")
    folder = write_class(top / "hand-ins")
    marks = lay_shadows(folder, ALL, as_package)
    line = ("--json", "--scheduler", "local", "--results", top / "results")
    done = installed("landlock")("grade", *line, "ada", "bob", cwd=folder)
    assert (scores(done), marks.read_text()) == (RIGHT, ""), done.stderr.decode()
