"""What isolation costs: the same hand-ins in a fresh interpreter, a bare fork, and each tier.

    .venv/bin/python tests/benchmarks/isolation.py [HAND-INS]

A third of the hand-ins is right, a third has a planted mistake, a third is broken; no two have
the same bytes. Each is driven through the whole exercise set once. CPU is what the children
took, from fork to end, with what their places took for them; the start of a place is left out.
Promised: an isolated hand-in takes at most 1.5 times the CPU of a bare fork, which has the same
warm process but no isolation at all, and two idle cores drive 50 hand-ins a second.

The last lines are the whole of grading, with judging and points. Where nbgrader is installed,
it grades the same hand-ins too, one function of each.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from autograder import running  # noqa: E402
from autograder.exercises import EXERCISES  # noqa: E402
from autograder.hand_in.module_reader import HandIn  # noqa: E402
from autograder.key.mistakes import MISTAKES  # noqa: E402
from autograder.key.solved import solved_modules, strip_markers  # noqa: E402
from autograder.running import sandbox, tiers, zygotes  # noqa: E402
from autograder.running.conversation import ExecutionPlace, GradingSession, run_conversation  # noqa: E402
from autograder.running.fresh_interpreter import FreshInterpreter  # noqa: E402
from autograder.running.grading import grade_hand_in, make_jobs  # noqa: E402
from autograder.running.time_budget import ResourceLimits  # noqa: E402
from autograder.scoring import reference_store  # noqa: E402 - the tree comes first on the path

COUNT = 90
ROUNDS = 3
NBGRADER = 6  # hand-ins that it gets: it is slow
PROMISED_RATIO = 1.5
PROMISED_RATE = 50.0
ALL = list(EXERCISES.values())
REFERENCES = reference_store.best_references()
WORK = make_jobs(ALL, REFERENCES)
BARE = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from autograder.confined import confinement, zygote
del sys.path[0]

class Bare(confinement.ChildConfinement):
    def prepare(self): pass
    def fork(self): os.mkdir(self.folder); return os.fork()
    def enter(self): os.chdir(self.folder)
    def lock(self): pass

confinement.ChildConfinement = Bare
zygote.main_zygote()
"""
BROKEN = (
    ("squared_error.py", "def broken(:\n"),
    ("linear.py", "import torch\n"),
    ("relu.py", "1 / 0\n"),
    ("mlp.py", "from .nowhere import x\n"),
    ("softmax.py", "class Softmax:\n    pass\nraise SystemExit\n"),
)

Files = dict[str, bytes]


def hand_ins(count: int) -> list[Files]:
    """Right, wrong and broken ones in turn, all different."""
    right = {name: strip_markers(text) for name, text in solved_modules().items()}
    mistakes = list(MISTAKES.values())
    made = []
    for number in range(count):
        files = dict(right)
        if number % 3 == 1:
            mistake = mistakes[number // 3 % len(mistakes)]
            files[mistake.file] = strip_markers(mistake.plant())
        elif number % 3 == 2:
            name, line = BROKEN[number // 3 % len(BROKEN)]
            files[name] = line + files[name]
        made.append({n: f"# student {number}\n{text}".encode() for n, text in files.items()})
    return made


def cpu() -> float:
    """Seconds that all processes below this one have taken, those that live and those that ended.

    Bubblewrap does not wait for what it runs, so that the system's own sum lacks it.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    parents, taken = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents[path.parent.name] = fields[1]
            taken[path.parent.name] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    below = [str(os.getpid())]
    for pid in below:
        below += [child for child, zygotes in parents.items() if zygotes == pid]
    return ended.ru_utime + ended.ru_stime + sum(taken[pid] for pid in below[1:])


def drive(where: ExecutionPlace, files: Files) -> None:
    """One conversation over the whole exercise set."""
    given, fault = run_conversation(GradingSession(files, ResourceLimits(), where), WORK)
    if fault or len(given) < len(WORK):
        raise SystemExit(f"{where.name}: {fault}")


def measured(where: ExecutionPlace, given: Sequence[Files]) -> tuple[float, float]:
    """CPU of the children in ms a hand-in, one after the other; hand-ins a second, all cores."""
    everything = partial(drive, where)
    everything(given[0])
    before = cpu()
    for files in given:
        everything(files)
    taken = cpu() - before
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(everything, given[:cores]))
        start = time.perf_counter()
        list(pool.map(everything, given))
        rate = len(given) / (time.perf_counter() - start)
    return 1000 * taken / len(given), rate


def bare_command(scratch: str | None) -> list[str]:
    """The command line of a zygote whose children are not shut in."""
    python, *options, _, told = isolated_command(scratch)
    return [python, *options, "-c", BARE, told]


isolated_command = zygotes.zygote_command


def graded(where: ExecutionPlace, given: Sequence[Files]) -> tuple[float, float]:
    """CPU ms a hand-in of the whole of grading: of the children, and of the grader itself."""
    grade_hand_in(HandIn("", given[0]), REFERENCES, ALL, place=where)
    children, own = cpu(), time.process_time()
    for files in given:
        grade_hand_in(HandIn("", files), REFERENCES, ALL, place=where)
    each = 1000 / len(given)
    return each * (cpu() - children), each * (time.process_time() - own)


def by_nbgrader(program: str, given: Sequence[Files]) -> float:
    """Seconds that nbgrader takes for a hand-in whose notebook holds one function and a test.

    Raises: subprocess.CalledProcessError: it does not run.
    """
    with tempfile.TemporaryDirectory() as course:
        for number, files in enumerate((given[0], *given)):
            text = files["squared_error.py"].decode()
            where = f"submitted/student{number}" if number else "source"
            folder = Path(course, where, "ps1")
            folder.mkdir(parents=True)
            (folder / "p1.ipynb").write_text(notebook(text, is_source=not number), "utf-8")
        run = partial(subprocess.run, cwd=course, check=False, capture_output=True)
        run([program, "generate_assignment", "ps1", "--create"], check=True)
        start = time.perf_counter()
        run([program, "autograde", "ps1", "--create"])
        taken = time.perf_counter() - start
        done = list(Path(course, "autograded").glob("*/ps1/p1.ipynb"))
        return taken / len(done) if done else float("nan")


def notebook(function: str, is_source: bool) -> str:
    """A notebook with a cell to be solved and one that tests it, as nbgrader marks them."""
    tests = "import numpy as np\nassert abs(squared_error(np.ones(3), np.zeros(3)) - 1.5) < 1e-9"
    if is_source:
        function = f"### BEGIN SOLUTION\n{function}\n### END SOLUTION"
    cells: list[dict[str, Any]] = []
    for name, text, solves in (("solution", function, True), ("tests", tests, False)):
        marks = {"schema_version": 3, "grade_id": name, "solution": solves, "grade": not solves}
        marks |= {"locked": not solves, "task": False} | ({} if solves else {"points": 2})
        cells.append(
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"nbgrader": marks},
                "source": text,
                "outputs": [],
                "execution_count": None,
            }
        )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    top = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(top)


def main() -> int:
    given = hand_ins(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
    assert len({repr(files) for files in given}) == len(given)
    works = [
        tier.name for tier in tiers.probe_tiers() if tier.works and tier.name in running.SANDBOXES
    ]
    places: dict[str, ExecutionPlace] = {"fresh interpreter": FreshInterpreter()}
    places |= {"bare fork": sandbox.ZygoteSandbox("bare fork")}
    sandboxes = {name: sandbox.ZygoteSandbox(name) for name in reversed(works)}
    places |= sandboxes
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in places}
    for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine hurts all alike
        for name, where in places.items():
            command = bare_command if name == "bare fork" else isolated_command
            with patch.object(zygotes, "zygote_command", command):
                some = given[: len(given) // 5] if name == "fresh interpreter" else given
                found[name].append(measured(where, some))
                if isinstance(where, sandbox.ZygoteSandbox):
                    where.close()
    print(f"{len(given)} hand-ins, {len(os.sched_getaffinity(0))} cores, best of {ROUNDS} rounds\n")
    print(f"{'':<20}{'CPU ms each':>12}{'to bare fork':>14}{'hand-ins/s':>12}")
    least = {name: min(ms for ms, _ in rounds) for name, rounds in found.items()}
    for name, rounds in found.items():
        ratio, rate = least[name] / least["bare fork"], max(rate for _, rate in rounds)
        print(f"{name:<20}{least[name]:>12.1f}{ratio:>14.2f}{rate:>12.1f}")
    for name in works[:1]:
        children, own = graded(sandboxes[name], given)
        print(f"\ngrading in {name}: {children:.1f} + {own:.1f} ms of CPU, children + grader")
        sandboxes[name].close()
    if program := shutil.which("nbgrader"):
        seconds = by_nbgrader(program, given[:NBGRADER])
        print(f"nbgrader, one function of each: {1000 * seconds:.0f} ms a hand-in")
    worst = max((least[name] / least["bare fork"] for name in works), default=0.0)
    print(f"\nisolated to bare fork: {worst:.2f}; promised: {PROMISED_RATIO:g}")
    return 0 if worst <= PROMISED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
