"""Classes with random damage: whatever is sent, each hand-in has a row, and the honest one is
right.

Each round makes one class from a seed: archives with changed bytes and fields, names, links,
folders, notebooks, export metadata, rosters. `FUZZ_SEED=1000 FUZZ_ROUNDS=5000` tests more classes
than the default.
"""

import csv
import faulthandler
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, package
from hostile import TEXTS
from raw_zip import CENTRAL, LOCAL, RawEntry, far, link, raw_zip

from autograder.classroom.batch.seals import seal_line
from autograder.classroom.finding import roster, search
from autograder.classroom.pages import results
from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import MAX_FILES, MAX_TOTAL_BYTES, HandIn, quote_name
from autograder.hand_in.origin import UNPRINTABLE
from autograder.hand_in.reading import read_hand_in
from autograder.running.grading import make_report, undriven_items
from autograder.scoring.record import to_json
from autograder.scoring.reference_store import best_references

FULL = sum(exercise.max_score for exercise in EXERCISES.values())
FIRST = int(os.environ.get("FUZZ_SEED", "0"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "160"))
TOO_LONG = 300  # seconds after which a round counts as a hang: Python prints where, and ends
HONEST = "honest-ada"
RIGHT = [RawEntry(f"mytorch/{name}".encode(), data) for name, data in package().items()]
PARTS = [
    *("mytorch", "MyTorch", "mytorch (1)", "mytorch-main", "my torch", "hw", "..", ".", "", "/"),
    *("linear.py", "Linear.py", "relu.py", "ReLU.PY", "a.py", ".py", "06.ipynb", "notebooks"),
    *("hand-in.zip", "hand-in-bob.zip", "a.ZIP", "a.rar", "C:", "CON", "__MACOSX", ".git"),
    *("submission_11", "submission_metadata.yml", "journal.sqlite", "pyvenv.cfg", "x" * 300),
    *("bob_2_9_x.zip", "bob_2_9_relu.py", "Bob_2_assignsubmission_file_", "cleo_LATE_3_4_b.zip"),
    *("Bob_2_assignsubmission_file_relu.py", "submission_" + "9" * 900, "-1-1" * 200, ".a" * 300),
    *TEXTS.values(),
]
NUMBERS = [0, 1, -1, 7, 255, 2**15, 2**16 - 1, 2**31, 2**32 - 1, 2**63, 2**63 + 7, 2**64 - 1]
WORDS = [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\0" * 4, b"\xff" * 4, b"\xff" * 8]


def one_of(draw: random.Random, *ways: Callable[[random.Random], bytes]) -> bytes:
    return draw.choice(ways)(draw)


def name(draw: random.Random) -> bytes:
    """A path for an entry of an archive."""
    parts = draw.choices(PARTS, k=draw.choice((1, 1, 2, 2, 3, 50)))
    data = draw.choice(("/", "/", "/", "\\", "//")).join(parts).encode("utf-8", "surrogatepass")
    return changed(draw, data) if draw.random() < 0.1 else data


def changed(draw: random.Random, data: bytes, most: int = 4) -> bytes:
    """The data with some bytes inserted, removed or repeated."""
    found = bytearray(data)
    for _ in range(draw.randint(1, most)):
        at = draw.randrange(len(found) + 1)
        at = draw.choice((at, max(0, len(found) - draw.randrange(100))))  # the table is at the end
        match draw.randrange(5):
            case 0:
                found[at : at + 1] = draw.randbytes(1)
            case 1:
                word = draw.choice(WORDS)
                found[at : at + len(word)] = word
            case 2:
                del found[at : at + draw.choice((1, 4, 100, len(found)))]
            case 3:
                found[at:at] = found[draw.randrange(len(found) + 1) :][:200]
            case 4:
                found[at : at + 8] = (draw.choice(NUMBERS) % 2**64).to_bytes(8, "little")
    return bytes(found)


def notebook(draw: random.Random) -> bytes:
    """Something like a notebook."""
    text = "@exercise(Linear)\ndef forward(self, A):\n    return A\n"
    odd = draw.choice([None, 3, {}, [], [3], text, [text], "\ud800", {"a": text}])
    cell = {"cell_type": draw.choice(["code", "markdown", 3, None]), "source": odd}
    cells: Any = draw.choice([[cell], [cell, odd], {}, odd, [[cell]], [{}]])
    data = json.dumps(draw.choice([{"cells": cells}, cells, odd])).encode()
    return draw.choice([data, changed(draw, data), b"[" * 5000, b'{"cells":' * 3000])


def fields(draw: random.Random, known: tuple[str, ...]) -> dict[str, int]:
    chosen = draw.sample(known, draw.choice((0, 0, 0, 1, 2)))
    return {field: draw.choice((*NUMBERS, draw.randrange(2**32))) for field in chosen}


def entry(draw: random.Random, depth: int) -> RawEntry:
    """A file in an archive, with any values in its fields."""
    content = one_of(
        draw,
        lambda draw: b"",
        lambda draw: b"def forward(:\n",
        lambda draw: draw.choice(RIGHT).content,
        lambda draw: changed(draw, draw.choice(RIGHT).content),
        lambda draw: archive(draw, depth + 1) if depth < 4 else b"PK\5\6" + bytes(18),
        notebook,
        lambda draw: bytes(2**21),
        metadata,
    )
    known = (*CENTRAL, "attributes", "offset")
    odd = (draw.randbytes(9), b"\1\0\x08\0" + b"\xff" * 8, b"\1\0\xff\xff")
    extra = draw.choice((b"", b"", b"", *odd))
    made = RawEntry(
        name(draw), content, draw.choice((0, 8)), fields(draw, LOCAL), fields(draw, known), extra
    )
    chance = draw.random()
    if chance < 0.05:
        return link(made.name, name(draw))
    if chance < 0.1:
        return far(made.name, content[:9], draw.choice(NUMBERS))
    return made


def archive(draw: random.Random, depth: int = 0) -> bytes:
    """An archive of right, odd and false files, which may be damaged afterwards."""
    entries = [entry(draw, depth) for _ in range(draw.choice((0, 1, 2, 5)))]
    if draw.random() < 0.5:
        wrap = draw.choice((b"", b"", b"hw/", b"a/b/", b"/"))
        entries += [replace(right, name=wrap + right.name) for right in RIGHT]
    draw.shuffle(entries)
    end = {"count": draw.choice(NUMBERS) % 2**32, "size": draw.choice(NUMBERS) % 2**32}
    end["offset"] = draw.choice(NUMBERS) % 2**32
    said = {field: end[field] for field in draw.sample(sorted(end), draw.choice((0, 0, 0, 1, 3)))}
    data = raw_zip(entries, said)
    return changed(draw, data) if draw.random() < 0.4 else data


def metadata(draw: random.Random) -> bytes:
    """Something like Gradescope's metadata."""
    lines = ["---", "submission_11:", "  :submitters:", "  - :name: Ada", "    :sid: '1'"]
    lines += ["submission_12:", "  :submitters:", '  - :name: "B\\x6fb\\ud800"', "    :email: b@x"]
    lines += [
        "  :created_at: 1",
        "    more",
        "  - :sid: 3",
        ":",
        "  :",
        f"{' ' * 500}a:",
        "~: null",
    ]
    chosen = [draw.choice(lines) for _ in range(draw.randrange(30))]
    data = "\n".join(chosen if draw.random() < 0.5 else lines).encode()
    return changed(draw, data) if draw.random() < 0.5 else data


def table(draw: random.Random) -> bytes:
    """Something like a roster."""
    heads = ["id", "ID", "name", "Student ID", "email", "First name", "Surname", "", "sid", "\0"]
    cells = [*TEXTS.values(), "ada", "bob", "11", "", "x" * 140_000, '"', "a\nb", "=1"]
    mark = draw.choice([",", ";", "\t"])
    rows = [draw.choices(heads, k=draw.randint(1, 5)) for _ in range(draw.randint(0, 1))]
    rows += [draw.choices(cells, k=draw.randint(0, 6)) for _ in range(draw.randrange(9))]
    text = draw.choice(["\n", "\r\n", "\r"]).join(mark.join(row) for row in rows)
    data = text.encode(draw.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1"]), "replace")
    return changed(draw, data) if data and draw.random() < 0.4 else data


def file_name(draw: random.Random) -> str:
    """A name that a file in a folder can have."""
    text = draw.choice([*PARTS, "".join(draw.choices(string.printable, k=9))])
    data = text.encode("utf-8", "surrogatepass").replace(b"/", b"_").replace(b"\0", b"_")[:200]
    return os.fsdecode(data if data.strip(b".") else b"x")


def lay(draw: random.Random, folder: Path, depth: int = 0) -> None:
    """Fill a folder with files that a student or a course site may have put there."""
    folder.mkdir(exist_ok=True)
    for _ in range(draw.randint(0, 5)):
        path = folder / file_name(draw)
        if os.path.lexists(path):
            continue
        match draw.randrange(8):
            case 0 | 1 if depth < 3:
                lay(draw, path, depth + 1)
            case 2:
                path.symlink_to(draw.choice([".", "..", path.name, "nowhere", "/etc", "../x.zip"]))
            case 3 if hasattr(os, "mkfifo"):
                os.mkfifo(path)
            case 4:
                path.write_bytes(archive(draw))
            case 5:
                path.mkdir()
                for right in RIGHT:
                    (path / Path(os.fsdecode(right.name)).name).write_bytes(right.content)
            case 6:
                path.write_bytes(notebook(draw))
            case _:
                path.write_bytes(draw.choice(RIGHT).content)


def class_of(seed: int, folder: Path) -> random.Random:
    """A class in a folder: its hand-ins, and a roster beside it."""
    draw = random.Random(seed)
    place = folder / "class"
    place.mkdir()
    if draw.random() < 0.3:
        (place / "submission_metadata.yml").write_bytes(metadata(draw))
        (place / "submission_11").mkdir()
    for number in range(draw.randint(1, 6)):
        way = draw.randrange(4)
        own = file_name(draw)  # a folder `mytorch` would make the class a hand-in
        path = place / (own if "_" in own else f"{number}-{own}")
        if os.path.lexists(path):
            continue
        if way == 0:
            lay(draw, path)
        elif way == 1:
            path.symlink_to(draw.choice([f"{HONEST}.zip", "..", path.name, "../roster.csv"]))
        else:
            path = path.with_name(f"{path.name[:150]}.zip")
            path.write_bytes(archive(draw))
    (place / f"{HONEST}.zip").write_bytes(raw_zip(RIGHT))
    (folder / "roster.csv").write_bytes(table(draw))
    return draw


def seen(folder: Path) -> dict[str, tuple[int, int]]:
    """All files below a folder, except the results: their kind and time of change."""
    found = {}
    for top, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if (Path(top), one) != (folder, "grades")]
        for one in (*folders, *files):
            status = os.lstat(os.path.join(top, one))
            found[os.path.join(top, one)] = status.st_mode, status.st_mtime_ns
    return found


def rows_are_whole(found: search.FoundHandIns, folder: Path) -> None:
    """Every archive and folder of the class has a row, or is part of one, or is named as left
    out."""
    said = " ".join(found.notes)
    for path in (folder / "class").iterdir():
        sent = path.suffix.lower() == ".zip" or (path.is_dir() and not path.name.startswith("."))
        if path.is_symlink() or not sent or path.name.startswith((".", "__MACOSX")):
            assert str(path) not in found.hand_ins
            continue
        inside = [one for one in found.hand_ins if one == str(path) or one.startswith(f"{path}/")]
        assert inside or quote_name(path.name) in said or quote_name(str(path)) in said, path


def known_in(path: Path) -> roster.Roster | None:
    """A roster, or None if it is refused in one line."""
    try:
        return roster.read_roster(path)
    except ValueError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) < 2000
    return None


def well_read(made: HandIn) -> None:
    assert made.found, (made.name, made.message)  # nothing is refused here: all is final
    assert made.readable == bool(made.files)
    assert "grader failed" not in made.message, made.message
    assert made.message.isprintable()
    assert len(made.message) < 5000
    assert len(made.files) <= MAX_FILES
    assert sum(map(len, made.files.values())) <= MAX_TOTAL_BYTES


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """A test that hangs is ended, and the place is printed."""
    faulthandler.dump_traceback_later(TOO_LONG, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.attack  # tracing for coverage would slow it down
@pytest.mark.parametrize("block", range(4))
def test_everybody_has_a_row_whatever_is_sent(tmp_path: Path, block: int) -> None:
    """Hand-ins are found, read, named and shown: no exception, no internal fault, no file
    outside."""
    exercises, references = list(EXERCISES.values()), best_references()
    for seed in range(FIRST + block, FIRST + ROUNDS, 4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        class_of(seed, folder)
        before = seen(folder)
        known = known_in(folder / "roster.csv")
        found = search.find_hand_ins([str(folder / "class")], known)
        assert len(set(found.hand_ins)) == len(found.hand_ins), seed
        roll = roster.assign_students(found.hand_ins, known, found.notes)
        assert not any("grader failed" in note for note in roll.notes), (seed, roll.notes)
        assert not any(map(UNPRINTABLE.search, roll.notes)), (seed, roll.notes)
        rows_are_whole(found, folder)
        made = [read_hand_in(path) for path in found.hand_ins]
        for one in made:
            well_read(one)
        (honest,) = (one for one in made if one.name.endswith(f"{HONEST}.zip"))
        assert (honest.files, honest.message) == (package(), ""), seed
        graded = [
            make_report(m, undriven_items(exercises, "pass", ""), references, "process")
            for m in made
        ]
        (folder / "grades").mkdir()
        with results.write_whole(folder / "grades" / results.REPORTS) as lines:
            lines.writelines(f"{seal_line(to_json(report))}\n" for report in graded)
        said = results.write_results(folder / "grades", roll)
        assert not [line for line in said if "failed" in line], (seed, said)
        text = (folder / "grades" / "grades.csv").read_text("utf-8-sig")
        assert len(list(csv.DictReader(text.splitlines()))) == len(made), seed
        assert seen(folder) == before, seed


@pytest.mark.attack
@pytest.mark.parametrize("seed", range(FIRST, FIRST + max(4, ROUNDS // 100)))
def test_the_command_grades_whatever_is_sent(tmp_path: Path, seed: int) -> None:
    """The same through `autograder grade`, in the folder of the class: the honest hand-in has its
    points, the others one row or line each; the exit code is 0, or 2 with a bad roster."""
    class_of(seed, tmp_path)
    before = seen(tmp_path)
    command = [sys.executable, "-m", "autograder", "grade", "--json", "."]
    command += ["--results", str(tmp_path / "grades")]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    for more in ([], ["--roster", str(tmp_path / "roster.csv"), "--force"]):
        done = subprocess.run(
            [*command, *more],
            cwd=tmp_path / "class",
            env=env,
            capture_output=True,
            check=False,
            timeout=TOO_LONG,
        )
        said = done.stderr.decode(errors="replace")
        assert "Traceback" not in said
        assert "grader failed" not in said
        assert done.returncode == 0 or (more and done.returncode == 2 and len(said) < 5000), said
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        scores = {row["hand_in"]: row["score"] for row in rows}
        assert done.returncode == 2 or scores[f"./{HONEST}.zip"] == FULL
        assert len(scores) == len(rows)
    assert seen(tmp_path) == before
