"""The time that a hand-in may cost a class: one full limit and little more; the rest comes
later."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest
from conftest import package, replaced

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.model import Item, Report
from autograder.running.conversation import ExecutionPlace
from autograder.running.fresh_interpreter import FreshInterpreter, InterpreterChild
from autograder.running.grading import (
    TIME_SHORTAGE_NOTE,
    GradingSetup,
    grade_hand_in,
    try_to_grade,
)
from autograder.running.time_budget import ResourceLimits
from autograder.running.usage import TimeMeter
from autograder.scoring import reference_store

ALL = list(EXERCISES.values())
FULL = sum(exercise.max_score for exercise in ALL)
QUICK = ResourceLimits(seconds=0.5, wall=3.0, total=60.0, extra=0.6)
RESULT = "return np.maximum(Z, 0)"
LOOP, SLEEP = "while True: pass\n", "import time; time.sleep(1000)\n"


class Counting(FreshInterpreter):
    """A place that counts how often a process is started."""

    def __init__(self) -> None:
        self.started = 0

    def start(self, work: bytes) -> InterpreterChild:
        self.started += 1
        return super().start(work)


def hand_in(changes: Mapping[str, str] | None = None, everywhere: str = "") -> HandIn:
    """The solved package with changes, or with a line before each of its modules."""
    files = package(changes=changes)
    if everywhere:
        kept = ("__init__.py", "shapes.py")
        files = {n: c if n in kept else everywhere.encode() + c for n, c in files.items()}
    return HandIn("", files)


def by_status(report: Report, status: str) -> set[str]:
    return {item.exercise for item in report.items if item.status == status}


def make_setup(place: ExecutionPlace, limits: ResourceLimits = QUICK) -> GradingSetup:
    return GradingSetup(reference_store.best_references(), ALL, limits, place)


def is_full(items: list[Item]) -> bool:
    return all(item.score == item.max_score for item in items)


def test_one_endless_function_costs_one_process_and_is_final() -> None:
    """The timeout is not retried, not even on doubles: one process before it, one after it,
    one for the doubles of what builds on it."""
    place = Counting()
    given = hand_in(replaced("relu.py", RESULT, "while True: pass"))
    report, budget = try_to_grade(given, make_setup(place))
    assert by_status(report, "timeout") == {"relu.forward", "relu.backward"}
    assert is_full([i for i in report.items if not i.exercise.startswith("relu.")])
    assert (report.provisional, budget.ran_out, place.started) == (False, False, 3)


def test_an_endless_network_is_not_run_on_doubles_as_well() -> None:
    """All below it is right, so doubles would take as long."""
    place = Counting()
    given = hand_in({"mlp.py": LOOP + hand_in().files["mlp.py"].decode()})
    report, budget = try_to_grade(given, make_setup(place))
    assert by_status(report, "timeout") == {"mlp.forward", "mlp.backward"}
    assert (report.provisional, budget.ran_out, place.started) == (False, False, 2)


def test_a_first_try_gives_one_full_limit_and_leaves_the_rest_to_a_retry() -> None:
    """All code is endless: the first exercise times out, the others have no result yet."""
    report, budget = try_to_grade(hand_in(everywhere=LOOP), make_setup(Counting()))
    assert by_status(report, "timeout") == {"squared_error"}
    assert by_status(report, "internal") == {e.id for e in ALL} - {"squared_error"}
    assert report.provisional
    assert report.message == TIME_SHORTAGE_NOTE
    assert budget.ran_out
    assert not budget.mostly_waited


@pytest.mark.parametrize("endless", [LOOP, SLEEP])
def test_endless_code_is_final_if_the_retry_has_enough_time(endless: str) -> None:
    """Graded alone, each exercise gets its full limit, and then times out."""
    limits = ResourceLimits(seconds=0.3, wall=0.6, total=60.0, extra=0.4)
    report = grade_hand_in(
        hand_in(everywhere=endless),
        reference_store.best_references(),
        ALL,
        limits,
        retry_seconds=60.0,
    )
    assert by_status(report, "timeout") == {exercise.id for exercise in ALL}
    assert (report.provisional, report.score, report.message) == (False, 0, "")


def test_exercises_beyond_the_retry_budget_are_provisional() -> None:
    """The retry allows one more timeout; the other exercises have no result and lose no points."""
    report = grade_hand_in(
        hand_in(everywhere=LOOP), reference_store.best_references(), ALL, QUICK, retry_seconds=0.5
    )
    assert len(by_status(report, "timeout") - {"squared_error"}) >= 1
    assert by_status(report, "internal")
    assert report.provisional
    assert report.message == TIME_SHORTAGE_NOTE


def test_code_that_sleeps_has_no_timeout_in_the_first_try() -> None:
    """In the retry it times out, and the other exercises get their points."""
    given = hand_in(replaced("relu.py", RESULT, "import time; time.sleep(1000)"))
    first, budget = try_to_grade(given, make_setup(Counting()))
    assert by_status(first, "timeout") == set()
    assert {"relu.forward", "relu.backward"} <= by_status(first, "internal")
    assert first.provisional
    assert budget.mostly_waited
    place = Counting()
    second, _ = try_to_grade(given, make_setup(place), first, retry_seconds=1.0)
    assert by_status(second, "timeout") == {"relu.forward", "relu.backward"}
    assert is_full([i for i in second.items if not i.exercise.startswith("relu.")])
    assert not second.provisional


@pytest.mark.parametrize(
    "slow",
    [
        "import time; end = time.process_time() + 0.06\n"
        "        while time.process_time() < end: pass\n",
        "import time; time.sleep(0.1)\n",
    ],
    ids=["computes", "sleeps"],
)
def test_slow_and_right_code_loses_nothing(slow: str) -> None:
    """Each case stays within its limit: the first try stops it, the retry gives every point."""
    limits = ResourceLimits(seconds=0.6, wall=15.0, total=120.0, extra=0.2)
    given = hand_in(replaced("relu.py", RESULT, f"{slow}        {RESULT}"))
    first, budget = try_to_grade(given, make_setup(Counting(), limits))
    assert first.provisional
    assert budget.ran_out
    assert by_status(first, "timeout") == set()
    report = grade_hand_in(given, reference_store.best_references(), ALL, limits, retry_seconds=1.0)
    assert (report.score, report.provisional, report.message) == (FULL, False, "")


def test_a_retry_runs_only_what_has_no_result() -> None:
    """An exercise that calls one that timed out gets a timeout without being run."""
    given = hand_in(everywhere=LOOP)
    first, _ = try_to_grade(given, make_setup(Counting()))
    second, _ = try_to_grade(given, make_setup(Counting()), first, retry_seconds=60.0)
    kept = [i for i in first.items if i.status == "timeout"]
    assert [i for i in second.items if i.exercise == "squared_error"] == kept
    third = Counting()
    assert try_to_grade(given, make_setup(third), second, retry_seconds=60.0)[0] == second
    assert third.started == 0


def test_a_slow_start_does_not_count_for_the_hand_in() -> None:
    """The process starts more slowly than the total limit allows, and still gets every point."""
    limits = ResourceLimits(total=2.0)

    class Slow(FreshInterpreter):
        def start(self, work: bytes) -> InterpreterChild:
            child = super().start(work)
            os.kill(child.pid, signal.SIGSTOP)
            Timer(2.5, os.kill, (child.pid, signal.SIGCONT)).start()
            return child

    report = grade_hand_in(hand_in(), reference_store.best_references(), ALL, limits, Slow())
    assert (report.score, report.provisional) == (FULL, False)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="looks into /proc")
def test_computing_waiting_and_queueing_are_told_apart() -> None:
    """Beside many busy processes, one that computes is not waiting; one that sleeps is."""
    spin = [sys.executable, "-c", "while True: pass"]
    sleep = [sys.executable, "-c", "import time; print(flush=True); time.sleep(99)"]
    with ExitStack() as stack:

        def start(command: list[str]) -> "subprocess.Popen[bytes]":
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            return process

        sleeper = start(sleep)
        assert sleeper.stdout
        assert sleeper.stdout.readline(), "it has started, and will not compute again"
        spinners = [start(spin) for _ in range(8)]
        since = time.monotonic()
        meters = [TimeMeter(process.pid, since) for process in (spinners[0], sleeper)]
        looks: list[list[tuple[float, float]]] = [[], []]
        for _ in range(10):
            time.sleep(0.1)
            for meter, seen in zip(meters, looks, strict=True):
                seen.append(meter.read(time.monotonic()))
    spun, slept = (tuple(map(sum, zip(*seen, strict=True))) for seen in looks)
    assert spun[0] > 0
    assert slept[0] == 0
    assert spun[1] < slept[1] / 2


def test_a_first_try_waits_for_one_second_in_all() -> None:
    """All exercises sleep; after two of them the time for waiting is used up, and none is tried.

    Meanwhile the worker could grade other hand-ins.
    """
    limits, place = ResourceLimits(wall=3.0, extra=0.4), Counting()
    report, budget = try_to_grade(hand_in(everywhere=SLEEP), make_setup(place, limits))
    assert report.provisional
    assert budget.mostly_waited
    assert by_status(report, "internal") == {exercise.id for exercise in ALL}
    assert place.started <= 3
