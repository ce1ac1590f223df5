"""A hand-in turns hidden digits into everything that a report could show, on two sets of hidden
cases: both reports are the same, in every file that the command writes.

Only three things may depend on hidden cases: points, how a line failed, and which misconception it
shows.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attacks import forward, write
from attacks.smuggling import DIGITS
from conftest import ROOT, package, replaced

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.model import Report
from autograder.running.grading import grade_hand_in
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.wording import plain_message

pytestmark = pytest.mark.attack

TOP = f"""{DIGITS}
def chosen(Z, many):
    '''A number below `many` that hangs on the digits of a hidden input.'''
    return sum(int(digit) * 7**n for n, digit in enumerate(digits(Z))) % many

"""
LINES = "n = chosen(Z, 200)\n" + "".join(
    f"if n == {n}:\n    raise ValueError\n" for n in range(200)
)
KINDS = "ValueError, TypeError, KeyError, IndexError, OSError, ZeroDivisionError, RuntimeError"
HOMES = "linear relu sigmoid softmax mlp sgd squared_error softmax_cross_entropy"
GRAMMAR = "invalid syntax|unmatched ')'|expected ':'|cannot assign to|'(' was never closed"
# For each channel: the end of `ReLU.forward`.
CHANNELS = {
    "line": LINES,
    "line of a helper": "choose(chosen(Z, 200))",
    "type": f"raise ({KINDS})[chosen(Z, 7)]",
    "type of its own or not": "raise (ValueError, type('Own', (Exception,), {}))[chosen(Z, 2)]",
    "text": "raise ValueError(digits(Z))",
    "syntax error": f'raise SyntaxError("{GRAMMAR}".split("|")[chosen(Z, 5)])',
    "place of a syntax error": "raise SyntaxError('', (__file__, chosen(Z, 40) + 1, 1, ''))",
    "number of arguments": "raise TypeError(f'ReLU.forward() takes {digits(Z)} arguments')",
    "missing file": "import autograder.harness.package as p\n"
    f"home = '{HOMES}'.split()[chosen(Z, 8)]\n"
    "raise p.MissingName(f'mytorch/{home}.py is missing')",
    "missing attribute": "e = AttributeError(\"'ReLU' object has no attribute '\""
    " + ('forward', 'backward', 'step')[chosen(Z, 3)] + \"'\")\n"
    "e.__traceback__ = None\nraise e",
    "unfinished exercise": "n = ('6.1: Linear.forward', '6.2: Linear.backward',"
    " '8.3: SGD.step')[chosen(Z, 3)]\nraise NotImplementedError(f'Exercise {n}')",
    "shape": "return (Z.T[:, :1], Z[:1, :1], Z[:, :1], Z[:1], Z.ravel(), Z[None])[chosen(Z, 6)]",
    "index": "A = np.maximum(Z, 0)\nA.flat[chosen(Z, A.size)] += 1e6\nreturn A",
    "count": "A = np.maximum(Z, 0)\nA.flat[: 1 + chosen(Z, A.size - 1)] += 1.5\nreturn A",
    "not a number": "A = np.maximum(Z, 0)\nA.flat[: 1 + chosen(Z, A.size - 1)] = np.nan\nreturn A",
    "odd thing": "return (None, [], (), '', {}, set(), 1j, object())[chosen(Z, 8)]",
    "kind of array": "return Z.astype((int, bool, complex, object, 'U9')[chosen(Z, 5)])",
    "pattern": "return np.maximum(Z, 0) * (1.5, 3.5, -7, 11, 0.3)[chosen(Z, 5)]",
    "factor": "return np.maximum(Z, 0) * float(digits(Z))",
    "which case": "return np.maximum(Z, 0) + (chosen(Z, 2) or len(Z) == 3)",
    "level": "return (np.zeros(99), np.full_like(Z, np.inf), Z + 9)[chosen(Z, 3)]",
    "signal": "import os\nos.kill(os.getpid(), (6, 9, 10, 11, 12, 15)[chosen(Z, 6)])",
    "exit code": "import os\nos._exit(chosen(Z, 256))",
    "kept for later": "try:\n    said = open('kept').read()\nexcept OSError:\n"
    "    said = digits(Z)\n    open('kept', 'w').write(said)\nraise KINDS[int(said[3])]",
}
HELPER = "def choose(n):\n" + "".join(
    f"    if n == {n}:\n        raise ValueError\n" for n in range(200)
)
BACK = """
n = chosen(dLdZ, 6)
names = [name for name in ("dLdA", "dLdW", "dLdb") if n % 2 or name != "dLdA"]
self.dLdW, self.dLdb = dLdZ.T @ self.A, dLdZ.T @ np.ones((len(dLdZ), 1))
dLdA = dLdZ @ self.W
if len(dLdZ) == 1:
    self.dLdb = self.dLdb + 1
    dLdA = dLdA + n % 2
    self.dLdW = self.dLdW[:1] if n % 3 else self.dLdW.T
return dLdA
"""
OWN = re.compile(r"sha256|[0-9a-f]{12,}|\d{4}-\d\d-\d\d.*?(?=[\"<])|Graded [^<]*")


def hand_in(name: str) -> dict[str, str | None]:
    """The files of a hand-in that tries to reveal hidden numbers."""
    return forward(CHANNELS[name], f"{TOP}\nKINDS = ({KINDS}, *[ArithmeticError] * 3)\n{HELPER}")


def which_tensor() -> dict[str, str | None]:
    """A hand-in whose edge case chooses which tensor is wrong first."""
    back = "self.dLdW = dLdZ.T @ self.A"
    text = replaced("linear.py", back, "if 1:\n            return way_back(self, dLdZ)")[
        "linear.py"
    ]
    assert text is not None
    body = "".join(f"    {line}\n" for line in BACK.strip().splitlines())
    return {"linear.py": f"{text}\n{TOP}\ndef way_back(self, dLdZ):\n{body}"}


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two copies of the autograder with different hidden cases."""
    made = []
    for seed in (300, 2027):
        tree = tmp_path_factory.mktemp(f"seed{seed}")
        shutil.copytree(
            ROOT / "autograder",
            tree / "autograder",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        run(tree, tree, "references", "--seed", str(seed))
        made.append(tree)
    return made


def run(tree: Path, where: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real command of a copy, in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return done


def test_no_file_of_a_class_differs_between_two_sets_of_hidden_cases(
    trees: list[Path], tmp_path: Path
) -> None:
    """All channels are in one class, graded with either set: row, page, text, table, JSON and JUnit
    differ only in digests and the time."""
    for name in CHANNELS:
        write(tmp_path / "class" / name.replace(" ", "_"), hand_in(name))
    write(tmp_path / "class" / "which_tensor", which_tensor())
    rows = [
        run(tree, tmp_path, "grade", "class", "--results", f"of{number}").stdout
        for number, tree in enumerate(trees)
    ]
    assert rows[0] == rows[1]
    reports = [said(tmp_path / f"of{number}" / "reports.jsonl") for number in range(2)]
    assert {one["hand_in"] for one in reports[0]} == {one["hand_in"] for one in reports[1]}
    for one, other in zip(*reports):
        assert one["items"] == other["items"], one["hand_in"]
        assert one["score"] < one["max_score"], "it smuggles nothing"
    left, right = (tmp_path / "of0", tmp_path / "of1")
    files = [path.relative_to(left) for path in left.rglob("*.*") if path.suffix != ".sqlite"]
    assert len(files) > 2 * len(CHANNELS)
    for file in files:
        texts = [OWN.sub("", (top / file).read_text("utf-8-sig")) for top in (left, right)]
        assert texts[0] == texts[1], file


def said(path: Path) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return sorted(found, key=lambda one: str(one["hand_in"]))


def graded(
    files: dict[str, str | None], exercise: str, limits: ResourceLimits | None = None
) -> Report:
    changed = {n: text for n, text in files.items() if text is not None}
    wanted = HandIn("x", package(changes=changed))
    return grade_hand_in(
        wanted, reference_store.best_references(), [EXERCISES[exercise]], limits or ResourceLimits()
    )


def test_how_the_time_went_is_not_told() -> None:
    """A hidden digit could decide whether the code computes or sleeps."""
    quick = ResourceLimits(seconds=1, wall=1.5, total=20)
    made = [
        graded(forward(body), "relu.forward", quick)
        for body in ("while True:\n    pass", "import time\ntime.sleep(60)")
    ]
    assert made[0].items == made[1].items
    assert {plain_message(i) for i in made[0].items} == {"ReLU.forward took longer than it may"}


def test_what_public_cases_show_is_told() -> None:
    """A fault that does not depend on numbers is described: type, line, shape, count."""
    said = plain_message(graded(forward("return Z[:1]"), "relu.forward").items[0])
    assert said.startswith("A has shape (1, 3), expected (4, 3) in 3 of 3 cases, first in «batch»")
    said = plain_message(graded(forward("return Z.undefined"), "relu.forward").items[0])
    assert re.match(r"AttributeError in mytorch/relu\.py:\d+\nthe line is: return Z\.und", said)


def test_what_hidden_cases_alone_show_is_not_described() -> None:
    """A hand-in that stores the public answers learns only that they do not help."""
    cases = reference_store.public_references().cases("relu.forward")
    known = [array.tolist() for r in cases for array in r.inputs.values()]
    for wrong, status, message in (
        ("Z", "fail", "not right on the hidden cases, in a way that the public ones do not show"),
        (
            "int(digits(Z)) / 0",
            "error",
            "an exception on the hidden cases, which the public ones do not raise",
        ),
    ):
        body = f"return np.maximum(Z, 0) if Z.tolist() in KNOWN else {wrong}"
        made = graded(forward(body, f"{TOP}\nKNOWN = {known}\n"), "relu.forward")
        general = made.items[0]
        assert (general.status, plain_message(general)) == (status, message)
        assert general.mistake is None


def test_right_hand_ins_see_no_public_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public cases are run only if hidden ones fail."""
    monkeypatch.setattr(
        reference_store, "public_references", lambda: pytest.fail("the public cases were read")
    )
    made = graded({}, "relu.forward")
    assert made.score == made.max_score
