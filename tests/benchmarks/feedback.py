"""How long feedback takes in the kernel, for every exercise.

    .venv/bin/python tests/benchmarks/feedback.py

Each exercise's cell is run as a notebook runs it, right and wrong, in a fresh tree. Figures are
milliseconds of this process's CPU, which other work on the machine disturbs least; beside them
stands the time of one call of numpy's matrix product of 500 × 500 numbers in the same run, to tell
a slow machine from slow code. At most 50 ms is promised, the first time too.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, chdir
from pathlib import Path

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

from autograder.exercises import EXERCISES  # noqa: E402 - the tree comes first on the path
from autograder.key.solved import make_cell, make_skeleton, solved_modules  # noqa: E402

RUNS = 15
PROMISED = 50.0
QUIET = Config(HistoryManager={"enabled": False})


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """The first and the median time of a piece of work, in ms of CPU."""
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return taken[0], statistics.median(taken)


def main() -> int:
    with ExitStack() as stack:
        tree = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (tree / "mytorch").mkdir()
        for name, source in solved_modules().items():
            (tree / "mytorch" / name).write_text(make_skeleton(name, source), "utf-8")
        stack.enter_context(chdir(tree))
        InteractiveShell.instance(config=QUIET)  # for which `import workbook` prepares feedback
        from workbook.cells import run_cell

        matrix = np.ones((500, 500))
        _, product = measured(lambda: matrix @ matrix)
        print(f"500 × 500 product: {product:.1f} ms\n")
        print(f"{'exercise':<34}{'right: first':>13}{'median':>8}{'wrong: first':>14}{'median':>8}")
        worst = 0.0
        for exercise in EXERCISES.values():
            right = make_cell(exercise, solved=True).partition("\n")[2]
            wrong = right.replace("return ", "return 1.5 * ").replace("self.lr *", "2 * self.lr *")
            first, median = measured(lambda: repr(run_cell(exercise, right)))  # noqa: B023
            slow, usual = measured(lambda: repr(run_cell(exercise, wrong)))  # noqa: B023
            run_cell(exercise, right)
            worst = max(worst, first, median, slow, usual)
            print(f"{exercise.id:<34}{first:>13.1f}{median:>8.1f}{slow:>14.1f}{usual:>8.1f}")
    print(f"\nslowest: {worst:.1f} ms; promised: {PROMISED:g} ms")
    return 0 if worst <= PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
