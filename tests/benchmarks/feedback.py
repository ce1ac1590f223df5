"""How long feedback takes in the kernel, for every exercise.

    .venv/bin/python tests/benchmarks/feedback.py

Each exercise's cell is run as a notebook runs it, right and wrong, in a fresh tree. Figures are
milliseconds; beside them stands the time of one call of numpy's matrix product of 500 × 500
numbers in the same run, to tell a slow machine from slow code. At most 50 ms is promised.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

from autograder.exercises import EXERCISES  # noqa: E402 - the tree comes first on the path
from autograder.key.solved import cell, modules, skeleton  # noqa: E402
from autograder.store import public  # noqa: E402

RUNS = 15
PROMISED = 50.0


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """The first and the median time of a piece of work, in ms."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return taken[0], statistics.median(taken)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        (tree / "mytorch").mkdir()
        for name, source in modules().items():
            (tree / "mytorch" / name).write_text(skeleton(name, source), "utf-8")
        os.chdir(tree)
        from workbook.cells import run

        for name in EXERCISES:  # as `import workbook` does in a notebook
            public().cases(name)
        matrix = np.ones((500, 500))
        _, product = measured(lambda: matrix @ matrix)
        print(f"500 × 500 product: {product:.1f} ms\n")
        print(f"{'exercise':<34}{'right: first':>13}{'median':>8}{'wrong: first':>14}{'median':>8}")
        worst = 0.0
        for exercise in EXERCISES.values():
            right = cell(exercise, solved=True).partition("\n")[2]
            wrong = right.replace("return ", "return 1.5 * ").replace("self.lr *", "2 * self.lr *")
            first, median = measured(lambda: repr(run(exercise, right)))  # noqa: B023
            slow, usual = measured(lambda: repr(run(exercise, wrong)))  # noqa: B023
            run(exercise, right)
            worst = max(worst, median, usual)
            print(f"{exercise.id:<34}{first:>13.1f}{median:>8.1f}{slow:>14.1f}{usual:>8.1f}")
    print(f"\nslowest median: {worst:.1f} ms; promised: {PROMISED:g} ms")
    return 0 if worst <= PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
