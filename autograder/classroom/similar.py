"""Near-identical hand-ins, for a human to look at; never scored.

Short right answers are alike by nature. So only what is rare in this class counts, and each match
says how rare. An inverted index holds hand-ins against each other only where they share something
rare: a class of thousands takes seconds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from math import log2
from typing import TypeAlias

from ..exercises import EXERCISES
from .student import Entry
from .winnowing import fingerprints

__all__ = ["Index", "Match", "fingerprints"]

KEPT = 64  # hand-ins remembered for one fingerprint: what more of them share is common
LEAST = 5  # rare fingerprints that two must share in one place
SHARE = 0.5  # … and of all rare ones that one of them has there
STANDS_OUT = 100  # bits: a fingerprint of which m of n hand-ins have log₂(n/m)
SMALLEST = 5  # a class in which one can speak of rare

Pair: TypeAlias = tuple[int, int]
Piece: TypeAlias = tuple[str, int, int]  # a file, how many fingerprints, and their hash


@dataclass(frozen=True)
class Match:
    """Hand-ins that share code which hardly anybody else in the class has.

    entries    the hand-ins; each stands out with each
    places     of the two that are closest: how many rare fingerprints they share, by exercise
    shared_by  in how many hand-ins the commonest of these fingerprints occurs, of `among`;
               where they are alike as a whole, how many are
    whole      whether all that they wrote is alike
    """

    entries: tuple[Entry, ...]
    places: Mapping[str, int]
    shared_by: int
    among: int
    whole: bool = False


@dataclass
class Index:
    """Which hand-ins have which fingerprint; `add` takes one hand-in after another.

    Two of one student are never held against each other.
    """

    entries: list[Entry] = field(default_factory=list)
    owners: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    pieces: Counter[Piece] = field(default_factory=Counter)
    wholes: dict[frozenset[Piece], list[int]] = field(default_factory=dict)

    def add(self, entry: Entry, prints: Mapping[str, frozenset[int]]) -> None:
        """Take in one hand-in's fingerprints."""
        self.entries.append(entry)
        files: dict[str, frozenset[int]] = {}
        for place, found in prints.items():
            file = EXERCISES[place].file if place in EXERCISES else place
            files[file] = files.get(file, frozenset()) | found
        whole = frozenset((file, len(found), hash(found)) for file, found in files.items())
        self.pieces.update(whole)
        self.wholes.setdefault(whole, []).append(len(self.entries) - 1)
        for place, found in prints.items():
            for one in found:
                owners = self.owners.setdefault((place, one), [])
                if len(owners) < KEPT:
                    owners.append(len(self.entries) - 1)

    @property
    def rare(self) -> int:
        """In how many hand-ins a fingerprint may occur and still be rare in this class."""
        n = len(self.entries)
        return min(max(4, n // 100), max(2, n // 10), KEPT - 1) if n >= SMALLEST else 0

    def matches(self) -> list[Match]:
        """The matches that stand out: hand-ins alike as a whole, then in part; the least likely
        first."""
        wholes = self.alike_throughout()
        parts = self.alike_in_part()
        seen = [set(match.entries) for match in wholes]
        return wholes + [m for m in parts if not any(known.issuperset(m.entries) for known in seen)]

    def alike_throughout(self) -> list[Match]:
        """Hand-ins whose fingerprints are the same in every file, where that is no coincidence.

        Files in common styles are still a rare combination: among all pairs of the class, taking
        file after file as chosen by itself, less than one such match in thirty classes.
        """
        if len(self.entries) < SMALLEST:
            return []
        least = 2 * self.bits(1) + 4
        found = []
        for whole, owners in self.wholes.items():
            entries = tuple({whose(e): e for e in map(self.entries.__getitem__, owners)}.values())
            bits = sum(self.bits(self.pieces[piece]) for piece in whole)
            if len(entries) > 1 and bits >= least:
                places = {file: size for file, size, _ in sorted(whole)}
                match = Match(entries, places, len(owners), len(self.entries), True)
                found.append((-bits, owners, match))
        return [match for *_, match in sorted(found, key=lambda one: one[:2])]

    def alike_in_part(self) -> list[Match]:
        """Hand-ins that share rare fingerprints: groups in which each stands out with each."""
        pairs = self.pairs()
        bits = {pair: sum(map(self.bits, chain(*s.values()))) for pair, s in pairs.items()}
        striking = [pair for pair in pairs if bits[pair] >= STANDS_OUT]
        groups: list[tuple[Pair, set[int]]] = []  # the two that are closest, and all
        for pair in sorted(striking, key=lambda pair: (-bits[pair], pair)):
            for _, members in groups:
                joined = combinations(sorted(members.union(pair)), 2)
                if members.intersection(pair) and all(bits.get(p, 0) >= STANDS_OUT for p in joined):
                    members.update(pair)
                    break
            else:
                groups.append((pair, set(pair)))
        return [
            Match(
                tuple(self.entries[owner] for owner in sorted(members)),
                {place: len(owners) for place, owners in pairs[pair].items()},
                max(chain(*pairs[pair].values())),
                len(self.entries),
            )
            for pair, members in groups
            if not any(members < others for _, others in groups)
        ]

    def bits(self, count: int) -> float:
        """How surprising it is that two share what so many have."""
        return log2(len(self.entries) / count)

    def pairs(self) -> dict[Pair, dict[str, list[int]]]:
        """By two hand-ins and place: of each rare fingerprint they share, how many have it.

        Only places in which the two share much of what is rare there.
        """
        own: Counter[tuple[int, str]] = Counter()  # rare fingerprints of a hand-in in a place
        shared: dict[Pair, dict[str, list[int]]] = {}
        for (place, _), owners in self.owners.items():
            if len(owners) <= self.rare:
                own.update((owner, place) for owner in owners)
                for a, b in combinations(owners, 2):
                    if whose(self.entries[a]) != whose(self.entries[b]):
                        shared.setdefault((a, b), {}).setdefault(place, []).append(len(owners))
        return {
            (a, b): close
            for (a, b), places in shared.items()
            if (
                close := {
                    place: owners
                    for place, owners in sorted(places.items())
                    if len(owners) >= max(LEAST, SHARE * min(own[a, place], own[b, place]))
                }
            )
        }


def whose(entry: Entry) -> str:
    """Who is not held against themselves."""
    return entry.student.name or entry.hand_in
