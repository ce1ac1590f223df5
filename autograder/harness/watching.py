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

from autograder.exercises import DOUBLES, exercises_below
from autograder.model import Array, Exercise

SMALL = 1e-2  # a step that nothing but a difference takes
NOISE = 1e-12  # below it, the same numbers were computed in another way
ENOUGH = 3  # larger steps from one place, in few entries: one may have other reasons
PARAMETERS = tuple({name: 0 for double in DOUBLES.values() for name in double.parameters})
PLACES = 16  # of earlier calls, that steps are taken from


@contextmanager
def watch_forward(exercise: Exercise, package: Any) -> Iterator["ForwardWatch"]:
    """Watch what runs in a student's package; at no cost where nothing has to be counted."""
    watch, before = (
        ForwardWatch(exercise, *getattr(package, "__path__", ["?"])[:1]),
        sys.getprofile(),
    )
    if watch.forwards:
        sys.setprofile(watch)
    try:
        yield watch
    finally:
        sys.setprofile(before)


class ForwardWatch:
    """A profile function for `sys.setprofile`.

    forwards  the names of the functions that count: all that are no way back themselves, of the
              exercises that this one builds on
    others    the files of earlier exercises: what their ways back call is not this one's
    calls     the most calls within one way back that looks measured, or 0
    """

    def __init__(self, exercise: Exercise, folder: str) -> None:
        earlier = list(exercises_below(exercise.id))
        self.back, self.folder = exercise.target.rpartition(".")[2], join(folder, "")
        self.forwards = {e.target.rpartition(".")[2] for e in earlier} - {self.back}
        files = {e.file for e in earlier} - {exercise.file}
        self.others = {self.folder + file.partition("/")[2] for file in files}
        self.outermost: FrameType | None = None
        self.places: deque[list[Array]] = deque(maxlen=PLACES)
        self.is_back, self.calls, self.count = False, 0, 0
        self.steps = Counter[int]()  # by place, within this way back

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "return" and frame is self.outermost:
            if max(self.steps.values(), default=0) >= ENOUGH:
                self.calls = max(self.calls, self.count)
            self.outermost = None
        elif event == "call" and code.co_filename.startswith(self.folder):
            if self.outermost is None:
                self.outermost, self.count = frame, 0
                self.is_back = not code.co_name.startswith(("__", "<module", *self.forwards))
                self.steps.clear()
            if code.co_name in self.forwards:
                with suppress(Exception):  # an odd argument of the student's
                    self.see(frame)

    def see(self, frame: FrameType) -> None:
        """Keep where a `forward` is called, or compare it with where others were."""
        if not self.is_back:
            self.places.append(call_place(frame))
        elif not self.is_within_another(frame):
            self.count += 1
            if max(self.steps.values(), default=0) < ENOUGH:
                here = call_place(frame)
                self.steps.update(
                    {n: step_between(here, there) for n, there in enumerate(self.places)}
                )

    def is_within_another(self, frame: FrameType | None) -> bool:
        """Whether it is an earlier exercise's own way back that calls."""
        while frame is not None and frame is not self.outermost:
            if frame.f_code.co_name == self.back and frame.f_code.co_filename in self.others:
                return True
            frame = frame.f_back
        return False


def call_place(frame: FrameType) -> list[Array]:
    """Where a function is called: copies of its numbers, and of its object's parameters."""
    values = [frame.f_locals[n] for n in frame.f_code.co_varnames[: frame.f_code.co_argcount]]
    values += [getattr(values[0], name, None) for name in PARAMETERS]
    values += [part for v in values if isinstance(v, list | tuple) for part in v]
    return [np.array(v) for v in values if isinstance(v, np.ndarray | np.generic | float)]


def step_between(here: list[Array], there: list[Array]) -> int:
    """How much one place looks like a step from another.

    Returns: ENOUGH for a small step, 1 for a larger one in at most half of the entries, else 0.
    """
    if [a.shape for a in here] != [a.shape for a in there]:
        return 0
    pairs = [(a, b.astype(a.dtype) if b.dtype.kind == "f" else b) for a, b in zip(here, there)]
    steps = np.concatenate([np.ravel(np.abs(a - b)) for a, b in pairs])
    noise = 0 if any(a.dtype.kind == "c" for a in here) else NOISE  # a complex step is tiny
    if not (moved := int((steps > noise).sum())):
        return 0
    return ENOUGH if steps.max() <= SMALL else int(2 * moved <= steps.size)
