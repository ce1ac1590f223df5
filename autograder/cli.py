"""The command line: one function per command; its docstring is the help.

Results go to standard output, everything else to standard error. Exit codes: `check`: 0 all
points, 1 not all; `grade`: 0 every grade is final, 3 some are provisional; every command: 2 it was
called wrongly or could not do its work.
"""

import argparse
import inspect
import io
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.advice import packed, packing
from autograder.commands import Asked, Run, say
from autograder.exercises import EXERCISES, select_exercises
from autograder.hand_in import module_reader
from autograder.hand_in.reading import read_hand_in
from autograder.running.grading import grade_hand_in
from autograder.scoring import reference_store, report
from autograder.scoring.record import to_json
from autograder.workspace import resetting

KEY = Path(__file__).parent / "key"
ABOUT = """\
Scores the mytorch in the current folder, and says what is wrong and why.

  autograder check               your points so far, exercise by exercise
  autograder check linear        one class only; also: linear.backward, 6.2, 06
  autograder pack --name ada     write the zip file that you hand in
  autograder reset linear.forward    start one exercise again; your code is kept
  autograder grade hand-ins/     grade every folder and zip in it
  autograder doctor              which sandbox this machine offers
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns: the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may lack the characters of a name
        sys.stdout.reconfigure(errors="backslashreplace")
    if not (sys.argv[1:] if arguments is None else arguments):
        build_parser().print_help()
        return 2
    parsed = build_parser().parse_args(arguments)
    if parsed.json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="ascii", errors="backslashreplace")  # a program reads it
    try:
        code: int = parsed.command(parsed)
    except BrokenPipeError:  # the reader of our output, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    except (ValueError, OSError) as error:
        message = str(error)
        if isinstance(error, OSError) and error.filename:
            message = f"{error.filename}: {error.strerror}"
        print(f"autograder: {message}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        tree = KEY.parents[1]
        install = f"python3 {shlex.quote(str(tree / 'notebooks'))} --set-up"
        then = shlex.quote(str(tree / ".venv/bin/autograder"))
        print(f"autograder: this needs {error.name}: run {install}, then {then}", file=sys.stderr)
        return 2
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; those of the key only if this tree has the key."""
    from autograder.classroom import command

    shape = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(prog="autograder", description=ABOUT, formatter_class=shape)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str, run: Run) -> argparse.ArgumentParser:
        text = inspect.getdoc(run) or ""
        first = text.partition("\n")[0]
        made = commands.add_parser(name, help=first, description=text, formatter_class=shape)
        made.add_argument("--json", action="store_true", help="print JSON, one object per line")
        made.set_defaults(command=run)
        return made

    one = verb("check", run_check)
    one.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="linear, 6.2, 06; default: all"
    )
    one.add_argument("--brief", action="store_true", help="one line per notebook, and the total")
    one = verb("pack", run_pack)
    one.add_argument(
        "--name", default="", help="your name; the file is then called hand-in-NAME.zip"
    )
    one = verb("reset", run_reset)
    one.add_argument("exercises", nargs="+", metavar="EXERCISE", help="linear.forward, 6.1")
    command.add_grading_verbs(verb)
    if KEY.is_dir():
        from autograder.key import commands as with_key

        top.description = ABOUT + with_key.ABOUT_KEY
        with_key.add_key_verbs(verb)
    return top


def run_check(asked: Asked) -> int:
    """Score the mytorch in this folder on the public cases.

    Each exercise gets one line: ✔ all its points, ✘ some are lost, · not started. The lines below
    it explain each lost point: the first wrong entry, what the wrong entries have in common, the
    name of the misconception if it is known, and a hint. What your code prints is shown under its
    exercise cell, not here.

    Exit code: 0 all points, 1 not all, 2 nothing could be scored.
    """
    found = replace(module_reader.read_modules(resetting.workbook_folder(Path.cwd())), name=".")
    made = grade_hand_in(
        found, reference_store.public_references(), select_exercises(asked.exercises)
    )
    colour = report.wants_colour(sys.stdout)
    if asked.json:
        print(to_json(made))
    else:
        print((report.to_brief_text if asked.brief else report.to_text)(made, colour))
    return 0 if made.score == made.max_score else 1


def run_pack(asked: Asked) -> int:
    """Write hand-in.zip, with the mytorch and the notebooks of this folder.

    Only mytorch is graded. The command then reads and runs the zip as a grader does. It names each
    exercise that would get no points because of its file, and each cell that its file differs from.
    """
    tree = resetting.workbook_folder(Path.cwd())
    written, answer_notes = packing.pack_hand_in(tree, asked.name)
    found = read_hand_in(written)
    items = grade_hand_in(found, reference_store.public_references(), [*EXERCISES.values()]).items
    notes = [
        *packed.lost_exercises(tree, found, items),
        *packing.unfinished_exercises(tree),
        *packed.cell_notes(tree),
        *answer_notes,
        packing.UNSAVED,
    ]
    if not asked.json:
        for note in notes:
            print(f"note: {note}", file=sys.stderr)
    say(asked, written, file=written, notes=notes)
    return 0


def run_reset(asked: Asked) -> int:
    """Start an exercise again; your code is kept in the folder kept-aside.

    autograder reset linear.forward    one exercise; also 6.1
    autograder reset linear            both exercises of the class
    """
    for exercise in select_exercises(asked.exercises):
        message = resetting.reset_exercise(resetting.workbook_folder(Path.cwd()), exercise)
        say(asked, message, exercise=exercise.id, message=message)
    return 0
