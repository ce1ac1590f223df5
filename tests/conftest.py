"""What several tests stand on: the solved tree, and changed copies of it."""

import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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
