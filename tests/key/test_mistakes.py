"""Every planted mistake is found under its own name, in every style, and costs its own points."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from conftest import package, replaced
from in_process import accused, items_of, loaded, lost, scored
from planted import SHELF, mistaken_sources, own_items

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.harness.doubles import RECEIVED
from autograder.harness.driving import drive_case
from autograder.key.mistakes import MISTAKES, Mistake
from autograder.key.reseed import find_indistinguishable
from autograder.model import Answer, Exercise, Item, Report
from autograder.running.grading import grade_hand_in
from autograder.scoring import reference_store
from autograder.scoring.comparison import compare_tensor, dtype_tolerance
from autograder.scoring.reference_store import FAULT, ReferenceSet
from autograder.scoring.wording import plain_message

MISTAKEN = mistaken_sources()
CLASSES = sorted({e.target.split(".")[2] for e in EXERCISES.values()})
BOTH = {"public": reference_store.public_references(), "hidden": reference_store.best_references()}
ONE_EACH = (
    "squared_error.no_half",
    "sigmoid.twice",
    "relu.mask_of_upstream",
    "softmax.diagonal_only",
    "linear.mean_over_batch",
    "softmax_cross_entropy.gradient_not_averaged",
    "mlp.not_reversed",
    "sgd.uphill",
)


def expect_its_own(mistake: Mistake, found: Mapping[str, Item], references: ReferenceSet) -> None:
    """The report names only this mistake, and only its points are lost."""
    assert lost(found) == own_items(mistake, references)
    assert accused(found) == {mistake.id}
    assert all(item.status != "internal" for item in found.values())
    told = "\n".join(plain_message(item) for item in found.values())
    assert bool(re.search(r"got -?[\d.]|they differ by", told)) <= (references.kind == "public")
    known = reference_store.known_misconceptions()[mistake.id]
    named = [item for item in found.values() if item.mistake]
    said = list(map(plain_message, named))
    assert all(known.hint in text and known.slide in text for text in said)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("id", MISTAKES)
def test_a_planted_mistake_is_named_and_costs_its_own_points(id: str, kind: str) -> None:
    """In the key's style: its own id, the lines whose tensors differ, and no others."""
    mistake = MISTAKES[id]
    found = scored({mistake.file: mistake.plant()}, BOTH[kind])
    expect_its_own(mistake, found, BOTH[kind])


@pytest.mark.parametrize("name", MISTAKEN)
def test_a_mistake_is_named_in_other_styles_too(name: str) -> None:
    """Loops, einsum, Jacobians, other attributes: the same name and the same points."""
    mistake = MISTAKES[name.split("__")[0]]
    found = scored({mistake.file: MISTAKEN[name]}, BOTH["hidden"])
    expect_its_own(mistake, found, BOTH["hidden"])


def test_the_shelf_is_full() -> None:
    """Every class has at least five mistakes, and every mistake has a source in another style."""
    for name in CLASSES:
        assert sum(m.target.split(".")[2] == name for m in MISTAKES.values()) >= 5
    assert {name.split("__")[0] for name in MISTAKEN} == set(MISTAKES)


def test_a_mistake_in_a_layer_costs_the_network_nothing() -> None:
    """Points that the network loses on a broken layer are restored on doubles; the report says
    so."""
    found = scored({"linear.py": MISTAKES["linear.derivative_averaged"].plant()})
    network = [item for item in found.values() if item.exercise == "mlp.backward"]
    assert all(item.score == item.max_score for item in network)
    assert all(item.follow_through for item in network)


@pytest.mark.parametrize(
    "ids",
    [
        ("linear.mean_over_batch", "mlp.not_reversed"),
        ("linear.weights_not_transposed", "mlp.activations_skipped_back"),
        ("linear.no_bias", "mlp.no_activations"),
        ("relu.not_masked", "mlp.shared_activation"),
        ("sigmoid.sign_of_exponent", "mlp.returns_what_came_in"),
        ("softmax.over_the_batch", "softmax_cross_entropy.over_the_batch"),
        ONE_EACH,
    ],
    ids="+".join,
)
def test_mistakes_in_several_classes_are_all_named(ids: tuple[str, ...]) -> None:
    """Each mistake costs the lines of its own class, although the network uses the other
    classes."""
    mistakes = [MISTAKES[id] for id in ids]
    found = scored({m.file: m.plant() for m in mistakes})
    assert accused(found) == set(ids)
    assert lost(found) == set().union(*(own_items(m, BOTH["hidden"]) for m in mistakes))


def test_two_mistakes_in_one_method_are_both_named() -> None:
    """Two tensors of one method are wrong in different ways: each line names its own mistake."""
    first, second = MISTAKES["linear.mean_over_batch"], MISTAKES["linear.bias_over_outputs"]
    source = first.plant()
    assert source.count(second.old) == 1
    found = scored({"linear.py": source.replace(second.old, second.new)})
    assert found["linear.backward.dLdW.general"].mistake == first.id
    assert found["linear.backward.dLdb.general"].mistake == second.id
    assert found["linear.backward.dLdA.general"].status == "pass"


def test_in_processes_of_their_own_the_same_is_said() -> None:
    """One mistake in each class, through the real runner, gives the same items as the tests
    above."""
    planted = {MISTAKES[id].file: MISTAKES[id].plant() for id in ONE_EACH}
    report = grade_hand_in(
        HandIn("", package(changes=planted)), BOTH["hidden"], list(EXERCISES.values())
    )
    assert {item.id: item for item in report.items} == scored(planted)
    assert {item.mistake for item in report.items if item.mistake} == set(ONE_EACH)
    assert classes(report, lost_only=True) == set(CLASSES)


def classes(report: Report, lost_only: bool) -> set[str]:
    found = [i for i in report.items if i.score < i.max_score or not lost_only]
    return {item.target.split(".")[2] for item in found}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("id", EXERCISES)
def test_no_two_mistakes_look_alike(id: str, kind: str) -> None:
    """Every two signatures differ by 1 %; if either mistake shows in a general case, in such a
    case."""
    assert list(find_indistinguishable(id, BOTH[kind])) == []


def own_answers(exercise: Exercise, references: ReferenceSet, near: float, id: str) -> Any:
    """Answers between the right ones (near = 0) and those of a mistake (near = 1)."""
    signature = references.signatures(exercise.id)[id]
    answers = {}
    for r in references.cases(exercise.id):
        tensors = {}
        for name, expected in r.expected.items():
            wrong = signature.get((r.case.id, name), expected.low)
            same = wrong.shape == expected.low.shape
            tensors[name] = (1 - near) * expected.low + near * wrong if same else near * wrong
        answers[r.case.id] = Answer(exercise.id, r.case.id, tensors)
    return answers


@pytest.mark.parametrize("near", [0.5, 0.99, 1.01, -1.0])
@pytest.mark.parametrize("id", MISTAKES)
def test_what_is_only_near_a_mistake_is_not_called_by_its_name(id: str, near: float) -> None:
    """An answer that differs from a signature by 1 % of its size is wrong, but not that mistake."""
    references = BOTH["hidden"]
    for exercise in EXERCISES.values():
        stored = references.signatures(exercise.id).get(id, {})
        finite = [a for (_, n), a in stored.items() if FAULT not in n and np.isfinite(a).all()]
        if finite and len(finite) == len(stored):
            for item in items_of(exercise, references, own_answers(exercise, references, near, id)):
                assert item.mistake != id


@pytest.mark.parametrize(
    ("near", "said"), [(0.9995, True), (1.0005, True), (0.998, False), (1.002, False)]
)
def test_a_thousandth_of_the_distance_is_near_enough(near: float, said: bool) -> None:
    """With a deviation of half a thousandth, it is still that mistake; with two thousandths,
    not."""
    exercise, references, id = (
        EXERCISES["linear.backward"],
        BOTH["hidden"],
        "linear.mean_over_batch",
    )
    found = items_of(exercise, references, own_answers(exercise, references, near, id))
    named = {item.id for item in found if item.mistake == id}
    assert ("linear.backward.dLdW.general" in named) == said


@pytest.mark.parametrize(("off", "said"), [(0, True), (5e-10, True), (5e-9, False)])
def test_where_a_mistake_is_right_only_rounding_is_allowed(off: float, said: bool) -> None:
    """Numbers beside the nan of an overflow must be right up to 1e-9 of the largest one."""
    exercise, references, id = EXERCISES["sigmoid.forward"], BOTH["hidden"], "sigmoid.overflow"
    signature, answers = references.signatures(exercise.id)[id], {}
    for r in references.cases(exercise.id):
        for name, expected in r.expected.items():
            wrong = signature.get((r.case.id, name))
            given = expected.low if wrong is None else wrong + off * expected.low.max()
            answers[r.case.id] = Answer(exercise.id, r.case.id, {name: given})
    found = {item.id: item for item in items_of(exercise, references, answers)}
    assert found["sigmoid.forward.stability"].status == "fail"
    assert (found["sigmoid.forward.stability"].mistake == id) == said


BACK = "zip(reversed(self.layers[:-1]), reversed(self.f))"
START = f"dLdA = self.layers[-1].backward(dLdZ)\n        for layer, activation in {BACK}"
FROM_dLdZ = "dLdA = dLdZ\n        for layer, activation in "


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ("return self.layers[-1].forward(A)", "return A", "mlp.last_layer_skipped"),
        (BACK, "zip(self.layers, self.f)", "mlp.not_reversed"),
        (START, f"{FROM_dLdZ}zip(self.layers, self.f)", "mlp.not_reversed_and_last_skipped"),
        (
            START,
            FROM_dLdZ + BACK.replace("[:-1]", ""),
            "mlp.activation_after_last_and_first_layer_lost",
        ),
    ],
)
def test_a_loop_over_pairs_that_loses_a_layer_is_named(old: str, new: str, id: str) -> None:
    """There are more layers than activations: however `zip` is misused, the report names the
    place."""
    assert accused(scored(replaced("mlp.py", old, new))) == {id}


def test_what_is_wrong_in_a_chain_in_its_own_way_is_not_named() -> None:
    """One wrong tensor does not prove that a network's order is wrong: it can have many causes."""
    changes = replaced("mlp.py", "zip(self.layers, self.f)", "zip(self.layers[::-1], self.f[::-1])")
    found = scored({"mlp.py": changes["mlp.py"].replace("self.layers[-1].f", "self.layers[0].f")})
    assert {"mlp.forward.Z.general", "mlp.backward.dLdW3.general"} < lost(found)
    assert not accused(found)


def test_a_forward_that_changes_the_layer_is_no_matter_of_backward() -> None:
    """W is transposed permanently: the second batch shows it, but `backward` is tested with the
    true W."""
    changes = replaced(
        "linear.py",
        "return A @ self.W.T + self.b.T",
        "self.W = self.W.T\n        return A @ self.W + self.b.T",
    )
    found = scored(changes)
    assert lost(found) == {"linear.forward.Z.general", "linear.forward.edge"}
    assert accused(found) == {"linear.weights_turned_for_good"}


def test_a_forward_that_changes_parameters_in_place_is_no_matter_of_backward_either() -> None:
    """This also holds if the arrays themselves are changed: `backward` is tested with the true
    W."""
    end = "return A @ self.W.T + self.b.T"
    changes = replaced("linear.py", end, f"self.W += 1\n        self.b -= 1\n        {end}")
    assert lost(scored(changes)) == {"linear.forward.Z.general", "linear.forward.edge"}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("step", "lost_lines"),
    [
        ("self.W = self.W - 0.03 * self.dLdW", {"dLdA.general", "edge"}),
        ("self.W -= 0.03 * self.dLdW", {"dLdA.general", "edge"}),
        ("self.W[:] = 0", {"dLdA.general", "edge"}),
        ("self.b = self.b - 0.03 * self.dLdb", {"edge"}),
    ],
)
def test_a_way_back_that_moves_parameters_costs_itself_alone(
    step: str, lost_lines: set[str], kind: str
) -> None:
    """For any step size, it costs only its own lines, with a message, and not those of the
    network."""
    back = "return dLdZ @ self.W"
    changes = replaced(
        "linear.py", back, f"dLdA = dLdZ @ self.W\n        {step}\n        return dLdA"
    )
    found = scored(changes, BOTH[kind])
    assert lost(found) == {f"linear.backward.{line}" for line in lost_lines}
    assert not accused(found)
    said = plain_message(found["linear.backward.edge"])
    assert "W or b is not what it was before backward" in said


def test_a_rectifier_that_ends_somewhere_is_not_one() -> None:
    """A ReLU that is cut off at 6 loses points, because some general inputs are larger."""
    found = scored(replaced("relu.py", "np.maximum(Z, 0)", "np.clip(Z, 0, 6)"))
    assert lost(found) == {"relu.forward.A.general", "relu.forward.edge"}


def test_derivatives_set_to_zero_before_the_step_are_not_called_lost() -> None:
    """W does not move, as if no derivative were stored: the name describes what both have in
    common."""
    start = "for layer in self.model.layers:\n"
    zero = "            layer.dLdW, layer.dLdb = 0 * layer.dLdW, 0 * layer.dLdb\n"
    found = scored(replaced("sgd.py", start, start + zero))
    assert accused(found) == {"sgd.nothing_moves"}


def test_what_forward_did_not_put_aside_is_said_to_be_missing() -> None:
    """The hint replaces matmul's sentence about axes: `self.A` is None if it was never stored."""
    changes = replaced("linear.py", "        self.A = A\n        return", "        return")
    check = (
        '        if self.A is None:\n            raise RuntimeError("Linear.backward: call forward '
    )
    changes["linear.py"] = changes["linear.py"].replace(check + 'first")\n', "")
    message = plain_message(scored(changes, BOTH["public"])["linear.backward.dLdW.general"])
    assert message.splitlines()[-1] == (
        "hint: one side of @ is no array, but a number, or None: has `forward` put it aside under "
        "this name?"
    )


@pytest.mark.parametrize("kind", BOTH)
def test_a_divergence_that_changes_what_it_is_given_loses_the_edge(kind: str) -> None:
    """`y -= d` gives the right number once, but overwrites the network's output."""
    changes = replaced("squared_error.py", "difference = y - d", "y -= d\n    difference = y")
    found = scored(changes, BOTH[kind])
    assert lost(found) == {"squared_error.edge"}
    assert "read-only" in plain_message(found["squared_error.edge"]) or kind == "hidden"


def test_a_wrong_parameter_has_a_place() -> None:
    """The message gives layer, row and column of a wrong parameter; for wrong shapes, it is
    short."""
    mistake = MISTAKES["sgd.last_layer_left"]
    found = scored({mistake.file: mistake.plant()}, BOTH["public"])
    assert re.search(r"at \[1, [01], [012]\]\n", plain_message(found["sgd.step.W.general"]))
    end = "layer.b = layer.b - self.lr * layer.dLdb"
    only_first = "if layer is self.model.layers[0]:\n                layer.b = layer.W"
    changes = replaced("sgd.py", end, f"{end}\n            {only_first}")
    said = plain_message(scored(changes, BOTH["public"])["sgd.step.b.general"])
    assert said.startswith("b has shape (8,), expected (2, 2, 1) in 3 of 3 cases, first in «one_s")


def test_an_axis_in_place_of_a_number_is_explained() -> None:
    """`np.max(0, Z)` raises: no signature matches, but the hint for the exception explains it."""
    changes = replaced("relu.py", "np.maximum(Z, 0)", "np.max(0, Z)")
    message = plain_message(scored(changes, BOTH["public"])["relu.forward.A.general"])
    assert message.endswith(
        "the line is: return np.max(0, Z)\n"
        "hint: an array stands where one whole number belongs: an axis, a size, an index "
        "(np.max takes an axis there; np.maximum compares two arrays)"
    )


@pytest.mark.parametrize("given", [np.nan, np.inf, 0.0, 1.0])
@pytest.mark.parametrize("id", EXERCISES)
def test_answers_that_are_nobodys_are_not_named(id: str, given: float) -> None:
    """An answer with one number everywhere earns no points, and no mistake is named."""
    exercise, references = EXERCISES[id], BOTH["hidden"]
    answers = {
        r.case.id: Answer(
            id, r.case.id, {n: np.full_like(e.low, given) for n, e in r.expected.items()}
        )
        for r in references.cases(id)
    }
    for item in items_of(exercise, references, answers):
        assert item.score == 0
        assert item.mistake is None


@pytest.mark.parametrize("seed", range(5))
def test_random_answers_are_not_named(seed: int) -> None:
    """Random numbers of the right shape and size do not match any mistake."""
    rng = np.random.default_rng(seed)
    for exercise in EXERCISES.values():
        answers = {
            r.case.id: Answer(
                exercise.id,
                r.case.id,
                {n: rng.standard_normal(e.low.shape) for n, e in r.expected.items()},
            )
            for r in BOTH["hidden"].cases(exercise.id)
        }
        found = items_of(exercise, BOTH["hidden"], answers)
        assert {item.mistake for item in found} == {None}
        assert sum(item.score for item in found) == 0


def test_a_mistake_is_planted_in_one_place() -> None:
    """A text that does not occur in the target, or occurs twice, is refused."""
    known = vars(MISTAKES["linear.no_bias"])
    for old, times in (("nowhere", 0), ("self", 8)):
        with pytest.raises(ValueError, match=f"linear.no_bias: '{old}' stands {times} times"):
            Mistake(**{**known, "old": old}).plant()


def test_mistakes_are_told_as_a_teacher_would() -> None:
    """A name is a clause, a hint is one text without code, and a slide is given by its title."""
    slides = (SHELF / "slides.txt").read_text("utf-8").splitlines()
    for mistake in MISTAKES.values():
        assert mistake.slide in slides
        assert mistake.name[0].islower() or mistake.name.startswith(("A ", "W ", "dLd"))
        assert mistake.name[-1] not in ".?!"
        assert mistake.hint[-1] in ".?!"
        assert len(mistake.hint) <= 240
        for code in ("self.A", "self.d", "np.", "axis=", "keepdims", "@", ".T"):
            assert code not in mistake.hint, mistake.id


def test_students_get_names_and_tensors_and_not_what_was_changed() -> None:
    """The public list of mistakes is that of the key without the substitutions."""
    assert {
        m.id: (m.name, m.hint, m.slide) for m in reference_store.known_misconceptions().values()
    } == {m.id: (m.name, m.hint, m.slide) for m in MISTAKES.values()}
    text = (reference_store.PUBLIC_FOLDER / "mistakes.json").read_text("utf-8")
    assert '"old"' not in text
    assert '"new"' not in text


def test_signatures_hold_what_a_planted_mistake_gives() -> None:
    """The stored tensors are those of the planted package, and only those that differ."""
    for id in ONE_EACH:
        mistake = MISTAKES[id]
        files = package(changes={mistake.file: mistake.plant()})
        with loaded(files) as mytorch:
            for exercise in EXERCISES.values():
                if exercise.module != ".".join(mistake.target.split(".")[:2]):
                    continue
                for r in BOTH["public"].cases(exercise.id):
                    check_case(id, exercise, r, mytorch)


def check_case(
    id: str, exercise: Exercise, reference: reference_store.CaseReference, mytorch: Any
) -> None:
    case, inputs = reference.case, reference.inputs
    given = drive_case(exercise, case, inputs, mytorch)
    stored = BOTH["public"].signatures(exercise.id).get(id, {})
    assert ((case.id, FAULT) in stored) == (given.fault is not None)
    for name, array in given.tensors.items():
        assert not name.startswith(RECEIVED)
        loose = dtype_tolerance([array, *inputs.values()])
        wrong = compare_tensor(array, reference.expected[name], loose) is not None
        assert ((case.id, name) in stored) == wrong
        if wrong:
            np.testing.assert_allclose(stored[case.id, name], array, rtol=1e-6, atol=1e-9)
