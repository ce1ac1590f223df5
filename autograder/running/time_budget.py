"""The time that a hand-in may use, over all processes that work on it.

Theory of operation. One hand-in must not hold up a class. So in a first try, a hand-in gets one
full limit of computing, and `extra` seconds for everything else, waiting included. What is stopped
only because this budget ran out has no result yet (`NO_TIME_LEFT`). It is retried after the class
with the full limits, until its timeouts have used up the seconds allowed for retries.
"""

import time
from dataclasses import dataclass
from math import inf

from autograder.model import Fault

MAX_CLOCK_GAP = 2.0  # seconds between two readings; after a longer gap the grader was stopped
NO_TIME_LEFT = Fault("internal", text="it had no time left for this, as others took very long")


@dataclass(frozen=True)
class ResourceLimits:
    """What a hand-in may use.

    seconds  of computing, per case
    wall     seconds of waiting, per exercise
    total    seconds, per hand-in
    memory   bytes
    extra    seconds, in a first try: of computing beyond `seconds` and of waiting, per hand-in
    """

    seconds: float = 5
    wall: float = 15.0
    total: float = 180.0
    memory: int = 2 * 2**30
    extra: float = 1.0


class AttendedClock:
    """A clock in seconds that leaves out the gaps in which the grader itself did not run.

    If the grader is stopped, or gets no CPU, that time must not count for the hand-in.
    """

    def __init__(self) -> None:
        self.last = self.gaps = time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was made, without gaps."""
        before, self.last = self.last, time.monotonic()
        if self.last - before > MAX_CLOCK_GAP:
            self.gaps += self.last - before
        return self.last - self.gaps

    def leave_out(self, since: float) -> None:
        """Leave out the time since an earlier reading."""
        self.gaps += self.now() - since


class TimeBudget:
    """The time that a hand-in has left, over all processes that work on it.

    timeout_seconds  seconds that timeouts may still cost; one that has begun may exceed them
    seconds_left     seconds of computing and waiting until the hand-in is stopped
    seconds_waited   seconds that it has waited
    ran_out          whether something was stopped that was within the limits
    """

    def __init__(
        self, limits: ResourceLimits, retry_seconds: float = inf, is_first_try: bool = False
    ) -> None:
        """Args: retry_seconds: seconds that timeouts may cost in a retry."""
        self.limits, self.is_first_try, self.clock = limits, is_first_try, AttendedClock()
        self.timeout_seconds = limits.seconds if is_first_try else retry_seconds
        self.seconds_left = limits.seconds + limits.extra if is_first_try else inf
        self.seconds_waited = 0.0
        self.ran_out = False

    @property
    def is_over(self) -> bool:
        """Whether the total time of the hand-in is used up."""
        return self.clock.now() >= self.limits.total

    @property
    def is_low(self) -> bool:
        """Whether a case gets only a part of the limit of computing."""
        return self.timeout_seconds <= 0 or self.seconds_left <= self.limits.extra

    @property
    def computing_limit(self) -> float:
        """Seconds that the next case may compute."""
        return self.limits.extra / 2 if self.is_low else self.limits.seconds

    @property
    def waiting_limit(self) -> float:
        """Seconds that the next exercise may wait."""
        is_reduced = self.is_first_try or self.timeout_seconds <= 0
        return self.limits.extra / 2 if is_reduced else self.limits.wall

    @property
    def mostly_waited(self) -> bool:
        """Whether the stopped code mostly waited: then its retry needs no CPU."""
        return self.ran_out and self.seconds_waited >= self.limits.extra / 2

    def spend(self, computed: float, waited: float) -> None:
        """Take seconds of computing and waiting off the budget."""
        self.seconds_waited += waited
        self.seconds_left -= computed + waited
        if self.is_first_try and self.seconds_waited >= self.limits.extra:
            self.seconds_left = 0.0

    def stop(self, used: float, limit: float, what: str) -> Fault:
        """The fault of code that is stopped.

        Args: used: seconds that it was allowed.  limit: seconds that the limits allow.
              what: it did, for the report.
        """
        if used < limit:
            self.ran_out = True
            return NO_TIME_LEFT
        self.timeout_seconds -= limit
        if self.timeout_seconds <= 0:
            self.seconds_left = min(self.seconds_left, self.limits.extra)
        return Fault("timeout", text=what)
