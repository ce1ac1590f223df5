"""Other hidden cases, for example for a new term: draw until they meet all requirements.

`find_flaws` is the test that every set of references must pass, including the stored ones.
"""

import secrets
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np

from autograder.exercises import EXERCISES, exercises_below
from autograder.model import Array, Exercise
from autograder.scoring.reference_store import FAULT, ReferenceSet

from . import differences, proof, references, storing
from .facts import facts_of

MAX_DRAWS = 20  # after so many draws, something else must be wrong
NEAR = 0.01  # if two mistakes differ by less than this part of their effect, they are too similar

Tensors = dict[tuple[str, str], Array]  # by case and name


def good_seed(seed: int | None = None) -> tuple[int, list[str]]:
    """A seed whose cases have no flaw: the first one from `seed` on, or a random one if it is None.

    Returns: the seed, and one line per rejected seed.
    """
    refused: list[str] = []
    for step in range(MAX_DRAWS):
        drawn = secrets.randbits(63) if seed is None else seed + step
        if not (flaw := first_flaw(drawn)):
            return drawn, refused
        which = "a draw" if seed is None else f"seed {drawn}"
        refused.append(f"{which} is not good enough, taking another: {flaw}")
    raise RuntimeError(f"no good cases in {MAX_DRAWS} draws: {refused[-1]}")


def first_flaw(seed: int) -> str:
    """The first flaw in the references made from a seed, or "" if there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            storing.write_topic_files(references.build_references(seed), Path(scratch), "hidden")
        except RuntimeError as error:
            return str(error)
        return next(find_flaws(ReferenceSet(Path(scratch), "hidden")), "")


def find_flaws(drawn: ReferenceSet) -> Iterator[str]:
    """The reasons why references are not fit for grading, one line each."""
    yield from find_uniform_tensors(drawn)
    for exercise in EXERCISES:
        yield from find_indistinguishable(exercise, drawn)
    yield from proof.find_disagreements(drawn, differences, differences.DIFFERENCE_TOLERANCE)


def find_uniform_tensors(drawn: ReferenceSet) -> Iterator[str]:
    """Tensors in which a mistake could stay unseen. In general cases: all zeros, one number
    everywhere, or two equal rows. In cases of a network: all zeros, because all its ReLUs are
    inactive."""
    for id, exercise in EXERCISES.items():
        for reference in drawn.cases(id):
            for name, expected in reference.expected.items():
                where, low = f"{id}/{reference.case.id}/{name}", expected.low
                if exercise.doubles and not low.any():
                    yield f"{where} is 0"
                if reference.case.role != "general":
                    continue
                rows = low.ndim == 2 and not passes_corner(exercise)
                if not low.any() or (low.size > 1 and np.ptp(low) <= NEAR):
                    yield f"{where} is one number everywhere"
                elif rows and len(np.unique(low, axis=0)) < len(low):
                    yield f"{where} has equal rows"
                elif (low != expected.high).any():
                    yield f"{where} is an interval"


def passes_corner(exercise: Exercise) -> bool:
    """Whether an exercise contains a ReLU: then a row may be 0, and several rows may be equal."""
    passed = (exercise, *exercises_below(exercise.id))
    return any(facts_of(one).corner_distance is not None for one in passed)


def find_indistinguishable(exercise: str, drawn: ReferenceSet) -> Iterator[str]:
    """Pairs of mistakes that no case distinguishes. If one of them changes a general case, a
    general case must distinguish them."""
    right = {(r.case.id, n): e.low for r in drawn.cases(exercise) for n, e in r.expected.items()}
    role = {case.id: case.role for case in EXERCISES[exercise].cases}
    stored = drawn.signatures(exercise)
    telling = [m for m in sorted(stored) if any(FAULT not in name for _, name in stored[m])]
    whole = {m: whole_signature(stored[m], right) for m in telling}
    for one, other in combinations(telling, 2):
        apart = {
            role[case]
            for case, name in right
            if tensors_differ(whole[one][case, name], whole[other][case, name], right[case, name])
        }
        shows = {role[case] for m in (one, other) for case, _ in stored[m]}
        if not apart or ("general" in shows and "general" not in apart):
            yield f"{one} and {other} look alike"


def whole_signature(stored: Tensors, right: Tensors) -> Tensors:
    """The result of a mistake for every tensor of every case, including the unchanged tensors."""
    return {key: stored.get((key[0], FAULT), stored.get(key, right[key])) for key in right}


def tensors_differ(one: Array, other: Array, right: Array) -> bool:
    """Whether two tensors differ by more than NEAR times their distance from the right tensor."""
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return True
    both = np.isfinite(one)
    if not np.array_equal(both, np.isfinite(other)):
        return True
    if one.dtype.kind == "u":  # the name of an exception
        return not np.array_equal(one, other)
    with np.errstate(invalid="ignore"):
        sizes = [x - right if x.shape == right.shape else x for x in (one, other)]
        size = max(float(np.max(np.abs(s), where=both, initial=0)) for s in sizes)
        return float(np.max(np.abs(one - other), where=both, initial=0)) > NEAR * size
