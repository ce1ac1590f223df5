"""What a hostile class costs: 60 hand-ins, 18 of which never end, in each place that works here.

    .venv/bin/python tests/benchmarks/hostile_class.py [PLACE ...]

The honest 42 are graded alone first, then all 60, by the real command. The 18 compute or sleep for
ever, in one function or in all, in pieces, in threads, on doubles only; they catch exceptions,
print, and take memory. Promised: two idle cores need at most 75 seconds for all of them, and every
honest hand-in has its points, final. A hand-in that is slow and right is among the honest ones.
CPU is that of the command with all its processes, but for those within bubblewrap, which nobody
waits for: beside other work, it says more than seconds.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conftest import package, replaced  # noqa: E402 - the tree comes first on the path

from autograder.exercises import EXERCISES  # noqa: E402
from autograder.running import tiers  # noqa: E402

PROMISED = 75.0  # seconds, for two cores
HONEST = 42
FULL = sum(exercise.max_score for exercise in EXERCISES.values())
MODULES = sorted({Path(exercise.file).name for exercise in EXERCISES.values()})
# What never ends, and whether it stands in every module or in one.
ENDLESS = {
    "computes": ("while True: pass", True),
    "computes in one": ("while True: pass", False),
    "sleeps": ("import time; time.sleep(1000)", True),
    "sleeps in one": ("import time; time.sleep(1000)", False),
    "sleeps in pieces": ("import time\nwhile True: time.sleep(0.01)", True),
    "catches": (
        "while True:\n    try: raise ValueError\n    except BaseException: pass",
        True,
    ),
    "threads": (
        "import threading\ndef go():\n    while True: pass\n"
        "for n in range(4):\n    try: threading.Thread(target=go).start()\n"
        "    except RuntimeError: pass\ngo()",
        True,
    ),
    "prints": ("while True: print('x' * 10**6)", True),
    "grows": ("x = [0]\nwhile True:\n    try: x = x + x\n    except MemoryError: pass", True),
    "on doubles": (
        "import sys, mytorch.linear\n"
        "while 'autograder' in mytorch.linear.Linear.forward.__module__: pass",
        False,
    ),
}
SLOW = "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass\n"


def inside(files: dict[str, bytes], body: str, names: list[str]) -> dict[str, bytes]:
    """The modules, with this at the start of every function of some."""
    made = dict(files)
    for name in names:
        lines: list[str] = []
        quoted, pending = False, False
        for line in files[name].decode().splitlines():
            lines.append(line)
            pending = pending or (line.lstrip().startswith("def ") and "__" not in line)
            quoted ^= line.count('"""') % 2 == 1
            if pending and '"""' in line and not quoted:
                indent = " " * (len(line) - len(line.lstrip()))
                lines += [indent + one for one in body.splitlines()]
                pending = False
        made[name] = "\n".join(lines).encode()
    return made


def write(folder: Path, name: str, files: dict[str, bytes]) -> None:
    place = folder / name / "mytorch"
    place.mkdir(parents=True)
    for file, content in files.items():
        (place / file).write_bytes(content + f"\n# {name}\n".encode())


def honest(folder: Path) -> None:
    for number in range(HONEST - 1):
        write(folder, f"honest-{number:02}", package())
    write(folder, "honest-slow", inside(package(), SLOW, ["squared_error.py", "relu.py"]))


def hostile(folder: Path, count: int) -> None:
    kinds = list(ENDLESS.items())
    for number in range(count):
        name, (body, everywhere) = kinds[number % len(kinds)]
        where, files = MODULES if everywhere else ["softmax.py"], package()
        if name == "on doubles":  # which are asked for where a layer is wrong
            where = ["mlp.py"]
            files = package(changes=replaced("linear.py", "return A @", "return 2 * A @"))
        label = f"hostile-{number:02}-{name.replace(' ', '-')}"
        write(folder, label, inside(files, body, where))


def graded(folder: Path, place: str) -> tuple[float, float, list[dict[str, object]]]:
    """Seconds and seconds of processor time that the command takes for a class, and its reports."""
    script = (
        "import sys; from autograder.running import tiers; tiers.SANDBOXES = tiers.SANDBOXES"
        f" if {place!r} == 'bubblewrap' else ({place!r},) if {place!r} != 'process' else ();"
        "from autograder.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, "grade", "--json", "--jobs", "2", "--force"]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, "--results", f"{folder}.{place}", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, used, [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    places = sys.argv[1:] or [tier.name for tier in tiers.probe_tiers() if tier.works]
    is_kept = True
    for place in places:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work, "class")
            honest(folder)
            seconds, used, _ = graded(folder, place)
            print(f"{place}: {HONEST} honest ones: {seconds:.1f} s, {used:.1f} s of CPU")
            hostile(folder, 60 - HONEST)
            seconds, used, reports = graded(folder, place)
            print(f"{place}: with {60 - HONEST} hostile ones: {seconds:.1f} s, {used:.1f} s of CPU")
            for report in reports:
                name = Path(str(report["hand_in"])).name
                is_right = report["score"] == FULL and not report["provisional"]
                if name.startswith("hostile"):
                    state = "provisional" if report["provisional"] else "final"
                    print(f"    {name:<32}{report['score']:>6} {state}")
                elif not is_right:
                    is_kept = False
                    print(f"    {name:<32}{report['score']:>6} of {FULL:g}: NOT RIGHT")
            is_kept &= seconds <= PROMISED
    kept = "kept" if is_kept else "NOT KEPT"
    print(f"promised: {PROMISED:g} s, and all points for the honest ones: {kept}")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
