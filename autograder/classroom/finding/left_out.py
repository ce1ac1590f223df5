"""What is left out when hand-ins are looked for: nothing without a word."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from autograder.hand_in.module_reader import list_names
from autograder.hand_in.own_faults import guard_step
from autograder.hand_in.student import common_folder, path_within

NAMED = 20  # files that are left out, and named
LINKS_NAMED = 200  # behind each of which a student may stand
T = TypeVar("T")


@dataclass
class LeftOut:
    """What is left out: the names of files, and the paths of links, of results, and of what lies
    beside the `mytorch` of a path that was given; and what else is to be said."""

    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def careful(self, otherwise: T, look: Callable[..., T], path: str, *more: object) -> T:
        """What a look at one path says. A fault of ours there costs no other path anything."""
        return guard_step(otherwise, self.notes, "look into", path, look, path, *more)

    def said(self) -> list[str]:
        """All of it, a line for each kind."""
        lines = []
        if self.files:
            what = (
                "file that is no hand-in" if len(self.files) == 1 else "files that are no hand-ins"
            )
            lines.append(f"left out {len(self.files)} {what}: {list_names(self.files, NAMED)}")
        if self.links:
            names = [path_within(common_folder(self.links), link) for link in self.links]
            lines.append(f"left out, for no link is followed: {list_names(names, LINKS_NAMED)}")
        if self.results:
            lines.append(f"left out {list_names(self.results, NAMED)}: results, no hand-ins")
        if self.beside:
            why = "a folder mytorch lies beside it, and what holds that is one hand-in"
            lines.append(f"left out {list_names(self.beside, NAMED)}: {why}")
        return lines + self.notes
