"""The references are right: two independent twins confirm them, and the proof can fail."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from attacks.references_by_path import LOOK_UP

from autograder.exercises import EXERCISES
from autograder.harness import doubles
from autograder.harness.doubles import RECEIVED
from autograder.harness.driving import drive_case
from autograder.key import differences, proof, references
from autograder.key.facts import facts_of
from autograder.key.mistakes import MISTAKES
from autograder.key.reseed import find_uniform_tensors
from autograder.model import Answer, Array, Case, Exercise, Expected, Fault
from autograder.scoring import reference_store
from autograder.scoring.comparison import TOLERANCES, compare_tensor
from autograder.scoring.reference_store import DOUBLED, FAULT, CaseReference, ReferenceSet

BOTH = {"public": reference_store.public_references(), "hidden": reference_store.best_references()}
BACKWARD = [id for id in EXERCISES if id.endswith(".backward")]


@pytest.fixture(params=["differences", pytest.param("autograd", marks=pytest.mark.proof)])
def twin(request: pytest.FixtureRequest) -> tuple[Any, float]:
    """An independent implementation, and the tolerance for its agreement."""
    if request.param == "differences":
        return differences, differences.DIFFERENCE_TOLERANCE
    pytest.importorskip("torch", reason="the proof by autograd needs PyTorch (extra `proof`)")
    from autograder.key import twins

    return twins, 1e-9


class Forged(ReferenceSet):
    """References with one changed tensor."""

    def __init__(self, true: ReferenceSet, key: tuple[str, str, str], forge: Any) -> None:
        self.kind = true.kind
        exercise, case, name = key
        self.cases = lambda e: tuple(  # type: ignore[assignment]
            forged(r, name, forge) if (e, r.case.id) == (exercise, case) else r
            for r in true.cases(e)
            if e == exercise
        )


def forged(reference: CaseReference, name: str, forge: Any) -> CaseReference:
    old = reference.expected[name]
    new = Expected(forge(old.low), forge(old.high), old.scale)
    return replace(reference, expected={**reference.expected, name: new})


@pytest.mark.every_exercise
@pytest.mark.parametrize("kind", BOTH)
def test_every_reference_is_confirmed(kind: str, twin: tuple[Any, float]) -> None:
    """Forward and backward, public and hidden: by autograd, and by differences of slide
    formulas."""
    assert proof.find_disagreements(BOTH[kind], *twin) == []


def one_of_each() -> Iterator[tuple[str, str, str]]:
    """Every scored tensor, in the first general case that has it."""
    seen = set()
    for exercise, case, name, expected in proof.stored_tensors(BOTH["public"]):
        if (exercise, name) not in seen and expected.low.any():
            seen.add((exercise, name))
            yield exercise, case, name


@pytest.mark.parametrize("key", list(one_of_each()), ids="/".join)
def test_the_proof_sees_a_small_error(key: tuple[str, str, str], twin: tuple[Any, float]) -> None:
    """If any tensor is multiplied by 1.0001, this tensor is reported, and nothing else."""
    tampered = Forged(BOTH["public"], key, lambda array: 1.0001 * array)
    found = proof.find_disagreements(tampered, *twin)
    own = [line for line in found if line.startswith("/".join(key) + ":")]
    assert len(own) == 1
    assert [line for line in found if line.startswith(key[0] + "/")] == own


@pytest.mark.parametrize("id", MISTAKES)
def test_the_proof_sees_every_mistake(id: str, twin: tuple[Any, float]) -> None:
    """The result of a planted mistake would not have passed as a reference."""
    namespace, tolerance = twin
    found = 0
    for exercise in EXERCISES.values():
        for (case, name), wrong in BOTH["public"].signatures(exercise.id).get(id, {}).items():
            if FAULT in name or name.startswith(DOUBLED):
                continue
            (reference,) = (r for r in BOTH["public"].cases(exercise.id) if r.case.id == case)
            wide = {n: a.astype(np.float64) for n, a in reference.inputs.items()}
            said = drive_case(exercise, reference.case, wide, namespace).tensors[name]
            old = reference.expected[name]
            assert (
                not proof.distance_outside(said, Expected(wrong, wrong, old.scale))
                <= 10 * tolerance
            )
            found += 1
            break
    assert found


def stored_in(section: str, kind: str) -> dict[str, Any]:
    """All tensors, scales or signatures of a set, by their full names."""
    topics = BOTH[kind].topics.values()
    return {name: what for topic in topics for name, what in getattr(topic, section).items()}


def test_a_twin_that_lacks_something_proves_nothing() -> None:
    """If a twin fails or returns other tensors, the proof reports it."""
    found = proof.find_disagreements(BOTH["public"], object(), 1.0)
    assert len(found) == sum(len(exercise.cases) for exercise in EXERCISES.values())


@pytest.mark.every_exercise
@pytest.mark.parametrize("kind", BOTH)
def test_rebuilt_references_are_the_stored_ones(kind: str) -> None:
    """The stored seed gives the same inputs, and tensors within a hundredth of the tolerance."""
    built = references.build_references(BOTH[kind].seed)
    stored, scales = stored_in("tensors", kind), stored_in("scales", kind)
    assert set(built.tensors) == set(stored)
    assert built.seed_of_doubles == BOTH[kind].seed_of_doubles
    for key, array in stored.items():
        if "/in/" in key:
            np.testing.assert_array_equal(built.tensors[key], array, key)
            continue
        assert built.scales.get(key, 0.0) == pytest.approx(scales.get(key, 0.0), rel=1e-9)
        allowed = TOLERANCES[8] / 100 * (np.abs(array) + scales[key.replace("/high/", "/low/")])
        assert (np.abs(built.tensors[key] - array) <= allowed).all(), key
    signatures = stored_in("signatures", kind)
    assert set(built.signatures) == set(signatures)
    for key, array in signatures.items():
        np.testing.assert_allclose(built.signatures[key], array, rtol=1e-5, atol=1e-6, err_msg=key)


def test_hidden_references_are_of_another_seed() -> None:
    """No number of a hidden case occurs in the public one, except for zeros and sizes."""
    public, hidden = (stored_in("tensors", k) for k in BOTH)
    assert set(public) == set(hidden)
    for key, array in public.items():
        _, case, kind, name = key.split("/")
        if name in ("A", "Z", "W1", "y") and kind == "in" and case != "zeros":
            assert not np.isin(array, hidden[key]).any(), key


def general() -> list[tuple[Exercise, Case, CaseReference]]:
    return [
        (EXERCISES[id], r.case, r)
        for kept in BOTH.values()
        for id in EXERCISES
        for r in kept.cases(id)
        if r.case.role == "general"
    ]


@pytest.mark.parametrize("kind", BOTH)
def test_no_general_reference_is_uniform(kind: str) -> None:
    """No tensor of a general case is 0, has one number everywhere, or has two equal rows.

    In all cases, the tensors of a network are not 0: inactive ReLUs would hide every mistake.
    """
    assert list(find_uniform_tensors(BOTH[kind])) == []


def test_upstream_derivatives_are_random() -> None:
    """The upstream derivatives differ clearly from entry to entry."""
    for exercise, case, reference in general():
        for name, array in reference.inputs.items():
            if name.startswith(("dLdA", "dLdZ")):
                assert len(np.unique(array)) == array.size, f"{exercise.id}/{case.id}/{name}"
                assert np.ptp(array) > 0.1, f"{exercise.id}/{case.id}/{name}"


def sizes(reference: CaseReference) -> tuple[int, ...]:
    """N and the widths of a general case."""
    x, batch = reference.inputs, EXERCISES[reference.exercise].batch
    if "sizes" in x:
        return (len(x[batch]), *(int(size) for size in x["sizes"]))
    return (*x[batch].shape, len(x["W"])) if "W" in x else x[batch].shape


@pytest.mark.parametrize("id", [e.id for e in EXERCISES.values() if e.batch])
def test_general_cases_cannot_be_passed_by_luck(id: str) -> None:
    """Unequal dimensions, a square, a case with N = C_out, and a second call with another N."""
    cases = [r for r in BOTH["hidden"].cases(id) if r.case.role == "general"]
    found = [sizes(r) for r in cases]
    assert any(len(set(size)) == len(size) for size in found), "none with unequal dimensions"
    assert any(len(set(size)) == 1 for size in found), "none square"
    assert any(size[0] == size[-1] for size in found)
    assert any(1 < size[0] < size[1] for size in found), "none wider than long"
    again = [
        (len(x[EXERCISES[id].batch]), len(before[0]))
        for x in (r.inputs for r in cases)
        if (before := [a for n, a in x.items() if n in ("before", "A_before", "Z_before")])
    ]
    assert any(now != before for now, before in again), "no second round of another size"


def test_edge_and_stability_are_a_fifth_at_most() -> None:
    """`zeros_like` and luck earn nothing, and stability earns only a small part of the points."""
    for exercise in EXERCISES.values():
        extra = sum(
            points for name, points in exercise.points.items() if name in ("edge", "stability")
        )
        assert extra <= exercise.max_score / 5


def test_rectifiers_stay_off_their_corner_but_in_their_own_edge_case() -> None:
    """Only the zeros of a ReLU's own edge case have an interval as reference; all others are
    numbers."""
    wide = {
        (exercise, case)
        for kept in BOTH.values()
        for exercise, case, _, expected in proof.stored_tensors(kept)
        if (expected.low != expected.high).any()
    }
    free = {exercise.id for exercise in EXERCISES.values() if facts_of(exercise).other_end}
    assert ("relu.backward", "zeros") in wide
    assert wide == {(id, "zeros") for id in free if id.endswith(".backward")}
    for _, _, _, expected in proof.stored_tensors(BOTH["hidden"]):
        assert (expected.low <= expected.high).all()


def test_float32_cases_are_there_and_proved_in_float64() -> None:
    """There are inputs of float32, and their references have the precision of float64."""
    for id, exercise in EXERCISES.items():
        cases = {r.case.id: r for r in BOTH["hidden"].cases(id)}
        if "float32" not in cases:
            assert not exercise.batch, f"{id} has no case float32"
            continue
        kinds = {n: a.dtype for n, a in cases["float32"].inputs.items() if n != "sizes"}
        assert set(kinds.values()) == {np.dtype(np.float32)}, exercise.id
        digits = [e.low for e in cases["float32"].expected.values()]
        assert any((array != array.astype(np.float32)).any() for array in digits) or (
            facts_of(exercise).corner_distance  # a ReLU's output has no more digits than its input
        )


def test_scales_are_those_of_the_terms() -> None:
    """No scale is smaller than its tensor, and none is so large that it would hide a mistake."""
    for kept in BOTH.values():
        for exercise, case, name, expected in proof.stored_tensors(kept):
            size = float(np.max(np.abs(expected.low), initial=0))
            where = f"{exercise}/{case}/{name}"
            assert expected.scale >= size * (1 - 1e-12), where
            if case in ("batch", "square", "one_example"):
                assert expected.scale <= 1000 * size, where


@pytest.mark.parametrize("kind", BOTH)
def test_a_wrong_step_of_descent_does_not_pass(kind: str) -> None:
    """The tolerance follows the parameter and its changes: an error of 3e-7 of them is found."""
    for reference in BOTH[kind].cases("sgd.step"):
        x = reference.inputs
        for name, expected in reference.expected.items():
            layers = range(1, sum(key.startswith("dLdW") for key in x) + 1)
            start = max(np.abs(x[f"{name}{k}"]).max() for k in layers)
            move = float(x["lr"]) * max(np.abs(x[f"dLd{name}{k}"]).max() for k in layers)
            terms = start + sum(step * move for step in range(1, int(x["steps"]) + 1))
            assert expected.scale <= terms * (1 + 1e-12), f"{reference.case.id}/{name}"
            assert compare_tensor(expected.low + 3e-6 * terms, expected, TOLERANCES[8])


def test_doubles_give_nobodys_answer() -> None:
    """On stand-ins, the network's tensors differ from those on layers, and their inputs are
    stored."""
    for id in ("mlp.forward", "mlp.backward"):
        for reference in BOTH["hidden"].cases(id):
            seen = [name for name in reference.doubled if name.startswith(RECEIVED)]
            layers = len(reference.inputs["sizes"]) - 1
            passes = (1 if id == "mlp.forward" else 2) * (
                2 if "A_before" in reference.inputs else 1
            )
            if id == "mlp.forward":
                passes = 2 if "A_before" in reference.inputs else 1
            assert len(seen) == (2 * layers - 1) * passes
            for name, expected in reference.expected.items():
                assert not alike(expected.low, reference.doubled[name].low)


def alike(one: Array, other: Array) -> bool:
    return one.shape == other.shape and np.allclose(one, other)


def test_the_attack_on_the_files_can_read_them() -> None:
    """Without a sandbox the attack finds the answer, so it is the sandbox that prevents it."""
    found: dict[str, Any] = {"np": np}
    exec(LOOK_UP, found)
    for kept, folder in (
        (BOTH["public"], reference_store.PUBLIC_FOLDER),
        (BOTH["hidden"], reference_store.HIDDEN_FOLDER),
    ):
        for reference in kept.cases("relu.forward"):
            answer = found["look_up"](folder, reference.inputs["Z"])
            np.testing.assert_array_equal(answer, reference.expected["A"].low)


def test_a_key_that_fails_on_doubles_makes_no_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without expected results even a stub would pass, so the builder refuses."""

    def fails(exercise: Exercise, case: str, *_: object, **__: object) -> Answer:
        return Answer(exercise.id, case, fault=Fault("error", text="no layers"))

    monkeypatch.setattr(doubles, "drive_on_doubles", lambda *_: fails)
    inputs: Any = {e.id: {case.id: {} for case in e.cases} for e in EXERCISES.values()}
    with pytest.raises(RuntimeError, match="the solved package fails"):
        references.add_doubled(references.BuiltReferences(1, 1, inputs=inputs), sys)
