"""Complete what is written by hand with what the exercises say: exports, and the README's map."""

import re
from collections.abc import Callable
from pathlib import Path

from autograder.exercises import EXERCISES, HOMES, NOTEBOOKS

from .solved import SOLVED

GIVEN = "    shapes "  # the line of the package's docstring behind those of the exercises


def complete_exports(source: str) -> str:
    """The solved package's `__init__.py`: it exports what the exercises complete, and its
    docstring names every module; one that is missing there gets the first line of its own."""
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
    """The README, whose map says what each notebook completes, and for how many points."""
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
    """The files in a tree that lack something, or say something else than the exercises do, with
    what should stand in them. A student's tree has none of these."""
    found = {}
    for name, complete in COMPLETED.items():
        if (path := root / name).is_file():
            before = path.read_text("utf-8")
            if (after := complete(before)) != before:
                found[path] = after
    return found
