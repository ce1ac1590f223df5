"""What a new exercise still lacks: one plain line for each place that is missing or wrong."""

from collections.abc import Iterator

from conftest import ROOT, variants_of
from planted import mistaken_sources

from autograder.exercises import EXERCISES
from autograder.key import proof
from autograder.key.build import find_out_of_step
from autograder.key.facts import FACTS
from autograder.key.mistakes import MISTAKES
from autograder.key.notebook import notebook_sources
from autograder.key.solved import REGION, SOLVED, solved_modules
from autograder.model import Exercise
from autograder.scoring import reference_store
from autograder.scoring.topic_file import DamagedFile
from autograder.workspace.writer import find_function, parse_text

FEWEST = 5  # mistakes per class


def missing_places() -> Iterator[str]:
    """Every missing place of every exercise, and every part that belongs to no exercise."""
    yield from without_exercise()
    yield from wrong_heads()
    for exercise in EXERCISES.values():
        yield from missing_for_exercise(exercise)
    for owner in dict.fromkeys(exercise.owner for exercise in EXERCISES.values()):
        yield from missing_for_class(owner)
    styles = {name.split("__")[0] for name in mistaken_sources()}
    for mistake in sorted({*MISTAKES} - styles):
        home = mistake.split(".")[0]
        yield (
            f"{mistake} has no source in another style: tests/shelf/mistaken/{mistake}__STYLE.py, "
            f"or a line «# mistake …» in tests/shelf/variants/{home}__STYLE.py"
        )


def wrong_heads() -> Iterator[str]:
    """Notebooks whose heads do not state the right number of points."""
    for name, source in notebook_sources().items():
        points = sum(e.max_score for e in EXERCISES.values() if name.startswith(e.notebook))
        if f"{points:g} points" not in source.partition("\n# %%\n")[0]:
            yield f"the head of {name} in autograder/key/notebooks/ does not say {points:g} points"


def without_exercise() -> Iterator[str]:
    """Solutions, mistakes and records of the key that belong to no exercise."""
    known = {exercise.file.removeprefix("mytorch/") for exercise in EXERCISES.values()}
    owners = {exercise.owner for exercise in EXERCISES.values()}
    for name, source in solved_modules().items():
        if name not in known and REGION.search(source):
            yield f"autograder/key/mytorch/{name} belongs to no exercise in autograder/exercises/"
    for what, targets in (
        ("mistakes", [m.target for m in MISTAKES.values()]),
        ("facts", list(FACTS)),
    ):
        for target in dict.fromkeys(targets):
            if ".".join(target.split(".")[:3]) not in owners:
                yield f"autograder/key/{what}/ speaks of {target}, which is no exercise's"


def missing_for_exercise(exercise: Exercise) -> Iterator[str]:
    """What one exercise lacks: its solution, cell, points of its cases, or mistakes."""
    path = ROOT / "autograder" / "key" / exercise.file
    target = exercise.target
    if not path.is_file():
        yield f"{exercise.id} has no solution: autograder/key/{exercise.file}"
    elif find_function(parse_text(path.read_text("utf-8")), target)[1] is None:
        yield f"{exercise.id} has no solution: autograder/key/{exercise.file} lacks {target}"
    cells = [text for text in notebook_sources().values() if f'exercise="{exercise.id}"' in text]
    if len(cells) != 1 or cells[0].count(f'exercise="{exercise.id}"') != 1:
        count = "".join(cells).count(f'exercise="{exercise.id}"')
        yield f"{exercise.id} has {count} cells, not one, in autograder/key/notebooks/"
    public = exercise.title.split(".")[0]
    if any(f"from {exercise.module} import {public}\n" not in text for text in cells):
        yield f"{exercise.id}: its notebook in autograder/key/notebooks/ does not import {public}"
    if {case.role for case in exercise.cases} != {role for _, role, _ in exercise.lines}:
        yield f"{exercise.id}: the roles of its cases and of its points differ"
    if not any(mistake.target == target for mistake in MISTAKES.values()):
        yield f"{exercise.id} has no mistakes in autograder/key/mistakes/"


def missing_for_class(owner: str) -> Iterator[str]:
    """What one class lacks: its record, both twins, enough mistakes, a right source in another
    style."""
    _, home, name = owner.split(".")
    facts = FACTS.get(owner)
    if facts is None:
        yield f"{owner} has no record in autograder/key/facts/"
    elif bool(facts.other_end) != bool(facts.corner_distance):
        yield f"{owner}: its record in autograder/key/facts/ needs other_end and corner_distance"
    kind = "def" if any(e.target == owner for e in EXERCISES.values()) else "class"
    for twin in ("twins", "differences"):
        lines = (SOLVED.parent / f"{twin}.py").read_text("utf-8").splitlines()
        if not any(line.startswith((f"{kind} {name}(", f"{kind} {name}:")) for line in lines):
            yield f"{owner} has no twin in autograder/key/{twin}.py"
    if sum(f"{m.target}.".startswith(f"{owner}.") for m in MISTAKES.values()) < FEWEST:
        yield f"{owner} has fewer than {FEWEST} mistakes in autograder/key/mistakes/"
    if not variants_of(home):
        yield f"{owner} has no right source in another style: tests/shelf/variants/{home}__STYLE.py"


def stale_files() -> Iterator[str]:
    """Files that are out of date: generated files, references; or references that a twin
    contradicts."""
    try:
        lines = list(find_out_of_step())
    except (ValueError, KeyError) as error:  # a place is missing; the lines above name it
        lines = [f"nothing can be built: {error}"]
    yield from (f"{line}: `autograder build`" for line in lines)
    for references in (reference_store.public_references, reference_store.best_references):
        try:
            found = references()
        except DamagedFile as error:
            yield f"{error}"
            continue
        for line in proof.find_wrong_ends(found):
            yield f"{line}: state other_end in its class's record in autograder/key/facts/"
