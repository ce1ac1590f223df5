"""What the notebooks use: exercise cells, demo cells, the map and pictures.

After its import, `mytorch` is the package beside the notebook and no other.
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

    from autograder.advice.copied import note_running_cell
    from autograder.exercises import EXERCISES
    from autograder.scoring.reference_store import public_references
    from autograder.scoring.topic_file import DamagedFile

    from .cells import exercise
    from .demo import demo
    from .live import attach_tree, refresh_modules
    from .progress import course_map
    from .questions import question
except ModuleNotFoundError as missing:
    lacking = (missing.name or "").partition(".")[0]
    raise NotebookRefused(describe_wrong_python(sys.executable, f"has no {lacking}")) from None

__all__ = ["course_map", "demo", "exercise", "pictures", "question"]

attach_tree()
if shell := get_ipython():
    shell.events.register("pre_run_cell", refresh_modules)
    shell.events.register("pre_run_cell", note_running_cell)
    with suppress(DamagedFile):  # the first exercise cell reports it
        for name in EXERCISES:  # load them now, so that the first feedback is fast
            public_references().symptoms(name, False)
