"""Near-identical hand-ins, for a human to look at; never scored.

Short right answers are alike by nature. So only what is rare counts, and each match says how rare:
among those in this class who wrote something in the same place. Each is counted once, so nobody
makes others' code rare, whatever they send. An inverted index holds hand-ins against each other
only where they share something rare: a class of thousands takes seconds. Its size is bounded, and
it says what it left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import NamedTuple, TypeAlias

from autograder.classroom.finding.senders import Owner
from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry

from .grouping import RareFingerprint, SimilarityGroup, find_groups
from .winnowing import FingerprintSet

HOME_PATHS = {exercise.file for exercise in EXERCISES.values()}
MAX_OWNERS = 64  # owners remembered for one fingerprint: what more of them share is common
SMALLEST = 5  # a class in which one can speak of rare
MOST_HAND_INS = 20_000  # of a class that are compared
MOST_PRINTS = 400_000  # fingerprints of a class, each as often as it has owners that are remembered
MOST_MATCHES = 50  # groups of partly alike hand-ins that are described

Piece: TypeAlias = tuple[str, int, int]  # a file, how many fingerprints, and their hash


@dataclass(frozen=True)
class SimilarityMatch:
    """Hand-ins that share code which hardly anybody else in the class has.

    entries    the hand-ins, one an owner; each stands out with each
    places     of the two that are closest: how many rare fingerprints they share, by exercise
    shared_by  how many have the commonest of these fingerprints, of `among` who have code
               there; where they are alike as a whole, how many are
    whole      whether all that they wrote is alike
    """

    entries: tuple[HandInEntry, ...]
    places: Mapping[str, int]
    shared_by: int
    among: int
    whole: bool = False


class SimilarHandIns(NamedTuple):
    """The matches of a class, and what was not compared, a line each."""

    matches: Sequence[SimilarityMatch] = ()
    left_out: Sequence[str] = ()


@dataclass
class FingerprintIndex:
    """Who has which fingerprint; `add` takes one hand-in after another.

    All hand-ins of an owner count as one, whose number is that of the first.

    kept   how many owners of fingerprints are remembered, over all fingerprints
    sieve  of the fingerprints, only multiples of it are looked at: it grows with the class
    """

    entries: list[HandInEntry] = field(default_factory=list)
    numbers: dict[Owner, int] = field(default_factory=dict)
    owner: list[int] = field(default_factory=list)  # of each entry
    writers: dict[str, set[int]] = field(default_factory=dict)  # who has code in a place or file
    having: dict[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)  # one an owner
    wholes: dict[frozenset[Piece], list[int]] = field(default_factory=dict)
    kept: int = 0
    sieve: int = 1
    in_part: int = 0  # hand-ins that are too large to be compared as a whole
    beyond: int = 0  # hand-ins beyond the most

    def add(self, entry: HandInEntry, prints: FingerprintSet, owner: Owner) -> None:
        """Take in one hand-in's fingerprints. One without any has nothing to compare."""
        if not prints.found:
            return
        number = len(self.entries)
        if number >= MOST_HAND_INS:
            self.beyond += 1
            return
        mine = self.numbers.setdefault(owner, number)
        self.entries.append(entry)
        self.owner.append(mine)
        self.in_part += prints.in_part
        files: dict[str, frozenset[int]] = {}
        for place, found in prints.found.items():
            file = EXERCISES[place].file if place in EXERCISES else place
            files[file] = files.get(file, frozenset()) | found
        whole = frozenset((file, len(found), hash(found)) for file, found in files.items())
        self.wholes.setdefault(whole, []).append(number)
        for place in {*prints.found, *files}:
            if is_exercise_place(place):
                self.writers.setdefault(place, set()).add(mine)
        for place, found in prints.found.items():
            for one in found:
                if one % self.sieve == 0:
                    self.remember((place, one), number)

    def remember(self, key: tuple[str, int], number: int) -> None:
        """Note that an entry has a fingerprint; where they become too many, drop half of them."""
        known = self.having.get(key, ())
        if len(known) < MAX_OWNERS and all(
            self.owner[other] != self.owner[number] for other in known
        ):
            self.having[key] = (*known, number)
            self.kept += 1
        while self.kept > MOST_PRINTS:
            self.sieve *= 2
            self.having = {k: held for k, held in self.having.items() if k[1] % self.sieve == 0}
            self.kept = sum(map(len, self.having.values()))

    def among(self, place: str) -> int:
        """How many could have written what somebody wrote in a place: those who wrote there."""
        return len(self.writers[place] if is_exercise_place(place) else self.numbers)

    def rare(self, place: str) -> int:
        """How many may have a fingerprint that is still rare there in this class."""
        n = self.among(place)
        return min(max(4, n // 100), max(2, n // 10), MAX_OWNERS - 1) if n >= SMALLEST else 0

    def bits(self, place: str, count: int) -> float:
        """How surprising it is that two share what so many have."""
        return log2(self.among(place) / count)

    def alike(self) -> SimilarHandIns:
        """The matches that stand out: hand-ins alike as a whole, then in part; the least likely
        first."""
        wholes = self.alike_throughout()
        told: dict[int, list[set[int]]] = defaultdict(list)  # by owner
        for _, owners in wholes:
            for owner in owners:
                told[owner].append(owners)
        found, shared_by = find_groups(self.rarities)
        parts = [
            group
            for group in found
            if not any(known >= group.owners for known in told[group.closest[0]])
        ]
        most, less = parts[:MOST_MATCHES], len(parts[MOST_MATCHES:])
        matches = [match for match, _ in wholes] + self.alike_in_part(most)
        return SimilarHandIns(matches, [*self.left_out(), *describe_unlooked(shared_by, less)])

    def left_out(self) -> Iterator[str]:
        """What was not even taken in."""
        if self.in_part:
            some = "hand-ins have" if self.in_part > 1 else "hand-in has"
            yield f"{self.in_part} {some} more code than is compared: the rest was left out"
        if self.sieve > 1:
            yield f"of the class's code, one fingerprint in {self.sieve} was compared"
        if self.beyond:
            yield f"the first {MOST_HAND_INS} hand-ins were compared, {self.beyond} more were not"

    def alike_throughout(self) -> list[tuple[SimilarityMatch, set[int]]]:
        """Hand-ins whose fingerprints are the same in every file, where that is no coincidence;
        with each match its owners.

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
                found.append((-bits, first, SimilarityMatch(shown, places, len(first), n, True)))
        found.sort(key=lambda one: one[:2])
        return [(match, {self.owner[entry] for entry in first}) for _, first, match in found]

    def rarities(self) -> Iterator[RareFingerprint]:
        """The rare fingerprints of the class."""
        for (place, _), entries in self.having.items():
            if len(entries) <= self.rare(place):
                owners = tuple(map(self.owner.__getitem__, entries))
                yield RareFingerprint(place, self.bits(place, len(entries)), owners)

    def alike_in_part(self, found: list[SimilarityGroup]) -> list[SimilarityMatch]:
        """The matches of groups: of each owner, the hand-in that shares most with the others."""
        inside: dict[int, list[int]] = defaultdict(list)
        for number, group in enumerate(found):
            for owner in group.owners:
                inside[owner].append(number)
        voices: list[Counter[int]] = [Counter() for _ in found]
        shared: list[dict[str, list[int]]] = [defaultdict(list) for _ in found]
        for (place, _), entries in self.having.items():
            if len(entries) > self.rare(place):
                continue
            holders = {self.owner[entry]: entry for entry in entries}
            for number, times in Counter(n for o in holders for n in inside.get(o, ())).items():
                group = found[number]
                if times > 1:
                    voices[number].update(holders[o] for o in holders.keys() & group.owners)
                if place in group.places and holders.keys() >= set(group.closest):
                    shared[number][place].append(len(entries))
        return [self.match(*one) for one in zip(found, voices, shared)]

    def match(
        self, group: SimilarityGroup, voices: Mapping[int, int], shared: Mapping[str, list[int]]
    ) -> SimilarityMatch:
        """A group's match. Args: voices: how much each hand-in shares.  shared: by place, how many
        have each fingerprint that the closest share."""
        quietest = sorted(voices, key=lambda entry: (voices[entry], -entry))
        loudest = {self.owner[entry]: entry for entry in quietest}
        counts = [(max(shared[place]), self.among(place)) for place in group.places]
        return SimilarityMatch(
            tuple(map(self.entries.__getitem__, sorted(loudest.values()))),
            {place: len(shared[place]) for place in group.places},
            *max(counts, key=lambda count: count[0] / count[1]),
        )


def is_exercise_place(place: str) -> bool:
    """Whether a place is an exercise's, or a file that exercises belong in."""
    return place in EXERCISES or place in HOME_PATHS


def describe_unlooked(shared_by: int, less: int) -> Iterator[str]:
    """What was taken in, and not looked at."""
    if shared_by:
        yield f"code that {shared_by} or more share was left out: there are too many pairs"
    if less:
        yield f"{less} less striking groups were left out"
