"""The commands of who grades a class."""

import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from .. import handin, report, store
from ..cli import Asked, Verb
from ..grade import grade
from ..model import Exercise, Report


def add(verb: Verb) -> None:
    """Add the commands to the command line."""
    one = verb("grade", grade_)
    one.add_argument("paths", nargs="+", metavar="PATH", help="a hand-in, or a folder of them")
    one.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="hand-ins at a time (default: the processors here, %(default)s)",
    )


def grade_(asked: Asked) -> int:
    """Grade hand-ins: folders, zips, or a folder full of them.

    A folder with mytorch/ in it is a hand-in; a zip may wrap it once; any other folder stands
    for what is in it. One hand-in gets the whole report, many a line each. Student code runs in
    a process of its own: 5 s of computing a case, 60 s a hand-in, 2 GiB, no output. It is no
    sandbox: it may read what you may read.

    Exit code: 0 every grade is final, 3 some are provisional (a fault of ours, or no such
    path), 2 nothing could be graded.
    """
    used = store.best()
    if used.kind == "public":
        print("note: no hidden references here; grading on the public cases", file=sys.stderr)
    paths = list(handin.find(asked.paths))
    exercises = store.chosen([])
    provisional = False
    many = len(paths) > 1
    for made in progress(graded(paths, used, exercises, asked.jobs), len(paths)):
        provisional |= made.provisional
        if asked.json:
            print(report.to_json(made), flush=True)
        elif many:
            print(report.row(made), flush=True)
        else:
            print(handin.shown(made.hand_in))
            print(report.to_text(made, report.wants_colour(sys.stdout)))
    return 3 if provisional else 0


def graded(
    paths: Sequence[str], used: store.References, exercises: Sequence[Exercise], jobs: int
) -> Iterator[Report]:
    """Grade hand-ins, several at a time; their reports in order, each as soon as it can be."""

    def one(path: str) -> Report:
        found = handin.read(path)
        try:
            return grade(found, used, exercises)
        except Exception as error:  # ours: it must cost neither this grade nor the others'
            said = f"the grader failed here, not you ({type(error).__name__}: {error})"
            return grade(replace(found, found=False, message=said), used, exercises)

    for exercise in exercises:  # read once, before several threads want them
        used.cases(exercise.id), used.signatures(exercise.id)

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        waiting = deque(pool.submit(one, path) for path in paths)
        try:
            while waiting:
                made = waiting[0].result()
                waiting.popleft()
                yield made
        except GeneratorExit:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            finished = [f for f in waiting if f.done() and not f.cancelled()]
            yield from (future.result() for future in finished)
            raise


def progress(reports: Iterator[Report], count: int) -> Iterator[Report]:
    """Pass reports on, with a bar on standard error where that is a terminal."""
    shown = count > 1 and sys.stderr.isatty()
    for done, made in enumerate(reports, start=1):
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        yield made
        if shown:
            bar = "█" * (30 * done // count)
            print(f"\r{bar:<30} {done} of {count}", end="", file=sys.stderr, flush=True)
    if shown:
        print(file=sys.stderr)
