"""The two commands: what they say where something is missing, and when they set up anew."""

import ast
import importlib.util
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "notebooks"))

import bootstrap
from bootstrap import LOCK, TEST_LOCK, Trouble

COMMANDS = ("notebooks", "tests")
PIN = re.compile(r"^([a-z0-9.-]+)==\S+(?: ; .*)? \\$", re.MULTILINE)


def too_old(version: str, command: str) -> str:
    return (
        f"Python 3.11 or newer is needed, and this is Python {version}. If a newer one is "
        f"installed, name it: python3.12 {command}. If not, install one first."
    )


def old_pythons() -> list[str]:
    """The Pythons of this machine that are too old, as far as they are easily found."""
    names = ["python2.7", *(f"python3.{minor}" for minor in range(6, 11))]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = names if os.access(versions, os.R_OK | os.X_OK) else []
    return [
        *(str(p) for name in found for p in versions.glob(f"*/bin/{name}")),
        *(path for name in names if (path := shutil.which(name)) and "shims" not in path),
    ]


@pytest.fixture(autouse=True)
def same_signal_handler() -> Iterator[None]:
    """The commands handle SIGTERM; the tests' process keeps its own way."""
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what a set-up looks at, and nothing else."""
    tree = tmp_path / "Übung mit Leerzeichen"
    (tree / "tests").mkdir(parents=True)
    (tree / "pyproject.toml").write_text("[project]")
    (tree / LOCK).write_text("a==1")
    (tree / TEST_LOCK).write_text("a==1\nb==1")
    return tree


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whatever would take this process's place only leaves its command here."""
    commands: list[Any] = []

    def become(*what: Any) -> int:
        commands.append(what)
        return 0

    monkeypatch.setattr(bootstrap, "become", become)
    return commands


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every step of a set-up only leaves its title here, and a Python that can't do a thing."""
    titles: list[str] = []

    def step(tree: Path, title: str, command: list[str], variables: dict[str, str]) -> None:
        titles.append(title.split(" (")[0])
        Path(bootstrap.python_of(tree)).parent.mkdir(exist_ok=True)
        Path(bootstrap.python_of(tree)).touch()

    monkeypatch.setattr(bootstrap, "step", step)
    return titles


ANEW = ["Making .venv", "Installing the packages", "Installing the autograder"]


# ── old Pythons ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", COMMANDS)
def test_an_old_python_reads_one_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python before 3.11 stops with one line that says what to do."""
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(ROOT / command), run_name="__main__")
    monkeypatch.undo()
    assert stopped.value.code == too_old("3.8", command)


@pytest.mark.parametrize("command", COMMANDS)
def test_real_old_pythons_read_one_line(command: str) -> None:
    """The Pythons before 3.11 that this machine has say that line alone, and fail."""
    pythons = old_pythons()
    if not pythons:
        pytest.skip("this machine has no Python before 3.11")
    for python in pythons:
        done = subprocess.run(
            [python, "-B", str(ROOT / command)], capture_output=True, text=True, check=False
        )
        version = re.search(r"python([\d.]+)$", python)
        assert version is not None
        said = (done.returncode, done.stdout, done.stderr.strip())
        assert said == (1, "", too_old(version[1], command)), python


@pytest.mark.parametrize("file", ["__main__.py", "bootstrap.py", "../tests/__main__.py"])
def test_the_files_are_grammar_of_python_3_6(file: str) -> None:
    """No newer grammar hides the line from an old Python; what it reads first is ASCII, for 2.7."""
    text = (ROOT / "notebooks" / file).read_text("utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert text.isascii() or file == "bootstrap.py"


# ── what is missing ──────────────────────────────────────────────────────────────────────────────


def setting_up(tree: Path) -> Callable[[], int]:
    def work() -> int:
        bootstrap.set_up(tree, LOCK)
        return 0

    return work


def one_line(work: Callable[[], int], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that fails says, which is one line, after which it exits with 1."""
    assert bootstrap.guarded(work) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said.strip()


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_debian_without_venv_is_told_what_to_install(
    missing: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where Debian's package is missing, its name is said, and nothing is left behind."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else name)
    package = f"python3.{sys.version_info.minor}-venv"
    assert one_line(setting_up(tree), capsys) == (
        f"This Python has no `{missing}`. On Debian or Ubuntu: sudo apt install {package} "
        "(elsewhere: take Python's own installer), and run this again."
    )
    assert not (tree / ".venv").exists()


def test_a_python_built_without_a_part_is_named(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A self-built Python without, say, SQLite can't run Jupyter, and is told so at once."""
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "_sqlite3" else name
    )
    assert one_line(setting_up(tree), capsys) == (
        f"This Python ({sys.executable}) was built without `sqlite3`: "
        "take another one of 3.11 or newer, and run this again."
    )


@pytest.mark.parametrize(
    ("folder", "advice"),
    [
        (".", " can't be written to: copy the folder to a place of yours, and run this there."),
        (
            ".workbook",
            " belongs to another user, perhaps since this was run with sudo: "
            "make it yours (chown -R) or remove it, and run this again.",
        ),
    ],
)
def test_a_folder_that_cannot_be_written_to(
    folder: str,
    advice: str,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A read-only tree, and what root left in it, are each named with the way out."""
    (tree / folder).mkdir(exist_ok=True)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tree / folder)
    assert one_line(setting_up(tree), capsys) == f"{tree / folder}{advice}"


def test_an_environment_of_the_users_own_is_left_alone(
    tree: Path, steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A `.venv` that the command did not make is not overwritten."""
    (tree / ".venv").mkdir()
    (tree / ".venv/mine").touch()
    assert one_line(setting_up(tree), capsys) == (
        f"{tree / '.venv'} was not made by this command: move it away, and run this again."
    )
    assert (steps, (tree / ".venv/mine").exists()) == ([], True)


def test_an_error_of_the_system_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that fills up while a file is written gives no traceback."""

    def full() -> int:
        raise OSError(28, "No space left on device", "/somewhere")

    assert one_line(full, capsys) == "No space left on device: /somewhere"


def test_ctrl_c_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C during a set-up says how to go on, and exits as interrupted programs do."""

    def interrupted() -> int:
        raise KeyboardInterrupt

    assert bootstrap.guarded(interrupted) == 130
    said = capsys.readouterr().err
    assert said == "\nInterrupted. Run the same command again to go on.\n"


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
            "A downloaded package is not the one the lock names: try another network or index.",
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
    with pytest.raises(Trouble) as trouble:
        bootstrap.step(tree, "Trying", [sys.executable, "-c", code], dict(os.environ))
    log = tree / ".workbook/set-up.log"
    assert str(trouble.value) == f"{advice} (All it said: {log})"
    assert log.read_text("utf-8") == f"{output}\n"


def test_a_step_says_what_and_how_long(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One short line for a step, without what its command prints."""
    bootstrap.step(tree, "Trying", [sys.executable, "-c", "print('x')"], dict(os.environ))
    assert re.fullmatch(r"Trying … \d+ s\n", capsys.readouterr().out)


def test_a_second_window_waits(tree: Path) -> None:
    """Two set-ups at once would destroy each other's work: the second says so and stops."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such lock")
    with (
        bootstrap.alone(tree),
        pytest.raises(Trouble, match=r"^Another window is setting this folder up: wait for it\.$"),
        bootstrap.alone(tree),
    ):
        pass
    with bootstrap.alone(tree):
        pass


# ── when it sets up anew ─────────────────────────────────────────────────────────────────────────


def test_the_second_run_does_nothing(tree: Path, steps: list[str]) -> None:
    """What is set up is found so, and its settings lie where JupyterLab reads them."""
    bootstrap.set_up(tree, LOCK)
    assert steps == ANEW
    bootstrap.set_up(tree, LOCK)
    assert steps == ANEW
    assert (tree / ".venv/share/jupyter/lab/settings/overrides.json").exists()


def test_a_changed_lock_is_installed_into_what_is_there(tree: Path, steps: list[str]) -> None:
    """After an update of the workbook only what changed is installed, in the same environment."""
    bootstrap.set_up(tree, LOCK)
    (tree / ".venv/kept").touch()
    (tree / LOCK).write_text("a==2")
    steps.clear()
    bootstrap.set_up(tree, LOCK)
    assert (steps, (tree / ".venv/kept").exists()) == (ANEW[1:], True)


def test_the_tests_set_up_holds_the_workbooks(tree: Path, steps: list[str]) -> None:
    """The tests add to the workbook's environment, and after them the workbook lacks nothing."""
    bootstrap.set_up(tree, LOCK)
    steps.clear()
    bootstrap.set_up(tree, TEST_LOCK)
    assert steps == ANEW[1:]
    bootstrap.set_up(tree, LOCK)
    bootstrap.set_up(tree, TEST_LOCK)
    assert steps == ANEW[1:]


@pytest.mark.parametrize("change", ["moved", "python", "broken"])
def test_an_environment_that_cannot_work_is_made_anew(
    change: str, tree: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moved tree, another Python, and a Python that is gone each need a new environment."""
    bootstrap.set_up(tree, LOCK)
    (tree / ".venv/old").mkdir()
    if change == "moved":
        tree = tree.rename(tree.with_name("elsewhere"))
    elif change == "python":
        monkeypatch.setattr(sysconfig, "get_platform", lambda: "another-machine")
    else:
        Path(bootstrap.python_of(tree)).unlink()
    steps.clear()
    bootstrap.set_up(tree, LOCK)
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
        patch.setattr(bootstrap, "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.set_up(tree, LOCK)
    bootstrap.set_up(tree, LOCK)
    assert (steps, (tree / ".venv/half").exists()) == (ANEW, False)


# ── the start ────────────────────────────────────────────────────────────────────────────────────


def test_scores_and_address_come_first_and_the_token_stays_secret(
    tree: Path,
    became: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Scores, then the address; what every user can read of a process holds no token."""
    monkeypatch.setattr(bootstrap, "print_scores", lambda *_: print("12 / 52"))
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert bootstrap.start(tree, None, browser=False) == 0
    command, folder, variables = became[0]
    token = variables["JUPYTER_TOKEN"]
    scores, _, address, *_ = capsys.readouterr().out.splitlines()
    port = re.search(r":(\d+)/", address)
    assert port is not None
    page = f"http://127.0.0.1:{port[1]}/lab/tree/notebooks/00_start_here.ipynb?token={token}"
    assert (scores, address) == ("12 / 52", f"The workbook: {page}")
    assert len(token) >= 40
    assert token not in " ".join(command)
    assert {f"--ServerApp.root_dir={tree}", "--no-browser", "--allow-root", "-y"} <= {*command}
    assert folder == tree


def test_an_ordinary_user_gets_a_browser_and_no_roots_option(
    tree: Path, became: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--allow-root` and `--no-browser` are for those who need them."""
    monkeypatch.setattr(bootstrap, "print_scores", lambda *_: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    bootstrap.start(tree, None, browser=True)
    assert not {"--no-browser", "--allow-root"} & {*became[0][0]}


def test_scores_that_fail_stop_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an autograder that runs there is a line instead of the scores."""
    bootstrap.print_scores(tree, dict(os.environ))
    assert capsys.readouterr().out.startswith("(The scores can't be shown now. ")


def test_the_users_other_jupyter_stays_out(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, kernels and Python paths of the user's other work can't break the workbook."""
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTHONPATH", "PIP_TARGET", "MPLBACKEND"):
        monkeypatch.setenv(name, "other")
    monkeypatch.setenv("PIP_INDEX_URL", "mine")
    variables = bootstrap.environment(tree)
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
    runtime = Path(bootstrap.environment(tree)["JUPYTER_RUNTIME_DIR"])
    assert runtime.stat().st_mode & 0o777 == 0o700
    runtime.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    elsewhere = Path(bootstrap.environment(tree)["JUPYTER_RUNTIME_DIR"])
    assert elsewhere != runtime
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    elsewhere.rmdir()


def test_a_taken_port_is_passed_by_or_named() -> None:
    """Without a wish the next free port is taken; a wished one that is taken is said to be."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble) as trouble:
            bootstrap.free_port(port)
    assert re.fullmatch(
        rf"Port {port} can't be used \(.+\): choose another with --port\.", str(trouble.value)
    )
    assert bootstrap.free_port(None) in range(8888, 8988)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "many"])
def test_a_port_is_a_number_from_1_to_65535(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no port is a usage error, before anything is set up."""
    with pytest.raises(SystemExit) as stopped:
        bootstrap.open_workbook([f"--port={text}"])
    assert stopped.value.code == 2
    assert f"a port is a number from 1 to 65535, got '{text}'" in capsys.readouterr().err


def test_a_browser_needs_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without a screen no browser of the terminal takes the window over."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert not bootstrap.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert bootstrap.has_screen()


def test_tests_run_on_all_cores_unless_something_else_is_typed(
    became: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed comes last, and so has the last word."""
    monkeypatch.setattr(bootstrap, "set_up", lambda *_: None)
    assert bootstrap.run_tests(["-m", "not attack"]) == 0
    command, folder, _ = became[0]
    assert command[3:] == ["--numprocesses=auto", "--dist=worksteal", "-m", "not attack"]
    assert folder == bootstrap.TREE


def test_the_exit_code_is_that_of_what_was_started(tmp_path: Path) -> None:
    """pytest's own exit code comes out of `python3 tests`."""
    code = (
        "import bootstrap, os, pathlib, sys\n"
        "command = [sys.executable, '-c', 'raise SystemExit(5)']\n"
        "sys.exit(bootstrap.become(command, pathlib.Path.cwd(), dict(os.environ)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "notebooks", check=False)
    assert done.returncode == 5


# ── the locks ────────────────────────────────────────────────────────────────────────────────────


def pins(lock: str) -> dict[str, int]:
    """The names a lock pins, with how often (once for each kind of Python)."""
    names = PIN.findall((ROOT / lock).read_text("utf-8"))
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("lock", [LOCK, TEST_LOCK])
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
        (TEST_LOCK, extras["test"]),
    ):
        assert {re.split(r"[<>=]", name)[0] for name in wanted} <= pins(lock).keys(), lock


def test_the_tests_lock_holds_the_workbooks_pins() -> None:
    """The tests run on the very versions that students get."""
    lines = (ROOT / TEST_LOCK).read_text("utf-8").splitlines()
    ours = [line for line in (ROOT / LOCK).read_text("utf-8").splitlines() if "==" in line[1:]]
    assert {line for line in ours if PIN.match(line)} <= {*lines}


def test_exactly_the_lock_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pip resolves nothing: a release newer than the lock's cannot stop a set-up."""
    ran: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "step", lambda _, __, command, ___: ran.append(command))
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((bootstrap.TREE / name).read_bytes())
    bootstrap.make(tmp_path, "requirements.lock")
    installs = [command for command in ran if "install" in command]
    assert len(installs) == 2
    assert all("--no-deps" in command for command in installs)
    assert "--require-hashes" in installs[0]
