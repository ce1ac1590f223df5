"""Follow a recipe from the shelf in a copy of the repository, as a maintainer would."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT

RECIPES = Path(__file__).parent / "shelf" / "recipes"


@dataclass(frozen=True)
class Step:
    """One place of a new exercise: a new file, or text that is added to a file.

    how    `new`, `end` of the file, `before` a text that occurs once, `instead` of such a text
    where  that text, or ""
    """

    how: str
    where: str
    path: str
    text: str


def read_recipe(name: str) -> list[Step]:
    """The steps of a recipe: each is a line `=== how where in path`, followed by its text."""
    text = (RECIPES / f"{name}.txt").read_text("utf-8")
    found = []
    for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        how, _, rest = head.partition(" ")
        where, _, path = rest.rpartition(" in ")
        found.append(Step(how, where.replace("\\n", "\n"), path, body))
    return found


def follow_step(step: Step, tree: Path) -> None:
    """Write one step into a tree."""
    path = tree / step.path
    if step.how == "new":
        path.write_text(step.text, "utf-8")
        return
    text = path.read_text("utf-8")
    if step.how == "end":
        text += step.text
    else:
        assert text.count(step.where) == 1, f"{step.path}: {step.where!r}"
        new = step.text + step.where if step.how == "before" else step.text.removesuffix("\n")
        text = text.replace(step.where, new)
    path.write_text(text, "utf-8")


def copy_tree(tree: Path, steps: Sequence[Step] = ()) -> Path:
    """A copy of all files that git knows here, as one commit, with the steps in its working
    tree."""
    tree.mkdir()
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    git(tree, "init", "-q")
    commit_all(tree)
    for step in steps:
        follow_step(step, tree)
    return tree


def commit_all(tree: Path) -> None:
    git(tree, "add", "-A")
    who = ("-c", "user.name=A", "-c", "user.email=a@localhost")
    git(tree, *who, "commit", "-q", "--no-verify", "-m", "A state")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def run_python(tree: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a module in a copied tree, with the code of the copy."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=tree, capture_output=True, text=True, check=False
    )
