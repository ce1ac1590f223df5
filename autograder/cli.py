"""The command line: a verb a function, results to standard output, the rest to standard error.

Exit codes. check: 0 all points, 1 not all. grade: 0 every grade final, 3 some provisional.
Any: 2 the command was called wrongly or could not do its work.
"""

import argparse
import io
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import handin, pack, report, store
from .grade import grade
from .model import Exercise, Report

KEY = Path(__file__).parent / "key"
ABOUT = """\
Scores the mytorch of the tree you stand in, and says what is wrong and why.

  autograder check               what you have so far, exercise by exercise
  autograder check linear        one class only; also: linear.backward, 6.2, 06
  autograder pack --name ada     write hand-in.zip, ready to be handed in
  autograder reset linear.forward    start one exercise over; your text is kept aside
  autograder grade hand-ins/     every folder and zip in it, a line each
"""


CHECK = """\
Score the mytorch in this folder on the public cases.

Each exercise gets a line: ✔ all its points, ✘ some are lost, · not started. Under it stands why
each point is lost: the first wrong entry, what the wrong entries have in common, the name of
the misconception where it is known, and a hint.

Exit code: 0 all points, 1 not all, 2 nothing could be scored.
"""
PACK = """\
Write hand-in.zip: the mytorch and the notebooks of this folder.

What counts is mytorch. Where an exercise cell was changed and not run, it is named here: run it
(Shift + Enter), save, and pack again.
"""
RESET = """\
Put an exercise's stub back; your text is kept aside, in the folder kept-aside.

  autograder reset linear.forward    one exercise; also 6.1
  autograder reset linear            both of the class
"""
GRADE = """\
Grade hand-ins: folders, zips, or a folder full of them.

A folder with mytorch/ in it is a hand-in; a zip may wrap it once; any other folder stands for
what is in it. One hand-in gets the whole report, many a line each. Student code runs in a
process of its own: 5 s of computing a case, 60 s a hand-in, 2 GiB, no output. It is no
sandbox: it may read what you may read.

Exit code: 0 every grade is final, 3 some are provisional (a fault of ours, or no such path), 2.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    if not (sys.argv[1:] if arguments is None else arguments):
        parser().print_help()
        return 2
    parsed = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # names need not be text that a terminal knows
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = parsed.command(parsed)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    except (ValueError, OSError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        install = "python3 tests installs it, and so does pip install -e '.[test]'"
        print(f"autograder: this needs {error.name}: {install}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; what is printed above is finished", file=sys.stderr)
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="autograder",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def verb(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        shape = argparse.RawDescriptionHelpFormatter
        first = text.partition("\n")[0]
        made = commands.add_parser(name, help=first, description=text, formatter_class=shape)
        made.add_argument("--json", action="store_true", help="JSON, an object a line, not text")
        made.set_defaults(command=run)
        return made

    one = verb("check", check, CHECK)
    one.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="linear, 6.2, 06; default: all"
    )
    one.add_argument("--brief", action="store_true", help="a line a notebook, and the total")

    one = verb("pack", pack_, PACK)
    one.add_argument("--name", default="", help="your name, for the file: hand-in-NAME.zip")

    one = verb("reset", reset, RESET)
    one.add_argument("exercises", nargs="+", metavar="EXERCISE", help="linear.forward, 6.1")

    one = verb("grade", grade_, GRADE)
    one.add_argument("paths", nargs="+", metavar="PATH", help="a hand-in, or a folder of them")
    one.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="hand-ins at a time (default: the processors here, %(default)s)",
    )

    if KEY.is_dir():
        from .key import commands as with_key

        top.description = ABOUT + with_key.ABOUT
        with_key.add(verb, say)
    return top


def say(asked: argparse.Namespace, text: str, **fields: Any) -> None:
    """Print a result: the sentence, or its fields as a line of JSON."""
    print(json.dumps(fields, ensure_ascii=False) if asked.json else text, flush=True)


def check(asked: argparse.Namespace) -> int:
    here = pack.top(Path.cwd())
    found = replace(handin.read(here), name=".")
    made = grade(found, store.public(), store.chosen(asked.exercises))
    colour = report.wants_colour(sys.stdout)
    if asked.json:
        print(report.to_json(made))
    else:
        print((report.brief if asked.brief else report.to_text)(made, colour))
    return 0 if made.score == made.max_score else 1


def pack_(asked: argparse.Namespace) -> int:
    written, notes = pack.pack(pack.top(Path.cwd()), asked.name)
    if not asked.json:
        for note in notes:
            print(f"note: {note}", file=sys.stderr)
    say(asked, written, file=written, notes=notes)
    return 0


def reset(asked: argparse.Namespace) -> int:
    for exercise in store.chosen(asked.exercises):
        said = pack.reset(pack.top(Path.cwd()), exercise)
        say(asked, said, exercise=exercise.id, message=said)
    return 0


def grade_(asked: argparse.Namespace) -> int:
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
