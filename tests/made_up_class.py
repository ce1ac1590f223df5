"""A made-up class: each hand-in is made by a recipe, which also states the right grade."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conftest import FULL, package
from planted import own_items

from autograder.exercises import EXERCISES
from autograder.key.mistakes import MISTAKES
from autograder.key.solved import make_skeleton, solved_modules, strip_markers
from autograder.scoring import reference_store

VARIANTS = sorted((Path(__file__).parent / "shelf" / "variants").glob("*.py"))
UNSTABLE = ("__course", "__through_softmax")  # right, except for the points for stability
LAYERS = ("squared_error", "sigmoid", "relu", "linear", "softmax")
HOSTILE = {
    "leaves at once": "import os; os._exit(0)",
    "kills itself": "import os; os.kill(os.getpid(), 9)",
    "computes for ever": "while True: pass",
    "takes all memory": "import numpy as np; np.ones((10**6, 10**5)).sum()",
    "starts processes": "import os\nwhile True: os.fork()",
    "prints without end": "print('x' * 10**7)",
    "looks for the references": "open(__file__ + '/../../../references/network.npz')",
}


@dataclass(frozen=True)
class Recipe:
    """One hand-in: its name, its content (modules, or the bytes of a file), and its grade.

    mistakes  the misconceptions that its report must name, or None if this is not tested
    """

    name: str
    made: Mapping[str, bytes] | bytes
    score: float
    mistakes: frozenset[str] | None = frozenset()


def recipes(count: int, seed: int = 5) -> Iterator[Recipe]:
    """`count` hand-ins of every kind; no two have the same bytes."""
    draw = random.Random(seed)
    for number in range(count):
        kind: Callable[[random.Random, int], Recipe]
        kind = draw.choices((right, wrong, half, broken), (40, 40, 12, 7))[0]
        if number % 150 == 75:
            kind = hostile
        yield kind(draw, number)


def signed(files: Mapping[str, bytes], number: int) -> dict[str, bytes]:
    """The same code with different bytes."""
    mark = f"\n# handed in by student {number}\n".encode()
    return {name: content + mark for name, content in files.items()}


def right(draw: random.Random, number: int) -> Recipe:
    """The key's own answers, with one file in another style."""
    path = draw.choice([p for p in VARIANTS if not p.stem.endswith(UNSTABLE)])
    changes = {path.stem.split("__")[0] + ".py": path.read_text("utf-8")}
    return Recipe(f"right-{number:04}", signed(package(changes=changes), number), FULL)


def wrong(draw: random.Random, number: int) -> Recipe:
    """One misconception in one class, or one in each of two independent classes."""
    mistakes = [MISTAKES[draw.choice(sorted(MISTAKES))]]
    if mistakes[0].file.removesuffix(".py") in LAYERS:
        others = [m for m in MISTAKES.values() if m.file.removesuffix(".py") in LAYERS]
        mistakes.append(draw.choice([m for m in others if m.file != mistakes[0].file]))
    files = package(changes={mistake.file: mistake.plant() for mistake in mistakes})
    cost = sum(costs(mistake.id) for mistake in mistakes)
    named = frozenset(mistake.id for mistake in mistakes)
    return Recipe(f"wrong-{number:04}", signed(files, number), FULL - cost, named)


@cache
def costs(mistake: str) -> float:
    """The points of the lines whose tensors differ when a mistake is planted."""
    ids = own_items(MISTAKES[mistake], reference_store.best_references())
    lines = ((e.points[t or role], id) for e in EXERCISES.values() for t, role, id in e.lines)
    return sum(points for points, id in lines if id in ids)


def half(draw: random.Random, number: int) -> Recipe:
    """Some files are unchanged skeletons. The exercises that need them are scored on doubles."""
    homes = ["squared_error.py", "sigmoid.py", "relu.py", "linear.py", "mlp.py", "sgd.py"]
    undone = draw.sample(homes, draw.randint(1, 5))
    changes = {name: make_skeleton(name, solved_modules()[name]) for name in undone}
    lost = sum(e.max_score for e in EXERCISES.values() if e.file.partition("/")[2] in undone)
    return Recipe(f"half-{number:04}", signed(package(changes=changes), number), FULL - lost, None)


def broken(draw: random.Random, number: int) -> Recipe:
    """No zip, half a zip, an empty folder, or a file that is missing or is not Python."""
    name = f"broken-{number:04}"
    file = draw.choice(["squared_error.py", "sigmoid.py", "sgd.py"])
    points = sum(e.max_score for e in EXERCISES.values() if e.file == f"mytorch/{file}")
    match draw.randrange(5):
        case 0:
            return Recipe(f"{name}.zip", f"no zip {number}".encode(), 0)
        case 1:
            whole = zipped(signed(package(), number))
            return Recipe(f"{name}.zip", whole[: len(whole) // 2], 0)
        case 2:
            return Recipe(name, {}, 0)
        case 3:
            files = signed(package(), number)
            del files[file]
            return Recipe(name, files, FULL - points)
    files = signed(package(changes={file: "def broken(:\n"}), number)
    return Recipe(name, files, FULL - points)


def hostile(draw: random.Random, number: int) -> Recipe:
    """An attack in one class: the hand-in loses the points of this class, and no other points."""
    way = draw.choice(sorted(HOSTILE))
    attack = HOSTILE[way].replace("\n", "\n        ")
    source = strip_markers(solved_modules()["sigmoid.py"])
    head, line, tail = source.partition('        self.seen = expect_shape("Sigmoid.forward')
    changes = {"sigmoid.py": f"{head}        {attack}\n{line}{tail}"}
    name = f"hostile-{number:04}-{way.replace(' ', '-')}"
    lost = 0 if way == "prints without end" else 6
    return Recipe(name, signed(package(changes=changes), number), FULL - lost)


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"mytorch/{name}", content)
    return packed.getvalue()


def hand_in(recipe: Recipe, folder: Path) -> Path:
    """Write a hand-in into a folder, in the form in which a student would send it."""
    path = folder / recipe.name
    if isinstance(recipe.made, bytes):
        path.write_bytes(recipe.made)
        return path
    path.mkdir()
    if recipe.made:
        (path / "mytorch").mkdir()
    for name, content in recipe.made.items():
        (path / "mytorch" / name).write_bytes(content)
    return path
