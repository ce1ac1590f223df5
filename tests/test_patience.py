"""What a hand-in may cost a class: one whole limit and a little; what haste stops comes later."""

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
from autograder.running.grading import STOPPED, GradingSetup, grade_hand_in, try_to_grade
from autograder.running.patience import ResourceLimits
from autograder.running.usage import TimeMeter
from autograder.scoring import reference_store

ALL = list(EXERCISES.values())
FULL = sum(exercise.max_score for exercise in ALL)
QUICK = ResourceLimits(seconds=1, wall=3.0, total=60.0, more=0.6)
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
    """The time-out is not tried again, neither on doubles: one process before it, one behind it,
    one for the doubles of what builds on it."""
    place = Counting()
    given = hand_in(replaced("relu.py", RESULT, "while True: pass"))
    report, patience = try_to_grade(given, make_setup(place))
    assert by_status(report, "timeout") == {"relu.forward", "relu.backward"}
    assert is_full([i for i in report.items if not i.exercise.startswith("relu.")])
    assert (report.provisional, patience.was_short, place.started) == (False, False, 3)


def test_an_endless_network_is_not_run_on_doubles_as_well() -> None:
    """All below it is right, so doubles would take as long."""
    place = Counting()
    given = hand_in({"mlp.py": LOOP + hand_in().files["mlp.py"].decode()})
    report, patience = try_to_grade(given, make_setup(place))
    assert by_status(report, "timeout") == {"mlp.forward", "mlp.backward"}
    assert (report.provisional, patience.was_short, place.started) == (False, False, 2)


def test_in_haste_one_time_out_is_whole_and_the_rest_is_put_off() -> None:
    """Endless everywhere: the first exercise is late, nothing else has a result yet."""
    report, patience = try_to_grade(hand_in(everywhere=LOOP), make_setup(Counting()))
    assert by_status(report, "timeout") == {"squared_error"}
    assert by_status(report, "internal") == {e.id for e in ALL} - {"squared_error"}
    assert report.provisional
    assert report.message == STOPPED
    assert patience.was_short
    assert not patience.waits


@pytest.mark.parametrize("endless", [LOOP, SLEEP])
def test_what_takes_too_long_everywhere_is_final_where_enough_is_granted(endless: str) -> None:
    """Alone, each exercise that can be reached has its whole limit, and then it is late."""
    limits = ResourceLimits(seconds=1, wall=1.0, total=60.0, more=0.4)
    report = grade_hand_in(
        hand_in(everywhere=endless), reference_store.best_references(), ALL, limits, granted=60.0
    )
    assert by_status(report, "timeout") == {exercise.id for exercise in ALL}
    assert (report.provisional, report.score, report.message) == (False, 0, "")


def test_what_is_not_granted_is_provisional() -> None:
    """One more time-out, and the others have no result, nor a loss."""
    report = grade_hand_in(
        hand_in(everywhere=LOOP), reference_store.best_references(), ALL, QUICK, granted=1.0
    )
    assert len(by_status(report, "timeout") - {"squared_error"}) >= 1
    assert by_status(report, "internal")
    assert report.provisional
    assert report.message == STOPPED


def test_a_sleeper_is_put_off_without_a_time_out() -> None:
    """Nobody waits for it in a class; patiently, it is late, and the others have their points."""
    given = hand_in(replaced("relu.py", RESULT, "import time; time.sleep(1000)"))
    first, patience = try_to_grade(given, make_setup(Counting()))
    assert by_status(first, "timeout") == set()
    assert {"relu.forward", "relu.backward"} <= by_status(first, "internal")
    assert first.provisional
    assert patience.waits
    place = Counting()
    second, _ = try_to_grade(given, make_setup(place), first, granted=1.0)
    assert by_status(second, "timeout") == {"relu.forward", "relu.backward"}
    assert is_full([i for i in second.items if not i.exercise.startswith("relu.")])
    assert not second.provisional


@pytest.mark.parametrize(
    "slow",
    [
        "import time; end = time.process_time() + 0.25\n"
        "        while time.process_time() < end: pass\n",
        "import time; time.sleep(0.3)\n",
    ],
    ids=["computes", "sleeps"],
)
def test_who_is_slow_and_right_loses_nothing(slow: str) -> None:
    """Each case stays within its limit: haste stops it, patience gives every point."""
    limits = ResourceLimits(seconds=2, wall=15.0, total=120.0, more=0.6)
    given = hand_in(replaced("relu.py", RESULT, f"{slow}        {RESULT}"))
    first, patience = try_to_grade(given, make_setup(Counting(), limits))
    assert first.provisional
    assert patience.was_short
    assert by_status(first, "timeout") == set()
    report = grade_hand_in(given, reference_store.best_references(), ALL, limits, granted=1.0)
    assert (report.score, report.provisional, report.message) == (FULL, False, "")


def test_what_haste_has_settled_is_not_run_again() -> None:
    """The second try runs what has no result, and what builds on a late one is late."""
    given = hand_in(everywhere=LOOP)
    first, _ = try_to_grade(given, make_setup(Counting()))
    second, _ = try_to_grade(given, make_setup(Counting()), first, granted=60.0)
    kept = [i for i in first.items if i.status == "timeout"]
    assert [i for i in second.items if i.exercise == "squared_error"] == kept
    third = Counting()
    assert try_to_grade(given, make_setup(third), second, granted=60.0)[0] == second
    assert third.started == 0


def test_a_slow_start_is_not_the_hand_ins_time() -> None:
    """A process that takes longer to be ready than a hand-in may take in all: every point."""
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
def test_computing_waiting_and_queueing_are_three_things() -> None:
    """Beside many that compute, one that computes waits for nothing, and one that sleeps does."""
    spin = [sys.executable, "-c", "while True: pass"]
    sleep = [sys.executable, "-c", "import time; time.sleep(99)"]
    with ExitStack() as stack:
        started = [subprocess.Popen(spin) for _ in range(8)] + [subprocess.Popen(sleep)]
        for process in started:
            stack.enter_context(process)
            stack.callback(process.kill)
        time.sleep(1)  # they start
        since = time.monotonic()
        meters = [TimeMeter(process.pid, since) for process in (started[0], started[-1])]
        looks: list[list[tuple[float, float]]] = [[], []]
        for _ in range(20):
            time.sleep(0.1)
            for meter, seen in zip(meters, looks, strict=True):
                seen.append(meter.read(time.monotonic()))
        passed = time.monotonic() - since
    spun, slept = (tuple(map(sum, zip(*seen, strict=True))) for seen in looks)
    assert spun[0] > 0
    assert spun[1] < passed / 2
    assert slept[0] == 0
    assert slept[1] > passed / 2


def test_in_haste_a_hand_in_waits_for_one_second_in_all() -> None:
    """However many of its exercises wait: a worker that only waits could grade others meanwhile."""
    limits = ResourceLimits(wall=3.0, more=0.4)
    report, patience = try_to_grade(hand_in(everywhere=SLEEP), make_setup(Counting(), limits))
    assert report.provisional
    assert patience.waits
    assert limits.more <= patience.waited < 2 * limits.more
