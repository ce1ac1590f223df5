"""A class with endless hand-ins: which are tried again, when, and what the result is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, MakeTree, package, replaced

from autograder.classroom.batch import batch_grading, second_tries
from autograder.classroom.batch.cores import WorkerPool
from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.work import current_terms
from autograder.exercises import EXERCISES
from autograder.model import Report
from autograder.running.grading import TIME_SHORTAGE_NOTE
from autograder.running.time_budget import ResourceLimits

FULL = sum(exercise.max_score for exercise in EXERCISES.values())
QUICK = ResourceLimits(seconds=0.5, wall=3.0, total=60.0, extra=0.6)
RESULT = "return np.maximum(Z, 0)"
SLEEPS = replaced("relu.py", RESULT, "import time; time.sleep(1000)")
SLOW = replaced("relu.py", RESULT, f"import time; time.sleep(0.1)\n        {RESULT}")


def endless() -> dict[str, str]:
    """Changes that make every module run for ever."""
    kept = ("__init__.py", "shapes.py")
    return {n: f"while True: pass\n{c.decode()}" for n, c in package().items() if n not in kept}


class Watched(Executor):
    """Does the work immediately, and records it; if `dies`, it fails on second tries."""

    def __init__(self, dies: bool = False) -> None:
        self.dies = dies
        self.asked: list[tuple[str, list[str]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if fn.__name__ == "grade_again":
            self.asked.append(("again", [Path(r.work.hand_in.name).name for r in args[0]]))
            if self.dies:
                future.set_exception(BrokenExecutor())
                return future
        elif args:
            self.asked.append(("first", [Path(args[0].hand_in.name).name]))
        future.set_result(fn(*args, **kwargs))
        return future

    def of(self, kind: str) -> list[list[str]]:
        return [names for what, names in self.asked if what == kind]


@pytest.fixture
def journal() -> Iterator[GradeJournal]:
    with GradeJournal(":memory:") as made:
        yield made


def graded(
    paths: list[Path], journal: GradeJournal, executor: Executor, retry_seconds: float = 0.5
) -> dict[str, Report]:
    """The reports by name, in the order in which they came."""
    given = [str(path) for path in paths]
    made = batch_grading.grade_batch(
        given,
        current_terms(limits=QUICK),
        journal,
        lambda: executor,
        4,
        retry_seconds=retry_seconds,
    )
    return {Path(report.hand_in).name: report for report, *_ in made}


def test_second_tries_come_after_the_class_and_those_that_wait_together(
    journal: GradeJournal, make_tree: MakeTree
) -> None:
    """Two sleeping ones and a slow one share a worker; the order is kept; the slow one gets its
    points."""
    sleepers = [make_tree(f"sleeps{n}", changes=SLEEPS) for n in range(2)]
    paths = [sleepers[0], make_tree("slow", changes=SLOW), make_tree("right"), sleepers[1]]
    watched = Watched()
    reports = graded(paths, journal, watched)
    assert list(reports) == ["sleeps0", "slow", "right", "sleeps1"]
    assert [what for what, _ in watched.asked] == ["first"] * 4 + ["again"]
    assert watched.of("again") == [["sleeps0", "slow", "sleeps1"]]
    assert not any(report.provisional for report in reports.values())
    assert reports["slow"].score == reports["right"].score == FULL
    assert 0 < reports["sleeps0"].score < FULL
    assert len(journal) == 4


def test_the_budget_is_for_those_who_were_late_before(
    journal: GradeJournal, make_tree: MakeTree
) -> None:
    """Three are endless everywhere: one of them has a second try, the others stay provisional."""
    paths = [make_tree(f"endless{n}", changes=endless()) for n in range(3)]
    watched = Watched()
    reports = graded([*paths, make_tree("slow", changes=SLOW)], journal, watched)
    assert watched.of("again") == [["slow"], ["endless0"]]
    assert [report.provisional for report in reports.values()] == [True] * 3 + [False]
    assert reports["slow"].score == FULL
    for name in ("endless1", "endless2"):
        late = {item.exercise for item in reports[name].items if item.status == "timeout"}
        assert late == {"squared_error"}
        assert {item.status for item in reports[name].items} == {"timeout", "internal"}
        assert reports[name].message == TIME_SHORTAGE_NOTE
    late = {item.exercise for item in reports["endless0"].items if item.status == "timeout"}
    assert len(late) > 1


def test_the_next_run_tries_again_what_was_left(journal: GradeJournal, make_tree: MakeTree) -> None:
    """Final grades do not change, and with enough time no grade is provisional."""
    paths = [make_tree("endless", changes=endless()), make_tree("right")]
    first = graded(paths, journal, Watched(), retry_seconds=0.0)
    assert [report.provisional for report in first.values()] == [True, False]
    watched = Watched()
    second = graded(paths, journal, watched, retry_seconds=60.0)
    assert watched.of("first") == watched.of("again") == [["endless"]]
    assert (second["endless"].provisional, second["endless"].score) == (False, 0)
    watched = Watched()
    assert graded(paths, journal, watched) == second
    assert watched.asked == []


def test_no_second_try_begins_too_late(
    journal: GradeJournal, make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the deadline for second tries, the first report is kept, provisional."""
    monkeypatch.setattr(second_tries, "RETRY_DEADLINE", -1.0)
    watched = Watched()
    reports = graded([make_tree("slow", changes=SLOW)], journal, watched)
    assert watched.of("again") == []
    assert reports["slow"].provisional
    assert len(journal) == 1


def test_a_worker_that_dies_of_a_second_try_costs_nothing(
    journal: GradeJournal, make_tree: MakeTree
) -> None:
    """The first report is kept, provisional; all other hand-ins are graded."""
    paths = [make_tree("slow", changes=SLOW), make_tree("right")]
    reports = graded(paths, journal, Watched(dies=True))
    assert [report.provisional for report in reports.values()] == [True, False]
    assert reports["right"].score == FULL


def test_a_hand_in_that_has_changed_meanwhile_is_not_mixed(
    journal: GradeJournal, make_tree: MakeTree
) -> None:
    """The second try would run other code, so the first report is kept, provisional."""
    slow, last = make_tree("slow", changes=SLOW), make_tree("last")

    class Changing(Watched):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            done = super().submit(fn, *args, **kwargs)
            if self.asked[-1] == ("first", ["last"]):
                (slow / "mytorch" / "relu.py").write_bytes(package()["relu.py"])
            return done

    watched = Changing()
    reports = graded([slow, last], journal, watched)
    assert watched.of("again") == []
    assert reports["slow"].provisional


def test_a_full_window_does_not_wait_for_the_end_of_the_class(
    journal: GradeJournal, make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """If the first hand-in is put off and the window behind it is full, it is tried again
    immediately."""
    monkeypatch.setattr(batch_grading, "MAX_AHEAD", 3)
    others = [tmp_path / f"{n}.zip" for n in range(9)]
    for path in others:
        path.write_text(f"no archive {path.stem}")
    watched = Watched()
    reports = graded([make_tree("slow", changes=SLOW), *others], journal, watched)
    assert len(reports) == 10
    assert watched.asked.index(("again", ["slow"])) == 3
    assert reports["slow"].score == FULL


def test_real_workers_try_again(journal: GradeJournal, make_tree: MakeTree) -> None:
    """Real worker processes, as in the command."""
    paths = [make_tree("sleeps", changes=SLEEPS), make_tree("slow", changes=SLOW)]
    reports = graded([*paths, make_tree("right")], journal, WorkerPool(2))
    assert [report.provisional for report in reports.values()] == [False] * 3
    assert reports["slow"].score == reports["right"].score == FULL


def command(*paths: Path) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--json", *map(str, paths)],
        cwd=paths[0].parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long
def test_the_command_grades_one_that_never_ends_beside_others(make_tree: MakeTree) -> None:
    """In a class, each hand-in has a row, the honest one full points, and an endless function is a
    final loss."""
    loops = make_tree("loops", changes=replaced("relu.py", RESULT, "while True: pass"))
    code, (late, right) = command(loops, make_tree("right"))
    assert code == 0
    assert (right["score"], right["provisional"]) == (FULL, False)
    lost = {item["exercise"] for item in late["items"] if item["score"] < item["max_score"]}
    assert lost == {"relu.forward", "relu.backward"}
