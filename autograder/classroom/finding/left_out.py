"""What the search for hand-ins leaves out; each of these gets a note."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from autograder.hand_in.module_reader import list_names
from autograder.hand_in.own_faults import guard_step
from autograder.hand_in.student import common_folder, path_within

MAX_NAMED = 20  # names in one note
MAX_LINKS_NAMED = 200  # more, because each may be the link of a student
T = TypeVar("T")


@dataclass
class LeftOut:
    """What the search leaves out.

    files    names of files that are not hand-ins
    links    paths of links
    results  paths of folders of results
    beside   paths that look like hand-ins beside the `mytorch` of a hand-in
    notes    other notes for the instructor
    """

    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def guard_look(self, default: T, look: Callable[..., T], path: str, *more: object) -> T:
        """The result of a look at one path; if it fails by a fault of ours, a note and `default`.

        So other paths are not affected.
        """
        return guard_step(default, self.notes, "look into", path, look, path, *more)

    def list_notes(self) -> list[str]:
        """The notes, one line for each kind."""
        lines = []
        if self.files:
            what = (
                "file that is not a hand-in"
                if len(self.files) == 1
                else "files that are not hand-ins"
            )
            lines.append(f"left out {len(self.files)} {what}: {list_names(self.files, MAX_NAMED)}")
        if self.links:
            names = [path_within(common_folder(self.links), link) for link in self.links]
            lines.append(
                f"left out, because links are not followed: {list_names(names, MAX_LINKS_NAMED)}"
            )
        if self.results:
            lines.append(f"left out {list_names(self.results, MAX_NAMED)}: results, not hand-ins")
        if self.beside:
            why = "a folder mytorch is beside it, and a folder with mytorch is one hand-in"
            lines.append(f"left out {list_names(self.beside, MAX_NAMED)}: {why}")
        return lines + self.notes
