"""Second tries: what haste stopped is tried once more, when the class is through.

Theory of operation. Those that waited come first, several in one worker, for they need no
processor; then those that computed, one in a worker. Each may have one time-out, or more where
few need it. Who had one in haste already takes it from what a class has for all of them. What
then is left stays provisional: it is kept in the journal, and the next run tries it again.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from autograder.hand_in import reading
from autograder.hand_in.module_reader import LARGEST
from autograder.scoring.record import parse_report

from .work import GradingTerms, GradingWork, SecondTryOrder

TOGETHER = 8  # hand-ins that one worker has at a time, where they wait
LONGEST = 300.0  # seconds after which no second try begins
GRANTED = 5.0  # seconds that time-outs may cost, of all who had one before


@dataclass
class SecondTry:
    """A hand-in that is to be tried once more.

    path   as it was given
    key    of its work
    line   its report so far, as JSON
    waits  whether it needs no processor meanwhile
    """

    path: str
    key: str
    line: str
    waits: bool

    @property
    def was_late(self) -> bool:
        return any(item.status == "timeout" for item in parse_report(self.line).items)


def plan_second_tries(
    seconds: Sequence[SecondTry], terms: GradingTerms, granted: float = GRANTED
) -> Iterator[tuple[SecondTryOrder, ...]]:
    """What is to be done after the class: bundles, those of waiting ones and then the others.

    A hand-in is read again when it has its turn; one that has changed meanwhile has none.

    Args: granted: seconds that time-outs may cost.
    """
    end = time.monotonic() + LONGEST
    share = max(float(terms.limits.seconds), granted / max(1, len(seconds)))
    found: dict[bool, list[tuple[SecondTry, float]]] = {True: [], False: []}
    for second in sorted(seconds, key=lambda second: second.was_late):
        if second.was_late:
            granted -= share
        if not second.was_late or granted >= 0:
            found[second.waits].append((second, share))

    def retries(chosen: Iterable[tuple[SecondTry, float]]) -> Iterator[SecondTryOrder]:
        for second, seconds in chosen:
            work = GradingWork(reading.read_hand_in(second.path), terms)
            if time.monotonic() < end and work.key == second.key:
                yield SecondTryOrder(work, second.line, seconds)

    return chain(
        bundle_retries(retries(found[True]), TOGETHER), bundle_retries(retries(found[False]), 1)
    )


def bundle_retries(
    retries: Iterable[SecondTryOrder], most: int
) -> Iterator[tuple[SecondTryOrder, ...]]:
    """Several together, as many as fit beside each other in memory."""
    bundle: tuple[SecondTryOrder, ...] = ()
    size = 0
    for retry in retries:
        own = sum(map(len, retry.work.hand_in.files.values()))
        if bundle and (len(bundle) == most or size + own > LARGEST):
            yield bundle
            bundle, size = (), 0
        bundle, size = (*bundle, retry), size + own
    if bundle:
        yield bundle
