"""Every attack, in every place that this machine offers, through the real grader to the report.

For each attack, the following must hold: it gains no points beyond its honest part, takes no more
time than the limit, leaves nothing behind, and does not change the next hand-in's report. Its own
report uses words that a teacher understands, and no terminal, page or log misreads it.
"""

import csv
import ctypes
import io
import json
import math
import os
import re
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from random import Random
from select import select
from typing import Any

import numpy as np
import pytest
from attacks import TIERS, Attack, every, forward, missing, write
from conftest import ROOT
from in_process import items_of

from autograder.classroom.grading_steps import summary_row
from autograder.classroom.pages import student_page, tables
from autograder.exercises import EXERCISES
from autograder.hand_in import module_reader, reading
from autograder.hand_in.student import UNKNOWN_STUDENT
from autograder.harness import wire
from autograder.model import Answer, Item, Report
from autograder.running import tiers
from autograder.running.conversation import ExecutionPlace
from autograder.running.grading import grade_hand_in
from autograder.running.scratch import remove_folder
from autograder.running.time_budget import ResourceLimits
from autograder.running.validation import validate_answer
from autograder.scoring import reference_store, report
from autograder.scoring.record import to_json
from autograder.scoring.wording import plain_message

QUICK = ResourceLimits(seconds=1, wall=2.0, total=6.0)
BRIEF = ResourceLimits(seconds=1, wall=0.6, total=1.2)
PATIENCE = 60  # seconds until we stop waiting, however busy the machine is
SECRET = "AUTOGRADER_SECRET"
PROC = Path("/proc")
COMMAND = re.compile(r"^\s*(::|=|@|\+|-)|##\w*\[", re.MULTILINE)  # a log or sheet would execute it

HIDDEN = reference_store.best_references()

pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(not PROC.exists(), reason="the attacks are written for Linux"),
]


def places() -> list[ExecutionPlace]:
    """The places for student code that this machine offers."""
    return [tiers.find_place(tier.name) for tier in reversed(tiers.probe_tiers()) if tier.works]


PLACES = places()


@dataclass
class Scene:
    """The surroundings of an attack, which it must not change."""

    top: Path
    mark: str
    listeners: tuple[socket.socket, ...]  # TCP, UDP, and one without an address

    @property
    def home(self) -> Path:
        return self.top / "home"

    @property
    def scratch(self) -> Path:
        return self.top / "scratch"

    @property
    def neighbour(self) -> Path:
        return self.top / "neighbour"

    @property
    def mine(self) -> Path:
        """The folder of the attacking hand-in."""
        return self.top / "mine"

    @property
    def key(self) -> int:
        """The key of a shared memory segment: a number."""
        return int(self.mark) % 2**31

    def words(self) -> dict[str, str]:
        return {
            "«canary»": str(self.home / "canary"),
            "«neighbour»": str(self.neighbour),
            "«mark»": self.mark,
            "«key»": str(self.key),
            "«port»": str(self.listeners[0].getsockname()[1]),
            "«udp»": str(self.listeners[1].getsockname()[1]),
        }

    def told(self, text: str | None) -> str | None:
        """A module of an attack, with its placeholders replaced by the real paths and names."""
        for word, meaning in self.words().items():
            text = text and text.replace(word, meaning)
        return text

    def called(self) -> bool:
        """Whether a program connected to a listener, or sent data to it."""
        return bool(select(self.listeners, (), (), 0)[0])


@contextmanager
def scene() -> Iterator[Scene]:
    """A home with a canary, a neighbour's hand-in, a temporary folder of our own, listeners."""
    top = Path(tempfile.mkdtemp()).resolve()
    for name in ("home", "scratch", "mine"):
        (top / name).mkdir(mode=0o700)
    canary = top / "home" / "canary"
    canary.write_text("alive\n")
    os.utime(canary, (1e9, 1e9))
    write(top / "neighbour")
    mark = str(secrets.randbelow(10**12) + 10**12)
    with (
        pytest.MonkeyPatch.context() as patched,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        patched.setattr(tempfile, "tempdir", str(top / "scratch"))
        patched.setenv("TMPDIR", str(top / "scratch"))
        patched.setenv(SECRET, "hidden")
        udp.bind(("127.0.0.1", 0))
        nameless.bind(f"\0{mark}")
        nameless.listen()
        made = Scene(top, mark, (tcp, udp, nameless))
        yield made
    for pid in processes(mark):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if made.key in segments():
        libc = ctypes.CDLL(None)
        libc.shmctl(libc.shmget(made.key, 0, 0), 0, None)
    for left in (Path("/tmp", mark), Path("/dev/shm", mark)):
        left.unlink(missing_ok=True)
    remove_folder(str(top))


def state(folder: Path) -> dict[str, tuple[Any, ...]]:
    """All properties of a folder that an attack could change: names, contents, rights, times."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        is_file = path.is_file() and not path.is_symlink()
        status = path.lstat()
        inside = path.read_bytes() if is_file else b""
        kept = os.listxattr(path, follow_symlinks=False)
        found[str(path)] = (inside, status.st_mode, status.st_mtime_ns, status.st_nlink, kept)
    return found


def segments() -> list[int]:
    """The keys of all shared memory segments of this machine."""
    return [int(line.split()[0]) for line in (PROC / "sysvipc/shm").read_text().splitlines()[1:]]


def processes(mark: str, scratch: Path | None = None) -> list[int]:
    """Processes with the mark in their command lines, or at work below a folder."""
    found = []
    for path in PROC.glob("[0-9]*"):
        with suppress(OSError):
            marked = mark.encode() in (path / "cmdline").read_bytes()
            if marked or (scratch and os.readlink(path / "cwd").startswith(str(scratch))):
                found.append(int(path.name))
    return found


def left_in(scratch: Path, place: ExecutionPlace) -> list[str]:
    """The contents of the temporary folder, without the empty folders of idle warm processes."""
    kept = {str(warm.scratch) for warm in getattr(place, "idle", [])}
    return [str(path) for path in scratch.rglob("*") if str(path) not in kept]


def soon(holds: Callable[[], bool]) -> bool:
    """Whether a condition holds, now or soon: a killed process may take a moment to end."""
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def held() -> list[str]:
    """The resources that the grader holds: open files, and threads."""
    files = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    found = [os.readlink(path) for path in files if os.path.lexists(path)]
    return found + [thread.name for thread in threading.enumerate()]


@cache
def hidden_words() -> frozenset[str]:
    """The ways in which the hidden numbers of an attacked exercise could be written."""
    words: set[str] = set()
    for exercise in ("relu.forward", "relu.backward", "squared_error"):
        for r in HIDDEN.cases(exercise):
            arrays = [*r.inputs.values(), *(e.low for e in r.expected.values())]
            for number in np.concatenate([np.ravel(a) for a in arrays]).astype(float):
                if number and abs(number) < 1e3:
                    words |= written(float(number))
    return frozenset(words)


def written(number: float) -> set[str]:
    """A number in decimal, in hexadecimal, and its bytes in two encodings."""
    packed = struct.pack("<d", number)
    return {
        f"{abs(number):.6f}".replace(".", "").lstrip("0")[:5],
        abs(number).hex()[4:12],
        packed.hex()[:12],
        packed[::-1].hex()[4:12],
        b64encode(packed).decode()[:8],
    }


def graded(
    hand_in: module_reader.HandIn,
    place: ExecutionPlace,
    limits: ResourceLimits = QUICK,
    network: bool = True,
) -> Report:
    wanted = [e for e in EXERCISES.values() if network or not e.id.startswith("mlp.")]
    return grade_hand_in(hand_in, HIDDEN, wanted, limits, place)


@cache
def usual(number: int) -> Report:
    """The report on an ordinary hand-in, partly right and partly wrong, in a place."""
    return graded(ordinary(), PLACES[number], network=False)


@cache
def ordinary() -> module_reader.HandIn:
    with tempfile.TemporaryDirectory() as folder:
        changes = {"sigmoid.py": "def broken(:  # the words of the one before\n", "sgd.py": None}
        return module_reader.HandIn(
            "next", module_reader.read_modules(write(Path(folder, "next"), changes)).files
        )


def test_what_an_attack_aims_at_is_there() -> None:
    """An attack on a name that no longer exists would fail, and so would prove nothing."""
    gone = {attack.name: names for attack in every() if (names := missing(attack))}
    assert gone == {}


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ("import autograder.harness.wire as w\nw.write_frame = print", ["w.write_frame"]),
        (
            "import autograder.harness.wire\nautograder.harness.wire.write_frame()",
            ["autograder.harness.wire.write_frame"],
        ),
        ("from autograder.harness.wire import write_frame", ["write_frame"]),
        ("import autograder.frames as w", ["w"]),
        ("def late():\n    import os\n    os.no_such_call(9)", ["os.no_such_call"]),
        (
            "from autograder.exercises import EXERCISES as E\nE['relu.sideways'].points.clear()",
            ["E['relu.sideways'].points.clear", "E['relu.sideways'].points", "E['relu.sideways']"],
        ),
        ("import sys\nsys.modules['autograder.judging'] = 1", ["autograder.judging"]),
        ("open('key/references/tensor.npz')", ["tensor.npz"]),
        ("import autograder.harness.wire as w\nw.save = w.encode_frame.__code__", []),
        ("import os\nos.environ['NEW'] = '1'", []),
    ],
)
def test_an_attack_whose_target_is_gone_is_told(body: str, gone: list[str]) -> None:
    """Each function, module, entry or file that an attack's text names must exist."""
    assert missing(Attack("x", {"relu.py": body})) == gone


def test_a_target_that_no_text_names_is_looked_for_too() -> None:
    """The targets that an attack declares must exist too."""
    attack = Attack(
        "x",
        at=(
            "autograder.confined.child.IMPORTABLE_ROOMS",
            "autograder.confined.child.MINE",
            "nowhere.at.all",
        ),
    )
    assert missing(attack) == ["autograder.confined.child.MINE", "nowhere.at.all"]


CASES = {f"{place.name}-{attack.name}": (attack, place) for place in PLACES for attack in every()}


@pytest.mark.parametrize("name", CASES)
def test_an_attack_gains_nothing_and_harms_nobody(name: str) -> None:
    """The attack gains no points, causes no delay or harm, leaves nothing behind, and its report
    says what happened."""
    attack, place = CASES[name]
    with scene() as laid_out:
        attacked(attack, place, laid_out)


def attacked(attack: Attack, place: ExecutionPlace, scene: Scene) -> None:
    stopped = TIERS.index(place.name) >= TIERS.index(attack.needs)
    expected = usual(PLACES.index(place))
    before = {folder: state(folder) for folder in (scene.home, scene.neighbour)}
    before_it = held()
    if attack.lay:
        path = attack.lay(scene.mine)
    else:
        path = write(scene.mine, {name: scene.told(text) for name, text in attack.files.items()})
    outside = sorted(os.listdir(scene.top))

    sent = reading.read_hand_in(path)
    start = time.monotonic()
    made = graded(sent, place, BRIEF if attack.brief else QUICK, attack.network)
    took = time.monotonic() - start
    warm = place.name != TIERS[0]  # in a cold place, only a change outside could last
    if not attack.lay and (warm or attack.needs != TIERS[0]):
        assert graded(ordinary(), place, network=False) == expected, "the next one's is another"

    assert took < PATIENCE, "it holds the grader up"
    assert not made.provisional, made.message or [plain_message(i) for i in made.items]
    assert made.isolation == place.name
    assert_readable(made)
    assert_nothing_smuggled(attack, made)
    if stopped:
        assert_no_gain(attack, made)
        assert not scene.called()
        assert {folder: state(folder) for folder in before} == before
        assert left_in(scene.scratch, place) == []
        assert sorted(os.listdir(scene.top)) == outside
        assert not Path("/tmp", scene.mark).exists()
        assert not Path("/dev/shm", scene.mark).exists()
        assert scene.key not in segments()
        assert soon(lambda: not processes(scene.mark, scene.scratch))
        assert soon(lambda: len(held()) <= len(before_it)), Counter(held()) - Counter(before_it)


def assert_no_gain(attack: Attack, made: Report) -> None:
    """Every exercise has the points for its honest part, and the report explains the missing
    points."""
    for id, lines in groupby(made.items, key=lambda item: item.exercise):
        exercise, score = EXERCISES[id], sum(item.score for item in lines)
        if exercise.id in attack.lost:
            assert score == 0, exercise.id
        elif exercise.id in attack.shaky:
            assert score <= exercise.max_score
        else:
            assert score == exercise.max_score, exercise.id
    lost = [plain_message(item) for item in made.items if item.score < item.max_score]
    assert all(lost), "a line that lost points says nothing"
    assert re.search(attack.says, "\n".join([made.message, *lost])), [made.message, *lost[:3]]


def shown(made: Report) -> str:
    """A report in all its views, without its own name, its digests and the hand-in's own lines."""
    bare = replace(made, hand_in="", digests={}, items=tuple(map(without_line, made.items)))
    views = [f(bare) for f in (report.to_text, report.to_brief_text, summary_row, to_json)]
    return "\n".join(
        [
            *views,
            student_page.render_student_page(bare),
            tables.grades_row(bare, UNKNOWN_STUDENT, "yes"),
        ]
    )


def without_line(item: Item) -> Item:
    """The item without the line from the hand-in."""
    fault = item.explanation.fault
    bare = replace(fault, line="") if fault else None
    return replace(item, explanation=replace(item.explanation, fault=bare))


def assert_readable(made: Report) -> None:
    """No control character, no changed writing direction, no line that a log or a sheet
    executes."""
    assert "\n" not in made.message
    for text in (made.message, *(plain_message(item) for item in made.items)):
        assert not [c for c in text if not (c.isprintable() or c == "\n")]
    for text in (report.to_text(made), report.to_brief_text(made), summary_row(made)):
        assert all(line.isprintable() for line in text.split("\n"))
        assert not COMMAND.search(text), COMMAND.search(text)
    assert summary_row(made).isprintable()


def assert_nothing_smuggled(attack: Attack, made: Report) -> None:
    """The report contains no hidden number, and nothing that an accomplice could decode to one."""
    text = shown(made)
    starts = {text[n : n + 5] for n in range(len(text))}  # this excludes most words at once
    for word in hidden_words():
        assert len(word) < 5 or word[:5] not in starts or word not in text, word
    if attack.leaks:
        first = HIDDEN.cases("relu.forward")[0].inputs["Z"].flat[0]
        digits = f"{abs(first):.6f}".replace(".", "")
        for length in (7, 5, 4):
            assert digits[:length] not in attack.leaks(text)


LARGE = """
import resource
from conftest import package
from attacks import forward
from autograder.scoring import reference_store as store
from autograder.exercises import EXERCISES
from autograder.running.grading import grade_hand_in
from autograder.hand_in.module_reader import HandIn

top = "import autograder.harness.driving as h\\nh.to_plain_array = lambda value: np.zeros(2**20)"
changes = {n: t for n, t in forward("return Z", top).items() if t}
wanted = [e for e in EXERCISES.values() if e.id.startswith(("relu", "softmax."))]
grade_hand_in(HandIn("first", package()), store.best_references(), wanted)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
grade_hand_in(HandIn("large", package(changes=changes)), store.best_references(), wanted)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_large_answers_do_not_fill_the_graders_memory() -> None:
    """A hand-in whose every answer has 8 MiB costs the grader the memory of only a few answers."""
    done = subprocess.run(
        [sys.executable, "-c", LARGE],
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 100 * 1024, f"{int(done.stdout) // 1024} MiB more"


SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1, "BOOL": 1, "C64": 8}
WORDS: tuple[Any, ...] = (
    None,
    0,
    True,
    "",
    [],
    {},
    [[]],
    {"a": []},
    float("nan"),
    "missing",
    "internal",
    "\ud800",
)
WORDS += ("mytorch/relu.py:3", "ValueError", "SystemExit", "__doc__", "Exercise 4.3: ReLU.forward")
KEYS = ("kind", "type", "text", "where", "line", "A", "dLdZ", "dLdW", "div")


def random_frame(random: Random, names: list[str], shapes: list[tuple[int, ...]]) -> bytes:
    """A readable frame with random claims and words of a child."""
    claimed: dict[str, Any] = {}
    data = b""
    for name in names:
        kind, shape = random.choice(list(SIZES)), random.choice([*shapes, (), (0,), (2**40, 0)])
        part = random.randbytes(SIZES[kind] * math.prod(shape))
        place = [len(data), len(data) + len(part)]
        claimed[name] = {"dtype": kind, "shape": shape, "data_offsets": place}
        data += part
    said = {
        part: random.choice([*WORDS, {key: random.choice(WORDS) for key in KEYS}])
        for part in ("fault", "odd")
        if random.random() < 0.5
    }
    header = json.dumps({**claimed, "__metadata__": {"json": json.dumps(said)}}).encode()
    block = len(header).to_bytes(8, "little") + header + data
    return len(block).to_bytes(8, "little") + block


def test_no_frame_makes_the_grader_fail() -> None:
    """Frames with all kinds of numbers, names and words are judged and shown in a report."""
    random, read = Random(0), 0
    for exercise in [*EXERCISES.values()] * 5:
        answers: dict[str, Answer] = {}
        for r in HIDDEN.cases(exercise.id):
            names = [*r.expected, "saw 00 Linear.forward", "saw \u0660\u0661 ReLU.backward"]
            frame = random_frame(random, names, [e.low.shape for e in r.expected.values()])
            with suppress(wire.WireError):
                got = wire.read_frame(io.BytesIO(frame))
                assert got is not None
                answers[r.case.id] = validate_answer(
                    exercise.id, r.case.id, *got, {"relu.py": b"a\n" * 9}
                )
                read += 1
        doubled = answers if exercise.doubles else None
        found = tuple(items_of(exercise, HIDDEN, answers, doubled))
        made = Report("x", found, "", "", "hidden", {})
        assert_readable(made)
        assert shown(made)
    assert read > 100


COMMANDS = (
    '=HYPERLINK("http://x.example","full marks")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert(1)<!--",
    "<img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]0;owned\x07",
    "\r52 / 52",
    "\n::set-output name=score::100",
    "::error file=a::b",
    "\u202e05 / 25\u2066",
    "\u200b\ufeff",
    "a,b;c\td'e\"f",
    "-rf",
    "x" * 200,
)
VIEWS = {".html", ".txt", ".csv", ".xml"}
TURNING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HERE = {**os.environ, "PYTHONPATH": str(ROOT)}


class Active(HTMLParser):
    """Finds the parts of a page that a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "iframe", "object", "link", "base", "form"):
            self.found.append(tag)
        self.found += [name for name, _ in attributes if name.startswith("on")]


IN_A_LINE = ("##[set-output name=score]100", "##vso[task.complete result=Succeeded]")


@pytest.mark.parametrize("texts", [COMMANDS, IN_A_LINE])
def test_texts_of_public_cases_are_commands_to_nobody(texts: tuple[str, ...]) -> None:
    """An exception's text, if shown, cannot set colours, change direction, or end or begin a
    line."""
    for text in texts:
        body = f"raise type({text!r}, (Exception,), {{}})({text!r})"
        files = {n: t.encode() for n, t in forward(body).items() if t}
        hand_in = module_reader.HandIn("x", {**ordinary().files, **files})
        made = grade_hand_in(
            hand_in,
            reference_store.public_references(),
            [EXERCISES["relu.forward"]],
            QUICK,
            PLACES[0],
        )
        assert {item.status for item in made.items} == {"error"}
        assert_readable(made)


@pytest.mark.parametrize("texts", [COMMANDS, IN_A_LINE])
def test_names_of_hand_ins_are_commands_to_nobody(tmp_path: Path, texts: tuple[str, ...]) -> None:
    """A class with hostile names is graded in one run, and each name is harmless in its line."""
    folder = tmp_path / "class"
    folder.mkdir()
    for number, text in enumerate(texts):
        name = text.replace("/", "")
        if number % 2:
            write(folder / name, {"relu.py": None})
        else:
            (folder / f"{name}.zip").write_bytes(b"PK")
    for options in ([], ["--json", "--force"]):
        command = [sys.executable, "-m", "autograder", "grade", *options, "class"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, env=HERE
        )
        assert done.returncode == 0
        assert all(line.startswith("note: ") for line in done.stderr.splitlines()), done.stderr
        lines = done.stdout.split("\n")[:-1]
        assert len(lines) == len(texts)
        for line in lines:
            assert options or (line.isprintable() and not COMMAND.search(line)), line
        if options:
            names = {Path(json.loads(line)["hand_in"]).name for line in lines}
            assert names == set(os.listdir(folder)), "JSON holds each name as it is"
    views = [path for path in (tmp_path / "grades").rglob("*.*") if path.suffix in VIEWS]
    assert len(views) >= 3 + 2 * len(texts)
    for path in views:
        text = path.read_text("utf-8-sig")
        assert not TURNING.search(text), path
        if path.suffix == ".html":
            reader = Active()
            reader.feed(text)
            assert not reader.found, (path, reader.found)
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        cells = [cell for row in csv.reader(table) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
