"""The commands that need the key: they exist only where it does.

Each imports what it needs when it runs: scoring must not wait for, or lack, a notebook library.
"""

from pathlib import Path

from ..cli import Asked, Verb, say

ABOUT = """
  autograder build               skeleton, stubs and notebooks anew from the key
  autograder solve DIR           the tree that the key completes
  autograder references          all reference tensors anew
  autograder release DIR         what students get, searched for answers
"""


def add(verb: Verb) -> None:
    """Add the commands to the command line."""
    one = verb("build", build_)
    one.add_argument("--check", action="store_true", help="write nothing; 1 if out of step")
    one = verb("solve", solve_)
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")
    one = verb("references", references_)
    one.add_argument("--seed", type=int, help="a new seed for the hidden cases (default: theirs)")
    one = verb("release", release_)
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")


def build_(asked: Asked) -> int:
    """Generate skeleton, stubs and notebooks from the key."""
    from .build import build, out_of_step

    lines = 0
    for line in out_of_step() if asked.check else build():
        say(asked, line, message=line)
        lines += 1
    if not lines and not asked.json:
        print("everything is as the key gives it")
    return 1 if asked.check and lines else 0


def solve_(asked: Asked) -> int:
    """Write the solved mytorch and notebooks into a new folder."""
    from .solve import solve

    solve(asked.folder)
    how = f"score it with `cd {asked.folder} && autograder check`"
    say(asked, f"wrote {asked.folder}: {how}", folder=str(asked.folder))
    return 0


def references_(asked: Asked) -> int:
    """Make the public and the hidden references anew."""
    from .references import rebuild

    for folder in rebuild(asked.seed):
        say(asked, f"wrote {folder}", folder=str(folder))
    return 0


def release_(asked: Asked) -> int:
    """Write what students get into a new folder."""
    from .release import Leak, release

    try:
        count = release(asked.folder)
    except Leak as leak:
        raise ValueError(f"not to be given out, it holds answers:\n{leak}") from None
    said = f"wrote {count} files to {asked.folder}; no answer was found in them"
    say(asked, said, folder=str(asked.folder), files=count)
    return 0
