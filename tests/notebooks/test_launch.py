"""The two commands: an old Python's line, what stops them, and what they start."""

import ast
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "notebooks"))

import launch
from bootstrap import TREE, SetUpTrouble

COMMANDS = ("notebooks", "tests")


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
    """A folder that nothing was set up in."""
    return tmp_path


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whatever would take this process's place only leaves its command here."""
    commands: list[Any] = []

    def become(*what: Any) -> int:
        commands.append(what)
        return 0

    monkeypatch.setattr(launch, "replace_process", become)
    return commands


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


OURS = ["__main__.py", "announce.py", "bootstrap.py", "launch.py", "../tests/__main__.py"]


@pytest.mark.parametrize("file", OURS)
def test_the_files_are_grammar_of_python_3_6(file: str) -> None:
    """No newer grammar hides the line from an old Python; what it reads first is ASCII, for 2.7."""
    text = (ROOT / "notebooks" / file).read_text("utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert text.isascii() or "__main__" not in file


# ── what stops them ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(28, "No space left on device", "/somewhere"),
            "No space left on device: /somewhere",
        ),
        (SetUpTrouble("This Python has no `venv`."), "This Python has no `venv`."),
    ],
)
def test_what_stops_a_command_is_one_line(
    error: Exception, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that fills up, and whatever the set-up misses, give a line and no traceback."""

    def work() -> int:
        raise error

    assert launch.run_guarded(work) == 1
    assert capsys.readouterr().err == f"{line}\n"


def test_ctrl_c_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C during a set-up says how to go on, and exits as interrupted programs do."""

    def interrupted() -> int:
        raise KeyboardInterrupt

    assert launch.run_guarded(interrupted) == 130
    said = capsys.readouterr().err
    assert said == "\nInterrupted. Run the same command again to go on.\n"


# ── the start ────────────────────────────────────────────────────────────────────────────────────


def test_scores_and_address_come_first_and_the_token_stays_secret(
    tree: Path,
    became: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Scores, then the address; what every user can read of a process holds no token."""
    monkeypatch.setattr(launch, "print_scores", lambda *_: print("12 / 52"))
    monkeypatch.setattr(launch, "announce_address", lambda _, __, text: print(text))
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert launch.start_jupyter(tree, None, browser=False) == 0
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
    monkeypatch.setattr(launch, "print_scores", lambda *_: None)
    monkeypatch.setattr(launch, "announce_address", lambda *_: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    launch.start_jupyter(tree, None, browser=True)
    assert not {"--no-browser", "--allow-root"} & {*became[0][0]}


WAITS = """
import http.server, launch, os, pathlib, sys, time
launch.python_of = lambda tree: sys.executable
class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    log_message = lambda *_: None
if sys.argv[1] == "ends":
    launch.announce_address(pathlib.Path(), launch.free_port(None), "the address\\n")
    sys.exit()
server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)  # it takes calls, and does not answer yet
launch.announce_address(pathlib.Path(), server.server_port, "the address\\n")
print("started", flush=True)
while True:
    server.handle_request()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot say which processes live")
@pytest.mark.parametrize("how", ["answers", "ends"])
def test_the_address_is_printed_when_the_server_answers(how: str) -> None:
    """Not before; and never, where the server ends."""
    line = [sys.executable, "-c", WAITS, how]
    with subprocess.Popen(
        line, cwd=ROOT / "notebooks", stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stdout is not None
        if how == "ends":
            assert server.stdout.read() == ""
        else:
            said = [server.stdout.readline(), server.stdout.readline()]
            assert said == ["started\n", "the address\n"]
            server.kill()


def test_scores_that_fail_stop_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an autograder that runs there is a line instead of the scores."""
    launch.print_scores(tree, dict(os.environ))
    assert capsys.readouterr().out.startswith("(The scores can't be shown now. ")


def test_a_taken_port_is_passed_by_or_named() -> None:
    """Without a wish the next free port is taken; a wished one that is taken is said to be."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetUpTrouble) as trouble:
            launch.free_port(port)
    assert re.fullmatch(
        rf"Port {port} can't be used \(.+\): choose another with --port\.", str(trouble.value)
    )
    assert launch.free_port(None) in range(8888, 8988)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "many"])
def test_a_port_is_a_number_from_1_to_65535(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no port is a usage error, before anything is set up."""
    with pytest.raises(SystemExit) as stopped:
        launch.open_workbook([f"--port={text}"])
    assert stopped.value.code == 2
    assert f"a port is a number from 1 to 65535, got '{text}'" in capsys.readouterr().err


def test_a_browser_needs_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without a screen no browser of the terminal takes the window over."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert not launch.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert launch.has_screen()


def test_tests_run_on_all_cores_unless_something_else_is_typed(
    became: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed comes last, and so has the last word."""
    monkeypatch.setattr(launch, "set_up", lambda *_: None)
    assert launch.run_tests(["-m", "not attack"]) == 0
    command, folder, _ = became[0]
    assert command[3:] == ["--numprocesses=auto", "--dist=worksteal", "-m", "not attack"]
    assert folder == TREE


def test_the_exit_code_is_that_of_what_was_started(tmp_path: Path) -> None:
    """pytest's own exit code comes out of `python3 tests`."""
    code = (
        "import launch, os, pathlib, sys\n"
        "command = [sys.executable, '-c', 'raise SystemExit(5)']\n"
        "sys.exit(launch.replace_process(command, pathlib.Path.cwd(), dict(os.environ)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "notebooks", check=False)
    assert done.returncode == 5
