"""Questions: their data is whole and right, a cell shows the same to everyone, answers are kept."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from conftest import ROOT, MakeTree, package
from in_process import loaded
from nbclient import NotebookClient
from student_tree import tree_of
from workbook.small_network import B1, B2, W1, W2, D, X

from autograder.exercises import NOTEBOOKS
from autograder.key.notebook import make_notebook, notebook_sources
from autograder.key.questions import QUESTIONS
from autograder.workspace import given_answers, questions
from autograder.workspace.given_answers import GivenAnswer
from autograder.workspace.questions import QUESTION_KINDS, Question, known_questions

ASKED = re.compile(r'question\("([^"]+)"')
TOLERANCE = 1e-3  # as question.js has it
TYPED = {question.id: question for question in QUESTIONS if question.kind != "choice"}


def parse_number(text: str) -> float:
    """A number as the page reads it."""
    top, _, bottom = text.replace("−", "-").partition("/")
    return float(top) / float(bottom or 1)


def parse_shape(text: str) -> tuple[str, ...]:
    return tuple(text.lower().replace("_", "").split(" × "))


def asked_in(notebook: str) -> Iterator[tuple[str, str]]:
    """The questions that a notebook asks, with the cell."""
    for cell in make_notebook(notebook_sources()[notebook], solved=False).cells:
        if cell.cell_type == "code":
            for id in ASKED.findall(cell.source):
                yield id, cell.source


# ── the data ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_question_is_whole(question: Question) -> None:
    """The answer is among the replies, and each reply has a sentence of its own."""
    assert question.notebook in NOTEBOOKS
    assert re.fullmatch(r"\d\d\.\w+", question.id)
    assert question.kind in QUESTION_KINDS
    assert question.prompt.endswith((".", "?", ")"))
    assert question.answer in question.replies
    assert len(question.replies) >= 3
    assert len(set(question.replies.values())) == len(question.replies)
    for text, said in question.replies.items():
        assert len(text) <= given_answers.MAX_ANSWER_LENGTH, text
        assert said.endswith((".", "?")), said
        assert len(said.split()) >= 4, said
    for text in (question.prompt, question.otherwise, *question.replies.values()):
        assert text.count("`") % 2 == 0
        assert "$" not in text, "no formula is drawn in a question"
    assert bool(question.otherwise) == (question.kind != "choice")


@pytest.mark.parametrize("question", TYPED.values(), ids=TYPED)
def test_no_wrong_answer_is_taken_for_the_right_one(question: Question) -> None:
    """Numbers and shapes can be read, and each says something else."""
    if question.kind == "shape":
        assert len({*map(parse_shape, question.replies)}) == len(question.replies)
        return
    values = sorted(map(parse_number, question.replies))
    for low, high in pairwise(values):
        assert high - low > 2 * TOLERANCE, (low, high)


def test_the_build_writes_every_question() -> None:
    """What students get is what the key says, and no id stands twice."""
    assert [*known_questions().values()] == [*QUESTIONS]


def test_every_question_is_asked_once_and_in_its_notebook() -> None:
    """In the order of the data, which the map counts."""
    asked = [(id, name[:2]) for name in notebook_sources() for id, _ in asked_in(name)]
    assert asked == [(question.id, question.notebook) for question in QUESTIONS]


def test_later_notebooks_begin_with_two_questions_on_two_earlier_ones() -> None:
    for name in notebook_sources():
        if name[:2] >= "05":
            first = [known_questions()[id] for id, _ in asked_in(name)][:2]
            earlier = [re.match(r"From notebook (\d\d): ", one.prompt) for one in first]
            about = [found[1] for found in earlier if found]
            assert len(set(about)) == 2, name
            assert max(about) < name[:2]


# ── the answers, computed ────────────────────────────────────────────────────────────────────────


def small_network() -> Any:
    net = import_module("mytorch.mlp").MLP([2, 2, 1])
    (net.layers[0].W, net.layers[0].b), (net.layers[1].W, net.layers[1].b) = (W1, B1), (W2, B2)
    return net


def squared_error(y: list[float], d: list[float]) -> float:
    made = import_module("mytorch.squared_error").squared_error(np.array(y), np.array(d))
    return float(made)


def sigmoid(z: float) -> float:
    return float(import_module("mytorch.sigmoid").Sigmoid().forward(np.array([[z]]))[0, 0])


def slope_of_sigmoid(y: float) -> float:
    layer = import_module("mytorch.sigmoid").Sigmoid()
    layer.forward(np.log([[y / (1 - y)]]))
    return float(layer.backward(np.ones((1, 1)))[0, 0])


def relu_back(z: float, derivative: float) -> float:
    layer = import_module("mytorch.relu").ReLU()
    layer.forward(np.array([[z]]))
    return float(layer.backward(np.array([[derivative]]))[0, 0])


def changed_by_relu() -> int:
    Z = small_network().layers[0].forward(X)
    return int(np.sum(import_module("mytorch.relu").ReLU().forward(Z) != Z))


def changed_sums() -> int:
    """How many entries of `dLdW` depend on ∂L/∂z₂ of example 2."""
    layer = small_network().layers[0]
    layer.forward(X)
    layer.backward(np.array([[1.0, -0.5], [0.0, 0.25]]))
    before = layer.dLdW.copy()
    layer.backward(np.array([[1.0, -0.5], [0.0, 1.25]]))
    return int(np.sum(layer.dLdW != before))


def linear_gradient(inputs: int, outputs: int, examples: int) -> Any:
    layer = import_module("mytorch.linear").Linear(inputs, outputs)
    layer.forward(np.ones((examples, inputs)))
    layer.backward(np.ones((examples, outputs)))
    return layer.dLdW


def cross_entropy(z: list[float], right: int) -> tuple[float, Any]:
    """Div of one example, and its row of derivatives."""
    loss = import_module("mytorch.softmax_cross_entropy").SoftmaxCrossEntropy()
    wanted = np.eye(len(z))[[right - 1]]
    return float(loss.forward(np.array([z], float), wanted)), loss.backward()[0]


def derivatives_of_zeros() -> int:
    net = small_network()
    for layer in net.layers:
        layer.W, layer.b = np.zeros_like(layer.W), np.zeros_like(layer.b)
    net.backward((net.forward(X) - D) / 2)
    return sum(int(np.sum(g != 0)) for one in net.layers for g in (one.dLdW, one.dLdb))


def rank_without_activation() -> int:
    """How many layers give the same outputs as two without an activation: one, if its weights and
    bias, found from three outputs, give all others."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 2))
    first, last = small_network().layers
    outputs = last.forward(first.forward(points))
    found, *_ = np.linalg.lstsq(np.c_[points[:3], np.ones(3)], outputs[:3], rcond=None)
    return 1 if np.allclose(np.c_[points, np.ones(50)] @ found, outputs) else 2


def shape_of_row_numbers() -> tuple[str, ...]:
    """One number per row, of the only shape that keeps rows apart in N × C."""
    N, C = 3, 3
    table = np.arange(9.0).reshape(N, C)
    own = [[row.sum()] * C for row in table]
    shapes = {("n",): (N,), ("n", "1"): (N, 1), ("1", "n"): (1, N)}
    fit = [s for s, size in shapes.items() if (table * 0 + table.sum(1).reshape(size) == own).all()]
    (only,) = fit
    return only


def jacobian_shape() -> tuple[str, ...]:
    """J with Δz = J Δy, for sizes that differ."""
    C_in, C_out = 2, 3
    W, dy = np.ones((C_out, C_in)), np.ones((C_in, 1))
    names = {C_in: "cin", C_out: "cout"}
    assert (W @ dy).shape == (C_out, 1)
    return tuple(names[side] for side in W.shape)


COMPUTED: dict[str, Callable[[], object]] = {
    "00.two_entries": lambda: squared_error([2, 0], [1, 3]),
    "00.twice_as_far": lambda: squared_error([7], [1]) / squared_error([4], [1]),
    "04.opposite_inputs": lambda: sigmoid(np.log(3)) + sigmoid(-np.log(3)),
    "04.changed_by_relu": changed_by_relu,
    "05.recall_squared_error": lambda: squared_error([0, 3], [1, 1]),
    "05.recall_sigmoid_slope": lambda: slope_of_sigmoid(0.9),
    "05.shape_of_averages": shape_of_row_numbers,
    "06.recall_relu": lambda: relu_back(-2, 3),
    "06.recall_divergence": lambda: squared_error([4], [1]) / squared_error([2], [1]),
    "06.jacobian_shape": jacobian_shape,
    "06.which_sums": changed_sums,
    "06.numbers_in_dLdW": lambda: linear_gradient(784, 10, 64).size,
    "07.recall_dLdW": lambda: tuple(map(str, linear_gradient(3, 2, 5).shape)),
    "07.right_class_1": lambda: cross_entropy([*np.log([1, 2, 5])], 1)[0],
    "07.huge_logits": lambda: cross_entropy([1e4, 0, -1e4], 2)[0],
    "07.sum_of_a_row": lambda: cross_entropy([*np.log([1, 2, 5])], 3)[1].sum(),
    "07.knows_nothing": lambda: cross_entropy([0] * 10, 4)[0],
    "08.recall_one_row": lambda: cross_entropy([*np.log([1, 1, 2])], 1)[1][0],
    "08.without_activation": rank_without_activation,
    "08.all_zero": derivatives_of_zeros,
}


def test_every_typed_answer_is_computed() -> None:
    assert {*COMPUTED} == {*TYPED}


@pytest.mark.parametrize("id", COMPUTED)
def test_the_answer_is_what_the_solved_package_gives(id: str) -> None:
    """Each number and each shape is computed, by the solved package or a formula of its own."""
    question = TYPED[id]
    with loaded(package()):
        found = COMPUTED[id]()
    if question.kind == "shape":
        assert parse_shape(question.answer) == found
    else:
        assert isinstance(found, float | int | np.floating)
        assert isclose(parse_number(question.answer), found, rel_tol=5e-4, abs_tol=1e-9)


# ── a cell ───────────────────────────────────────────────────────────────────────────────────────


def outputs_of(tree: Path, notebook: str) -> list[Any]:
    """Run a notebook whole: its outputs and all that its widgets hold, without their names."""
    made = nbformat.read(tree / "notebooks" / notebook, as_version=4)
    client = NotebookClient(
        made,
        timeout=60,
        resources={"metadata": {"path": str(tree / "notebooks")}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        store_widget_state=True,
    )
    client.execute()
    text = json.dumps([[c.get("outputs") for c in made.cells], made.metadata["widgets"]])
    names: dict[str, str] = {}
    return [re.sub(r"[0-9a-f]{32}", lambda m: names.setdefault(m[0], f"{len(names)}"), text)]


def test_a_cell_shows_the_same_to_who_has_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outputs and widgets of a whole notebook, with all of its questions answered and with none."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    name = "06_vector_form.ipynb"
    tree = tree_of(tmp_path / "tree", package(solved=False), solved=False)
    before = outputs_of(tree, name)
    for question in QUESTIONS:
        given_answers.keep_answer(tree, question.id, {"last": "1", "tries": 1, "shown": True})
    assert outputs_of(tree, name) == before
    assert "question.js" not in before[0]
    assert before[0].count("<summary>Answer</summary>") >= 9


def test_a_question_that_there_is_not_costs_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A notebook of another release, or a name mistyped."""
    import_module("workbook.questions").question("06.of_old")
    assert capsys.readouterr().out == (
        "There is no question '06.of_old': take the notebook from the course's release again.\n"
    )


def test_damaged_questions_cost_one_line_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cells, the map, `pack` and what was answered earlier survive it."""
    assert keep(tmp_path) == ""
    before = (tmp_path / ANSWERS_FILE).read_bytes()
    (tmp_path / "questions.json").write_text('[{"id": "06.jacobian_shape"}]')
    monkeypatch.setattr(questions, "QUESTIONS", tmp_path / "questions.json")
    known_questions.cache_clear()
    try:
        import_module("workbook.questions").question(ID)
        said = capsys.readouterr().out
        assert len(said.splitlines()) == 1
        assert "questions.json is damaged" in said
        assert "questions.json is damaged" in given_answers.read_answers_or_note(tmp_path)[1]
        assert "questions.json is damaged" in keep(tmp_path, "4 × 4")
    finally:
        known_questions.cache_clear()
    assert (tmp_path / ANSWERS_FILE).read_bytes() == before


def test_the_map_says_how_many_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each notebook; in the widget alone, so that what is kept is the same for everyone."""
    progress: Any = import_module("workbook.progress")
    own = [question.id for question in QUESTIONS if question.notebook == "06"]
    shown: list[Any] = []
    monkeypatch.setattr(progress, "display", shown.append)
    with loaded(package(solved=False)) as mytorch:
        tree = Path(mytorch.__path__[0]).parent
        for id in own[:3]:
            given_answers.keep_answer(tree, id, {"last": "1", "tries": 1, "shown": False})
        progress.course_map()
        (tree / ANSWERS_FILE).write_text("[")
        progress.course_map()
    live, words, damaged, _ = shown
    assert f"06: answered 3 of {len(own)};" in live.box.children[-1].value
    assert "answered" not in words.data
    assert f"06: answered 0 of {len(own)};" in damaged.box.children[-1].value
    assert f"{ANSWERS_FILE} is damaged: " in damaged.box.children[-1].value


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────

ID = "06.jacobian_shape"
ANSWERS_FILE = given_answers.ANSWERS_FILE


def keep(tree: Path, last: str = "2 × 2", tries: int = 1, shown: bool = False) -> str:
    return given_answers.keep_answer(tree, ID, {"last": last, "tries": tries, "shown": shown})


def test_tries_add_up_and_what_was_shown_stays_so(tmp_path: Path) -> None:
    assert keep(tmp_path) == ""
    assert keep(tmp_path, "C_out × C_in", shown=True) == ""
    assert keep(tmp_path, "", tries=0) == ""
    assert given_answers.read_answers(tmp_path) == {ID: GivenAnswer("C_out × C_in", 2, True)}


DAMAGE = {
    "cut": b'{"06.jacobian_shape": {"last": "2',
    "no object": b"[1, 2]",
    "no entry": b'{"06.jacobian_shape": 7}',
    "wrong kinds": b'{"06.jacobian_shape": {"last": 2, "tries": "x", "shown": null}}',
    "negative": b'{"06.jacobian_shape": {"last": "", "tries": -1, "shown": true}}',
    "bytes": bytes(range(256)),
    "deep": b"[" * 100_000,
    "large": b" " * 2**20 + b"{}",
    "digits": b'{"06.jacobian_shape": {"last": "", "tries": 1' + b"0" * 5000 + b', "shown": true}}',
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_costs_one_line(damage: bytes, make_tree: MakeTree) -> None:
    """The next answer is kept again; `pack` leaves the damage out and says so."""
    tree = make_tree()
    (tree / ".workbook").mkdir()
    (tree / ANSWERS_FILE).write_bytes(damage)
    done = command("pack", cwd=tree)
    assert done.returncode == 0
    assert done.stderr.count(f"{ANSWERS_FILE} is damaged: ") == 1
    assert "Traceback" not in done.stderr
    assert given_answers.PACKED not in zipfile.ZipFile(tree / "hand-in.zip").namelist()
    assert keep(tree) == given_answers.DAMAGED
    assert keep(tree) == ""
    assert given_answers.read_answers(tree)[ID].tries == 2


def test_what_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / ANSWERS_FILE).mkdir(parents=True)
    assert (
        keep(tmp_path) == f"your answer is not kept: {ANSWERS_FILE} cannot be read (Is a directory)"
    )
    (tmp_path / "file").write_text("")
    said = keep(tmp_path / "file")
    assert said.startswith(f"your answer is not kept: {ANSWERS_FILE} cannot be ")


def test_the_longest_answers_to_all_questions_can_be_read_again(tmp_path: Path) -> None:
    """The cap on the file leaves room for everything that is kept, and what is longer is cut."""
    for text in ("\x01" * 500, "𝛻" * 500, "\ud800" * 500):
        for question in QUESTIONS:
            given = {"last": text, "tries": 10**9, "shown": False}
            assert given_answers.keep_answer(tmp_path, question.id, given) == ""
        found = given_answers.read_answers(tmp_path)
        assert {*found} == {question.id for question in QUESTIONS}
        assert all(len(a.last) == given_answers.MAX_ANSWER_LENGTH for a in found.values())
        assert all(a.tries == given_answers.MAX_TRIES for a in found.values())


# ── the hand-in ──────────────────────────────────────────────────────────────────────────────────


def command(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_pack_takes_the_answers_to_known_questions(make_tree: MakeTree) -> None:
    """One small file in the zip, without what nobody asked; without answers there is none."""
    tree = make_tree(solved=False)
    command("pack", cwd=tree)
    assert given_answers.PACKED not in zipfile.ZipFile(tree / "hand-in.zip").namelist()
    keep(tree)
    kept = json.loads((tree / ANSWERS_FILE).read_text("utf-8"))
    (tree / ANSWERS_FILE).write_text(
        json.dumps({"06.of_old": {"last": "x" * 5000}, **kept}), "utf-8"
    )
    done = command("pack", cwd=tree)
    assert (done.returncode, done.stdout) == (0, "hand-in.zip\n")
    packed = zipfile.ZipFile(tree / "hand-in.zip").read(given_answers.PACKED)
    assert given_answers.parse_answers(packed) == {ID: GivenAnswer("2 × 2", 1, False)}
    assert json.loads(packed) == kept


def test_no_answer_changes_a_grade(make_tree: MakeTree) -> None:
    """A hand-in is graded alike with answers, with a damaged file of that name, and with none."""
    tree = make_tree()
    command("pack", cwd=tree)
    keep(tree)
    command("pack", "--name", "answered", cwd=tree)
    for number, content in enumerate(DAMAGE.values()):
        name = f"hand-in-damaged-{number}.zip"
        shutil.copyfile(tree / "hand-in.zip", tree / name)
        with zipfile.ZipFile(tree / name, "a") as archive:
            archive.writestr(given_answers.PACKED, content)
    zips = sorted(path.name for path in tree.glob("*.zip"))
    done = command("grade", "--json", *zips, cwd=tree)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reports) == len(zips) == len(DAMAGE) + 2
    assert {report.pop("hand_in") for report in reports} == {*zips}
    assert all(report == reports[0] for report in reports)
    assert reports[0]["score"] == reports[0]["max_score"]
    assert reports[0]["message"] == ""


def test_a_release_asks_the_same_questions(tmp_path: Path) -> None:
    """What `release` writes holds the questions and what shows them."""
    assert command("release", tmp_path / "out", cwd=ROOT).returncode == 0
    for name in (
        "autograder/questions.json",
        "notebooks/workbook/questions/question.js",
        "notebooks/workbook/questions/question.css",
    ):
        assert (tmp_path / "out" / name).read_bytes() == (ROOT / name).read_bytes()
