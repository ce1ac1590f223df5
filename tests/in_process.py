"""Grade without a process for each hand-in: hundreds of them, in seconds.

Everything is the real path (jobs, harness, doubles, judging, points) but for the child: the
modules are loaded here. Only for sources that behave; `test_runner.py` is about the others.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from conftest import package

from autograder import doubles, grade, harness, store
from autograder.conversation import Job
from autograder.exercises import EXERCISES, HOMES
from autograder.handin import HandIn
from autograder.model import Answer, Item
from autograder.package import Package, forget, register
from autograder.store import References


@contextmanager
def loaded(files: Mapping[str, bytes]) -> Iterator[Package]:
    """A hand-in's modules, registered as `mytorch` while the block runs."""
    before = {key: module for key, module in sys.modules.items() if key.startswith("mytorch")}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "mytorch")
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        try:
            yield register(folder, HOMES)
        finally:
            forget("mytorch")
            sys.modules.update(before)


class Runner:
    """What `runner.Runner` does, in this process."""

    def __init__(self, files: Mapping[str, bytes], *_: object) -> None:
        self.files = files

    def run(
        self, jobs: Iterable[Job], classes: Sequence[str] = (), seed: int = 0
    ) -> dict[str, dict[str, Answer]]:
        answers: dict[str, dict[str, Answer]] = {}
        with loaded(self.files) as mytorch:
            drive = doubles.rehearsal(classes, seed) if classes else harness.answer
            for job in jobs:
                exercise = EXERCISES[job.exercise]
                answers.setdefault(job.exercise, {})[job.case] = drive(
                    exercise, job.case, job.inputs, job.layout, mytorch
                )
        return answers


def scored(
    changes: Mapping[str, str | None], references: References | None = None
) -> dict[str, Item]:
    """The items of a solved hand-in with some of its files replaced (None: removed)."""
    files = package(changes={n: text for n, text in changes.items() if text is not None})
    files = {name: content for name, content in files.items() if changes.get(name, "") is not None}
    with patch.object(grade, "Runner", Runner):
        used = references or store.best()
        report = grade.grade(HandIn("", files), used, list(EXERCISES.values()))
    return {item.id: item for item in report.items}


def lost(items: Mapping[str, Item]) -> set[str]:
    """The ids of the items that lost points."""
    return {id for id, item in items.items() if item.score < item.max_score}


def accused(items: Mapping[str, Item]) -> set[str]:
    """The misconceptions that any item names."""
    return {item.mistake for item in items.values() if item.mistake}
