"""Find answers that are only in notebooks: a cell that was never run has written no file.

A hostile notebook may be large, deeply nested or have a million cells. So it is searched as bytes,
in one pass, and never parsed as JSON or Python.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice

from autograder.exercises import EXERCISES
from autograder.scoring import reference_store

from .module_reader import FileEntry
from .unpacking import UnreadableArchive

MAX_NOTEBOOKS = 20  # per hand-in
MAX_NOTEBOOK_BYTES = 2**22  # of one notebook
MAX_NOTEBOOK_TOTAL_BYTES = 2**24  # of all notebooks: the workbook's own have 0.8 MB
MAX_CELLS = 1000  # per notebook
EXERCISE_MARK = b"@exercise("
STUB_SOURCE = json.dumps('raise NotImplementedError("Exercise')[1:-1].encode()  # as in JSON
CODE_CELL = re.compile(rb'\s*+:\s*+"code"')
JSON_STRING = rb'"(?:[^"\\]|\\.)*+"'
CELL_SOURCE = re.compile(
    rb'"source"\s*+:\s*+(?:%b|\[(?:\s*+%b\s*+,?+)*+)' % (JSON_STRING, JSON_STRING), re.DOTALL
)


def note_unrun_cells(files: Mapping[str, bytes], entries: Iterable[FileEntry]) -> str:
    """A note if `mytorch` is unchanged but a notebook holds answers, else ""."""
    homes = {exercise.file for exercise in EXERCISES.values()}
    stubs = {
        home.partition("/")[2]: reference_store.exercise_stubs()[home].encode().splitlines()
        for home in homes
    }
    if any(files[name].splitlines() != stubs[name] for name in files.keys() & stubs):
        return ""
    books = (
        e
        for e in entries
        if e.counts and e.path.suffix == ".ipynb" and e.size <= MAX_NOTEBOOK_BYTES
    )
    left = MAX_NOTEBOOK_TOTAL_BYTES
    for notebook in islice(books, MAX_NOTEBOOKS):
        left -= notebook.size
        if left >= 0 and any(
            EXERCISE_MARK in cell and STUB_SOURCE not in cell
            for cell in code_cell_sources(notebook)
        ):
            return "the notebooks hold answers but mytorch does not: were the cells run?"
    return ""


def code_cell_sources(notebook: FileEntry) -> Iterator[bytes]:
    """The sources of a notebook's first code cells, as JSON strings."""
    for cell in notebook_bytes(notebook).split(b'"cell_type"', MAX_CELLS + 1)[1 : MAX_CELLS + 1]:
        if EXERCISE_MARK in cell and CODE_CELL.match(cell) and (source := CELL_SOURCE.search(cell)):
            yield source[0]


def notebook_bytes(notebook: FileEntry) -> bytes:
    """A file's bytes; empty if it cannot be read."""
    with suppress(OSError, UnreadableArchive), notebook.open() as file:
        return file.read()
    return b""
