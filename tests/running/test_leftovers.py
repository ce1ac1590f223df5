"""However a grader ends, no file of it or of a student stays in the temporary folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, replaced
from real_command import Command, installed, write_class

from autograder.confined.child import write_modules

pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's"),
]

PATIENCE = 60  # seconds until we stop waiting
SLOW = replaced("squared_error.py", "import numpy", "import time\n\ntime.sleep(30)\nimport numpy")
GENTLE = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")


def hear_signals() -> None:
    """Tests in the background ignore some signals, and their children would inherit this."""
    for name in GENTLE:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, set(signal.Signals))


def lay_class(top: Path) -> Path:
    """Hand-ins; every third sleeps."""
    folder = write_class(top / "class", [f"ada{number}" for number in range(12)])
    for number in range(0, 12, 3):
        for name, text in SLOW.items():
            (folder / f"ada{number}" / "mytorch" / name).write_text(text)
    (top / "tmp").mkdir()
    return folder


def is_empty(folder: Path) -> bool:
    """Whether a folder is empty, now or soon, however busy the machine is."""
    end = time.monotonic() + PATIENCE
    while any(folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(folder.iterdir())


def start(command: Command, *arguments: str, cwd: Path, tmp: Path) -> "subprocess.Popen[bytes]":
    about = command.start(cwd, env={"TMPDIR": str(tmp)}, before=hear_signals)
    silent = {"stdout": subprocess.DEVNULL, "start_new_session": True}
    return subprocess.Popen([*command.line, *arguments], **{**about, **silent})


@pytest.mark.parametrize("place", ["landlock", "process"])
@pytest.mark.parametrize("name", [*GENTLE, "SIGKILL"])
def test_a_signal_leaves_nothing(name: str, place: str, tmp_path: Path) -> None:
    """The signal comes at several moments, to the grader alone or to all processes of its
    terminal."""
    folder, tmp = lay_class(tmp_path), tmp_path / "tmp"
    number = getattr(signal, name)
    for moment in (0.2, 0.7, 1.5):
        for send, jobs in ((os.kill, "1"), (os.killpg, "2")):
            line = ("grade", "--force", "--jobs", jobs, ".")
            with start(installed(place), *line, cwd=folder, tmp=tmp) as grader:
                time.sleep(moment)
                send(grader.pid, number)
                assert grader.stderr is not None
                said = grader.stderr.read().decode()
                code = grader.wait()
            assert code in (-number, 128 + number), said
            assert is_empty(tmp), (moment, send, sorted(tmp.rglob("*")))


@pytest.mark.parametrize("place", ["landlock", "process"])
def test_what_is_stopped_in_order_is_clean_at_once(place: str, tmp_path: Path) -> None:
    """When the grader has ended, all its files are gone; its exit code says how it ended."""
    folder, tmp = lay_class(tmp_path), tmp_path / "tmp"
    line = ("grade", "--jobs", "2", ".")
    with start(installed(place), *line, cwd=folder, tmp=tmp) as grader:
        while not list(tmp.rglob("mytorch")):
            assert grader.poll() is None
            time.sleep(0.01)
        grader.terminate()
        assert grader.wait() == 128 + signal.SIGTERM
        assert grader.stderr is not None
        assert b"stopped; what is printed above is finished" in grader.stderr.read()
    assert is_empty(tmp)


def test_a_student_who_is_checking_is_stopped(tmp_path: Path) -> None:
    """`check` leaves no module of the student behind either."""
    folder, tmp = lay_class(tmp_path), tmp_path / "tmp"
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
        with start(installed("landlock"), "check", cwd=folder / "ada0", tmp=tmp) as checker:
            while not list(tmp.rglob("mytorch")):
                assert checker.poll() is None
                time.sleep(0.01)
            checker.send_signal(number)
        assert is_empty(tmp), number


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    """A grader that must continue after its terminal is closed does so."""
    folder, tmp = write_class(tmp_path / "class"), tmp_path / "tmp"
    tmp.mkdir()
    command = installed("landlock")
    about = command.start(folder, before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    with subprocess.Popen([*command.line, "grade", "--json", "ada", "bob"], **about) as grader:
        while grader.poll() is None:
            grader.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        assert grader.stdout is not None
        assert (grader.returncode, grader.stdout.read().count(b"\n")) == (0, 2)


class RemovedMeanwhile(dict[str, bytes]):
    """Modules; behind the first, the current folder is removed."""

    def items(self) -> Any:
        for number, item in enumerate(super().items()):
            if number == 1:
                shutil.rmtree(Path.cwd())
            yield item


def test_a_folder_that_is_removed_meanwhile_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grader was killed while its child wrote the student's modules: nobody sweeps again."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.chdir(scratch)
    with pytest.raises(FileNotFoundError):
        write_modules(RemovedMeanwhile({"a.py": b"", "b/c.py": b"", "d.py": b""}))
    assert not scratch.exists()


DROPPED = """
import signal, sys, time
from autograder.__main__ import stop_in_order
signal.signal(signal.SIGINT, signal.SIG_DFL)
stop_in_order()
class Callback:
    def __del__(self):
        signal.raise_signal(signal.{name})
try:
    Callback()
    time.sleep(30)
except KeyboardInterrupt as stopped:
    print(stopped.args[0])
"""


@pytest.mark.parametrize("name", GENTLE)
def test_a_signal_is_heard_where_python_drops_exceptions(name: str) -> None:
    """In a callback, or in `__del__`: a grader went on to its end, deaf to all other signals."""
    done = subprocess.run(
        [sys.executable, "-c", DROPPED.format(name=name)],
        cwd=ROOT,
        preexec_fn=hear_signals,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{getattr(signal, name):d}\n", "")
