"""What the notebooks use: exercise cells, demo cells, the map and pictures.

After its import, `mytorch` is the package beside the notebook and no other.
"""

from contextlib import suppress

from IPython import get_ipython

from autograder.exercises import EXERCISES
from autograder.scoring.reference_store import public_references
from autograder.scoring.topic_file import DamagedFile

from .cells import exercise, note_running_cell
from .demo import demo
from .live import attach_tree, refresh_modules
from .progress import course_map
from .questions import question

__all__ = ["course_map", "demo", "exercise", "pictures", "question"]

attach_tree()
if shell := get_ipython():
    shell.events.register("pre_run_cell", refresh_modules)
    shell.events.register("pre_run_cell", note_running_cell)
    with suppress(DamagedFile):  # the first exercise cell reports it
        for name in EXERCISES:  # load them now, so that the first feedback is fast
            public_references().symptoms(name, False)
