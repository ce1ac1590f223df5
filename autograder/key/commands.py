"""The commands that need the key. They exist only in a tree that has the key.

Each command imports its modules when it runs: scoring must start fast, and must also work
without the notebook libraries.
"""

import sys
from pathlib import Path

from autograder.commands import Asked, Verb, say

ABOUT_KEY = """
  autograder build               skeleton, stubs and notebooks anew from the key
  autograder solve DIR           the tree that the key completes
  autograder references          all reference tensors anew; --reseed: other hidden cases
  autograder release DIR         what students get, searched for answers
"""


def add_key_verbs(verb: Verb) -> None:
    """Add the commands to the command line."""
    one = verb("build", run_build)
    one.add_argument("--check", action="store_true", help="write nothing; 1 if out of step")
    one = verb("solve", run_solve)
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")
    one = verb("references", run_references)
    which = one.add_mutually_exclusive_group()
    which.add_argument("--reseed", action="store_true", help="other hidden cases, by chance")
    which.add_argument("--seed", type=int, help="the hidden cases of this seed (default: theirs)")
    one = verb("release", run_release)
    one.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")


def run_build(asked: Asked) -> int:
    """Generate skeleton, stubs and notebooks from the key."""
    from .build import build_tree, find_out_of_step

    lines = 0
    for line in find_out_of_step() if asked.check else build_tree():
        say(asked, line, message=line)
        lines += 1
    if not lines and not asked.json:
        print("everything is as the key gives it")
    return 1 if asked.check and lines else 0


def run_solve(asked: Asked) -> int:
    """Write the solved mytorch and notebooks into a new folder."""
    from .solve import write_solved_tree

    write_solved_tree(asked.folder)
    how = f"score it with `cd {asked.folder} && autograder check`"
    say(asked, f"wrote {asked.folder}: {how}", folder=str(asked.folder))
    return 0


def run_references(asked: Asked) -> int:
    """Make the public and the hidden references anew.

    autograder references              with the hidden cases that there are
    autograder references --reseed     with other hidden cases, say for a new term

    New cases are drawn until they tell every two mistakes apart. Their seed is kept for later
    runs; it is in no release and no report. Hand-ins graded before are graded again.
    Each topic has a file, which stays as it is where nothing in it has changed. Where the command
    was stopped, or a file is damaged, nothing is graded; the same command mends it.
    """
    from .reseed import good_seed
    from .storing import rebuild_references

    seed = None
    if asked.reseed or asked.seed is not None:
        seed, refused = good_seed(asked.seed)
        for line in refused:
            print(f"note: {line}", file=sys.stderr)
    for folder, files in rebuild_references(seed).items():
        said = f"wrote {', '.join(files)}" if files else "nothing has changed"
        say(asked, f"{folder}: {said}", folder=str(folder), files=files)
    return 0


def run_release(asked: Asked) -> int:
    """Write what students get into a new folder."""
    from .release import AnswerLeak, write_release

    try:
        count = write_release(asked.folder)
    except AnswerLeak as leak:
        raise ValueError(f"not to be given out, it holds answers:\n{leak}") from None
    said = f"wrote {count} files to {asked.folder}; no answer was found in them"
    say(asked, said, folder=str(asked.folder), files=count)
    return 0
