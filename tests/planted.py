"""The points that a planted mistake should cost, found without the grader."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from conftest import package
from in_process import answers_of

from autograder.exercises import EXERCISES
from autograder.harness.doubles import RECEIVED
from autograder.key.mistakes import Mistake
from autograder.model import Exercise
from autograder.scoring.comparison import compare_tensor, dtype_tolerance
from autograder.scoring.reference_store import ReferenceSet

SHELF = Path(__file__).parent / "shelf"
PLANTED_IN_A_VARIANT = re.compile(r"^# mistake (\w+): (.+) -> (.+)$", re.MULTILINE)


def mistaken_sources() -> dict[str, str]:
    """The wrong sources on the shelf in other styles, by mistake and style: `relu.step__loops`.

    Each is either a file of its own, or a right variant with a line that says what to replace in
    it:
    `# mistake step: old -> new`.
    """
    found = {path.stem: path.read_text("utf-8") for path in (SHELF / "mistaken").glob("*.py")}
    for path in (SHELF / "variants").glob("*.py"):
        text, (home, style) = path.read_text("utf-8"), path.stem.split("__", 1)
        for line, old, new in (m.group(0, 2, 3) for m in PLANTED_IN_A_VARIANT.finditer(text)):
            code = PLANTED_IN_A_VARIANT.sub("", text)
            if code.count(old) != 1:
                raise ValueError(f"{path.name}: {line}: {old!r} stands {code.count(old)} times")
            key = line.removeprefix("# mistake ").partition(":")[0]
            found[f"{home}.{key}__{style}"] = code.replace(old, new)
    return dict(sorted(found.items()))


def own_items(mistake: Mistake, references: ReferenceSet) -> set[str]:
    """The lines that a mistake should cost: those whose tensors differ when it is planted.

    They are found without the grader: the modules are run and compared here. The better of two runs
    counts, on the own layers or on doubles. If general lines are lost, edge and stability lines are
    lost too.
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
