"""What a planted mistake should cost, found without the grader."""

from collections.abc import Collection, Mapping

from conftest import package
from in_process import answers_of

from autograder.exercises import EXERCISES
from autograder.harness.doubles import RECEIVED
from autograder.key.mistakes import Mistake
from autograder.model import Exercise
from autograder.scoring.comparison import compare_tensor, dtype_tolerance
from autograder.scoring.reference_store import ReferenceSet


def own_items(mistake: Mistake, references: ReferenceSet) -> set[str]:
    """The lines that a mistake should cost: those whose tensors differ when it is planted.

    Found without the grader: driven here, compared, and no more. Of the runs on own layers and on
    doubles the better one counts; edge and stability lines fall with the general ones.
    """
    files = package(changes={mistake.file: mistake.plant()})
    found: set[str] = set()
    for exercise in EXERCISES.values():
        if exercise.target.split(".")[2] == mistake.target.split(".")[2]:
            runs = [differing(exercise, references, files, "expected")]
            if exercise.doubles:
                runs.append(differing(exercise, references, files, "doubled"))
            found |= min(runs, key=lambda ids: worth(exercise, ids))
    return found


def differing(
    exercise: Exercise, references: ReferenceSet, files: Mapping[str, bytes], kind: str
) -> set[str]:
    classes = exercise.doubles if kind == "doubled" else ()
    answers = answers_of(files, exercise, references, classes)
    wrong: set[tuple[str, str]] = set()
    for reference in references.cases(exercise.id):
        given = answers[reference.case.id].tensors
        inputs = reference.inputs.values()
        for name, expected in getattr(reference, kind).items():
            got = given.get(name)
            loose = dtype_tolerance(inputs if got is None else [got, *inputs])
            if not name.startswith(RECEIVED) and compare_tensor(got, expected, loose):
                wrong |= {(reference.case.role, name), (reference.case.role, "")}
    ids = {id for tensor, role, id in exercise.lines if (role, tensor) in wrong}
    if any(id.endswith(".general") for id in ids):
        ids |= {id for tensor, _, id in exercise.lines if not tensor}
    return ids


def worth(exercise: Exercise, ids: Collection[str]) -> float:
    return sum(exercise.points[t or role] for t, role, id in exercise.lines if id in ids)
