"""The commands of who grades a class."""

import errno
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, nullcontext
from io import StringIO
from pathlib import Path

from autograder.commands import Asked, Verb, say
from autograder.hand_in import module_reader
from autograder.model import Report
from autograder.running import SANDBOXES
from autograder.scoring import report
from autograder.scoring.record import to_json

from .pages.listing import list_lost_points

SPARE = 2  # hand-ins that lie ready for each worker


def add_grading_verbs(verb: Verb) -> None:
    """Add the commands to the command line."""
    one = verb("grade", run_grade)
    one.add_argument("paths", nargs="*", metavar="PATH", help="a hand-in, or a folder of them")
    one.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="folder for the journal, tables and pages (default for more than one: grades)",
    )
    one.add_argument(
        "--roster",
        type=Path,
        metavar="FILE.csv",
        help="the students of the class: a column id, and name, email or what there is",
    )
    one.add_argument("--force", action="store_true", help="grade again what was graded before")
    one.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="hand-ins at a time (default: as many as there are processors)",
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
        help="refuse to grade in less than this: bubblewrap or landlock (default: landlock)",
    )
    verb("doctor", run_doctor)


def run_grade(asked: Asked) -> int:
    """Grade hand-ins: folders, zips, or a folder full of them.

    A folder with mytorch/ in it is a hand-in; a zip may wrap it once; any other folder stands
    for what is in it, and so does the zip that a course site exports. MyTorch/, modules without
    their folder, or Linear.py are understood, and it is said how. One hand-in gets its whole
    report. Many get a line each, and a folder of results: grades.csv, class.html, a page a
    student, JSON lines, JUnit XML, and the journal.
    Stop it when you like: the same command goes on where it stopped. What has changed since is
    graded again, and so is everything after a change of the references or of the grader.

    Student code runs apart, with limits: 5 s of computing a case, 180 s a hand-in, 2 GiB, no
    output; on Linux in a sandbox (`autograder doctor` says in which). What takes very long is
    run once more after the others; what has no result then is provisional.

    Exit code: 0 every grade is final, 3 some are provisional (a fault of ours, or no such
    path), 2 nothing could be graded.
    """
    from autograder.hand_in import archive

    from .batch import work
    from .batch.batch_grading import grade_batch
    from .batch.journal import GradeJournal
    from .batch.progress import show_progress
    from .batch.seals import seal_line
    from .batch.second_tries import GRANTED
    from .finding import roster, search
    from .pages import results
    from .pages.earlier_reports import EarlierReports, find_earlier_reports, repeat_reports

    required, given = asked.require_isolation, asked.paths
    if required and required not in SANDBOXES:  # the option stood before a path
        if not archive.path_exists(required):
            raise ValueError(
                f"{module_reader.quote_name(required)} is no place: name {' or '.join(SANDBOXES)}"
            )
        required, given = SANDBOXES[-1], [required, *given]
    if not given:
        raise ValueError("name a hand-in, or a folder of them: autograder grade hand-ins/")
    place = choose_place(required)
    if work.load_references().kind == "public":
        print_note("no hidden references here; grading on the public cases")
    known = roster.read_roster(asked.roster) if asked.roster else None
    found = search.find_hand_ins(given, known)
    paths = found.hand_ins
    roll = roster.assign_students(paths, known, found.notes)
    for said in roll.notes:
        print_note(said)
    folder = asked.results or (results.DEFAULT if len(paths) > 1 else None)
    provisional, before = False, 0
    try:
        with ExitStack() as stack:
            journal = stack.enter_context(
                results.open_journal(folder) if folder else GradeJournal(":memory:")
            )
            reports = folder / results.REPORTS if folder else None
            kept = (
                find_earlier_reports(reports, journal, paths, found.links)
                if reports
                else EarlierReports()
            )
            for said in kept.notes:
                print_note(said)
            if kept.paths:
                print_note(
                    f"{len(kept.paths)} that were graded earlier stay in the tables of {folder}"
                )
                roll = roster.assign_students([*paths, *kept.paths], known, found.notes)
            file = results.write_whole(reports) if reports else nullcontext(StringIO())
            lines = stack.enter_context(file)
            start, at_once = stack.enter_context(open_executors(asked, len(paths)))
            terms = work.current_terms(place)
            granted = GRANTED if len(paths) > 1 else terms.limits.total  # nobody waits for it
            made = grade_batch(paths, terms, journal, start, at_once, asked.force, granted)
            for one, was_known, line in show_progress(made, len(paths), sys.stderr):
                provisional |= one.provisional
                before += was_known
                lines.write(f"{seal_line(line)}\n")
                print_report(asked, one, len(paths) > 1, one.hand_in in roll.late)
            if reports:
                lines.writelines(f"{old}\n" for old in repeat_reports(reports, journal, kept))
        if journal.damaged:
            what = f"{len(journal.damaged)} reports in the journal did not match their hashes"
            why = (
                f"{what} (damaged, or changed by hand): {module_reader.list_names(journal.damaged)}"
            )
            print_note(f"{why}; graded again")
        if before:
            print_note(f"{before} of {len(paths)} were graded before; --force grades them again")
        if folder:
            for said in results.write_results(folder, roll):
                print_note(said)
            print_note(f"see {folder / 'class.html'} and {folder / 'grades.csv'}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        then = "make room, and run the same command again"
        raise ValueError(f"the disk is full; what is graded is kept: {then}") from None
    return 3 if provisional else 0


def print_note(said: str) -> None:
    print(f"note: {said}", file=sys.stderr)


def print_report(asked: Asked, made: Report, many: bool, late: bool) -> None:
    """Print a report: one of many on a line, a single one whole."""
    if asked.json:
        print(to_json(made), flush=True)
    elif many:
        print(summary_row(made, late), flush=True)
    else:
        print(module_reader.printable_name(made.hand_in))
        print(report.to_text(made, report.wants_colour(sys.stdout)))


def summary_row(made: Report, late: bool = False) -> str:
    """One hand-in among many: its points, its name, and what to know of it."""
    notes = [made.message] if made.message else []
    if late:
        notes.append("late")
    if made.provisional:
        notes.append("provisional")
    notes += list_lost_points(made)
    mistakes = sorted({item.mistake for item in made.items if item.mistake})
    if mistakes:
        notes.append(", ".join(mistakes))
    if made.isolation not in SANDBOXES:
        notes.append("no sandbox")
    score = report.score_text(made.score, made.max_score)
    return f"{score}  {module_reader.printable_name(made.hand_in)}" + (
        f"  [{'; '.join(notes)}]" if notes else ""
    )


def choose_place(required: str | None) -> str:
    """The best place for student code that this machine offers.

    Raises: ValueError: it offers less than is required.
    """
    from autograder.running import tiers

    offered = tiers.find_place().name
    accepted = SANDBOXES[: SANDBOXES.index(required) + 1] if required else ()
    if required and offered not in accepted:
        raise ValueError(
            f"this machine offers the place {offered!r}, and {required!r} is required;"
            " `autograder doctor` says how to get more"
        )
    if offered not in SANDBOXES:
        print_note(
            "WARNING: no sandbox here: student code may read what you may read; see `doctor`"
        )
    elif offered != SANDBOXES[0]:
        print_note(
            f"graded in the place {offered!r}; `autograder doctor` says how to get {SANDBOXES[0]!r}"
        )
    return offered


@contextmanager
def open_executors(asked: Asked, count: int) -> Iterator[tuple[Callable[[], Executor], int]]:
    """What makes an executor, and how many hand-ins it is given at a time."""
    from .batch.cluster import connect_cluster
    from .batch.cores import WorkerPool, count_processors

    if asked.scheduler:
        with connect_cluster(asked.scheduler) as made:
            yield made
    else:
        workers = max(1, min(asked.jobs or count_processors(), count))
        yield lambda: WorkerPool(workers), SPARE * workers


def run_doctor(asked: Asked) -> int:
    """Say what this machine offers to keep student code away from everything else.

    Tiers are found out by trying, best first: bubblewrap (namespaces, Landlock, seccomp),
    landlock (Landlock, seccomp), process (limits alone: no sandbox). Where one is missing,
    it says how to get it.

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
