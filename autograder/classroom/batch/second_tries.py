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

from .work import Retry, Terms, Work, parsed

TOGETHER = 8  # hand-ins that one worker has at a time, where they wait
LONGEST = 300.0  # seconds after which no second try begins
GRANTED = 10.0  # seconds that time-outs may cost, of all who had one before


@dataclass
class Second:
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
        return any(item.status == "timeout" for item in parsed(self.line).items)


def tries(
    seconds: Sequence[Second], terms: Terms, granted: float = GRANTED
) -> Iterator[tuple[Retry, ...]]:
    """What is to be done after the class: bundles, those of waiting ones and then the others.

    A hand-in is read again when it has its turn; one that has changed meanwhile has none.

    Args: granted: seconds that time-outs may cost.
    """
    end = time.monotonic() + LONGEST
    share = max(float(terms.limits.seconds), granted / max(1, len(seconds)))
    found: dict[bool, list[tuple[Second, float]]] = {True: [], False: []}
    for second in sorted(seconds, key=lambda second: second.was_late):
        if second.was_late:
            granted -= share
        if not second.was_late or granted >= 0:
            found[second.waits].append((second, share))

    def retries(chosen: Iterable[tuple[Second, float]]) -> Iterator[Retry]:
        for second, seconds in chosen:
            work = Work(reading.read(second.path), terms)
            if time.monotonic() < end and work.key == second.key:
                yield Retry(work, second.line, seconds)

    return chain(bundled(retries(found[True]), TOGETHER), bundled(retries(found[False]), 1))


def bundled(retries: Iterable[Retry], most: int) -> Iterator[tuple[Retry, ...]]:
    """Several together, as many as fit beside each other in memory."""
    bundle: tuple[Retry, ...] = ()
    size = 0
    for retry in retries:
        own = sum(map(len, retry.work.hand_in.files.values()))
        if bundle and (len(bundle) == most or size + own > LARGEST):
            yield bundle
            bundle, size = (), 0
        bundle, size = (*bundle, retry), size + own
    if bundle:
        yield bundle
