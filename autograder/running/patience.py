"""How long a hand-in may take, over all the processes that work on it.

Theory of operation. A class must not wait for one hand-in. So each is first graded in haste: it
gets one whole limit of computing, and `more` seconds beside it for all that follows, and for all
waiting. What only this haste stopped has no result yet (`SHORT`). It is tried once more, patiently,
when nobody waits for it: then computing and waiting may last as the limits say, until time-outs
have used up the seconds that are granted for them.
"""

import time
from dataclasses import dataclass
from math import inf

from autograder.model import Fault

GAP = 2.0  # seconds between two looks at the clock that nobody has lived through
SHORT = Fault("internal", text="it had no time left for this, as others took very long")


@dataclass(frozen=True)
class ResourceLimits:
    """What a hand-in may use.

    seconds  of computing, a case
    wall     seconds of waiting, an exercise
    total    seconds in all
    memory   bytes
    more     seconds that haste leaves for computing beyond `seconds`, and for waiting, in all
    """

    seconds: int = 5
    wall: float = 15.0
    total: float = 180.0
    memory: int = 2 * 2**30
    more: float = 1.0


class AttendedClock:
    """Seconds that pass while somebody looks at it, over all of a hand-in's processes.

    A grader that is stopped, or gets no processor, sees a gap: that is not the hand-in's time.
    """

    def __init__(self) -> None:
        self.seen = self.gaps = time.monotonic()

    def now(self) -> float:
        before, self.seen = self.seen, time.monotonic()
        if self.seen - before > GAP:
            self.gaps += self.seen - before
        return self.seen - self.gaps

    def leave_out(self, since: float) -> None:
        """Count nothing of what has passed since then."""
        self.gaps += self.now() - since


class TimeBudget:
    """What time a hand-in has left, over all the processes that work on it.

    chances  seconds that time-outs may still cost; one that begins is let run
    left     seconds of computing and waiting before it ends for want of time
    waited   seconds that it has waited
    was_short  whether something was stopped that the limits alone would have let go on
    """

    def __init__(
        self, limits: ResourceLimits, granted: float = inf, is_hasty: bool = False
    ) -> None:
        """Args: granted: seconds that time-outs may cost; in haste it is one limit of computing."""
        self.limits, self.is_hasty, self.clock = limits, is_hasty, AttendedClock()
        self.chances = limits.seconds if is_hasty else granted
        self.left = limits.seconds + limits.more if is_hasty else inf
        self.waited = 0.0
        self.was_short = False

    @property
    def is_over(self) -> bool:
        """Whether all the time of a hand-in is used up."""
        return self.clock.now() >= self.limits.total

    @property
    def is_short(self) -> bool:
        """Whether a case may compute for a part of its limit only."""
        return self.chances <= 0 or self.left <= self.limits.more

    @property
    def most_computing(self) -> float:
        """Seconds of computing that a case may take which begins now."""
        return self.limits.more / 2 if self.is_short else self.limits.seconds

    @property
    def most_waiting(self) -> float:
        """Seconds that an exercise may wait which begins now."""
        return self.limits.more / 2 if self.is_hasty or self.chances <= 0 else self.limits.wall

    @property
    def waits(self) -> bool:
        """Whether what was stopped mostly waited: it needs no processor."""
        return self.was_short and self.waited >= self.limits.more / 2

    def spend(self, computed: float, waited: float) -> None:
        self.waited += waited
        self.left -= computed + waited
        if self.is_hasty and self.waited >= self.limits.more:
            self.left = 0.0

    def stop(self, most: float, limit: float, what: str) -> Fault:
        """The fault of what took the `most` that it may. Args: limit: what it may at best."""
        if most < limit:
            self.was_short = True
            return SHORT
        self.chances -= limit
        if self.chances <= 0:
            self.left = min(self.left, self.limits.more)
        return Fault("timeout", text=what)
