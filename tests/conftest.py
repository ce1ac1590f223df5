"""What several tests need: the solved package, and changed copies of it."""

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

# For numpy in this process and its children: more threads slow our small products down.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from autograder.classroom.batch.cores import count_processors
from autograder.exercises import EXERCISES, select_exercises
from autograder.key.mistakes import MISTAKES
from autograder.key.solved import make_skeleton, solved_modules, strip_markers

ROOT = Path(__file__).parents[1]
MakeTree = Callable[..., Path]
FULL = sum(exercise.max_score for exercise in EXERCISES.values())


def package(solved: bool = True, changes: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a `mytorch`: solved or skeleton, with some files replaced."""
    files = {
        n: strip_markers(t) if solved else make_skeleton(n, t) for n, t in solved_modules().items()
    }
    return {name: text.encode() for name, text in {**files, **(changes or {})}.items()}


def replaced(file: str, old: str, new: str) -> dict[str, str]:
    """One solved file with one piece of text replaced."""
    source = strip_markers(solved_modules()[file])
    assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {file}"
    return {file: source.replace(old, new)}


def variants_of(home: str) -> list[Path]:
    """The correct sources for one module, such as `linear`, in other styles."""
    return sorted((ROOT / "tests" / "shelf" / "variants").glob(f"{home}__*.py"))


def hear_ctrl_c() -> None:
    """For a process about to start: tests in the background ignore Ctrl-C, and it would inherit
    this."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Count all calls of functions, also of built-in ones, while the block runs. Unlike a time,
    this measure of work does not depend on how busy the machine is."""
    calls: Counter[str] = Counter()

    def count(_frame: object, event: str, _of: object) -> None:
        if event in ("call", "c_call"):
            calls[event] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker per usable core and one more, because tests also wait for processes; at most
    eight, because then the disk is the limit. For one exercise two are enough, as workers start
    slowly."""
    return 2 if config.getoption("exercise") else min(count_processors() + 1, 8)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`python3 tests --exercise 6.2` runs only the tests of that exercise."""
    parser.addoption(
        "--exercise",
        action="append",
        default=[],
        metavar="NAME",
        help="only the tests that drive this exercise: linear.backward, 6.2, linear or 06",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of other exercises. Long tests start first, so that no worker has to wait
    for them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    names = config.getoption("exercise")
    if names:
        try:
            wanted = {exercise.id for exercise in select_exercises(names)}
        except ValueError as error:
            raise pytest.UsageError(f"--exercise: {error}") from None
        driven = [item for item in items if drives(item, wanted)]
        config.hook.pytest_deselected(items=[item for item in items if item not in {*driven}])
        items[:] = driven


def drives(item: pytest.Item, wanted: set[str]) -> bool:
    """Whether a test covers all exercises at once, or one of the wanted ones by its parameter."""
    if item.get_closest_marker("every_exercise"):
        return True
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return any(not wanted.isdisjoint(exercises_named(parameter)) for parameter in parameters)


def exercises_named(parameter: object) -> set[str]:
    """The exercises that a parameter names: by id, by one of their mistakes, by their notebook's
    file, or by a source file on the shelf for their module."""
    if isinstance(parameter, tuple):
        return set[str]().union(*map(exercises_named, parameter))
    name = parameter.stem if isinstance(parameter, Path) else str(parameter)
    name = name.split("__")[0]
    return names_of_exercises().get(name, set())


@cache
def names_of_exercises() -> dict[str, set[str]]:
    """The exercises for each name that a parameter may have."""
    from autograder.key.notebook import notebook_sources  # not every Python has jupytext

    found: dict[str, set[str]] = {}
    for exercise in EXERCISES.values():
        notebooks = [name for name in notebook_sources() if name.startswith(exercise.notebook)]
        mistakes = [m.id for m in MISTAKES.values() if m.target == exercise.target]
        for name in (exercise.id, Path(exercise.file).stem, *notebooks, *mistakes):
            found.setdefault(name, set()).add(exercise.id)
    return found


@pytest.fixture
def make_tree(tmp_path: Path) -> MakeTree:
    """Write a student's tree: `make_tree(solved=False, changes={"linear.py": …})`."""

    def make(
        name: str = "tree", solved: bool = True, changes: Mapping[str, str] | None = None
    ) -> Path:
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "mytorch").mkdir(parents=True)
        for file, content in package(solved, changes).items():
            (folder / "mytorch" / file).write_bytes(content)
        return folder

    return make
