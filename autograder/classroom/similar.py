"""Near-identical hand-ins, for a human to look at; never scored.

Short right answers are alike by nature. So only what is rare counts, and each match says how rare:
among those in this class who wrote something in the same place. Each is counted once, so nobody
makes others' code rare, whatever they send. An inverted index holds hand-ins against each other
only where they share something rare: a class of thousands takes seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from math import log2
from typing import NamedTuple, TypeAlias

from ..exercises import EXERCISES
from .senders import Owner
from .student import Entry
from .winnowing import fingerprints

__all__ = ["Index", "Match", "fingerprints"]

HOME_FILES = {exercise.file for exercise in EXERCISES.values()}
KEPT = 64  # owners remembered for one fingerprint: what more of them share is common
LEAST = 5  # rare fingerprints that two must share in one place
SHARE = 0.5  # … and of all rare ones that one of them has there
STANDS_OUT = 100  # bits: a fingerprint that m of n have tells log₂(n/m)
SMALLEST = 5  # a class in which one can speak of rare

Pair: TypeAlias = tuple[int, int]
Piece: TypeAlias = tuple[str, int, int]  # a file, how many fingerprints, and their hash


@dataclass(frozen=True)
class Match:
    """Hand-ins that share code which hardly anybody else in the class has.

    entries    the hand-ins, one an owner; each stands out with each
    places     of the two that are closest: how many rare fingerprints they share, by exercise
    shared_by  how many have the commonest of these fingerprints, of `among` who have code
               there; where they are alike as a whole, how many are
    whole      whether all that they wrote is alike
    """

    entries: tuple[Entry, ...]
    places: Mapping[str, int]
    shared_by: int
    among: int
    whole: bool = False


class Shared(NamedTuple):
    """A rare fingerprint that two share: how many have it, and the two hand-ins that it is in."""

    had_by: int
    entries: Pair


@dataclass
class Index:
    """Who has which fingerprint; `add` takes one hand-in after another.

    All hand-ins of an owner count as one, whose number is that of the first.
    """

    entries: list[Entry] = field(default_factory=list)
    numbers: dict[Owner, int] = field(default_factory=dict)
    owner: list[int] = field(default_factory=list)  # of each entry
    writers: dict[str, set[int]] = field(default_factory=dict)  # who has code in a place or file
    having: dict[tuple[str, int], list[int]] = field(default_factory=dict)  # one entry an owner
    wholes: dict[frozenset[Piece], list[int]] = field(default_factory=dict)

    def add(self, entry: Entry, prints: Mapping[str, frozenset[int]], owner: Owner) -> None:
        """Take in one hand-in's fingerprints. One without any has nothing to compare."""
        if not prints:
            return
        number = len(self.entries)
        mine = self.numbers.setdefault(owner, number)
        self.entries.append(entry)
        self.owner.append(mine)
        files: dict[str, frozenset[int]] = {}
        for place, found in prints.items():
            file = EXERCISES[place].file if place in EXERCISES else place
            files[file] = files.get(file, frozenset()) | found
        whole = frozenset((file, len(found), hash(found)) for file, found in files.items())
        self.wholes.setdefault(whole, []).append(number)
        for place in {*prints, *files}:
            self.writers.setdefault(place, set()).add(mine)
        for place, found in prints.items():
            for one in found:
                known = self.having.setdefault((place, one), [])
                if len(known) < KEPT and all(self.owner[other] != mine for other in known):
                    known.append(number)

    def among(self, place: str) -> int:
        """How many could have written what somebody wrote in a place: those who wrote there."""
        known = place in EXERCISES or place in HOME_FILES
        return len(self.writers[place] if known else self.numbers)

    def rare(self, place: str) -> int:
        """How many may have a fingerprint that is still rare there in this class."""
        n = self.among(place)
        return min(max(4, n // 100), max(2, n // 10), KEPT - 1) if n >= SMALLEST else 0

    def bits(self, place: str, count: int) -> float:
        """How surprising it is that two share what so many have."""
        return log2(self.among(place) / count)

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
        n = len(self.numbers)
        if n < SMALLEST:
            return []
        pieces: dict[Piece, set[int]] = {}
        for whole, entries in self.wholes.items():
            for piece in whole:
                pieces.setdefault(piece, set()).update(map(self.owner.__getitem__, entries))
        found = []
        for whole, entries in self.wholes.items():
            first = sorted({self.owner[entry]: entry for entry in reversed(entries)}.values())
            bits = sum(self.bits(piece[0], len(pieces[piece])) for piece in whole)
            if len(first) > 1 and bits >= 2 * log2(n) + 4:
                places = {file: size for file, size, _ in sorted(whole)}
                shown = tuple(map(self.entries.__getitem__, first))
                found.append((-bits, first, Match(shown, places, len(first), n, True)))
        return [match for *_, match in sorted(found, key=lambda one: one[:2])]

    def alike_in_part(self) -> list[Match]:
        """Hand-ins that share rare fingerprints: groups in which each stands out with each."""
        pairs = self.pairs()
        bits = {
            pair: sum(self.bits(place, one.had_by) for place, s in places.items() for one in s)
            for pair, places in pairs.items()
        }
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
            self.match(pairs[pair], [pairs[p] for p in combinations(sorted(members), 2)])
            for pair, members in groups
            if not any(members < others for _, others in groups)
        ]

    def match(
        self, closest: Mapping[str, list[Shared]], pairs: Iterable[Mapping[str, list[Shared]]]
    ) -> Match:
        """The match of a group, from what its pairs share: of each owner, the hand-in that has
        most of it."""
        shared = chain.from_iterable(places.values() for places in pairs)
        voices = Counter(chain.from_iterable(one.entries for one in chain.from_iterable(shared)))
        loudest = {self.owner[entry]: entry for entry, _ in reversed(voices.most_common())}
        counts = [(one.had_by, self.among(place)) for place in closest for one in closest[place]]
        return Match(
            tuple(map(self.entries.__getitem__, sorted(loudest.values()))),
            {place: len(found) for place, found in closest.items()},
            *max(counts, key=lambda count: count[0] / count[1]),
        )

    def pairs(self) -> dict[Pair, dict[str, list[Shared]]]:
        """By two owners and place: the rare fingerprints they share.

        Only places in which the two share much of what is rare there.
        """
        own: Counter[tuple[int, str]] = Counter()  # rare fingerprints of an owner in a place
        shared: dict[Pair, dict[str, list[Shared]]] = {}
        rare = {place: self.rare(place) for place in self.writers}
        for (place, _), entries in self.having.items():
            if len(entries) <= rare[place]:
                known = sorted((self.owner[entry], entry) for entry in entries)
                own.update((owner, place) for owner, _ in known)
                for (a, one), (b, other) in combinations(known, 2):
                    both = Shared(len(known), (one, other))
                    shared.setdefault((a, b), {}).setdefault(place, []).append(both)
        return {
            (a, b): close
            for (a, b), places in shared.items()
            if (
                close := {
                    place: found
                    for place, found in sorted(places.items())
                    if len(found) >= max(LEAST, SHARE * min(own[a, place], own[b, place]))
                }
            )
        }
