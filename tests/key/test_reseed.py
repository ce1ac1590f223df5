"""Other hidden cases: they are as good as the old ones, are kept afterwards, and stay secret."""

import re
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, package, replaced
from in_process import accused, lost, scored

from autograder import cli
from autograder.exercises import EXERCISES, TOPICS
from autograder.hand_in.module_reader import HandIn
from autograder.harness.driving import drive_case
from autograder.key import differences, proof, references, release, reseed, storing
from autograder.key.mistakes import MISTAKES
from autograder.model import Array
from autograder.running.grading import grade_hand_in
from autograder.scoring import reference_store
from autograder.scoring.record import to_json
from autograder.scoring.reference_store import ReferenceSet
from autograder.scoring.report import to_text

SEEDS = (1, 20, 300, 2027, 2**62)


@pytest.fixture(scope="module", autouse=True)
def built_once() -> Iterator[Any]:
    """The results for each seed are computed only once, because `good_seed` already built them.

    The test of the command clears this cache, because it compares two runs.
    """
    with pytest.MonkeyPatch.context() as patch:
        once = cache(references.build_references)
        patch.setattr(references, "build_references", once)
        patch.setattr(storing, "build_references", once)
        yield once


@pytest.fixture(scope="module", params=SEEDS)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReferenceSet:
    """The hidden references for another seed."""
    seed, _ = reseed.good_seed(request.param)
    folder = tmp_path_factory.mktemp("hidden")
    storing.write_topic_files(references.build_references(seed), folder, "hidden")
    return ReferenceSet(folder, "hidden")


def test_the_proof_holds_for_any_seed(drawn: ReferenceSet) -> None:
    """The slides' formulas with central differences confirm every number."""
    assert proof.find_disagreements(drawn, differences, differences.DIFFERENCE_TOLERANCE) == []


@pytest.mark.proof
def test_autograd_confirms_any_seed(drawn: ReferenceSet) -> None:
    """PyTorch confirms every number too."""
    pytest.importorskip("torch", reason="the proof by autograd needs PyTorch (extra `proof`)")
    from autograder.key import twins

    assert proof.find_disagreements(drawn, twins, 1e-9) == []


def test_general_cases_stay_off_the_corner(drawn: ReferenceSet) -> None:
    """Whatever the seed, no rectifier of a general case, or of a network, meets |z| < 0.05."""
    met: list[float] = []
    with references.solved_variant({}) as solved:
        forward = solved.ReLU.forward

        def watched(self: Any, Z: Array) -> Any:
            met.append(float(np.min(np.abs(Z))))
            return forward(self, Z)

        solved.ReLU.forward = watched
        for exercise in EXERCISES.values():
            for r in drawn.cases(exercise.id):
                if r.case.role == "general" or exercise.doubles:
                    drive_case(exercise, r.case, r.inputs, solved)
    assert len(met) > 30
    assert min(met) >= references.MIN_CORNER_DISTANCE


def test_grading_is_the_same_for_any_seed(drawn: ReferenceSet) -> None:
    """Right work gets all points, and each planted mistake is named (a fifth of them per seed)."""
    assert lost(scored({}, drawn)) == set()
    turn = min(n for n, seed in enumerate(SEEDS) if int(drawn.seed) - seed in range(20))
    for mistake in list(MISTAKES.values())[turn :: len(SEEDS)]:
        assert accused(scored({mistake.file: mistake.plant()}, drawn)) == {mistake.id}


def test_other_seeds_share_no_number(drawn: ReferenceSet) -> None:
    """Last term's numbers do not help a student: no input of a general case occurs again."""
    for id in EXERCISES:
        for new, old in zip(drawn.cases(id), reference_store.best_references().cases(id)):
            if new.case.role == "general":
                for name in {"A", "Z", "y", "W1"} & set(new.inputs):
                    same = np.isin(new.inputs[name], old.inputs[name])
                    assert not same.any(), f"{id}/{new.case.id}/{name}"


def test_what_is_not_good_enough_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed with a flaw is skipped, and a line says why; if all seeds have one, the search
    ends."""
    true = reseed.find_flaws
    seen: list[ReferenceSet] = []

    def strict(made: ReferenceSet) -> Iterator[str]:
        seen.append(made)
        if len(seen) == 1:
            yield "a and b look alike"
        yield from true(made)

    monkeypatch.setattr(reseed, "find_flaws", strict)
    assert reseed.good_seed(20) == (
        21,
        ["seed 20 is not good enough, taking another: a and b look alike"],
    )
    monkeypatch.setattr(reseed, "find_flaws", true)
    monkeypatch.setattr(reseed, "NEAR", 1e6)
    monkeypatch.setattr(reseed, "MAX_DRAWS", 2)
    drawn = iter((20, 21))  # both are already built
    monkeypatch.setattr(secrets, "randbits", lambda _: next(drawn))
    with pytest.raises(RuntimeError, match="no good cases in 2 draws: a draw is not good enough"):
        reseed.good_seed()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the references that the command writes in a test."""
    monkeypatch.setattr(storing, "PUBLIC_FOLDER", tmp_path / "public")
    monkeypatch.setattr(storing, "HIDDEN_FOLDER", tmp_path / "hidden")
    return tmp_path / "hidden"


def test_one_command_reseeds_and_later_runs_keep_it(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], built_once: Any
) -> None:
    """`references --reseed` draws a random seed; `references` keeps it; the public cases stay the
    same; the seed is not printed."""
    assert cli.main(["references", "--reseed"]) == 0
    seed = ReferenceSet(elsewhere, "hidden").seed
    kept = contents(elsewhere)
    assert seed > 2**32 or seed != storing.PUBLIC_SEED
    built_once.cache_clear()
    assert cli.main(["references"]) == 0
    assert contents(elsewhere) == kept
    public = elsewhere.parent / "public"
    made, stored = ReferenceSet(public, "public"), reference_store.public_references()
    for id in EXERCISES:
        for new, old in zip(made.cases(id), stored.cases(id)):
            for name, array in new.inputs.items():
                np.testing.assert_array_equal(array, old.inputs[name])
    assert cli.main(["references", "--seed", "20"]) == 0
    assert ReferenceSet(elsewhere, "hidden").seed == 20
    said = capsys.readouterr()
    assert str(seed) not in said.out + said.err
    all_files = "wrote " + ", ".join(f"{topic}.npz" for topic in TOPICS)
    nothing = "nothing has changed"
    assert said.out.splitlines() == [
        f"{folder}: {what}"
        for folder, what in (
            *((public, all_files), (elsewhere, all_files)),
            *((public, nothing), (elsewhere, nothing)),
            *((public, nothing), (elsewhere, all_files)),
        )
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def numbers(drawn: ReferenceSet) -> set[float]:
    """Every hidden number that is unusual enough to be recognised."""
    arrays = [
        array
        for id in EXERCISES
        for r in drawn.cases(id)
        for array in [*r.inputs.values(), *(e.low for e in r.expected.values())]
    ]
    found = {float(x) for array in arrays for x in np.ravel(array)[:50] if np.isfinite(x)}
    return {x for x in found if x != round(x, 2)}


def stored_in(data: bytes, wanted: set[float]) -> set[float]:
    """The numbers whose eight bytes occur in the data, at any position."""
    words = np.array(sorted(wanted))
    found: set[float] = set()
    for start in range(8):
        there = np.frombuffer(data, np.uint64, (len(data) - start) // 8, start)
        found |= set(words[np.isin(words.view(np.uint64), there)].tolist())
    return found


def spelt_in(data: bytes, wanted: set[float]) -> set[float]:
    """The numbers that occur in the data as text."""
    spelt = b" ".join(re.findall(rb"[-+.e\d]{10,}", data))  # all texts that could be such a number
    texts = {x: f"{x:.9g}".encode() for x in wanted}
    return {x for x, text in texts.items() if len(text) >= 10 and text in spelt}


def test_no_hidden_number_is_in_a_release() -> None:
    """A release contains them neither as text nor as bytes: no input, no reference, no seed."""
    everything = b"\n".join(release.release_files(ROOT).values())
    hidden = reference_store.best_references()
    assert hidden.kind == "hidden"
    public = numbers(reference_store.public_references())
    secret = numbers(hidden) - public  # 1/12 is not secret
    assert len(secret) > 1000
    assert stored_in(everything, secret) == set()
    assert spelt_in(everything, secret) == set()
    assert f'"seed": {hidden.seed},'.encode() not in everything
    assert len(stored_in(everything, public)) > 1000, "the public ones are found like that"
    assert len(spelt_in(everything, public)) > 20


def test_no_hidden_number_is_in_a_report() -> None:
    """Wrong results, and exceptions with the inputs in their texts, do not show them in text or
    JSON."""
    changes = {
        **replaced("linear.py", "dLdZ.T @ self.A", "dLdZ.T @ self.A / len(dLdZ)"),
        **replaced("relu.py", "return np.maximum(Z, 0)", "raise ValueError(repr(Z.tolist()))"),
        **replaced("sigmoid.py", "return self.A", "return self.A + Z"),
    }
    hidden = reference_store.best_references()
    found = grade_hand_in(HandIn("ada", package(changes=changes)), hidden, list(EXERCISES.values()))
    assert found.score < found.max_score
    said = to_json(found) + to_text(found)
    told = {abs(float(n)) for n in re.findall(r"\d+\.\d{3,}(?:e[+-]?\d+)?", said)}
    secret = sorted(abs(x) for x in numbers(hidden) - numbers(reference_store.public_references()))
    near = [n for n in told if np.min(np.abs(np.array(secret) - n)) < 5e-4 * n]
    assert near == []
    assert str(hidden.seed) not in said
    assert str(hidden.seed_of_doubles) not in said
