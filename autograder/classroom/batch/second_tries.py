"""Retries: hand-ins that ran out of time in the first try are retried after the class.

Theory of operation. Hand-ins that waited come first, several in one worker, because they need no
CPU; then those that computed, one per worker. Each may have one timeout, or more if few hand-ins
are retried. Those that already had a timeout share a budget. Hand-ins that are still without a
result stay provisional: they are in the journal, and the next run retries them.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from autograder.hand_in import reading
from autograder.hand_in.module_reader import MAX_TOTAL_BYTES
from autograder.scoring.record import parse_report

from .work import GradingTerms, GradingWork, SecondTryOrder

MAX_WAITING_RETRIES = 8  # hand-ins that wait, at a time in one worker
RETRY_DEADLINE = 300.0  # seconds after which no retry begins
CLASS_RETRY_SECONDS = 5.0  # for all hand-ins that already had a timeout


@dataclass
class SecondTry:
    """A hand-in to retry.

    path   as given
    key    of its work
    line   its report so far, as JSON
    waits  whether it mostly waits, so that it needs no CPU
    """

    path: str
    key: str
    line: str
    waits: bool

    @property
    def was_late(self) -> bool:
        """Whether the first try had a timeout."""
        return any(item.status == "timeout" for item in parse_report(self.line).items)


def plan_second_tries(
    seconds: Sequence[SecondTry], terms: GradingTerms, retry_seconds: float = CLASS_RETRY_SECONDS
) -> Iterator[tuple[SecondTryOrder, ...]]:
    """Plan the retries after the class: bundles of hand-ins that wait, then the others.

    Each hand-in is read again just before its retry, and skipped if it has changed.

    Args: retry_seconds: seconds that timeouts may cost, for all that already had one.
    """
    end = time.monotonic() + RETRY_DEADLINE
    share = max(float(terms.limits.seconds), retry_seconds / max(1, len(seconds)))
    found: dict[bool, list[tuple[SecondTry, float]]] = {True: [], False: []}
    for second in sorted(seconds, key=lambda second: second.was_late):
        if second.was_late:
            retry_seconds -= share
        if not second.was_late or retry_seconds >= 0:
            found[second.waits].append((second, share))

    def retries(chosen: Iterable[tuple[SecondTry, float]]) -> Iterator[SecondTryOrder]:
        for second, seconds in chosen:
            work = GradingWork(reading.read_hand_in(second.path), terms)
            if time.monotonic() < end and work.key == second.key:
                yield SecondTryOrder(work, second.line, seconds)

    return chain(
        bundle_retries(retries(found[True]), MAX_WAITING_RETRIES),
        bundle_retries(retries(found[False]), 1),
    )


def bundle_retries(
    retries: Iterable[SecondTryOrder], most: int
) -> Iterator[tuple[SecondTryOrder, ...]]:
    """Bundle retries: at most `most`, and MAX_TOTAL_BYTES of modules, in one bundle."""
    bundle: tuple[SecondTryOrder, ...] = ()
    size = 0
    for retry in retries:
        own = sum(map(len, retry.work.hand_in.files.values()))
        if bundle and (len(bundle) == most or size + own > MAX_TOTAL_BYTES):
            yield bundle
            bundle, size = (), 0
        bundle, size = (*bundle, retry), size + own
    if bundle:
        yield bundle
