"""How the work grows with what a hand-in sends: time for twice as much, as a ratio.

    .venv/bin/python tests/benchmarks/growth.py

2 is in proportion, 4 would be a square. What lasts a few milliseconds alone is mostly noise.
"""

import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from autograder.classroom.finding.search import find_hand_ins
from autograder.classroom.pages.winnowing import find_fingerprints
from autograder.hand_in.reading import read_hand_in
from autograder.hand_in.spelling import is_like_mytorch

Work = Callable[[], object]

TEXTS = {
    "brackets": "(",
    "comments": "#",
    "quotes": "'",
    "joined lines": "\\\n",
    "exponents": "1e",
    "long strings": '"""\\',
    "escaped quotes": "'\\",
    "blank lines": "\n ",
    "prefixes": "f'",
    "functions": "def f():\n",
}
NAMES: dict[str, Callable[[int], str]] = {
    "deep": lambda n: f"mytorch/{'d/' * 2030}m{n}.py",
    "long": lambda n: f"mytorch/{'d' * 990}{n}.py",
    "wide": lambda n: f"d{n}/x",
    "many": lambda n: f"n{n}",
}


def seconds(work: Work) -> float:
    """The least processor time of three runs."""
    taken = []
    for _ in range(3):
        before = time.process_time()
        work()
        taken.append(time.process_time() - before)
    return min(taken)


def works(scratch: Path) -> Iterator[tuple[str, Work, Work]]:
    """A name, the work, and the same with twice as much."""

    def code(piece: str, size: int) -> Work:
        return lambda: find_fingerprints({"linear.py": (piece * (size // len(piece))).encode()})

    for name, piece in TEXTS.items():
        yield f"fingerprints of {name}", code(piece, 2**16), code(piece, 2**17)

    def archive(name: str, count: int) -> Work:
        path = str(scratch / f"{name}{count}.zip")
        with zipfile.ZipFile(path, "w") as file:
            for n in range(count):
                file.writestr(NAMES[name](n), "x = 1")
        return lambda: (find_hand_ins([path]), read_hand_in(path))

    for name in NAMES:
        yield f"an archive with {name} names", archive(name, 900), archive(name, 1800)

    def folder(count: int) -> Work:
        home = scratch / f"folder{count}"
        (home / "mytorch").mkdir(parents=True)
        for n in range(count):
            (home / "mytorch" / f"m{n}.py").touch()
        return lambda: (find_hand_ins([str(home)]), read_hand_in(str(home)))

    yield "a folder full of modules", folder(5_000), folder(10_000)

    def spelt(count: int) -> Work:
        return lambda: is_like_mytorch(f"mytorch{'main1' * count}x")

    yield "a name of digits", spelt(20), spelt(40)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name, once, twice in works(Path(scratch)):
            base = seconds(once)
            print(f"{seconds(twice) / base:6.1f}  {1e3 * base:8.2f} ms  {name}", flush=True)


if __name__ == "__main__":
    main()
