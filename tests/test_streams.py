"""The output of the command for streams with other encodings, without streams, and for closed
ones."""

import itertools
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import FULL
from real_command import Done, installed, write_class

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names of bytes, descriptors")

ENCODINGS: tuple[dict[str, str], ...] = (
    *({"PYTHONIOENCODING": name} for name in ("ascii:strict", "cp1252", "utf-16")),
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
)
ODD = (b"ada \xf6", "ada ü€ 字".encode(), b"ada \xed\xa0\x80", "ada \u2028\x85\U0001f600".encode())
WHOLE = f"{FULL:g} / {FULL:g}"


def run(*arguments: str | Path, cwd: Path, env: Mapping[str, str]) -> Done:
    return installed("landlock")(*arguments, cwd=cwd, env=env)


def rows(done: Done) -> list[dict[str, object]]:
    """The objects on standard output, one per line, parsed as JSON."""
    return [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]


@pytest.mark.parametrize("env", ENCODINGS, ids=str)
def test_json_is_json_in_every_encoding(env: dict[str, str], tmp_path: Path) -> None:
    """This holds for a class with odd names, one hand-in, a student's own tree, and `doctor`."""
    names = [os.fsdecode(name) for name in ODD]
    folder = write_class(tmp_path / "class", names)
    done = run("grade", "--jobs", "1", "--json", ".", cwd=folder, env=env)
    found = {os.fsencode(str(row["hand_in"])) for row in rows(done)}
    assert found == {b"./" + name for name in ODD}, done.stderr
    assert {row["score"] for row in rows(done)} == {52}
    again = run("grade", "--json", ".", cwd=folder, env=env)
    assert rows(again) == rows(done), "what the journal kept"
    (one,) = rows(run("grade", "--json", names[0], cwd=folder, env=env))
    assert one["score"] == FULL
    tree = folder / names[0]
    (tree / "mytorch" / "relu.py").write_text("class ReLU:\n    def forward(self, ö: 'é'): ŷ\n")
    (checked,) = rows(run("check", "--json", cwd=tree, env=env))
    assert "ŷ" in json.dumps(checked, ensure_ascii=False)
    (packed,) = rows(run("pack", "--json", "--name", "ada", cwd=tree, env=env))
    assert (tree / str(packed["file"])).is_file()
    (reset,) = rows(run("reset", "--json", "4.3", cwd=tree, env=env))
    assert reset["exercise"] == "relu.forward"
    offered = rows(run("doctor", "--json", cwd=tree, env=env))
    assert [row["name"] for row in offered] == ["bubblewrap", "landlock", "process"]


@pytest.mark.parametrize("env", ENCODINGS, ids=str)
def test_people_get_every_row_in_every_encoding(env: dict[str, str], tmp_path: Path) -> None:
    """Characters that an encoding lacks are escaped; nothing is lost, and no help text is cut
    short."""
    folder = write_class(tmp_path, [os.fsdecode(name) for name in ODD])
    encoding = env.get("PYTHONIOENCODING", "utf-8").partition(":")[0]
    done = run("grade", "--jobs", "1", ".", cwd=folder, env=env)
    assert (done.returncode, done.stdout.decode(encoding).count(WHOLE)) == (0, len(ODD))
    assert b"Traceback" not in done.stderr
    done = run("check", cwd=folder / os.fsdecode(ODD[0]), env=env)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert WHOLE in done.stdout.decode(encoding)
    for verb in ((), ("check",), ("grade",)):
        done = run(*verb, "--help", cwd=folder, env=env)
        assert (done.returncode, done.stderr) == (0, b"")


CLOSED = [s for n in (1, 2, 3) for s in itertools.combinations((0, 1, 2), n)]
EVERYWHERE = [(numbers, "landlock") for numbers in CLOSED]
EVERYWHERE += [((0, 1, 2), "bubblewrap"), ((0, 1, 2), "process")]


@pytest.mark.parametrize(("closed", "place"), EVERYWHERE, ids=str)
def test_closed_descriptors(closed: tuple[int, ...], place: str, tmp_path: Path) -> None:
    """Without standard input, output or error, a class is graded as usual; the files are
    complete."""
    folder = write_class(tmp_path / "class")
    command = installed(place)

    def close() -> None:
        for number in closed:
            os.close(number)

    done = command("grade", "--jobs", "2", "--json", ".", cwd=folder, before=close)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == (0 if 1 in closed else 2)
    assert b"Traceback" not in done.stderr
    reports = (folder / "grades" / "reports.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["score"] for line in reports] == [52, 0]
    again = command("grade", "--json", ".", cwd=folder)
    assert b"2 of 2 were graded before" in again.stderr, "the journal is whole"
    assert [row["isolation"] for row in rows(again)] == [place] * 2
    assert b"\0" not in (folder / "grades" / "grades.csv").read_bytes()
    assert command("check", cwd=folder / "ada", before=close).returncode == 0
    assert command("doctor", cwd=folder, before=close).returncode == (place == "process")
