"""The command line: a verb a function, results to standard output, the rest to standard error.

Exit codes. check: 0 all points, 1 not all. grade: 0 every grade final, 3 some provisional.
Any: 2 the command was called wrongly or could not do its work.
"""

import argparse
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import handin, pack, report, runner, store
from .grade import grade, unreadable
from .model import Exercise, Report

KEY = Path(__file__).parent / "key"
ABOUT = """\
Scores the mytorch of the tree you stand in, and says what is wrong and why.

  autograder check               what you have so far, exercise by exercise
  autograder check linear        one class only; also: linear.backward, 6.2, 06
  autograder pack --name ada     write hand-in.zip, ready to be handed in
  autograder reset linear.forward    start one exercise over; your text is kept aside
"""
ABOUT_KEY = """
  autograder grade hand-ins/     every folder and zip in it, a line each
  autograder build               skeleton, stubs and notebooks anew from the key
  autograder solve DIR           the tree that the key completes
  autograder references          all reference tensors anew
  autograder release DIR         what students get, searched for answers
"""


class CannotDo(Exception):
    """The command cannot do its work; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parsed = parser().parse_args(arguments)
    try:
        code: int = parsed.command(parsed)
    except (CannotDo, ValueError, OSError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; what is printed above is finished", file=sys.stderr)
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="autograder",
        description=ABOUT + (ABOUT_KEY if KEY.is_dir() else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def verb(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(command=run)
        return made

    one = verb("check", check, "Score the mytorch in this folder on the public cases.")
    one.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="linear, 6.2, 06; default: all"
    )
    one.add_argument("--json", action="store_true", help="one JSON object instead of text")
    one.add_argument("--brief", action="store_true", help="a line a notebook, and the total")

    one = verb("pack", pack_, "Write hand-in.zip: mytorch and the notebooks of this folder.")
    one.add_argument("--name", default="", help="your name, for the file: hand-in-NAME.zip")

    one = verb("reset", reset, "Put an exercise's stub back; your text is kept aside.")
    one.add_argument("exercises", nargs="+", metavar="EXERCISE", help="linear.forward, 6.1")

    one = verb("grade", grade_, "Grade hand-ins: folders, zips, or a folder full of them.")
    one.add_argument("paths", nargs="+", metavar="PATH", help="a hand-in, or a folder of them")
    one.add_argument("--json", action="store_true", help="a JSON object a line instead of text")
    one.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="hand-ins at a time (default: the processors here, %(default)s)",
    )

    if KEY.is_dir():
        one = verb("build", build, "Generate skeleton, stubs and notebooks from the key.")
        one.add_argument("--check", action="store_true", help="write nothing; 1 if out of step")
        one = verb("solve", solve, "Write the solved mytorch and notebooks into a new folder.")
        one.add_argument("folder", metavar="DIR", type=Path)
        one = verb("references", references, "Make the public and the hidden references anew.")
        one.add_argument(
            "--seed", type=int, help="a new seed for the hidden cases (default: theirs)"
        )
        one = verb("release", release, "Write what students get into a new folder.")
        one.add_argument("folder", metavar="DIR", type=Path)
    return top


def check(asked: argparse.Namespace) -> int:
    here = Path.cwd()
    if not (here / "mytorch").is_dir():
        raise CannotDo(f"there is no folder mytorch in {here}: go to the top of your workbook")
    found = handin.read(here)
    made = grade(found.files, store.public(), store.chosen(asked.exercises), ".", found.message)
    colour = report.wants_colour(sys.stdout)
    if asked.json:
        print(report.to_json(made))
    else:
        print((report.brief if asked.brief else report.to_text)(made, colour))
    return 0 if made.score == made.max_score else 1


def pack_(asked: argparse.Namespace) -> int:
    written, notes = pack.pack(Path.cwd(), asked.name)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    print(written)
    return 0


def reset(asked: argparse.Namespace) -> int:
    for exercise in store.chosen(asked.exercises):
        print(pack.reset(Path.cwd(), exercise))
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
            print(f"{made.hand_in}\n{report.to_text(made, report.wants_colour(sys.stdout))}")
    return 3 if provisional else 0


def graded(
    paths: Sequence[Path], used: store.References, exercises: Sequence[Exercise], jobs: int
) -> Iterator[Report]:
    """Grade hand-ins, several at a time; their reports in order, each as soon as it can be."""

    def one(path: Path) -> Report:
        found = handin.read(path)
        if not found.readable or not found.found:
            return unreadable(found, used, exercises)
        return grade(found.files, used, exercises, found.name, found.message)

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        waiting = deque(pool.submit(one, path) for path in paths)
        try:
            while waiting:
                made = waiting[0].result()
                waiting.popleft()
                yield made
        except KeyboardInterrupt:
            runner.STOP.set()
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


def build(asked: argparse.Namespace) -> int:
    from .key.build import build, out_of_step

    lines = 0
    for line in out_of_step() if asked.check else build():
        print(line)
        lines += 1
    if not lines:
        print("everything is as the key gives it")
    return 1 if asked.check and lines else 0


def solve(asked: argparse.Namespace) -> int:
    from .key.solve import solve

    solve(asked.folder)
    print(f"wrote {asked.folder}: score it with `cd {asked.folder} && autograder check`")
    return 0


def references(asked: argparse.Namespace) -> int:
    from .key.references import rebuild

    for folder in rebuild(asked.seed):
        print(f"wrote {folder}")
    return 0


def release(asked: argparse.Namespace) -> int:
    from .key.release import Leak, release

    try:
        count = release(asked.folder)
    except Leak as leak:
        raise CannotDo(f"not to be given out, it holds answers:\n{leak}") from None
    print(f"wrote {count} files to {asked.folder}; no answer was found in them")
    return 0
