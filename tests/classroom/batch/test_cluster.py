"""A batch on a Dask cluster of processes: if workers or the scheduler die, no hand-in is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ROOT, MakeTree, replaced

from autograder.classroom.batch import batch_grading, cluster
from autograder.classroom.batch.journal import GradeJournal
from autograder.classroom.batch.work import current_terms
from autograder.model import Report

pytestmark = pytest.mark.cluster

AVERAGES = replaced("linear.py", "dLdZ.T @ self.A", "dLdZ.T @ self.A / len(dLdZ)")
CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    asked = dict(threads_per_worker=1, dashboard_address="127.0.0.1:0")
    with LocalCluster(n_workers=int(sys.argv[1]), **asked) as cluster:
        print(cluster.scheduler_address, flush=True)
        time.sleep(120)
"""


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names the extra."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match="needs Dask") as caught, cluster.connect_cluster("local"):
        pass
    assert str(caught.value) == (
        "a scheduler needs Dask (distributed is missing): pip install -e '.[dask]'"
    )


@pytest.fixture
def scheduler(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    """A cluster in a process of its own, with the requested number of worker processes."""
    pytest.importorskip("distributed", reason="needs Dask (extra `dask`)")
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER, str(getattr(request, "param", 2))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    yield process
    assert process.stdout is not None
    process.stdout.close()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def paths_of(make_tree: MakeTree, count: int) -> list[str]:
    """Hand-ins; every third is wrong."""
    made = [make_tree(f"{n:02}", changes={} if n % 3 else AVERAGES) for n in range(count)]
    for n, tree in enumerate(made):
        (tree / "mytorch" / f"number_{n}.py").touch()
    return [str(tree) for tree in made]


def reports(found: list[batch_grading.GradedHandIn]) -> dict[str, Report]:
    return {report.hand_in: report for report, *_ in found}


def test_a_worker_killed_midway_costs_nothing(
    scheduler: "subprocess.Popen[str]", make_tree: MakeTree, tmp_path: Path
) -> None:
    """kill -9 of a worker while it grades: every hand-in is reported once, in order, correctly."""
    from distributed import Client

    paths = paths_of(make_tree, 24)
    with (
        GradeJournal(":memory:") as journal,
        cluster.connect_cluster(address(scheduler)) as (start, at_once),
    ):
        seen = batch_grading.grade_batch(paths, current_terms(), journal, start, at_once)
        found = [next(seen)]
        pids = Client.current().run(os.getpid)
        os.kill(next(iter(pids.values())), signal.SIGKILL)
        found += seen
        again = list(batch_grading.grade_batch(paths, current_terms(), journal, start, at_once))
    assert [report.hand_in for report, *_ in found] == paths
    assert [report.score for report, *_ in found] == [48, 52, 52] * 8
    assert not any(report.provisional for report, *_ in found)
    assert all(before for _, before, _ in again)
    with GradeJournal(":memory:") as journal, cluster.connect_cluster("local") as (start, at_once):
        here = list(batch_grading.grade_batch(paths[:4], current_terms(), journal, start, at_once))
    assert reports(here).items() <= reports(found).items()


def test_a_scheduler_killed_midway_loses_nothing(
    scheduler: "subprocess.Popen[str]", make_tree: MakeTree
) -> None:
    """Its hand-ins become provisional, the batch ends, and another run grades the rest."""
    paths = paths_of(make_tree, 24)
    with GradeJournal(":memory:") as journal:
        with cluster.connect_cluster(address(scheduler)) as (start, at_once):
            seen = batch_grading.grade_batch(paths, current_terms(), journal, start, at_once)
            found = [next(seen).report]
            os.killpg(scheduler.pid, signal.SIGKILL)
            with pytest.raises(OSError, match="the executor accepts no more work"):
                found += (report for report, *_ in seen)
        final = [report for report in found if not report.provisional]
        assert 0 < len(final) < len(paths)
        here = list(
            batch_grading.grade_batch(
                paths, current_terms(), journal, lambda: ThreadPoolExecutor(2), 4
            )
        )
        before = {report.hand_in for report, before, _ in here if before}
        assert {report.hand_in for report in final} <= before
        assert [report.score for report, *_ in here] == [48, 52, 52] * 8


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported in one line, after some seconds."""
    pytest.importorskip("distributed", reason="needs Dask (extra `dask`)")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for place, said in (
        ("tcp://127.0.0.1:9", "no Dask scheduler answers at tcp://127.0.0.1:9: is it running?"),
        ("over there", "no Dask scheduler answers at over there: is it running?"),
    ):
        with pytest.raises(OSError, match="scheduler") as caught, cluster.connect_cluster(place):
            pass
        assert str(caught.value) == said


@pytest.mark.parametrize("scheduler", [0], indirect=True)
def test_a_scheduler_without_workers_is_said(
    scheduler: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch does not wait for ever."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    place = address(scheduler)
    with pytest.raises(OSError, match="no worker") as caught, cluster.connect_cluster(place):
        pass
    assert str(caught.value) == f"the Dask scheduler at {place} has no worker"
