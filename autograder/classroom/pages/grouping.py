"""Groups of hand-ins that share rare fingerprints, at a bounded cost.

If k owners share something, they form k (k − 1) / 2 pairs. So owners with exactly the same rare
fingerprints count as one here. Fingerprints with the fewest owners tell most, so they are compared
first, until MAX_PAIRS pairs have been compared.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from heapq import nsmallest
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

MIN_SHARED = 5  # rare fingerprints that two owners must share in one place
MIN_SHARE = 0.5  # of the rare fingerprints there of the owner who has fewer
MIN_BITS = 100  # for a group; a fingerprint that m of n owners have gives log₂(n/m) bits
MAX_PAIRS = 2**18  # compared for a class
MAX_GROUPED_PAIRS = 2**14  # from which groups are made

Pair: TypeAlias = tuple[int, int]


class RareFingerprint(NamedTuple):
    """A rare fingerprint: its place, the bits that it gives if two share it, and its owners."""

    place: str
    bits: float
    owners: tuple[int, ...]


class SimilarityGroup(NamedTuple):
    """Owners of whom each pair shares much: the closest pair, its places, and all owners."""

    closest: Pair
    places: tuple[str, ...]
    owners: frozenset[int]


class SimilarityGroups(NamedTuple):
    """The groups, the least likely first.

    left_out  fingerprints with this many owners or more were not compared (0: all were)
    """

    found: list[SimilarityGroup]
    left_out: int


def find_groups(rare: Callable[[], Iterable[RareFingerprint]]) -> SimilarityGroups:
    """The groups in a class.

    Args: rare: yields its rare fingerprints, always in the same order.
    """
    own: Counter[tuple[int, str]] = Counter()
    trail: dict[int, int] = {}  # equal for owners with the same rare fingerprints
    for n, one in enumerate(rare()):
        for owner in one.owners:
            own[owner, one.place] += 1
            trail[owner] = hash((trail.get(owner), n))
    same: dict[int, list[int]] = {}
    for owner in sorted(trail):
        same.setdefault(trail[owner], []).append(owner)
    equal = {members[0]: members for members in same.values()}
    first = {owner: members[0] for members in same.values() for owner in members}

    patterns = Counter(
        one._replace(owners=tuple(sorted({first[owner] for owner in one.owners})))
        for one in rare()
        if len(one.owners) > 1
    )
    shared, left_out = count_pairs(patterns, equal)
    bits: dict[Pair, float] = defaultdict(float)
    places: dict[Pair, list[str]] = defaultdict(list)
    for (place, a, b), (count, weight) in shared.items():
        if count >= max(MIN_SHARED, MIN_SHARE * min(own[a, place], own[b, place])):
            bits[a, b] += weight
            places[a, b].append(place)
    found = [
        SimilarityGroup(
            (a, b) if a != b else (equal[a][0], equal[a][1]),
            tuple(sorted(places[a, b])),
            frozenset(chain.from_iterable(equal[owner] for owner in members)),
        )
        for (a, b), members in find_cliques(bits)
    ]
    return SimilarityGroups(found, left_out)


def count_pairs(
    patterns: Mapping[RareFingerprint, int], equal: Mapping[int, list[int]]
) -> tuple[dict[tuple[str, int, int], tuple[int, float]], int]:
    """By place and pair, the number of rare fingerprints that the two share, and their bits.

    Args:    patterns: the number of fingerprints with the same place and owners.
             equal: the owners that one owner represents.
    Returns: also the number of owners from which on fingerprints were not compared, or 0.
    """
    shared: dict[tuple[str, int, int], tuple[int, float]] = {}
    looked_at = 0
    for one, times in sorted(patterns.items(), key=lambda known: len(known[0].owners)):
        inside = [(owner, owner) for owner in one.owners if len(equal[owner]) > 1]
        looked_at += len(inside) + len(one.owners) * (len(one.owners) - 1) // 2
        if looked_at > MAX_PAIRS:
            return shared, len(one.owners)
        for a, b in chain(inside, combinations(one.owners, 2)):
            count, bits = shared.get((one.place, a, b), (0, 0.0))
            shared[one.place, a, b] = count + times, bits + times * one.bits
    return shared, 0


def find_cliques(bits: Mapping[Pair, float]) -> list[tuple[Pair, set[int]]]:
    """Groups in which each pair has MIN_BITS: the pair that a group began with, and its members."""
    striking = (pair for pair in bits if bits[pair] >= MIN_BITS)
    found: list[tuple[Pair, set[int]]] = []
    of: dict[int, list[int]] = defaultdict(list)  # the numbers of the groups of an owner
    for pair in nsmallest(MAX_GROUPED_PAIRS, striking, key=lambda pair: (-bits[pair], pair)):
        for number in sorted({*of[pair[0]], *of[pair[1]]}):
            members = found[number][1]
            new = set(pair) - members
            joined = (tuple(sorted((one, other))) for one in new for other in members | new)
            if all(bits.get((a, b), 0) >= MIN_BITS for a, b in joined if a != b):
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
