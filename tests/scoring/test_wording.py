"""The explanation of an item is data: other words change no statistics, and a stored report gives
the same text again. The real command grades a class in which every kind of message occurs."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, MakeTree, package, replaced

from autograder.classroom.batch.seals import unseal_line
from autograder.exercises import EXERCISES
from autograder.key.mistakes import MISTAKES
from autograder.key.solved import make_skeleton, solved_modules
from autograder.model import Item
from autograder.scoring.explanation import redact_fault
from autograder.scoring.record import parse_report, to_json
from autograder.scoring.reference_store import public_references

RELU = "return np.maximum(Z, 0)"
LINES = (
    *("raise type('Own', (Exception,), {})", "raise ValueError('no')", "import os; os._exit(0)"),
    *(
        "raise SystemExit",
        "return Z",
        "return None",
        "return Z[:, :1]",
        "return 3 * np.maximum(Z, 0)",
    ),
)
# all sentences in another language
OTHER_WORDS = """

from string import ascii_letters as abc
OTHER = str.maketrans(abc, abc[1:] + abc[0])
said, kinds = describe_explanation, describe_exception_kind
LEADS.update({kind: lead.translate(OTHER) for kind, lead in LEADS.items()})

def describe_explanation(explanation, title):
    for sentence in said(explanation, title):
        yield Sentence(sentence.text.translate(OTHER), sentence.kind)

def describe_exception_kind(kind):
    return kinds(kind).translate(OTHER)
"""
RUN = """import sys
sys.path.insert(0, {top!r})
from autograder.__main__ import run_command
if __name__ == "__main__":
    sys.exit(run_command())
"""
Done = subprocess.CompletedProcess[str]


def hand_ins() -> Iterator[tuple[str, dict[str, bytes]]]:
    """One hand-in of each kind: right, known and unknown mistake, broken, unfinished, empty."""
    yield "right", package()
    for mistake in ("linear.no_bias", "relu.absolute", "mlp.not_reversed", "sgd.uphill"):
        planted = MISTAKES[mistake]
        yield mistake, package(changes={planted.file: planted.plant()})
    for number, line in enumerate(LINES):
        yield f"relu-{number}", package(changes=replaced("relu.py", RELU, line))
    cases = public_references().cases("relu.forward")
    known = [array.tolist() for case in cases for array in case.inputs.values()]
    learned = f"return np.maximum(Z, 0) if Z.tolist() in {known} else "
    yield "learned", package(changes=replaced("relu.py", RELU, learned + "Z"))
    yield "learned-error", package(changes=replaced("relu.py", RELU, learned + "1 / 0"))
    only = "return self.A + (np.abs(Z).max() < 50)"
    yield "gated", package(changes=replaced("sigmoid.py", "return self.A\n", f"{only}\n"))
    yield "no-class", package(changes=replaced("relu.py", "class ReLU", "class Relu"))
    yield "no-python", package(changes={"sgd.py": "def broken(:\n"})
    homes = {name: make_skeleton(name, solved_modules()[name]) for name in ("linear.py", "relu.py")}
    yield "unfinished", package(changes=homes)
    yield "no-file", {name: text for name, text in package().items() if name != "sigmoid.py"}
    yield "untouched", package(solved=False)
    yield "empty", {}


def lay_class(folder: Path) -> None:
    """A folder with these hand-ins and an unreadable archive."""
    for name, files in hand_ins():
        (folder / name / "mytorch").mkdir(parents=True)
        for file, content in files.items():
            (folder / name / "mytorch" / file).write_bytes(content)
    (folder / "broken.zip").write_bytes(b"no zip")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, graded by the unchanged command."""
    here = tmp_path_factory.mktemp("own words")
    lay_class(here / "class")
    (here / "printed").write_text(autograder("grade", "--json", "class", cwd=here).stdout, "utf-8")
    return here


def autograder(*arguments: str, cwd: Path, top: Path = ROOT) -> Done:
    """Run the command of the tree at `top` from a script, like an installed command."""
    script = cwd / "run.py"
    script.write_text(RUN.format(top=str(top)), "utf-8")
    line = [sys.executable, "-I", str(script), *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done


def printed(here: Path) -> list[dict[str, Any]]:
    return list(map(json.loads, (here / "printed").read_text("utf-8").splitlines()))


def test_other_words_change_nothing_but_words(
    graded: Path, tmp_path: Path, make_tree: MakeTree
) -> None:
    """Statuses, points, explanations, tables, counts, marks and order do not depend on the
    language."""
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", tmp_path / "other" / "autograder", ignore=leave)
    with (tmp_path / "other" / "autograder" / "scoring" / "wording.py").open("a") as wording:
        wording.write(OTHER_WORDS)
    shutil.copytree(graded / "class", tmp_path / "class")
    done = autograder("grade", "--json", "class", cwd=tmp_path, top=tmp_path / "other")
    (tmp_path / "printed").write_text(done.stdout, "utf-8")
    own, other = printed(graded), printed(tmp_path)
    said = [i.pop("message") for report in own for i in report["items"]]
    told = [i.pop("message") for report in other for i in report["items"]]
    assert own == other
    assert len(set(said)) > 20
    kept = {a for a, b in zip(said, told, strict=True) if a == b}
    assert kept == {""}, "every sentence is another"
    for file, look in (
        ("class.html", numbers),
        ("class.html", elements),
        ("junit.xml", elements),
        ("junit.xml", outcomes),
        ("grades.csv", points),
    ):
        pages = [(here / "grades" / file).read_text("utf-8") for here in (graded, tmp_path)]
        assert look(pages[0]) == look(pages[1]), (file, look)
    for page in (graded / "grades" / "students").glob("*.html"):
        same = tmp_path / "grades" / "students" / page.name
        assert elements(page.read_text("utf-8")) == elements(same.read_text("utf-8")), page.name


def numbers(page: str) -> list[str]:
    """All numbers on a page, sorted, without its time and the grader's digests."""
    shown = re.sub(r"<style>.*?</style>|Graded [^<]*|<section><h2[^>]*>How it was.*", "", page)
    return sorted(re.findall(r"\d+", shown))


def elements(page: str) -> list[str]:
    """The elements of a page with their classes, which determine its layout."""
    return re.findall(r'<\w+(?: class="[^"]*")?', page)


def outcomes(suites: str) -> list[str]:
    return re.findall(r'(?:failures|errors|skipped|type|name)="[^"]*"', suites)


def points(table: str) -> list[list[str]]:
    """A table in which the column of words is replaced by its number of separators."""
    rows = list(csv.DictReader(table.removeprefix("\ufeff").splitlines()))
    return [[*row.values(), f"{lost.count(';')}"] for row in rows for lost in [row.pop("lost")]]


def test_a_cell_looks_the_same_in_other_words(make_tree: MakeTree, tmp_path: Path) -> None:
    """A NameError gets the hint about helpers, whatever its sentence is."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder", ignore=leave)
    asked = (
        "import sys; sys.path[:0] = [{0!r}, {0!r} + '/notebooks']\n"
        "from workbook.feedback import CellFeedback\n"
        "from autograder.exercises import EXERCISES\n"
        "from autograder.model import Explanation, Fault, Item\n"
        "fault = Fault('error', 'NameError', 'x', 'mytorch/relu.py:3', 'y')\n"
        "e = EXERCISES['relu.forward']\n"
        "item = Item(e.lines[0][2], e.id, e.target, 0, 1, 'error', Explanation(fault=fault))\n"
        "print(CellFeedback(e, (), [item])._repr_html_())\n"
    ).format(str(tmp_path))
    shown = []
    for more in ("", OTHER_WORDS):
        with (tmp_path / "autograder" / "scoring" / "wording.py").open("a") as wording:
            wording.write(more)
        line = [sys.executable, "-I", "-c", asked]
        shown.append(subprocess.run(line, capture_output=True, text=True, check=True).stdout)
    assert shown[0] != shown[1]
    assert elements(shown[0]) == elements(shown[1])
    assert all("put helpers and imports inside the def" in page for page in shown)


def test_a_report_that_is_kept_says_the_same_again(graded: Path) -> None:
    """Each line of the results gives back its report, field by field."""
    kept = (graded / "grades" / "reports.jsonl").read_bytes().splitlines()
    lines = [unseal_line(line) for line in kept]
    assert [json.loads(line) for line in lines] == printed(graded)
    for line in lines:
        assert to_json(parse_report(line)) == line
    items = [item for line in lines for item in parse_report(line).items]
    assert {item.explanation.reason for item in items} >= {
        *("", "not_started", "waits", "gated", "unseen_results", "unseen_error", "undriven")
    }
    kinds = {name for item in items for name, value in vars(item.explanation).items() if value}
    assert kinds >= {"finding", "fault", "tensor", "case", "failed", "total", "pattern", "needs"}
    assert {type(value) for item in items for value in fields_of(item)} <= {str, int, float, tuple}


def fields_of(item: Item) -> Iterator[object]:
    parts = (item.explanation.finding, item.explanation.fault, item.explanation.pattern)
    values = (v for part in (item.explanation, *parts) if part for v in vars(part).values())
    plain = (v for v in values if v is not None and v not in parts)
    return (int(v) if isinstance(v, bool) else v for v in plain)


def test_what_is_graded_again_is_what_was_kept(graded: Path, tmp_path: Path) -> None:
    """A second run repeats every report; a run on one hand-in keeps the rows of the others; a
    changed hand-in is graded again."""
    shutil.copytree(graded, tmp_path, dirs_exist_ok=True)
    table = tmp_path / "grades" / "grades.csv"
    before = sorted(table.read_text("utf-8").splitlines())
    again = autograder("grade", "--json", "class", cwd=tmp_path)
    assert "were graded before" in again.stderr
    assert again.stdout == (tmp_path / "printed").read_text("utf-8")
    one = autograder("grade", "--results", "grades", "class/right", cwd=tmp_path)
    assert "hand-ins of earlier runs in the tables" in one.stderr
    assert sorted(table.read_text("utf-8").splitlines()) == before
    relu = tmp_path / "class" / "right" / "mytorch" / "relu.py"
    relu.write_text(replaced("relu.py", RELU, "return Z")["relu.py"], "utf-8")
    report = json.loads(autograder("grade", "--json", "class/right", cwd=tmp_path).stdout)
    assert {i["status"] for i in report["items"] if i["exercise"] == "relu.forward"} == {"fail"}


def test_no_hidden_value_is_in_an_explanation(graded: Path) -> None:
    """No field of an item contains a number of a case or a text from an exception of a student."""
    for line in (graded / "printed").read_text("utf-8").splitlines():
        report = parse_report(line)
        assert report.references == "hidden"
        for said in (item.explanation for item in report.items):
            finding, fault = said.finding, said.fault
            if finding:
                assert (finding.got, finding.expected, finding.allowed) == (None, None, None)
            if fault and fault.kind == "error":
                assert redact_fault(fault) == fault
                assert fault.text not in ("no", "division by zero")


def test_nan_is_json(make_tree: MakeTree) -> None:
    """If values are shown, nan and inf are written as words, and can be read back."""
    tree = make_tree(changes=replaced("relu.py", RELU, "return np.maximum(Z, 0) / (Z * 0)"))
    done = autograder("check", "--json", "relu.forward", cwd=tree)
    report = json.loads(done.stdout, parse_constant=pytest.fail)
    shown = [i["explanation"].get("finding", {}).get("got") for i in report["items"]]
    assert {"nan", "inf"} & set(shown)
    assert to_json(parse_report(done.stdout)) == done.stdout.rstrip("\n")
    assert {i["exercise"] for i in report["items"]} <= set(EXERCISES)
