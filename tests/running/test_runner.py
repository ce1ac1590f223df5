"""The process that runs student code: whatever happens in it, other exercises keep their points."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import package, replaced
from in_process import items_of

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.model import Report
from autograder.running.grading import grade_hand_in
from autograder.running.time_budget import ResourceLimits
from autograder.scoring import reference_store
from autograder.scoring.wording import describe_item, first_sentence, plain_message

FULL = sum(exercise.max_score for exercise in EXERCISES.values())
RESULT = "return np.maximum(Z, 0)"
TOP = '"""The ReLU (rectified linear unit)'
QUICK = ResourceLimits(seconds=0.4, wall=3.0, total=30.0)


def graded(changes: dict[str, str], limits: ResourceLimits = QUICK) -> Report:
    hand_in = HandIn("", package(changes=changes))
    return grade_hand_in(
        hand_in, reference_store.best_references(), list(EXERCISES.values()), limits
    )


def lost(report: Report) -> set[str]:
    """The classes that lost points."""
    return {item.target.split(".")[2] for item in report.items if item.score < item.max_score}


def test_the_solved_package_gets_all_points() -> None:
    """The key itself, through the real process, scores full on hidden and on public cases."""
    for references in (reference_store.best_references(), reference_store.public_references()):
        report = grade_hand_in(HandIn("", package()), references, list(EXERCISES.values()))
        assert report.score == report.max_score == FULL
        assert not report.provisional


def test_the_skeleton_is_not_attempted() -> None:
    """Every line of a fresh skeleton is not_attempted, with full max_score."""
    report = grade_hand_in(
        HandIn("", package(solved=False)),
        reference_store.best_references(),
        list(EXERCISES.values()),
    )
    assert {item.status for item in report.items} == {"not_attempted"}
    assert (report.score, report.max_score) == (0, FULL)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("raise ValueError(f'{Z}')", "error"),
        ("raise SystemExit", "error"),
        ("import sys; sys.exit(0)", "error"),
        ("raise KeyboardInterrupt", "crash"),
        ("raise BaseException", "error"),
        ("import os; os._exit(0)", "crash"),
        ("import os; os.kill(os.getpid(), 9)", "crash"),
        ("import os; os.abort()", "crash"),
        ("return np.ones((50_000, 30_000))", "error"),
        ("while True: pass", "timeout"),
        ("import time; time.sleep(1000)", "timeout"),
        ("return input()", "error"),
        ("return self.forward(Z)", "error"),
        ("return None", "fail"),
        ("return [1, 2]", "fail"),
        ("return 'text'", "fail"),
        ("return np.array([object()])", "fail"),
        ("return Z + 1j", "fail"),
        ("return np.maximum(Z, 0).astype(int)", "fail"),
        ("return np.full_like(Z, np.nan)", "fail"),
        ("return np.maximum(Z, 0)[None]", "fail"),
        ("return torch.relu(Z)", "error"),
        ("import torch; return torch.relu(Z)", "error"),
    ],
)
def test_one_bad_function_costs_only_its_class(ending: str, status: str) -> None:
    """A function that misbehaves loses its class's points; all other classes keep theirs."""
    report = graded(replaced("relu.py", RESULT, ending))
    assert lost(report) == {"ReLU"}
    (item,) = [i for i in report.items if i.id == "relu.forward.A.general"]
    assert item.status == status
    assert plain_message(item)
    assert report.max_score == FULL
    assert not report.provisional


@pytest.mark.parametrize(
    "first",
    [
        "def broken(:\n",
        "import torch\n",
        "1 / 0\n",
        "import os; os._exit(3)\n",
        "while True: pass\n",
        "from .nowhere import x\n",
    ],
)
def test_a_file_that_cannot_be_loaded_costs_only_that_file(first: str) -> None:
    """A syntax error, a missing import, an endless loop at import: one file's points, no more."""
    report = graded(replaced("relu.py", TOP, first + TOP))
    assert lost(report) == {"ReLU"}
    assert any(item.follow_through for item in report.items if item.exercise == "mlp.forward")


def test_a_missing_class_and_a_wrong_signature_get_a_line() -> None:
    """The report names what is missing, or cannot be called as the exercise requires."""
    report = graded(replaced("relu.py", "class ReLU", "class Relu"))
    said = {first_sentence(i) for i in report.items if i.target.startswith("mytorch.relu.")}
    assert said == {"mytorch/relu.py has no ReLU"}
    report = graded(replaced("relu.py", "def forward(self, Z: Array)", "def forward(self)"))
    messages = {plain_message(i) for i in report.items if i.exercise == "relu.forward"}
    arity = "TypeError: ReLU.forward() takes 1 positional argument but 2 were given"
    assert messages == {arity}, "on hidden cases too: public ones show the same"
    report = graded(replaced("relu.py", "def forward(", "def forwards("))
    messages = {plain_message(i) for i in report.items if i.exercise == "relu.forward"}
    assert {m.splitlines()[0] for m in messages} == {"'ReLU' object has no attribute 'forward'"}


def test_a_grade_on_hidden_cases_shows_no_value() -> None:
    """An exception whose text holds the inputs is reported by type and line only."""
    report = graded(replaced("relu.py", RESULT, "raise ValueError(f'{Z}')"))
    (item,) = [i for i in report.items if i.id == "relu.forward.A.general"]
    assert plain_message(item).splitlines()[0].startswith("ValueError in mytorch/relu.py:")
    assert "[[" not in plain_message(item)


def test_output_is_discarded() -> None:
    """A large amount of output does not reach the grader and does not slow it."""
    flood = f"print('x' * 10**6)\n        {RESULT}"
    report = graded(replaced("relu.py", RESULT, flood))
    assert report.score == FULL


def test_the_child_finds_no_other_mytorch() -> None:
    """A hand-in without files scores nothing, wherever another `mytorch` is."""
    report = grade_hand_in(HandIn(""), reference_store.best_references(), list(EXERCISES.values()))
    assert report.score == 0
    assert {plain_message(i) for i in report.items if i.exercise == "linear.forward"} == {
        "mytorch/linear.py is missing"
    }


def test_the_key_cannot_be_imported() -> None:
    """Student code cannot load the solved package, and not the code that makes references."""
    steal = "from autograder.key.mytorch.relu import ReLU as R; return R().forward(Z)"
    assert lost(graded(replaced("relu.py", RESULT, steal))) == {"ReLU"}


def test_forged_frames_gain_nothing() -> None:
    """Other data in the grader's channel ends the child's run and gains no points."""
    forge = "import os; [os.write(n, b'x' * 999) for n in range(3, 30) if not bad(n)]"
    bad = """

def bad(n):
    import os
    try:
        os.fstat(n)
        return False
    except OSError:
        return True
"""
    changes = replaced("relu.py", RESULT, f"{forge}\n        {RESULT}")
    changes["relu.py"] += bad
    report = graded(changes)
    assert report.score < FULL
    assert report.max_score == FULL


@pytest.mark.parametrize(
    "ending",
    [
        "raise type(f'E{int(1e6 * abs(Z[0, 0]))}', (Exception,), {})()",
        "raise AttributeError(f'{Z[0, 0]}')",
        "import autograder.harness.package as p\n"
        "raise p.MissingName(f'mytorch/z{Z[0, 0]}.py has no z')",
        "return type(f'T{int(1e6 * abs(Z[0, 0]))}', (), {})()",
        "exec(f'raise ValueError', {}, {}) if Z[0, 0] else 0",
        "raise KeyError(str(Z))",
    ],
)
def test_hidden_inputs_are_not_smuggled_out(ending: str) -> None:
    """Texts, class names, missing names: no text made by student code reaches a report."""
    report = graded(replaced("relu.py", RESULT, ending))
    hidden = [r.inputs["Z"] for r in reference_store.best_references().cases("relu.forward")]
    digits = {f"{int(1e6 * abs(Z[0, 0]))}"[:5] for Z in hidden if Z[0, 0]}
    digits |= {f"{abs(Z[0, 0]):.6f}"[:6] for Z in hidden if Z[0, 0]}
    for item in report.items:
        said = "\n".join(text for text, kind in describe_item(item) if kind != "code")
        assert not any(d in said for d in digits if len(d) > 3), plain_message(item)


def test_a_name_in_a_traceback_is_the_hand_ins_own_line() -> None:
    """The line shown is read from the hand-in, whatever the process says."""
    report = graded(replaced("relu.py", RESULT, "raise ValueError"))
    (item,) = [i for i in report.items if i.id == "relu.forward.A.general"]
    assert plain_message(item).splitlines()[-1] == "the line is: raise ValueError"


def test_a_fault_of_the_grader_makes_the_grade_provisional() -> None:
    """An item without an answer is `internal`: its points are not lost."""
    exercise = EXERCISES["relu.forward"]
    scored = items_of(exercise, reference_store.best_references(), {})
    assert {item.status for item in scored} == {"internal"}
    assert all(plain_message(item).startswith("the grader failed here, not you") for item in scored)


# A grader that waited for them would never end.
SLEEPERS = "import subprocess; subprocess.Popen(['sleep', '86477.25'])"


def sleepers() -> int:
    """How many of the processes that a hand-in started still run."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += b"86477.25" in path.read_bytes()
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_nothing_is_left_behind() -> None:
    """Processes that a hand-in starts end with it, and do not delay the others."""
    report = graded(
        replaced("squared_error.py", "difference = y - d", f"{SLEEPERS}; difference = y - d")
    )
    assert report.score == FULL
    assert sleepers() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_grandchild_that_holds_the_pipe_does_not_stop_the_grader() -> None:
    """A fork that sleeps for a day while its parent dies costs only that exercise."""
    trick = "import os, time; os.fork() or time.sleep(86400); os._exit(1)"
    report = graded(replaced("squared_error.py", "difference = y - d", trick))
    assert lost(report) == {"squared_error"}


@pytest.mark.parametrize(
    "trick",
    [
        "import os; os.kill(os.getpid(), 40)",
        "import os\n    for _ in range(1500):\n        os.mkdir('d'); os.chdir('d')",
        "import os, shutil; shutil.rmtree(os.getcwd()); os._exit(1)",
        "raise NotImplementedError('Exercise \\ud800 \\x1b[2J')",
        "import os; os.closerange(0, 64)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ],
)
def test_no_trick_makes_the_grade_provisional(trick: str) -> None:
    """Real-time signals, endless folders, a deleted folder, broken text, closed descriptors."""
    report = graded(
        replaced("squared_error.py", "difference = y - d", trick + "; difference = y - d")
    )
    assert not report.provisional
    assert lost(report) <= {"squared_error"}
    said = list(map(plain_message, report.items))
    assert all(text.isprintable() or "\n" in text for text in said)
    assert "\x1b" not in "".join(said)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (
            "mlp.py",
            "for layer, activation in zip(self.layers, self.f):\n            A =",
            "for layer in self.layers:\n            layer.W = 0 * layer.W\n"
            "        for layer, activation in zip(self.layers, self.f):\n            A =",
        ),
        ("linear.py", "self.A = A\n", "Linear.A = A\n"),
        (
            "linear.py",
            "return A @ self.W.T",
            "self.T = getattr(self, 'T', self.W.T); return A @ self.T",
        ),
        (
            "sgd.py",
            "self.lr = float(lr)",
            "self.lr = float(lr)\n        self.old = [x.dLdW for x in model.layers]",
        ),
    ],
)
def test_wrong_code_that_looks_right_on_one_object(file: str, old: str, new: str) -> None:
    """Weights changed on the way, state shared by all objects, parameters or gradients kept."""
    changes = replaced(file, old, new)
    if file == "sgd.py":
        text = changes[file].replace("for layer in", "for layer, old in zip(")
        text = text.replace("self.model.layers:", "self.model.layers, self.old):")
        changes[file] = text.replace("self.lr * layer.dLdW", "self.lr * old")
    report = graded(changes)
    owner = {"mlp.py": "MLP", "linear.py": "Linear", "sgd.py": "SGD"}[file]
    assert owner in lost(report)
