"""The set-up: what it says where something is missing, when it begins anew, what it installs."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from test_house import outside

sys.path.insert(0, str(ROOT / "notebooks"))

import bootstrap
from bootstrap import INSTRUCTORS_LOCK, LOCK, SetUpTrouble

OWN_EXTRAS = {"backprop-workbook[workbook]", "backprop-workbook[instructor]"}
PIN = re.compile(r"^([a-z0-9.-]+)==\S+(?: ; .*)? \\$", re.MULTILINE)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what a set-up looks at, and nothing else."""
    tree = tmp_path / "Übung mit Leerzeichen"
    (tree / "tests").mkdir(parents=True)
    (tree / "pyproject.toml").write_text("[project]")
    (tree / LOCK).write_text("a==1")
    (tree / INSTRUCTORS_LOCK).write_text("a==1\nb==1")
    return tree


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every step of a set-up only leaves its title here, and a Python that can't do a thing."""
    titles: list[str] = []

    def step(tree: Path, title: str, command: list[str], variables: dict[str, str]) -> None:
        titles.append(title.split(" (")[0])
        Path(bootstrap.python_of(tree)).parent.mkdir(exist_ok=True)
        Path(bootstrap.python_of(tree)).touch()

    monkeypatch.setattr(bootstrap, "run_step", step)
    return titles


ANEW = [
    *("Making .venv", "Installing the packages", "Installing the autograder", "Making the command"),
]


# ── what is missing ──────────────────────────────────────────────────────────────────────────────


def trouble_of(tree: Path) -> str:
    """The one line that a set-up stops with."""
    with pytest.raises(SetUpTrouble) as trouble:
        bootstrap.set_up(tree)
    assert "\n" not in str(trouble.value)
    return str(trouble.value)


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_debian_without_venv_is_told_what_to_install(
    missing: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Debian's package is missing, its name is said, and nothing is left behind."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else name)
    package = f"python3.{sys.version_info.minor}-venv"
    assert trouble_of(tree) == (
        f"This Python has no `{missing}`. On Debian or Ubuntu: sudo apt install {package} "
        "(elsewhere, use the installer from python.org), and run this again."
    )
    assert not (tree / ".venv").exists()


def test_a_python_built_without_a_part_is_named(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A self-built Python without, say, SQLite can't run Jupyter, and is told so at once."""
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "_sqlite3" else name
    )
    assert trouble_of(tree) == (
        f"This Python ({sys.executable}) was built without `sqlite3`: "
        "use another Python, 3.11 or newer, and run this again."
    )


@pytest.mark.parametrize(
    ("folder", "advice"),
    [
        (".", " can't be written to: copy it to a folder that you own, and run this there."),
        (
            ".workbook",
            " belongs to another user, perhaps because this was run with sudo: "
            "take it over (chown -R) or remove it, and run this again.",
        ),
    ],
)
def test_a_folder_that_cannot_be_written_to(
    folder: str,
    advice: str,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A read-only tree, and what root left in it, are each named with the way out."""
    (tree / folder).mkdir(exist_ok=True)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tree / folder)
    assert trouble_of(tree) == f"{tree / folder}{advice}"


def test_an_environment_of_the_users_own_is_left_alone(tree: Path, steps: list[str]) -> None:
    """A `.venv` that the command did not make is not overwritten."""
    (tree / ".venv").mkdir()
    (tree / ".venv/mine").touch()
    assert trouble_of(tree) == (
        f"This command did not make {tree / '.venv'}: move it away, and run this again."
    )
    assert (steps, (tree / ".venv/mine").exists()) == ([], True)


ONLINE = "The packages can't be downloaded: get this machine online (or set pip's index or proxy), "


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        (
            "WARNING: Retrying … NewConnectionError(…)\nERROR: No matching distribution found",
            f"{ONLINE}and run this again.",
        ),
        ("ERROR: [Errno 28] No space left on device", bootstrap.DISK_FULL),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "A downloaded package does not match the lock: try another network or index.",
        ),
        (
            "Collecting a\nERROR: Something else.\n\nnotice",
            "The set-up failed: ERROR: Something else.",
        ),
        ("", "The set-up failed: a command failed"),
    ],
)
def test_what_pip_says_becomes_advice(output: str, advice: str, tree: Path) -> None:
    """The long story goes to a file; the line says what to do."""
    code = f"print({output!r}); raise SystemExit(1)"
    (tree / ".workbook").mkdir()
    with pytest.raises(SetUpTrouble) as trouble:
        bootstrap.run_step(tree, "Trying", [sys.executable, "-c", code], dict(os.environ))
    log = tree / ".workbook/set-up.log"
    assert str(trouble.value) == f"{advice} (The whole output is in {log})"
    assert log.read_text("utf-8") == f"{output}\n"


def test_a_step_says_what_and_how_long(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One short line for a step, without what its command prints."""
    bootstrap.run_step(tree, "Trying", [sys.executable, "-c", "print('x')"], dict(os.environ))
    assert re.fullmatch(r"Trying … \d+ s\n", capsys.readouterr().out)


def test_a_second_window_waits(tree: Path) -> None:
    """Two set-ups at once would destroy each other's work: the second says so and stops."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such lock")
    with (
        bootstrap.hold_set_up_lock(tree),
        pytest.raises(
            SetUpTrouble, match=r"^Another process is setting this folder up: wait for it\.$"
        ),
        bootstrap.hold_set_up_lock(tree),
    ):
        pass
    with bootstrap.hold_set_up_lock(tree):
        pass


# ── when it sets up anew ─────────────────────────────────────────────────────────────────────────


def test_the_second_run_does_nothing(tree: Path, steps: list[str]) -> None:
    """What is set up is found so, and its settings lie where JupyterLab reads them."""
    bootstrap.set_up(tree)
    assert steps == ANEW
    bootstrap.set_up(tree)
    assert steps == ANEW
    assert (tree / ".venv/share/jupyter/lab/settings/overrides.json").exists()


def test_a_changed_lock_is_installed_into_what_is_there(tree: Path, steps: list[str]) -> None:
    """After an update of the workbook only what changed is installed, in the same environment."""
    bootstrap.set_up(tree)
    (tree / ".venv/kept").touch()
    (tree / INSTRUCTORS_LOCK).write_text("a==2")
    steps.clear()
    bootstrap.set_up(tree)
    assert (steps, (tree / ".venv/kept").exists()) == (ANEW[1:], True)


def test_the_tree_says_whose_packages_are_installed(tree: Path, steps: list[str]) -> None:
    """An instructor's lock where the tree has it; without it (a release), a student's."""
    assert bootstrap.lock_of(tree) == INSTRUCTORS_LOCK
    (tree / INSTRUCTORS_LOCK).unlink()
    assert bootstrap.lock_of(tree) == LOCK
    bootstrap.set_up(tree)
    steps.clear()
    (tree / INSTRUCTORS_LOCK).write_text("a==1\nb==1")
    bootstrap.set_up(tree)
    assert steps == ANEW[1:], "an environment without them is brought up to date"


@pytest.mark.parametrize("change", ["moved", "python", "broken"])
def test_an_environment_that_cannot_work_is_made_anew(
    change: str, tree: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moved tree, another Python, and a Python that is gone each need a new environment."""
    bootstrap.set_up(tree)
    (tree / ".venv/old").mkdir()
    if change == "moved":
        tree = tree.rename(tree.with_name("elsewhere"))
    elif change == "python":
        monkeypatch.setattr(sysconfig, "get_platform", lambda: "another-machine")
    else:
        Path(bootstrap.python_of(tree)).unlink()
    steps.clear()
    bootstrap.set_up(tree)
    assert (steps, (tree / ".venv/old").exists()) == (ANEW, False)


def test_an_interrupted_set_up_is_made_anew(
    tree: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an environment is not trusted: pip would take half a package for a whole one."""

    def interrupted(tree: Path, title: str, *rest: Any) -> None:
        (tree / ".venv/half").mkdir(exist_ok=True)
        if title == ANEW[2]:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "run_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.set_up(tree)
    bootstrap.set_up(tree)
    assert (steps, (tree / ".venv/half").exists()) == (ANEW, False)


# ── what is started with it ──────────────────────────────────────────────────────────────────────


def test_the_users_other_jupyter_stays_out(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, kernels and Python paths of the user's other work can't break the workbook."""
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTHONPATH", "PIP_TARGET", "MPLBACKEND"):
        monkeypatch.setenv(name, "other")
    monkeypatch.setenv("PIP_INDEX_URL", "mine")
    variables = bootstrap.workbook_variables(tree)
    assert "other" not in variables.values()
    assert variables["PIP_INDEX_URL"] == "mine"
    assert variables["PATH"].startswith(str(tree / ".venv"))
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert variables[name].startswith(str(tree / ".workbook"))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps others out in its own way")
def test_keys_of_kernels_lie_where_no_one_else_reads(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jupyter's running files are closed to other users, on a disk without permissions too."""
    runtime = Path(bootstrap.workbook_variables(tree)["JUPYTER_RUNTIME_DIR"])
    assert runtime.stat().st_mode & 0o777 == 0o700
    runtime.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    elsewhere = Path(bootstrap.workbook_variables(tree)["JUPYTER_RUNTIME_DIR"])
    assert elsewhere != runtime
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    elsewhere.rmdir()


# ── the locks ────────────────────────────────────────────────────────────────────────────────────


def pins(lock: str) -> dict[str, int]:
    """The names a lock pins, with how often (once for each kind of Python)."""
    names = PIN.findall((ROOT / lock).read_text("utf-8"))
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("lock", [LOCK, INSTRUCTORS_LOCK])
def test_a_lock_names_no_address_and_every_hash(lock: str) -> None:
    """Everybody's own index serves; what it serves is checked; PyTorch and browsers stay out."""
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert text.count("==") - text.count("== '") == sum(pins(lock).values())
    for entry in re.split(r"\n(?=\S)", text)[2:]:
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry
    assert not {"torch", "playwright"} & pins(lock).keys()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    """Each dependency is pinned, and setuptools, which installs the tree itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in (
        (LOCK, project["dependencies"] + extras["workbook"] + ["setuptools"]),
        (INSTRUCTORS_LOCK, extras["instructor"] + extras["test"]),
    ):
        names = {re.split(r"[<>=]", name)[0] for name in wanted} - OWN_EXTRAS
        assert names <= pins(lock).keys(), lock


def test_an_instructors_packages_are_all_that_the_key_imports() -> None:
    """No command of the key stops at a module that the set-up did not install (PyTorch apart:
    that proof is an extra of its own)."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*extras["dependencies"], *extras["optional-dependencies"]["workbook"]]
    declared += extras["optional-dependencies"]["instructor"]
    known = {re.split(r"[<>=]", name)[0].replace("-", "_") for name in declared}
    key = set(ROOT.glob("autograder/key/**/*.py")) - set(ROOT.glob("autograder/key/notebooks/*"))
    assert outside(iter(key)) - {"autograder", "torch"} <= known


@pytest.mark.parametrize("missing", ["nbformat", "nbclient", "jupytext"])
@pytest.mark.parametrize("verb", [["release", "DIR"], ["solve", "DIR"], ["build", "--check"]])
def test_without_the_set_up_a_command_names_it(
    missing: str, verb: list[str], tmp_path: Path
) -> None:
    """The key's commands say in one line what to run, from wherever they are called."""
    hidden = f"import sys; sys.modules[{missing!r}] = None; from autograder.cli import main; "
    done = subprocess.run(
        [sys.executable, "-c", hidden + "sys.exit(main(sys.argv[1:]))", *verb],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    install = f"python3 {shlex.quote(str(ROOT / 'notebooks'))} --set-up"
    program = shlex.quote(str(ROOT / ".venv/bin/autograder"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"autograder: this needs {missing}: run {install}, then {program}\n"
    assert list(tmp_path.iterdir()) == []


def test_the_instructors_lock_holds_the_students_pins() -> None:
    """Keys, references and tests are made with the very versions that students get."""
    lines = (ROOT / INSTRUCTORS_LOCK).read_text("utf-8").splitlines()
    ours = [line for line in (ROOT / LOCK).read_text("utf-8").splitlines() if "==" in line[1:]]
    assert {line for line in ours if PIN.match(line)} <= {*lines}


def test_exactly_the_lock_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pip resolves nothing: a release newer than the lock's cannot stop a set-up."""
    ran: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "run_step", lambda _, __, command, ___: ran.append(command))
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((bootstrap.TREE / name).read_bytes())
    bootstrap.make_environment(tmp_path)
    installs = [command for command in ran if "install" in command]
    assert len(installs) == 2
    assert all("--no-deps" in command for command in installs)
    assert "--require-hashes" in installs[0]


def test_what_was_deleted_comes_back(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The set-up restores notebooks and mytorch from the release; what is there stays."""
    kept = {
        "mytorch/shapes.py": b"first",
        "mytorch/linear.py": b"stub",
        "notebooks/06.ipynb": b"{}",
    }
    (tree / "autograder").mkdir(exist_ok=True)
    with zipfile.ZipFile(tree / "autograder" / "beginning.zip", "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    (tree / "mytorch").mkdir(exist_ok=True)
    (tree / "mytorch" / "linear.py").write_text("mine")
    bootstrap.restore_missing(tree)
    said = capsys.readouterr().out
    assert (tree / "mytorch" / "linear.py").read_text() == "mine"
    for name in ("mytorch/shapes.py", "notebooks/06.ipynb"):
        assert (tree / name).read_bytes() == kept[name]
        assert f"{name} was missing: it is back, as it was in the beginning.\n" in said
    bootstrap.restore_missing(tree)
    assert "was missing" not in capsys.readouterr().out


def test_each_kernel_loads_the_extension(tree: Path) -> None:
    """The settings that the set-up writes name an extension that is there, in a set-up tree too."""
    bootstrap.write_settings(tree)
    written = json.loads((tree / ".venv/etc/ipython/ipython_kernel_config.json").read_text())
    (name,) = written["IPKernelApp"]["extra_extensions"]
    assert callable(importlib.import_module(name).load_ipython_extension)
