"""The steps of the command `grade`, in the order in which `command.run_grade` calls them."""

import errno
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import NamedTuple, TextIO

from autograder.commands import Asked
from autograder.hand_in import archive
from autograder.hand_in.module_reader import list_names, printable_name, quote_name
from autograder.model import Report
from autograder.running import SANDBOXES, tiers
from autograder.scoring import report
from autograder.scoring.record import to_json

from .batch import work
from .batch.batch_grading import GradedHandIn, grade_batch
from .batch.cluster import connect_cluster
from .batch.cores import WorkerPool, count_processors
from .batch.journal import GradeJournal
from .batch.progress import show_progress
from .batch.seals import seal_line
from .batch.second_tries import CLASS_RETRY_SECONDS
from .finding.roster import ClassRoll
from .finding.search import FoundHandIns
from .pages import results
from .pages.earlier_reports import EarlierReports, find_earlier_reports, repeat_reports
from .pages.listing import list_lost_points

TASKS_PER_WORKER = 2  # so that the next hand-in is ready when a worker has finished one


class BatchOutcome(NamedTuple):
    """What became of a batch: whether any grade is provisional, and how many hand-ins have the
    report that an earlier run made."""

    provisional: bool
    reused: int


def split_paths(asked: Asked) -> tuple[list[str], str | None]:
    """The paths of the hand-ins, and the isolation that is required, if any.

    In `--require-isolation hand-ins/`, argparse takes the path for the option's value.

    Raises: ValueError: there is no such isolation, or no path.
    """
    required, paths = asked.require_isolation, asked.paths
    if required and required not in SANDBOXES:
        if not archive.path_exists(required):
            allowed = " or ".join(SANDBOXES)
            raise ValueError(f"there is no isolation {quote_name(required)}: choose {allowed}")
        required, paths = SANDBOXES[-1], [required, *paths]
    if not paths:
        raise ValueError("name a hand-in, or a folder of them: autograder grade hand-ins/")
    return paths, required


def choose_place(required: str | None) -> str:
    """The best place for student code that this machine offers.

    Raises: ValueError: it offers less than is required.
    """
    offered = tiers.find_place().name
    accepted = SANDBOXES[: SANDBOXES.index(required) + 1] if required else ()
    if required and offered not in accepted:
        raise ValueError(
            f"this machine offers the isolation {offered!r}, but {required!r} is required;"
            " `autograder doctor` says how to get more"
        )
    if offered not in SANDBOXES:
        print_note(
            "WARNING: there is no sandbox here, so student code can read all that you can read;"
            " see `autograder doctor`"
        )
    elif offered != SANDBOXES[0]:
        print_note(
            f"student code runs in the isolation {offered!r};"
            f" `autograder doctor` says how to get {SANDBOXES[0]!r}"
        )
    return offered


def note_public_references() -> None:
    """Warn if hand-ins are graded on the cases that students have, too."""
    if work.load_references().kind == "public":
        print_note("there are no hidden references here; grading on the public cases")


@contextmanager
def explain_full_disk() -> Iterator[None]:
    """Raises: ValueError: the disk became full in the block; it says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        advice = "make room, and run the same command again"
        raise ValueError(f"the disk is full; finished grades are kept: {advice}") from None


def open_results(folder: Path | None) -> GradeJournal:
    """The journal in the folder of results; without a folder, one that is not kept."""
    return results.open_journal(folder) if folder else GradeJournal(":memory:")


def find_earlier(folder: Path | None, journal: GradeJournal, found: FoundHandIns) -> EarlierReports:
    """The reports of earlier runs on other hand-ins: they stay in the tables."""
    if not folder:
        return EarlierReports()
    file = folder / results.REPORTS
    earlier = find_earlier_reports(file, journal, found.hand_ins, found.links)
    print_notes(earlier.notes)
    if earlier.paths:
        count = len(earlier.paths)
        print_note(f"hand-ins of earlier runs in the tables of {folder}: {count}")
    return earlier


@contextmanager
def grade_hand_ins(
    asked: Asked, paths: list[str], place: str, journal: GradeJournal
) -> Iterator[Iterator[GradedHandIn]]:
    """Grade a batch with the workers that the options ask for, while the block runs."""
    terms = work.current_terms(place)
    # one hand-in alone delays no other
    retry_seconds = CLASS_RETRY_SECONDS if len(paths) > 1 else terms.limits.total
    with open_executors(asked, len(paths)) as (start, at_once):
        graded = grade_batch(paths, terms, journal, start, at_once, asked.force, retry_seconds)
        yield show_progress(graded, len(paths), sys.stderr)


@contextmanager
def open_executors(asked: Asked, count: int) -> Iterator[tuple[Callable[[], Executor], int]]:
    """What makes an executor, and how many hand-ins it is given at a time."""
    if asked.scheduler:
        with connect_cluster(asked.scheduler) as made:
            yield made
    else:
        workers = max(1, min(asked.jobs or count_processors(), count))
        yield lambda: WorkerPool(workers), TASKS_PER_WORKER * workers


def report_batch(
    asked: Asked, graded: Iterable[GradedHandIn], lines: TextIO, many: bool, late: Iterable[str]
) -> BatchOutcome:
    """Print each report and write it to the file of lines, as soon as it is there.

    Args: many: whether each gets one line only.  late: the hand-ins that came late.
    """
    provisional, reused, late = False, 0, set(late)
    for made, was_known, line in graded:
        provisional |= made.provisional
        reused += was_known
        lines.write(f"{seal_line(line)}\n")
        print_report(asked, made, many, made.hand_in in late)
    return BatchOutcome(provisional, reused)


@contextmanager
def write_reports(
    folder: Path | None, journal: GradeJournal, earlier: EarlierReports
) -> Iterator[TextIO]:
    """The file of reports, one per line. After the block, the earlier reports are added."""
    if not folder:
        yield StringIO()
        return
    file = folder / results.REPORTS
    with results.write_whole(file) as lines:
        yield lines
        lines.writelines(f"{line}\n" for line in repeat_reports(file, journal, earlier))


def note_reuse(journal: GradeJournal, reused: int, count: int) -> None:
    """Say which reports of the journal were damaged, and how many were used again."""
    if journal.damaged:
        what = f"{len(journal.damaged)} reports in the journal did not match their hashes"
        names = list_names(journal.damaged)
        print_note(f"{what} (damaged, or changed by hand): {names}; graded again")
    if reused:
        print_note(f"{reused} of {count} were graded before; --force grades them again")


def write_views(folder: Path, roll: ClassRoll) -> None:
    """Write the tables and pages, and say where they are."""
    print_notes(results.write_results(folder, roll))
    print_note(f"see {folder / 'class.html'} and {folder / 'grades.csv'}")


def print_notes(notes: Iterable[str]) -> None:
    for note in notes:
        print_note(note)


def print_note(note: str) -> None:
    print(f"note: {note}", file=sys.stderr)


def print_report(asked: Asked, made: Report, many: bool, late: bool) -> None:
    """Print a report: one line if there are many, the whole report otherwise."""
    if asked.json:
        print(to_json(made), flush=True)
    elif many:
        print(summary_row(made, late), flush=True)
    else:
        print(printable_name(made.hand_in))
        print(report.to_text(made, report.wants_colour(sys.stdout)))


def summary_row(made: Report, late: bool = False) -> str:
    """One hand-in in one line: its points, its name, and what the instructor should know."""
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
    return f"{score}  {printable_name(made.hand_in)}" + (f"  [{'; '.join(notes)}]" if notes else "")
