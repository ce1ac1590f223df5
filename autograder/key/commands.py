"""The commands that need the key: they exist only where it does.

Each imports what it needs when it runs: scoring must not wait for, or lack, a notebook library.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

Run: TypeAlias = Callable[[argparse.Namespace], int]
Verb: TypeAlias = Callable[[str, Run, str], argparse.ArgumentParser]
Say: TypeAlias = Callable[..., None]

ABOUT = """
  autograder build               skeleton, stubs and notebooks anew from the key
  autograder solve DIR           the tree that the key completes
  autograder references          all reference tensors anew
  autograder release DIR         what students get, searched for answers
"""


def add(verb: Verb, say: Say) -> None:
    """Add the commands to the command line.

    Args: verb: makes a command of a name, what it runs and its help.  say: prints a result.
    """
    one = verb(
        "build", partial(build_, say), "Generate skeleton, stubs and notebooks from the key."
    )
    one.add_argument("--check", action="store_true", help="write nothing; 1 if out of step")
    one = verb(
        "solve", partial(solve_, say), "Write the solved mytorch and notebooks into a new folder."
    )
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")
    one = verb(
        "references", partial(references_, say), "Make the public and the hidden references anew."
    )
    one.add_argument("--seed", type=int, help="a new seed for the hidden cases (default: theirs)")
    one = verb("release", partial(release_, say), "Write what students get into a new folder.")
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")


def build_(say: Say, asked: argparse.Namespace) -> int:
    from .build import build, out_of_step

    lines = 0
    for line in out_of_step() if asked.check else build():
        say(asked, line, message=line)
        lines += 1
    if not lines and not asked.json:
        print("everything is as the key gives it")
    return 1 if asked.check and lines else 0


def solve_(say: Say, asked: argparse.Namespace) -> int:
    from .solve import solve

    solve(asked.folder)
    how = f"score it with `cd {asked.folder} && autograder check`"
    say(asked, f"wrote {asked.folder}: {how}", folder=str(asked.folder))
    return 0


def references_(say: Say, asked: argparse.Namespace) -> int:
    from .references import rebuild

    for folder in rebuild(asked.seed):
        say(asked, f"wrote {folder}", folder=str(folder))
    return 0


def release_(say: Say, asked: argparse.Namespace) -> int:
    from .release import Leak, release

    try:
        count = release(asked.folder)
    except Leak as leak:
        raise ValueError(f"not to be given out, it holds answers:\n{leak}") from None
    said = f"wrote {count} files to {asked.folder}; no answer was found in them"
    say(asked, said, folder=str(asked.folder), files=count)
    return 0
