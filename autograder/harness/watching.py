"""Count calls of `forward` during `backward`, to notice derivatives computed by finite differences.

Such derivatives are right and earn their points. But `forward` then runs again and again, each
time with inputs a small step away from earlier ones. The count is a hint for the instructor, and
no proof: student code runs in the same process and could hide it.
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

MAX_DIFFERENCE_STEP = 1e-2  # only finite differences take so small steps
MAX_ROUNDING_STEP = 1e-12  # smaller steps are rounding errors
SUSPICIOUS_STEPS = 3  # from one call; a single larger step may have other reasons
PARAMETERS = tuple({name: 0 for double in DOUBLES.values() for name in double.parameters})
MAX_EARLIER_CALLS = 16  # calls that later ones are compared with


@contextmanager
def watch_forward(exercise: Exercise, package: Any) -> Iterator["ForwardWatch"]:
    """Watch the calls in a student's package. It costs no time if there is nothing to count."""
    watch = ForwardWatch(exercise, *getattr(package, "__path__", ["?"])[:1])
    before = sys.getprofile()
    if watch.forwards:
        sys.setprofile(watch)
    try:
        yield watch
    finally:
        sys.setprofile(before)


class ForwardWatch:
    """A profile function for `sys.setprofile`.

    forwards     the names of the counted functions: those of the exercises that this one builds
                 on, except `backward`
    other_files  the files of earlier exercises: calls from their `backward` are not counted
    calls        the most calls within one `backward` that seems to use differences, or 0
    """

    def __init__(self, exercise: Exercise, folder: str) -> None:
        earlier = list(exercises_below(exercise.id))
        self.backward, self.folder = exercise.target.rpartition(".")[2], join(folder, "")
        self.forwards = {e.target.rpartition(".")[2] for e in earlier} - {self.backward}
        files = {e.file for e in earlier} - {exercise.file}
        self.other_files = {self.folder + file.partition("/")[2] for file in files}
        self.outermost: FrameType | None = None
        self.earlier: deque[list[Array]] = deque(maxlen=MAX_EARLIER_CALLS)
        self.is_back, self.calls, self.count = False, 0, 0
        self.steps = Counter[int]()  # by earlier call, within this `backward`

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "return" and frame is self.outermost:
            if max(self.steps.values(), default=0) >= SUSPICIOUS_STEPS:
                self.calls = max(self.calls, self.count)
            self.outermost = None
        elif event == "call" and code.co_filename.startswith(self.folder):
            if self.outermost is None:
                self.outermost, self.count = frame, 0
                self.is_back = not code.co_name.startswith(("__", "<module", *self.forwards))
                self.steps.clear()
            if code.co_name in self.forwards:
                with suppress(Exception):  # the arguments may be anything
                    self.compare_call(frame)

    def compare_call(self, frame: FrameType) -> None:
        """Remember the arguments of a `forward` call, or compare them with earlier ones."""
        if not self.is_back:
            self.earlier.append(call_arguments(frame))
        elif not self.is_within_other_backward(frame):
            self.count += 1
            if max(self.steps.values(), default=0) < SUSPICIOUS_STEPS:
                here = call_arguments(frame)
                self.steps.update(
                    {n: step_between(here, earlier) for n, earlier in enumerate(self.earlier)}
                )

    def is_within_other_backward(self, frame: FrameType | None) -> bool:
        """Whether the `backward` of an earlier exercise makes the call."""
        while frame is not None and frame is not self.outermost:
            code = frame.f_code
            if code.co_name == self.backward and code.co_filename in self.other_files:
                return True
            frame = frame.f_back
        return False


def call_arguments(frame: FrameType) -> list[Array]:
    """Copies of a call's numeric arguments, and of the parameters W and b of its object."""
    values = [frame.f_locals[n] for n in frame.f_code.co_varnames[: frame.f_code.co_argcount]]
    values += [getattr(values[0], name, None) for name in PARAMETERS]
    values += [part for v in values if isinstance(v, list | tuple) for part in v]
    return [np.array(v) for v in values if isinstance(v, np.ndarray | np.generic | float)]


def step_between(here: list[Array], earlier: list[Array]) -> int:
    """How much the arguments of one call look like a small step from those of another.

    Returns: SUSPICIOUS_STEPS for a small step, 1 for a larger one in at most half of the
             entries, else 0.
    """
    if [a.shape for a in here] != [a.shape for a in earlier]:
        return 0
    pairs = [(a, b.astype(a.dtype) if b.dtype.kind == "f" else b) for a, b in zip(here, earlier)]
    steps = np.concatenate([np.ravel(np.abs(a - b)) for a, b in pairs])
    is_complex = any(a.dtype.kind == "c" for a in here)  # complex steps may be tiny
    noise = 0 if is_complex else MAX_ROUNDING_STEP
    if not (moved := int((steps > noise).sum())):
        return 0
    return SUSPICIOUS_STEPS if steps.max() <= MAX_DIFFERENCE_STEP else int(2 * moved <= steps.size)
