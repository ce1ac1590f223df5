"""A batch: reports in order, constant memory, and no loss if any process is killed at any time."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, MakeTree, hear_ctrl_c, replaced

from autograder.classroom.batch import batch_grading
from autograder.classroom.batch import work as works
from autograder.classroom.batch.batch_grading import GradedHandIn
from autograder.classroom.batch.cores import WorkerPool
from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.work import (
    DIGESTED_ROOMS,
    GradingWork,
    current_terms,
    grade_work,
)
from autograder.exercises import EXERCISES
from autograder.hand_in import reading
from autograder.model import Report
from autograder.running.conversation import ChildProcess
from autograder.running.grading import grade_hand_in
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.record import parse_report, to_json

PATIENCE = 60  # seconds until we stop waiting
QUICK = ResourceLimits(seconds=1, wall=3.0, total=20.0)
ENDS = replaced("relu.py", "return np.maximum(Z, 0)", "import os; os._exit(0)")
SLEEPS = replaced(
    "relu.py",
    "return np.maximum(Z, 0)",
    "import time; time.sleep(0.1)\n        return np.maximum(Z, 0)",
)
KILLS = replaced(
    "relu.py", "return np.maximum(Z, 0)", "import os; os.kill(os.getppid(), 9); os.kill(0, 9)"
)
AVERAGES = replaced("linear.py", "dLdZ.T @ self.A", "dLdZ.T @ self.A / len(dLdZ)")


class Here(Executor):
    """The smallest executor: does the work immediately."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def run(
    paths: Sequence[str],
    journal: GradeJournal,
    start: Callable[[], Executor] = Here,
    at_once: int = 4,
    force: bool = False,
) -> list[GradedHandIn]:
    return list(
        batch_grading.grade_batch(
            paths, current_terms(limits=QUICK), journal, start, at_once, force
        )
    )


def two_threads() -> Executor:
    return ThreadPoolExecutor(2)


def two_cores() -> Executor:
    return WorkerPool(2)


def broken(folder: Path, count: int) -> list[str]:
    """Hand-ins that are graded immediately, because they cannot be read."""
    paths = [folder / f"{n:04}.zip" for n in range(count)]
    for path in paths:
        path.write_text(f"this is no archive, but number {path.stem}")
    return [str(path) for path in paths]


@pytest.fixture
def journal() -> Iterator[GradeJournal]:
    with GradeJournal(":memory:") as made:
        yield made


class Nowhere:
    """A place in which no process can start."""

    name = "nowhere"

    def start(self, work: bytes) -> ChildProcess:
        raise OSError("not here")


def test_where_there_is_nothing_to_read_nothing_is_started(tmp_path: Path) -> None:
    """An unreadable archive starts no process, not even for doubles."""
    (path,) = broken(tmp_path, 1)
    exercises = list(EXERCISES.values())
    report = grade_hand_in(
        reading.read_hand_in(path), reference_store.best_references(), exercises, place=Nowhere()
    )
    assert {item.status for item in report.items} == {"not_attempted"}
    assert not report.provisional


@pytest.mark.parametrize("start", [Here, two_threads, two_cores])
def test_reports_come_in_the_order_given(
    start: Callable[[], Executor], journal: GradeJournal, make_tree: MakeTree, tmp_path: Path
) -> None:
    """A slow hand-in does not delay the grading of the others; its report still comes first."""
    slow = str(make_tree("slow", changes=SLEEPS))
    right = str(make_tree("right"))
    paths = [slow, *broken(tmp_path, 30), right]
    found = run(paths, journal, start)
    assert [report.hand_in for report, *_ in found] == paths
    assert [before for _, before, _ in found] == [False] * len(paths)
    assert all(found[n].report.score == found[n].report.max_score for n in (0, -1))
    assert len(journal) == len(paths)


def test_what_was_graded_before_is_not_graded_again(
    journal: GradeJournal, make_tree: MakeTree, tmp_path: Path
) -> None:
    """The same report comes from the journal; a changed hand-in is graded; `force` grades all."""
    tree = make_tree("ada")
    paths = [str(tree), *broken(tmp_path, 5), str(tmp_path / "nobody.zip")]
    first = run(paths, journal)
    again = run(paths, journal)
    assert [report for report, *_ in again] == [report for report, *_ in first]
    assert [before for _, before, _ in again] == [True] * 6 + [False], (
        "no such file: a fault of ours"
    )
    (tree / "mytorch" / "linear.py").write_text(AVERAGES["linear.py"])
    changed = run(paths, journal)
    assert [before for _, before, _ in changed] == [False] + [True] * 5 + [False]
    assert changed[0].report.score == first[0].report.score - 4
    forced = run(paths, journal, force=True)
    assert [before for _, before, _ in forced] == [False] * 7
    assert [report for report, *_ in forced] == [report for report, *_ in changed]


def test_a_long_journal_is_read_to_its_end(
    journal: GradeJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many hand-ins were graded before, all are reported, and the new ones are graded."""
    monkeypatch.setattr(batch_grading, "MAX_AHEAD", 3)
    paths = broken(tmp_path, 20)
    run(paths[:-1], journal)
    assert [before for _, before, _ in run(paths, journal)] == [True] * 19 + [False]


def test_memory_stays_flat(journal: GradeJournal, tmp_path: Path) -> None:
    """Many more hand-ins take no more memory, because finished ones are not kept."""

    def peak(count: int) -> int:
        path = broken(tmp_path, 1)[0]
        seen = batch_grading.grade_batch(
            (path for _ in range(count)), current_terms(), journal, Here, 4, force=True
        )
        tracemalloc.reset_peak()
        for _ in seen:
            pass
        return tracemalloc.get_traced_memory()[1]

    run(broken(tmp_path, 1), journal)  # read the references and import the modules first
    tracemalloc.start()
    try:
        few, many = peak(40), peak(240)
    finally:
        tracemalloc.stop()
    assert many < few + 500_000, "200 reports would be 2 MB"


def test_no_more_than_a_window_waits_for_a_slow_one(
    journal: GradeJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first hand-in is graded, only a limited number of later ones are started."""
    monkeypatch.setattr(batch_grading, "MAX_AHEAD", 20)
    taken: list[str] = []
    held: list[Future[Any]] = []

    class FirstLast(Here):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            taken.append(args[0].hand_in.name)
            if not held:
                held.append(Future())
                return held[0]
            done = super().submit(fn, *args, **kwargs)
            if len(taken) == 20:
                held[0].set_result(
                    grade_work(
                        GradingWork(reading.read_hand_in(taken[0]), current_terms(limits=QUICK))
                    )
                )
            return done

    paths = broken(tmp_path, 100)
    seen = batch_grading.grade_batch(paths, current_terms(limits=QUICK), journal, FirstLast, 4)
    assert next(seen).report.hand_in == paths[0]
    assert taken == paths[:20]
    assert [report.hand_in for report, *_ in seen] == paths[1:]


def test_the_window_is_wide_and_light(make_tree: MakeTree) -> None:
    """While one takes its full time, 50 others per second can continue; all reports fit in
    memory."""
    assert ResourceLimits().wall * 50 <= batch_grading.MAX_AHEAD
    found = reading.read_hand_in(str(make_tree()))
    exercises = list(EXERCISES.values())
    made = grade_hand_in(
        replace(found, readable=False),
        reference_store.best_references(),
        exercises,
        place=Nowhere(),
    )
    size = sum(map(len, found.files.values())) + len(to_json(made))
    assert batch_grading.MAX_AHEAD * size < 2**26


def test_a_stop_keeps_what_is_finished(journal: GradeJournal, make_tree: MakeTree) -> None:
    """Leaving the batch early does not wait; finished reports are in the journal."""
    endless = replaced("relu.py", "return np.maximum(Z, 0)", "import time; time.sleep(86400)")
    slow = [str(make_tree(f"slow{n}", changes=endless)) for n in range(3)]
    quick = str(make_tree("quick"))
    patient = ResourceLimits(
        seconds=1, wall=86400.0, total=86400.0
    )  # waiting for them would take a day
    seen = batch_grading.grade_batch(
        [quick, *slow], current_terms(limits=patient), journal, two_cores, 4
    )
    assert next(seen).report.hand_in == quick
    seen.close()  # type: ignore[attr-defined]
    assert len(journal) == 1


def test_a_worker_that_is_killed_costs_nothing(journal: GradeJournal, make_tree: MakeTree) -> None:
    """All reports are as usual, except that of the hand-in that kills it: it is provisional."""
    (calm,) = run([str(make_tree("calm"))], journal)
    names = [f"tree{n}" for n in range(7)]
    paths = [str(make_tree(n, changes=KILLS if n == "tree3" else {})) for n in names]
    found = [report for report, *_ in run(paths, journal, two_cores)]
    assert [report.hand_in for report in found] == paths
    killer = found.pop(3)
    assert [replace(r, hand_in=calm.report.hand_in) for r in found] == [calm.report] * 6
    assert killer.provisional
    assert killer.message == (
        "the process that graded it was killed every time (is there enough memory?): not the"
        " hand-in's fault"
    )
    assert {item.status for item in killer.items} == {"internal"}
    assert [before for _, before, _ in run(paths, journal, two_cores)].count(False) == 1


def dying() -> Executor:
    return ProcessPoolExecutor(1, get_context("spawn"), os._exit, (1,))


def test_workers_that_cannot_begin_are_no_endless_story(
    journal: GradeJournal, tmp_path: Path
) -> None:
    """If every worker dies at its start, the batch ends with one line: which ones, and what to
    do."""
    paths = broken(tmp_path, 20)
    with pytest.raises(OSError, match="the processes that grade are always killed") as caught:
        run(paths, journal, dying, at_once=1)
    said = str(caught.value)
    names = [Path(path).name for path in paths]
    assert all(name in said for name in names[:5]), said
    assert names[5] not in said
    assert said.endswith("is enough memory, use fewer --jobs, and run the same command again")


class Shot(Here):
    """An executor that breaks for hand-ins with an odd number."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if args and args[0].hand_in.name[-5:-4] in tuple("13579"):
            future: Future[Any] = Future()
            future.set_exception(BrokenExecutor())
            return future
        return super().submit(fn, *args, **kwargs)


def test_however_many_kill_their_workers_the_others_are_graded(
    journal: GradeJournal, tmp_path: Path
) -> None:
    """Twelve in a row are provisional; the hand-ins after them are graded."""
    paths = broken(tmp_path, 24)
    found = run([*paths[1::2], *paths[::2]], journal, Shot)
    assert [report.provisional for report, *_ in found] == [True] * 12 + [False] * 12


class Unlucky(Here):
    """An executor that loses every third task."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if args[0].hand_in.name[-5] in "0369":
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("the connection is gone"))
            return future
        return super().submit(fn, *args, **kwargs)


def test_what_an_executor_loses_is_provisional(journal: GradeJournal, tmp_path: Path) -> None:
    """An exception in place of a report is our fault; the next run grades only these again."""
    paths = broken(tmp_path, 9)
    found = [report for report, *_ in run(paths, journal, Unlucky)]
    assert [report.provisional for report in found] == [True, False, False] * 3
    assert found[0].message == (
        "not a readable zip archive (File is not a zip file): `autograder pack` makes one;"
        " its report was lost (RuntimeError: the connection is gone): not the hand-in's fault"
    )
    assert found[0].max_score == found[1].max_score
    again = run(paths, journal)
    assert [before for _, before, _ in again] == [False, True, True] * 3
    assert not any(report.provisional for report, *_ in again)


@pytest.mark.parametrize(("other", "word"), [("references", "references"), ("grader", "version")])
def test_a_worker_of_another_kind_refuses(other: str, word: str, make_tree: MakeTree) -> None:
    """A worker with other references or code than the batch gives no grade."""
    ours = current_terms()
    asked = replace(ours, references="0") if other == "references" else replace(ours, grader="0")
    report = parse_report(grade_work(GradingWork(reading.read_hand_in(make_tree()), asked)).line)
    assert report.provisional
    assert report.message == (
        f"the process that was to grade it has another {word}: not the hand-in's fault"
    )


def test_a_place_that_is_not_here_makes_no_grade(make_tree: MakeTree) -> None:
    """A worker that lacks the requested sandbox does not grade without it."""
    report = parse_report(
        grade_work(GradingWork(reading.read_hand_in(make_tree()), current_terms("elsewhere"))).line
    )
    assert report.provisional
    assert (report.isolation, report.score) == ("elsewhere", 0)


def test_the_same_hand_in_twice_is_the_same_report(make_tree: MakeTree) -> None:
    """A right, a wrong and a broken hand-in: the second report is equal to the first."""
    for changes in ({}, AVERAGES, {"linear.py": "def x(:"}, ENDS):
        one = GradingWork(
            reading.read_hand_in(make_tree(changes=changes)), current_terms(limits=QUICK)
        )
        assert grade_work(one) == grade_work(one)


def test_what_decides_a_score_is_in_the_digest() -> None:
    """The grader's digest covers every module that grading imports."""
    script = (
        "import json, sys; from autograder.classroom.batch import work;"
        "print(json.dumps([m for m in sys.modules if m.startswith('autograder.')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert "autograder.scoring.points" in loaded
    assert {name.split(".")[1] for name in loaded} <= {*DIGESTED_ROOMS, "classroom"}


@pytest.mark.parametrize(
    "changed",
    [
        "model.py",
        "scoring/points.py",
        "exercises/__init__.py",
        "hand_in/reading.py",
        "running/view.py",
    ],
)
def test_a_change_of_any_file_changes_the_digest(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files with the same name in two folders count as two."""
    engine = tmp_path / "autograder"
    shutil.copytree(ROOT / "autograder", engine, ignore=shutil.ignore_patterns("key"))
    monkeypatch.setattr(works, "PACKAGE_FOLDER", engine)
    before = works.digest_grader.__wrapped__()
    with (engine / changed).open("a") as file:
        file.write("#\n")
    assert works.digest_grader.__wrapped__() != before


# The command, and the kills.


class Command:
    """A running command that grades a folder, and keeps the results in another."""

    def __init__(self, results: Path, folder: Path) -> None:
        self.output = folder.with_name(f"{results.stem}.out")
        self.errors = folder.with_name(f"{results.stem}.err")
        verb = ["grade", "--json", "--jobs", "2", "--results", str(results), str(folder)]
        with self.output.open("w") as output, self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "autograder", *verb],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=hear_ctrl_c,
            )

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def printed(self) -> dict[str, Report]:
        """The reports so far, by hand-in."""
        lines = self.output.read_text().splitlines(True)
        reports = [parse_report(line) for line in lines if line.endswith("\n")]
        return {report.hand_in: report for report in reports}

    def before(self) -> int:
        """The number of hand-ins that were graded before, according to its note."""
        found = re.search(r"note: (\d+) of \d+ were graded before", self.errors.read_text())
        return int(found[1]) if found else 0


def parents() -> dict[int, int]:
    """The parent of every living process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(stat.parent.name)] = int(parent)
    return found


def below(pids: Collection[int]) -> list[int]:
    """The child processes of these."""
    return [pid for pid, parent in parents().items() if parent in pids]


def expect_gone(pids: Collection[int]) -> None:
    """These processes end by themselves, however busy the machine is."""
    end = time.monotonic() + PATIENCE
    while left := {*pids} & {*parents()}:
        assert time.monotonic() < end, f"left behind: {left}"
        time.sleep(0.05)


def is_worker(pid: int) -> bool:
    """Whether a process grades, and is not a process that tries the sandbox."""
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@pytest.fixture
def make_class(make_tree: MakeTree, tmp_path: Path) -> Callable[[int], Path]:
    """Right, wrong, unfinished, broken and empty hand-ins, no two equal."""

    def make(count: int) -> Path:
        for n in range(count):
            kind = n % 6
            if kind < 4:
                changes: dict[str, str] = ({}, AVERAGES, {"relu.py": "def x(:"}, {})[kind]
                made = make_tree(f"class/{n:02}", solved=kind != 3, changes=changes)
                with (made / "mytorch" / "squared_error.py").open("a") as file:
                    file.write(f"# {n}\n")
            elif kind == 4:
                (tmp_path / "class" / f"{n:02}").mkdir()
            else:
                (tmp_path / "class" / f"{n:02}.zip").write_text(f"no archive {n}")
        return tmp_path / "class"

    return make


def test_the_command_says_nothing_that_nobody_asked(
    make_class: Callable[[int], Path], tmp_path: Path
) -> None:
    """If all goes well, standard error contains only its notes."""
    folder = make_class(6)
    for _ in range(2):
        command = Command(tmp_path / "results", folder)
        assert command.process.wait(timeout=60) == 0
        said = command.errors.read_text().splitlines()
        assert [line for line in said if not line.startswith("note: ")] == []


@pytest.mark.parametrize("at", ["once", "the first result"])
def test_ctrl_c_in_the_terminal_ends_it(
    at: str, make_class: Callable[[int], Path], tmp_path: Path
) -> None:
    """The signal reaches all processes of the terminal: they print nothing, finished grades are
    kept, and the same command continues."""
    folder = make_class(24)
    first = Command(tmp_path / "results", folder)
    while not (first.printed() or (at == "once" and below([first.process.pid]))):
        time.sleep(0.01)
    family = below([first.process.pid])
    os.killpg(first.process.pid, signal.SIGINT)
    assert first.process.wait(timeout=60) == 130
    assert first.errors.read_text() == ("autograder: stopped; what is printed above is finished\n")
    graded = first.printed()
    expect_gone(family)
    second = Command(tmp_path / "results", folder)
    assert second.process.wait(timeout=120) == 0
    assert len(second.printed()) == 24
    assert graded.items() <= second.printed().items()
    assert len(graded) <= second.before() < 24


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty disk of 512 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_stops_it_and_room_lets_it_go_on(
    make_class: Callable[[int], Path], small_disk: Path
) -> None:
    """One line says so; the finished grades are there when the disk has space again."""
    results = small_disk / "results"
    folder = make_class(36)
    full = Command(results, folder)
    assert full.process.wait(timeout=120) == 2
    said = full.errors.read_text()
    assert said.startswith("autograder: ")
    assert said.count("\n") == 1
    assert "the disk is full" in said or "No space left" in said  # of the journal, or a table
    graded = full.printed()
    assert 5 < len(graded) < 36
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    again = Command(results, folder)
    assert again.process.wait(timeout=120) == 0
    assert len(again.printed()) == 36
    assert graded.items() <= again.printed().items()
    assert len(graded) <= again.before() < 36


KINDS = ("grader", "worker", "child")


@pytest.mark.long
@pytest.mark.attack
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_killed_at_any_moment_it_goes_on(make_class: Callable[[int], Path], tmp_path: Path) -> None:
    """kill -9 of grader, workers and children at random moments, until all is graded: the reports
    are the same, no printed grade is made again, and no process is left behind."""
    folder = make_class(60)
    calm = Command(tmp_path / "calm", folder)
    assert calm.process.wait(timeout=120) == 0
    expected = calm.printed()
    assert len(expected) == 60
    chance = random.Random(os.environ.get("CHAOS_SEED", "11785"))
    kills: Counter[str] = Counter()
    while not enough(kills):
        results = tmp_path / f"storm{sum(kills.values())}"
        found = stormy(results, folder, chance, kills)
        assert found.keys() == expected.keys()
        assert [line for n in found for line in differing(found[n], expected[n])] == []
        assert found == expected


def differing(one: Report, other: Report) -> list[str]:
    return [f"{one.hand_in}: {a}" for a, b in zip(one.items, other.items) if a != b]


def enough(kills: Mapping[str, int]) -> bool:
    return sum(kills.values()) >= 20 and all(kills.get(kind, 0) >= 3 for kind in KINDS)


def stormy(
    results: Path, folder: Path, chance: random.Random, kills: "Counter[str]"
) -> dict[str, Report]:
    """Run the command until it ends by itself and every grade is final, with kills meanwhile.
    Returns the output of the last run."""
    graded: set[str] = set()
    while True:
        command = Command(results, folder)
        family = kill_in(command, chance, kills)
        code = command.process.wait(timeout=120)
        assert code in (0, 3, -signal.SIGKILL), command.errors.read_text()
        if code != -signal.SIGKILL:
            assert command.before() >= len(graded), "what was printed was not kept"
        if code == 0:
            return command.printed()
        graded |= {name for name, r in command.printed().items() if not r.provisional}
        expect_gone(family)


def kill_in(command: Command, chance: random.Random, kills: "Counter[str]") -> set[int]:
    """Kill the command or its processes at random moments. Returns all processes that were seen."""
    family: set[int] = set()
    while command.runs:
        time.sleep(chance.uniform(0.05, 1.5))
        workers = [pid for pid in below([command.process.pid]) if is_worker(pid)]
        children = below(workers)
        family |= {*workers, *children}
        kind = chance.choice(KINDS)
        victims = {"grader": [command.process.pid], "worker": workers, "child": children}[kind]
        if victims and command.runs and not enough(kills):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(victims), signal.SIGKILL)
                kills[kind] += 1
    return family


def die_in_the_middle_of_a_result() -> None:
    """In a worker: write the beginning of a long result, and end."""
    frame = sys._getframe()
    while "result_queue" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    os.write(frame.f_locals["result_queue"]._writer.fileno(), (1000).to_bytes(4, "big") + b"x")
    os._exit(1)


@pytest.mark.skipif(sys.platform == "win32", reason="writes into a pipe of POSIX's")
def test_a_worker_that_dies_in_the_middle_of_a_result_breaks_its_pool() -> None:
    """Nobody waits for the rest of the result."""
    pool = WorkerPool(1)
    with pytest.raises(BrokenExecutor):
        pool.submit(die_in_the_middle_of_a_result).result(timeout=60)
    pool.shutdown(wait=False)
