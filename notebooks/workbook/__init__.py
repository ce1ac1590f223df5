"""What the notebooks use: exercise cells, demo cells, the map and pictures.

Importing it makes `mytorch` the one beside the notebook, and no other.
"""

import sys
from contextlib import suppress

from .refusal import NotebookRefused, describe_wrong_python

if sys.version_info < (3, 11):  # noqa: UP036 - a kernel may have any Python
    raise NotebookRefused(
        describe_wrong_python(sys.executable, "is older than the Python 3.11 that is needed")
    )
try:
    from IPython import get_ipython

    from autograder.exercises import EXERCISES
    from autograder.scoring.reference_store import public_references
    from autograder.scoring.topic_file import DamagedFile

    from .cells import exercise
    from .copied import note_running_cell
    from .demo import demo
    from .live import attach_tree, refresh_modules
    from .progress import course_map
except ModuleNotFoundError as missing:
    lacking = (missing.name or "").partition(".")[0]
    raise NotebookRefused(describe_wrong_python(sys.executable, f"has no {lacking}")) from None

__all__ = ["course_map", "demo", "exercise", "pictures"]

attach_tree()
if shell := get_ipython():
    shell.events.register("pre_run_cell", refresh_modules)
    shell.events.register("pre_run_cell", note_running_cell)
    with suppress(DamagedFile):  # the first exercise cell says it
        for name in EXERCISES:  # so that the first feedback need not wait for them
            public_references().symptoms(name, False)
