"""What the grader's own work costs on hand-ins made to be costly, beside honest ones.

    .venv/bin/python tests/benchmarks/budget.py

Each line runs in a process of its own: seconds of processor time and the peak of its memory above
what it began with, then both as ratios to an honest hand-in, or to an honest class of that size.
"""

import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conftest import package  # noqa: E402 - the tree comes first on the path

from autograder.classroom.batch.journal import GradeJournal  # noqa: E402
from autograder.classroom.batch.seals import seal_line  # noqa: E402
from autograder.classroom.pages.earlier_reports import find_earlier_reports, repeat_reports  # noqa: E402
from autograder.classroom.pages.similarity import FingerprintIndex  # noqa: E402
from autograder.classroom.pages.winnowing import find_fingerprints  # noqa: E402
from autograder.hand_in import reading  # noqa: E402
from autograder.hand_in.student import HandInEntry  # noqa: E402

LARGE = 2**22 - 100
Files = dict[str, bytes]


def junk(seed: int, size: int) -> bytes:
    return bytes(random.Random(seed).choices(b"+-*/%&|^@=<>!:.,", k=size))


def read(book: bytes) -> None:
    """One hand-in with stubs and twenty such notebooks, read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in package(solved=False).items():
            file.writestr(f"mytorch/{name}", data)
        for number in range(20):
            file.writestr(f"{number}.ipynb", book)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        path.write_bytes(packed.getvalue())
        began()
        reading.read_hand_in(path)


def compare(count: int, files: Callable[[int], Files]) -> None:
    """A class of such hand-ins, compared."""
    made = FingerprintIndex()
    began()
    for n in range(count):
        made.add(HandInEntry(str(n)), find_fingerprints(files(n)), str(n))
    made.find_similar()


def again_one(count: int) -> None:
    """One of a class graded anew: the reports on the others are read back."""
    with tempfile.TemporaryDirectory() as folder, GradeJournal(":memory:") as journal:
        file = Path(folder, "reports.jsonl")
        with file.open("w") as lines:
            for n in range(count):
                path = Path(folder, f"{n}.zip")
                path.touch()
                report = {"hand_in": str(path), "items": [], "message": "x" * 20_000}
                lines.write(
                    seal_line(json.dumps({**report, "score": 0.0, "max_score": 0.0})) + "\n"
                )
        began()
        found = find_earlier_reports(file, journal, [])
        assert sum(1 for _ in repeat_reports(file, journal, found)) == count


HONEST = package()
BOOK = (ROOT / "notebooks" / "06_vector_form.ipynb").read_bytes()
CASES: dict[str, tuple[str, Callable[[], None]]] = {
    "20 honest notebooks": ("", lambda: read(BOOK)),
    "20 notebooks of small objects": (
        "20 honest notebooks",
        lambda: read(b'{"cells":[' + b"{}," * (LARGE // 3 - 10) + b"{}]}"),
    ),
    "20 notebooks of brackets": ("20 honest notebooks", lambda: read(b"[" * LARGE)),
    "30 honest": ("", lambda: compare(30, lambda n: HONEST)),
    "30 of 128 KiB of tokens": (
        "30 honest",
        lambda: compare(30, lambda n: {"linear.py": junk(n, 2**17)}),
    ),
    "30 of one long token": ("30 honest", lambda: compare(30, lambda n: {"a.py": b"x" * 2**17})),
    "30 of 200 files": (
        "30 honest",
        lambda: compare(30, lambda n: {f"m{i}.py": junk(n * 200 + i, 600) for i in range(200)}),
    ),
    "2000 honest": ("", lambda: compare(2000, lambda n: HONEST)),
    "20 identical of 2000": (
        "2000 honest",
        lambda: compare(2000, lambda n: {"linear.py": junk(0, 2**17)} if n < 20 else HONEST),
    ),
    "400 near copies of 2000": (
        "2000 honest",
        lambda: compare(
            2000,
            lambda n: {"a.py": junk(n // 20, 900) + junk(-n, 90)} if n < 400 else HONEST,
        ),
    ),
    "2000 all different": (
        "2000 honest",
        lambda: compare(2000, lambda n: {**HONEST, "linear.py": junk(n, 900)}),
    ),
    "1 anew of 100": ("", lambda: again_one(100)),
    "1 anew of 10 000": ("1 anew of 100", lambda: again_one(10_000)),
}
start = (0.0, 0.0)


def cost() -> tuple[float, float]:
    """Processor seconds of this process so far, and its peak of memory in MB."""
    return time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def began() -> None:
    global start
    start = cost()


def main() -> int:
    if len(sys.argv) > 1:
        CASES[sys.argv[1]][1]()
        print(*(now - then for now, then in zip(cost(), start)))
        return 0
    print(f"{'':<32}{'CPU s':>8}{'MB':>8}{'ratios':>16}")
    found: dict[str, tuple[float, float]] = {}
    for name, (beside, _) in CASES.items():
        said = subprocess.check_output([sys.executable, __file__, name], text=True).split()
        found[name] = (float(said[0]), float(said[1]))
        seconds, megabytes = found[name]
        ratios = ""
        if beside:
            honest = found[beside]
            ratios = f"{seconds / max(honest[0], 0.01):.1f}, {megabytes / max(honest[1], 1):.1f}"
        print(f"{name:<32}{seconds:>8.2f}{megabytes:>8.0f}{ratios:>16}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
