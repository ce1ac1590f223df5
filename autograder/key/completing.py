"""Bring hand-written files up to date with the exercises: exports, and the map in the README."""

import re
from collections.abc import Callable
from pathlib import Path

from autograder.exercises import EXERCISES, HOMES, NOTEBOOKS

from .solved import SOLVED

GIVEN = "    shapes "  # the package's docstring lists the exercises' modules above this line


def complete_exports(source: str) -> str:
    """The `__init__.py` of the solved package: it exports the targets of all exercises, and its
    docstring lists every module. A module that is not yet listed is added with the first line of
    its own docstring."""
    docstring = source[: source.index('"""', 3) + 4]
    listed = re.findall(r"^    ([a-z_, ]+?)  ", docstring, re.MULTILINE)
    known = {name for names in listed for name in names.split(", ")}
    for home in dict.fromkeys(HOMES.values()):
        if home not in known and (SOLVED / f"{home}.py").is_file():
            first = (SOLVED / f"{home}.py").read_text("utf-8").split('"""')[1].splitlines()[0]
            about = first[0].lower() + first[1:].rstrip(".")
            docstring = docstring.replace(GIVEN, f"    {home:<22} {about}\n{GIVEN}")
    imports = sorted(f"from .{home} import {name}" for name, home in HOMES.items())
    names = sorted(HOMES, key=lambda name: (not name.isupper(), name[0].islower(), name))
    exported = [f'    "{name}",' for name in names]
    return "\n".join([docstring, *imports, "", "__all__ = [", *exported, "]", ""])


def complete_map(readme: str) -> str:
    """The README, with a map of what each notebook completes, and for how many points."""
    for number, title in NOTEBOOKS.items():
        own = [e for e in EXERCISES.values() if e.notebook == number]
        if own:
            completes = ", ".join(
                f"`{n}`" for n in dict.fromkeys(e.title.split(".")[0] for e in own)
            )
            points = sum(e.max_score for e in own)
            row = f"| {number} | {title} | {completes} | {points:g} |"
            readme = re.sub(rf"^\| {number} \|.*\|$", row, readme, flags=re.MULTILINE)
    return readme


COMPLETED: dict[str, Callable[[str], str]] = {
    "autograder/key/mytorch/__init__.py": complete_exports,
    "README.md": complete_map,
}


def complete_files(root: Path) -> dict[Path, str]:
    """The files of a tree that are incomplete or disagree with the exercises, with their right
    content. A student's tree has no such files."""
    found = {}
    for name, complete in COMPLETED.items():
        if (path := root / name).is_file():
            before = path.read_text("utf-8")
            if (after := complete(before)) != before:
                found[path] = after
    return found
