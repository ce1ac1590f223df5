"""Groups of hand-ins that share rare fingerprints, at a bounded cost.

Among k who share something there are k (k − 1) / 2 pairs. So those whose rare fingerprints are
all the same count as one here, and what is shared by fewest is looked at first, until MOST_PAIRS
have been: it tells most.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from heapq import nsmallest
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

LEAST = 5  # rare fingerprints that two must share in one place
SHARE = 0.5  # … and of all rare ones that one of them has there
STANDS_OUT = 100  # bits: a fingerprint that m of n have tells log₂(n/m)
MOST_PAIRS = 2**18  # that are looked at for a class
MOST_STRIKING = 2**14  # pairs of which groups are made

Pair: TypeAlias = tuple[int, int]


class RareFingerprint(NamedTuple):
    """A rare fingerprint: its place, how surprising it is that two share it, and who has it."""

    place: str
    bits: float
    owners: tuple[int, ...]


class SimilarityGroup(NamedTuple):
    """Some of whom each stands out with each: the two that are closest, the places where these
    are, and all."""

    closest: Pair
    places: tuple[str, ...]
    owners: frozenset[int]


class SimilarityGroups(NamedTuple):
    """The groups, the least likely first; what as many share or more was left out (0: nothing)."""

    found: list[SimilarityGroup]
    left_out: int


def find_groups(rare: Callable[[], Iterable[RareFingerprint]]) -> SimilarityGroups:
    """The groups in a class. Args: rare: goes through its rare fingerprints, always in order."""
    own: Counter[tuple[int, str]] = Counter()
    trail: dict[int, int] = {}  # equal for those whose rare fingerprints are the same
    for n, one in enumerate(rare()):
        for owner in one.owners:
            own[owner, one.place] += 1
            trail[owner] = hash((trail.get(owner), n))
    same: dict[int, list[int]] = {}
    for owner in sorted(trail):
        same.setdefault(trail[owner], []).append(owner)
    alike = {members[0]: members for members in same.values()}
    first = {owner: members[0] for members in same.values() for owner in members}

    patterns = Counter(
        one._replace(owners=tuple(sorted({first[owner] for owner in one.owners})))
        for one in rare()
        if len(one.owners) > 1
    )
    shared, left_out = count_pairs(patterns, alike)
    bits: dict[Pair, float] = defaultdict(float)
    places: dict[Pair, list[str]] = defaultdict(list)
    for (place, a, b), (count, weight) in shared.items():
        if count >= max(LEAST, SHARE * min(own[a, place], own[b, place])):
            bits[a, b] += weight
            places[a, b].append(place)
    found = [
        SimilarityGroup(
            (a, b) if a != b else (alike[a][0], alike[a][1]),
            tuple(sorted(places[a, b])),
            frozenset(chain.from_iterable(alike[owner] for owner in members)),
        )
        for (a, b), members in find_cliques(bits)
    ]
    return SimilarityGroups(found, left_out)


def count_pairs(
    patterns: Mapping[RareFingerprint, int], alike: Mapping[int, list[int]]
) -> tuple[dict[tuple[str, int, int], tuple[int, float]], int]:
    """What two share, by place: how many rare fingerprints, and how many bits they tell.

    Args:    patterns: how many fingerprints the same have.  alike: who stands for whom.
    Returns: beside that, from how many sharers on fingerprints were left out, or 0.
    """
    shared: dict[tuple[str, int, int], tuple[int, float]] = {}
    looked_at = 0
    for one, times in sorted(patterns.items(), key=lambda known: len(known[0].owners)):
        inside = [(owner, owner) for owner in one.owners if len(alike[owner]) > 1]
        looked_at += len(inside) + len(one.owners) * (len(one.owners) - 1) // 2
        if looked_at > MOST_PAIRS:
            return shared, len(one.owners)
        for a, b in chain(inside, combinations(one.owners, 2)):
            count, bits = shared.get((one.place, a, b), (0, 0.0))
            shared[one.place, a, b] = count + times, bits + times * one.bits
    return shared, 0


def find_cliques(bits: Mapping[Pair, float]) -> list[tuple[Pair, set[int]]]:
    """Who stand out, each with each: the pair that each group began with, and its members."""
    striking = (pair for pair in bits if bits[pair] >= STANDS_OUT)
    found: list[tuple[Pair, set[int]]] = []
    of: dict[int, list[int]] = defaultdict(list)  # the numbers of somebody's groups
    for pair in nsmallest(MOST_STRIKING, striking, key=lambda pair: (-bits[pair], pair)):
        for number in sorted({*of[pair[0]], *of[pair[1]]}):
            members = found[number][1]
            new = set(pair) - members
            joined = (tuple(sorted((one, other))) for one in new for other in members | new)
            if all(bits.get((a, b), 0) >= STANDS_OUT for a, b in joined if a != b):
                members |= new
                break
        else:
            number, new = len(found), set(pair)
            found.append((pair, new))
        for owner in new:
            of[owner].append(number)
    return [
        (pair, members)
        for pair, members in found
        if not any(members < found[number][1] for number in of[pair[0]])
    ]
