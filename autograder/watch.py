"""Count the calls of `forward` within a way back, to notice derivatives that are measured.

Who computes a derivative by differences gets its points: it is right. But `forward` then runs
again and again, each time a small step away from where it ran before. That is counted here, as a
hint to a human; student code runs in the same process, and could hide it.
"""

import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os.path import join
from types import FrameType
from typing import Any

import numpy as np

from .exercises import below
from .model import Array, Exercise

SMALL = 1e-2  # a step that nothing but a difference takes
NOISE = 1e-12  # below it, the same numbers were computed in another way
FEW = 3  # calls with most numbers the same and some others: each may have moved one entry
MOST = 16  # points kept


@contextmanager
def watching(exercise: Exercise, package: Any) -> Iterator["Watch"]:
    """Watch what runs in a student's package; at no cost where nothing has to be counted."""
    folders = getattr(package, "__path__", [])[:1]
    watch = Watch(exercise, *folders or [""])
    if not (watch.forwards and folders):
        yield watch
        return
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield watch
    finally:
        sys.setprofile(before)


class Watch:
    """A profile function for `sys.setprofile`.

    forwards  the names of the functions that count: all that are no way back themselves, of the
              exercises that this one builds on
    others    the files of earlier exercises: what their ways back call is not this one's
    calls     the most calls within one way back that looks measured, or 0
    """

    def __init__(self, exercise: Exercise, folder: str) -> None:
        earlier = list(below(exercise.id))
        name = exercise.target.rpartition(".")[2]
        self.back, self.folder = name, join(folder, "")
        self.forwards = {e.target.rpartition(".")[2] for e in earlier} - {name}
        files = {e.file for e in earlier} - {exercise.file}
        self.others = {self.folder + file.partition("/")[2] for file in files}
        self.calls = 0
        self.outermost: FrameType | None = None
        self.is_back = False
        self.points: deque[list[Array]] = deque(maxlen=MOST)
        self.begin()

    def begin(self) -> None:
        """Start to count."""
        self.count, self.small, self.steps = 0, False, Counter[int]()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "return" and frame is self.outermost:
            if self.small or max(self.steps.values(), default=0) >= FEW:
                self.calls = max(self.calls, self.count)
            self.outermost = None
        elif event == "call" and code.co_filename.startswith(self.folder):
            if self.outermost is None:
                self.outermost = frame
                self.is_back = not code.co_name.startswith(("__", "<module", *self.forwards))
                self.begin()
            if code.co_name in self.forwards:
                with suppress(Exception):  # an odd argument of the student's
                    self.see(frame)

    def see(self, frame: FrameType) -> None:
        """Keep where a `forward` is called, or compare it with where others were."""
        if not self.is_back:
            self.points.append(point(frame))
        elif not self.is_within_another(frame):
            self.count += 1
            if not self.small and max(self.steps.values(), default=0) < FEW:
                here = point(frame)
                for number, there in enumerate(self.points):
                    self.small |= (share := moved(here, there)) == "small"
                    self.steps[number] += share == "few"

    def is_within_another(self, frame: FrameType | None) -> bool:
        """Whether it is an earlier exercise's own way back that calls."""
        while frame is not None and frame is not self.outermost:
            if frame.f_code.co_name == self.back and frame.f_code.co_filename in self.others:
                return True
            frame = frame.f_back
        return False


def point(frame: FrameType) -> list[Array]:
    """Where a function is called: copies of its numbers, and of its object's parameters."""
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
    values = [frame.f_locals[name] for name in names]
    for value in values[:1]:
        values += [getattr(value, name, None) for name in ("W", "b")]
    for value in list(values):
        values += value if isinstance(value, list | tuple) else ()
    return [np.array(v) for v in values if isinstance(v, np.ndarray | np.generic | float)]


def moved(here: list[Array], there: list[Array]) -> str:
    """How one point lies beside another: `small` for a small step, `few` if at most half of all
    entries are others, else ""."""
    if [a.shape for a in here] != [a.shape for a in there]:
        return ""
    pairs = [(a, b.astype(a.dtype) if b.dtype.kind == "f" else b) for a, b in zip(here, there)]
    steps = np.concatenate([np.ravel(np.abs(a - b)) for a, b in pairs])
    if any(a.dtype.kind == "c" for a in here):
        return "small" if steps.max() <= SMALL else ""
    changed = int((steps > NOISE).sum())
    if not changed:
        return ""
    return "small" if steps.max() <= SMALL else "few" if 2 * changed <= steps.size else ""
