"""Searches its own interpreter for references: modules, objects, frames, environment.

They are not there: the process gets inputs and gives numbers, and the parent compares.
"""

from . import thief

HOARD = '''
def is_in(value, right, depth=0):
    """Whether an array with these numbers is somewhere in a container."""
    if isinstance(value, np.ndarray):
        return value.shape == right.shape and np.array_equal(value, right)
    if isinstance(value, dict):
        value = list(value.values())
    return (
        isinstance(value, (list, tuple))
        and depth < 3
        and any(is_in(v, right, depth + 1) for v in list(value))
    )
'''
WANTED = ("Expected", "CaseReference", "ReferenceSet", "Judgement")

ATTACKS = (
    thief(
        "modules",
        """
        import sys
        names = (
            "autograder.scoring.reference_store",
            "autograder.scoring.judgement",
            "autograder.scoring.points",
            "autograder.scoring.comparison",
        )
        found = any(name in sys.modules for name in names)
        """,
    ),
    thief("module_store", "import autograder.scoring.reference_store; found = True"),
    thief("module_grade", "from autograder.running import grading; found = True"),
    thief(
        "objects_of_our_types",
        f"""
        import gc
        found = any(type(o).__name__ in {WANTED} for o in gc.get_objects())
        """,
    ),
    thief(
        "objects_with_the_answer",
        """
        import gc
        right = np.maximum(Z, 0)  # in the place of a thief who knows it when he sees it
        if not np.array_equal(right, Z):
            found = any(is_in(o, right) for o in gc.get_objects() if type(o) in (dict, list, tuple))
            found = found and len([o for o in gc.get_objects() if o is right]) > 0
        """,
        top=HOARD,
    ),
    thief(
        "frames",
        """
        import sys
        frame, words = sys._getframe(), []
        while frame:
            words += [*frame.f_locals, *frame.f_globals]
            frame = frame.f_back
        found = any(w in ("expected", "references", "signatures", "reference") for w in words)
        """,
    ),
    thief(
        "frames_of_threads",
        """
        import sys
        found = any(
            name in frame.f_locals
            for frame in sys._current_frames().values()
            for name in ("expected", "references", "signatures")
        )
        """,
    ),
    thief(
        "jobs_still_to_come",
        """
        import sys
        frame = sys._getframe()
        while frame.f_back:
            frame = frame.f_back
        jobs = [j for f in (frame, frame.f_back) if f for j in f.f_locals.get("jobs", [])]
        found = any("expected" in str(header) or "low" in inputs for header, inputs in jobs)
        """,
    ),
    thief(
        "environment",
        """
        import os
        found = "AUTOGRADER_SECRET" in os.environ or "HOME" in os.environ
        """,
    ),
    thief(
        "doubles",
        """
        import gc, autograder.harness.doubles as d
        logs = [c.cell_contents for o in gc.get_objects() if type(o).__name__ == "cell"
                for c in [o] if isinstance(getattr(c, "cell_contents", 0), list)]
        found = any("expected" in str(log)[:9999] for log in logs) or hasattr(d, "expected")
        """,
    ),
)
