"""Derivatives that are measured keep their points, and a human is told; derived ones are not."""

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

import numpy as np
import pytest
from attacks import write
from conftest import FULL, ROOT, package, replaced
from in_process import answers_of

from autograder.classroom.pages import student_page, tables
from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.hand_in.student import UNKNOWN_STUDENT
from autograder.harness import watching
from autograder.running.grading import grade_hand_in
from autograder.running.validation import validate_answer
from autograder.scoring import reference_store, report

SHELF = ROOT / "tests" / "shelf" / "variants"
RIGHT = sorted(SHELF.glob("*.py"))

CENTRAL = """
def differences(f, x, upstream, h=1e-5):
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f()
        x[i] = kept - h
        below = f()
        x[i] = kept
        found[i] = np.sum(upstream * (above - below)) / (2 * h)
    return found
"""
LINEAR = """
A = np.array(self.A, float)
W, b = self.W, self.b
self.W, self.b = np.array(W, float), np.array(b, float)
self.dLdW = differences(lambda: self.forward(A), self.W, dLdZ)
self.dLdb = differences(lambda: self.forward(A), self.b, dLdZ)
dLdA = differences(lambda: self.forward(A), A, dLdZ)
self.A, self.W, self.b = A, W, b
return dLdA
"""
# By file: how its `backward` measures, with what stands above the class.
MEASURED: dict[str, tuple[str, str, str]] = {
    "relu, all entries at once": (
        "relu.py",
        "Z = np.array(self.Z, float)\n"
        "return dLdA * (self.forward(Z + 1e-7) - self.forward(Z - 1e-7)) / 2e-7",
        "",
    ),
    "sigmoid, one call": (
        "sigmoid.py",
        "Z, A = self.Z_kept, self.A\nreturn dLdA * (self.forward(Z + 1e-8) - A) / 1e-8",
        "",
    ),
    "sigmoid, a helper": (
        "sigmoid.py",
        "Z = np.array(self.Z_kept)\nreturn measure(Z, dLdA)",
        CENTRAL
        + "\ndef measure(Z, dLdA):\n"
        + "    return differences(lambda: Sigmoid().forward(Z), Z, dLdA)\n",
    ),
    "softmax, entry by entry": (
        "softmax.py",
        "Z = np.array(self.Z_kept)\nreturn differences(lambda: self.forward(Z), Z, dLdA)",
        CENTRAL,
    ),
    "softmax, column by column": (
        "softmax.py",
        "Z, found = np.array(self.Z_kept), []\n"
        "for e in np.eye(Z.shape[1]) * 1e-6:\n"
        "    step = self.forward(Z + e) - self.forward(Z - e)\n"
        "    found.append((dLdA * step).sum(axis=1) / 2e-6)\n"
        "return np.stack(found, axis=1)",
        "",
    ),
    "linear, inputs and weights": ("linear.py", LINEAR, CENTRAL),
    "linear, in large steps": ("linear.py", LINEAR.replace("dLdZ)", "dLdZ, 1.0)"), CENTRAL),
    "loss": (
        "softmax_cross_entropy.py",
        "Z, Y = np.array(self.Z), self.Y\n"
        "return differences(lambda: SoftmaxCrossEntropy().forward(Z, Y), Z, 1.0)",
        CENTRAL,
    ),
    "network, inputs and weights": (
        "mlp.py",
        "A = np.array(self.A_kept)\n"
        "for layer in self.layers:\n"
        "    W, b = layer.W, layer.b\n"
        "    layer.W, layer.b = np.array(W), np.array(b)\n"
        "    layer.dLdW = differences(lambda: self.forward(A), layer.W, dLdZ)\n"
        "    layer.dLdb = differences(lambda: self.forward(A), layer.b, dLdZ)\n"
        "    layer.W, layer.b = W, b\n"
        "return differences(lambda: self.forward(A), A, dLdZ)",
        CENTRAL,
    ),
}
KEPT = {  # what `forward` has to keep besides
    "sigmoid.py": ("decay = np.exp", "self.Z_kept = Z\n        decay = np.exp"),
    "softmax.py": (
        "exponentials = np.exp(Z -",
        "self.Z_kept = Z\n        exponentials = np.exp(Z -",
    ),
    "mlp.py": (
        "for layer, activation in zip(self.layers, self.f)",
        "self.A_kept = np.array(A)\n        for layer, activation in zip(self.layers, self.f)",
    ),
}


def source(name: str) -> tuple[str, str]:
    """A file of the solved package whose `backward` is replaced, and its text."""
    file, body, top = MEASURED[name]
    text = package()[file].decode()
    if file in KEPT:
        text = replaced(file, *KEPT[file])[file] or ""
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    (back,) = [n for n in functions if n.name == "backward" and len(n.body) > 1]
    lines, (first, last) = text.splitlines(), (back.body[1].lineno - 1, back.end_lineno or 0)
    text = "\n".join([*lines[:first], indent(dedent(body).strip(), " " * 8), *lines[last:], ""])
    return file, text.replace("\n\nclass ", f"\n{top}\n\nclass ", 1)


def of(file: str) -> list[str]:
    return [e.id for e in EXERCISES.values() if e.file.endswith(f"/{file}") and e.needs]


def counted(changes: Mapping[str, str], exercise: str) -> int:
    answers = answers_of(
        package(changes=dict(changes)), EXERCISES[exercise], reference_store.best_references()
    )
    return max(answer.forwards for answer in answers.values())


@pytest.mark.parametrize("name", MEASURED)
def test_measured_derivatives_are_noticed(name: str) -> None:
    """Whichever numbers are moved, by how much, and whoever calls `forward`."""
    file, text = source(name)
    assert counted({file: text}, of(file)[-1]) > 0


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_no_derived_derivative_is_taken_for_measured(path: Path) -> None:
    """Right sources in other styles: those too that compute `forward` once more."""
    file = path.stem.split("__")[0] + ".py"
    assert all(counted({file: path.read_text("utf-8")}, id) == 0 for id in of(file))


@pytest.mark.parametrize(
    "body",
    [
        "A = self.forward(self.Z_kept)\nreturn dLdA * A * (1 - A)",
        "Z = self.Z_kept\nreturn dLdA * self.forward(Z) * self.forward(-Z)",
        "Z = self.Z_kept\nA = self.forward(Z.astype(np.float32)).astype(float)\n"
        "return dLdA * self.forward(Z) * (1 - self.forward(Z)) + 0 * A",
        "Z = self.Z_kept\nA = np.vstack([self.forward(z[None]) for z in Z])\n"
        "return dLdA * A * (1 - A)",
        "Z = self.Z_kept\n"
        "A = np.array([[self.forward(z.reshape(1, 1))[0, 0] for z in row] for row in Z])\n"
        "return dLdA * A * (1 - A)",
    ],
)
def test_whoever_computes_forward_again_is_not_suspected(body: str) -> None:
    """Once, twice, by rows or by entries: but never a step beside."""
    MEASURED["again"] = ("sigmoid.py", body, "")
    try:
        file, text = source("again")
    finally:
        del MEASURED["again"]
    assert counted({file: text}, "sigmoid.backward") == 0


def test_a_network_is_not_suspected_for_its_layers() -> None:
    """A measured `Linear.backward` is that exercise's matter; a right `MLP.backward` calls it."""
    file, text = source("linear, inputs and weights")
    assert counted({file: text}, "mlp.backward") == 0


def test_points_stay_and_everybody_is_told(tmp_path: Path) -> None:
    """Through the real command: all points, and a sentence in text, pages, table and JSON."""
    for name, key in (("ada", "linear, inputs and weights"), ("bob", "relu, all entries at once")):
        write(tmp_path / "class" / name, dict([source(key)]))
    write(tmp_path / "class" / "cleo")
    command = [sys.executable, "-m", "autograder", "grade", "class"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"{FULL:g} / {FULL:g}") == 3
    rows = (tmp_path / "grades" / "grades.csv").read_text("utf-8-sig").splitlines()
    assert ["calls of forward" in row for row in rows[1:]] == [True, True, False]
    whole = (tmp_path / "grades" / "class.html").read_text("utf-8")
    assert "Derivatives that seem measured" in whole
    for name, said in (("ada", True), ("bob", True), ("cleo", False)):
        for path in (tmp_path / "grades" / "students").glob(f"*{name}*"):
            assert ("these derivatives seem measured (" in path.read_text("utf-8")) == said, path
    lines = (tmp_path / "grades" / "reports.jsonl").read_text("utf-8").splitlines()
    assert sum('"measured": {"linear.backward": ' in line for line in lines) == 1


def test_the_count_comes_from_public_cases() -> None:
    """A number of calls that hidden numbers choose is not told: the report is as in public."""
    body = (
        "Z = self.Z_kept\n"
        "for _ in range(2 + int(1e6 * abs(Z.flat[0])) % 900):\n    self.forward(Z + 1e-6)\n"
        "self.A = self.forward(Z)\nreturn dLdA * self.A * (1 - self.A)"
    )
    MEASURED["chosen"] = ("sigmoid.py", body, "")
    try:
        file, text = source("chosen")
    finally:
        del MEASURED["chosen"]
    hand_in = HandIn("x", package(changes={file: text}))
    asked = [EXERCISES["sigmoid.backward"]]
    public, hidden = (
        grade_hand_in(hand_in, r, asked)
        for r in (reference_store.public_references(), reference_store.best_references())
    )
    assert public.measured == hidden.measured != {}
    assert hidden.score == hidden.max_score


@pytest.mark.parametrize(
    ("said", "kept"),
    [(24, 24), (0, 0), (-1, 0), (10**9, 0), (True, 0), ("24", 0), (2.5, 0), (None, 0), ([24], 0)],
)
def test_a_count_is_believed_only_if_it_is_one(said: object, kept: int) -> None:
    """The child is not trusted: a whole number in bounds, or none."""
    given = validate_answer("linear.backward", "batch", {"forwards": said}, {}, {})
    assert given.forwards == kept


def test_the_view_of_a_report_without_it_is_as_before() -> None:
    """Nothing is said where nothing is measured."""
    made = grade_hand_in(
        HandIn("x", package()), reference_store.public_references(), [EXERCISES["linear.backward"]]
    )
    views = (
        report.to_text(made)
        + student_page.render_student_page(made)
        + tables.grades_row(made, UNKNOWN_STUDENT, "yes")
    )
    assert "measured" not in views


def test_points_are_near_whichever_numbers_moved() -> None:
    """A small step in all entries; some entries, by any step; a complex step. Else nothing."""
    there = [np.arange(6.0).reshape(2, 3), np.ones(3)]
    one = [there[0].copy(), there[1]]
    one[0][1, 1] += 5
    for tiny in (1e-6, 1e-20j):
        assert (
            watching.step_between([there[0] + tiny, there[1]], there) == watching.SUSPICIOUS_STEPS
        )
    assert watching.step_between(one, there) == 1
    for other in ([there[0] + 1, there[1] - 1], there, [there[0].T, there[1]]):
        assert watching.step_between(other, there) == 0
