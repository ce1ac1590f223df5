"""The commands `grade` and `doctor`, for instructors."""

from pathlib import Path

from autograder.commands import Asked, Verb, say
from autograder.running import SANDBOXES


def add_grading_verbs(verb: Verb) -> None:
    """Add the commands to the command line."""
    one = verb("grade", run_grade)
    one.add_argument("paths", nargs="*", metavar="PATH", help="a hand-in, or a folder of them")
    one.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="folder for the journal, tables and pages (default for more than one hand-in: grades)",
    )
    one.add_argument(
        "--roster",
        type=Path,
        metavar="FILE.csv",
        help="the students of the class: a column id, and a name or an email address",
    )
    one.add_argument("--force", action="store_true", help="grade again what was graded before")
    one.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="hand-ins to grade at the same time (default: the number of processors)",
    )
    one.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on a Dask cluster: tcp://host:port, or local (needs the extra dask)",
    )
    one.add_argument(
        "--require-isolation",
        nargs="?",
        const=SANDBOXES[-1],
        metavar="TIER",
        help="stop if the machine offers less than this: bubblewrap or landlock "
        "(default: landlock)",
    )
    verb("doctor", run_doctor)


def run_grade(asked: Asked) -> int:
    """Grade hand-ins: folders, zips, or a folder full of them.

    A folder with mytorch/ in it is a hand-in. Any other folder stands for the hand-ins in it, and
    so does a zip that a course site exported. MyTorch/, modules without their folder, and Linear.py
    are accepted, with a note. One hand-in gets its whole report. Several get one line each, and a
    folder of results: grades.csv, class.html, one page per student, JSON lines, JUnit XML, and
    the journal.
    You may stop the command at any time: the same command goes on where it stopped. A hand-in that
    has changed is graded again, and all are if the references or the grader have changed.

    Student code runs in a process of its own, with limits: 5 s of computing per case, 180 s per
    hand-in, 2 GiB of memory, no output; on Linux in a sandbox (see `autograder doctor`). A hand-in
    that is slow is run once more after the others; if it then has no result, it is provisional.

    Exit code: 0 every grade is final, 3 some are provisional (a fault of the grader or of the
    machine, or no such path), 2 nothing could be graded.
    """
    from . import grading_steps as steps  # late: the other commands need none of its imports
    from .finding import roster, search
    from .pages import results

    paths, required = steps.split_paths(asked)
    place = steps.choose_place(required)
    steps.note_public_references()
    known = roster.read_roster(asked.roster) if asked.roster else None
    found = search.find_hand_ins(paths, known)
    roll = roster.assign_students(found.hand_ins, known, found.notes)
    steps.print_notes(roll.notes)
    count = len(found.hand_ins)
    folder = asked.results or (results.DEFAULT_FOLDER if count > 1 else None)
    with steps.explain_full_disk():
        with steps.open_results(folder) as journal:
            earlier = steps.find_earlier(folder, journal, found)
            if earlier.paths:
                everyone = [*found.hand_ins, *earlier.paths]
                roll = roster.assign_students(everyone, known, found.notes)
            with (
                steps.write_reports(folder, journal, earlier) as lines,
                steps.grade_hand_ins(asked, found.hand_ins, place, journal) as graded,
            ):
                outcome = steps.report_batch(asked, graded, lines, count > 1, roll.late)
        steps.note_reuse(journal, outcome.reused, count)
        if folder:
            steps.write_views(folder, roll)
    return 3 if outcome.provisional else 0


def run_doctor(asked: Asked) -> int:
    """Say which sandbox this machine offers for student code.

    Each tier is tried, best first: bubblewrap (namespaces, Landlock, seccomp), landlock (Landlock,
    seccomp), process (limits only, no sandbox). If one is missing, the command says how to get it.

    Exit code: 0 there is a sandbox, 1 there is none.
    """
    from autograder.running import tiers

    found = tiers.probe_tiers()
    if asked.json:
        for tier in found:
            say(asked, "", **vars(tier))
    else:
        print(tiers.describe_tiers(found))
    return 0 if any(tier.works for tier in found if tier.name in SANDBOXES) else 1
