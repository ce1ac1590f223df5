"""What several tests stand on: the solved tree, and changed copies of it."""

import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from autograder.classroom.cores import processors
from autograder.key.solved import modules, skeleton, solution

ROOT = Path(__file__).parents[1]
MakeTree = Callable[..., Path]


def package(solved: bool = True, changes: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a `mytorch`: solved or skeleton, with some files replaced."""
    files = {n: solution(t) if solved else skeleton(n, t) for n, t in modules().items()}
    return {name: text.encode() for name, text in {**files, **(changes or {})}.items()}


def replaced(file: str, old: str, new: str) -> dict[str, str]:
    """One solved file with one piece of text replaced."""
    source = solution(modules()[file])
    assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {file}"
    return {file: source.replace(old, new)}


def hear_ctrl_c() -> None:
    """For a process about to start: tests that run in the background are deaf to it, and theirs."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A worker for each core that may be used; of more than eight, the disk would be the limit."""
    return min(processors(), 8)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end the other workers would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@contextmanager
def locked(path: Path, alone: bool) -> Iterator[None]:
    """Hold a file alone, or beside others who do not want it alone."""
    import fcntl

    with open(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # said, for a forked process may hold the file too


@pytest.fixture(autouse=True)
def turn(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Beside a test marked `alone` no other worker's test runs."""
    with ExitStack() as held:
        if hasattr(request.config, "workerinput") and sys.platform != "win32":
            shared = tmp_path_factory.getbasetemp().parent
            alone = request.node.get_closest_marker("alone") is not None
            with locked(shared / "door", alone=True):  # who waits in it is the next
                held.enter_context(locked(shared / "room", alone))
        yield


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
