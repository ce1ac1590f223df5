"""Faults of the machine are never the student's fault: the grade is provisional."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, MakeTree, package, replaced

from autograder import running
from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.model import Report
from autograder.running import usage
from autograder.running.conversation import ChildProcess, ExecutionPlace
from autograder.running.fresh_interpreter import FreshInterpreter
from autograder.running.grading import grade_hand_in
from autograder.running.sandbox import ZygoteSandbox
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.wording import plain_message

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")

ALL = list(EXERCISES.values())
FULL = sum(exercise.max_score for exercise in ALL)
QUICK = ResourceLimits(seconds=2, wall=10.0, total=60.0)
RESULT = "return np.maximum(Z, 0)"


@pytest.fixture(params=["process", *running.SANDBOXES])
def place(request: pytest.FixtureRequest) -> Iterator[ExecutionPlace]:
    """Each place that works here."""
    if request.param == "process":
        yield FreshInterpreter()
        return
    made = ZygoteSandbox(request.param)
    try:
        made.run_trial()
    except OSError as error:
        pytest.skip(f"{made.name}: {error}")
    yield made
    made.close()


class Killed:
    """A place whose first children are killed from outside as soon as they exist."""

    def __init__(self, place: ExecutionPlace, count: int) -> None:
        self.place, self.left, self.name = place, count, place.name

    def start(self, work: bytes) -> ChildProcess:
        child = self.place.start(work)
        if self.left:
            self.left -= 1
            os.kill(child.pid, signal.SIGKILL)
        return child


def graded(place: ExecutionPlace, changes: dict[str, str] | None = None) -> Report:
    return grade_hand_in(
        HandIn("", package(changes=changes)), reference_store.best_references(), ALL, QUICK, place
    )


def test_killed_before_the_code_began_is_provisional() -> None:
    """It is killed twice, while the interpreter starts: no points are lost."""
    report = graded(Killed(FreshInterpreter(), 2))
    assert report.provisional
    assert {item.status for item in report.items} <= {"internal", "pass", "fail"}, "doubles ran"
    assert "the process failed before the code was read" in plain_message(report.items[0])


def test_killed_once_before_the_code_began_costs_nothing() -> None:
    report = graded(Killed(FreshInterpreter(), 1))
    assert (report.score, report.provisional) == (FULL, False)


def test_who_kills_itself_loses_for_good(place: ExecutionPlace) -> None:
    """SIGKILL by the hand-in itself, without a count by the kernel, is the student's own fault."""
    report = graded(place, replaced("relu.py", RESULT, "import os; os.kill(os.getpid(), 9)"))
    relu = [item for item in report.items if item.exercise.startswith("relu.")]
    assert not report.provisional
    if place.name != "bubblewrap":  # the kernel spares a namespace's first process
        assert {item.status for item in relu} == {"crash"}
        assert sum(item.max_score for item in relu) == FULL - report.score
    assert report.score < FULL


@pytest.mark.parametrize("rises", [True, False])
def test_a_kill_that_the_kernel_counts_is_provisional(
    rises: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's count of kills for lack of memory has risen when the child is found dead."""
    count = tmp_path / "memory.events"
    count.write_text("low 0\noom_kill 3\n")
    monkeypatch.setattr(usage, "oom_counters", lambda: (count,))
    told = f"open({str(count)!r}, 'a').write('oom_kill 1\\n')" if rises else "pass"
    dies = f"import os; {told}; os.kill(os.getpid(), 9)"
    report = graded(FreshInterpreter(), replaced("relu.py", RESULT, dies))
    relu = {item.status for item in report.items if item.exercise == "relu.forward"}
    assert relu == {"internal" if rises else "crash"}
    assert report.provisional == rises


def test_the_kernels_counts_are_read_as_it_writes_them(tmp_path: Path) -> None:
    """The kernel's global counts, and those of a cgroup of version 2 or 1; otherwise none."""
    texts = {
        "vmstat": "nr_free_pages 1\noom_kill 7\nunevictable_pgs 0\n",
        "memory.events": "low 0\noom 2\noom_kill 5\noom_group_kill 9\n",
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 11\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert usage.count_oom_kills([tmp_path / name for name in texts]) == 23
    assert usage.count_oom_kills([tmp_path / "nowhere", tmp_path]) == 0
    assert usage.count_oom_kills() >= 0


@pytest.fixture
def memory_group() -> Iterator[Path]:
    """A memory cgroup of 400 MiB, in which a test can put processes."""
    made = {"memory": "memory.limit_in_bytes", ".": "memory.max"}
    for root, limit in made.items():
        group = Path("/sys/fs/cgroup", root, f"backprop-{os.getpid()}")
        with suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(400 * 2**20))
                with suppress(OSError):
                    (group / "memory.memsw.limit_in_bytes").write_text(str(400 * 2**20))
                with suppress(OSError):
                    (group / "memory.swap.max").write_text("0")
                yield group
                return
            finally:
                with suppress(OSError):
                    group.rmdir()
    pytest.skip("no memory cgroup can be made here")


GROWS = """
import ctypes, os
held = []
while True:
    held.append(bytearray(os.urandom(1) * 2**24))
"""


def test_a_child_that_the_kernel_kills_for_want_of_memory_is_provisional(
    memory_group: Path, make_tree: MakeTree
) -> None:
    """In a group with less memory than a hand-in may use, one hand-in uses all it may: the real
    command reports it as provisional, and the others keep their points."""
    body = "\n        ".join(GROWS.strip().splitlines())
    tree = make_tree("grows", changes=replaced("relu.py", RESULT, f"{body}\n        {RESULT}"))
    beside = make_tree("beside")
    procs = memory_group / "cgroup.procs"
    script = f"import os,sys; open({str(procs)!r},'w').write(str(os.getpid())); "
    script += "from autograder.cli import main; sys.exit(main())"
    results = str(tree.parent / "grades")
    command = [sys.executable, "-c", script, "grade", "--json", "--jobs", "1", "--results", results]
    done = subprocess.run(
        [*command, str(tree), str(beside)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    counted = usage.count_oom_kills(
        [memory_group / "memory.oom_control", memory_group / "memory.events"]
    )
    assert counted, f"nobody was killed: {done.stderr}"
    grows, neighbour = (json.loads(line) for line in done.stdout.splitlines())
    assert (neighbour["score"], neighbour["provisional"]) == (FULL, False)
    assert grows["provisional"], grows
    assert done.returncode == 3


@pytest.fixture
def full_folder(tmp_path: Path) -> Iterator[Path]:
    """A temporary folder with space for only a part of a hand-in's modules."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=1777", "none", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


IN_PROCESS = """
import sys
from autograder.running import tiers
tiers.SANDBOXES = tuple(t for t in tiers.SANDBOXES if t == sys.argv[1])
from autograder.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("room", [0, 12, 24, 32])
@pytest.mark.parametrize("where", ["process", "landlock"])
def test_a_full_temporary_folder_is_provisional(
    where: str, room: int, full_folder: Path, make_tree: MakeTree
) -> None:
    """With a few KiB left in the temporary folder, the command reports no final loss, in one
    line."""
    if where == "landlock":
        try:
            ZygoteSandbox("landlock").run_trial()
        except OSError as error:
            pytest.skip(str(error))
    tree = make_tree("ada")
    script = (
        "import os, sys, tempfile\n"
        "folder = tempfile.gettempdir()\n"
        f"room = {room} * 1024\n"
        "stat = os.statvfs(folder)\n"
        "with open(folder + '/big', 'wb') as file:\n"
        "    file.write(bytes(max(0, stat.f_bavail * stat.f_frsize - room)))\n" + IN_PROCESS
    )
    done = subprocess.run(
        [sys.executable, "-c", script, where, "grade", "--json", str(tree)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(full_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    if done.returncode == 2:  # it could not even start, and reports it
        assert done.stderr.count("\n") <= 3
        return
    report = json.loads(done.stdout)
    assert report["isolation"] in (where, "process")
    assert report["provisional"] or report["score"] == FULL, report
    assert done.returncode == (3 if report["provisional"] else 0)


def test_a_fault_on_doubles_costs_nothing_for_good() -> None:
    """If the process with stand-ins fails, their result is unknown."""

    class Third(FreshInterpreter):
        left = 1

        def start(self, work: bytes) -> Any:
            if self.left:
                self.left -= 1
                return super().start(work)
            raise OSError("no room")

    report = graded(
        Third(), replaced("linear.py", "return A @ self.W.T", "return A @ self.W.T * 2")
    )
    network = {item.status for item in report.items if item.exercise.startswith("mlp.")}
    assert report.provisional
    assert "internal" in network
    assert "timeout" not in network
