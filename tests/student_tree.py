"""A student's tree, with the notebooks in released or solved form."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from conftest import ROOT

from autograder.key.notebook import make_notebook, notebook_sources


def tree_of(folder: Path, files: Mapping[str, bytes], solved: bool) -> Path:
    """A student's tree with these modules, and the notebooks with or without solutions."""
    shutil.copytree(
        ROOT / "notebooks" / "workbook",
        folder / "notebooks" / "workbook",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (folder / "mytorch").mkdir()
    for name, content in files.items():
        (folder / "mytorch" / name).write_bytes(content)
    for name, source in notebook_sources().items():
        nbformat.write(make_notebook(source, solved), folder / "notebooks" / name)
    return folder
