"""Near-identical hand-ins, for the instructor to look at; they never change a score.

Short right answers resemble each other. So only rare code counts, and each match says how rare it
is among the students of this class who wrote code in the same place. Each student is counted once,
so nobody can change how rare the code of others is. An inverted index compares hand-ins only if
they share something rare, so a class of thousands takes seconds. The size of the index is bounded,
and notes say what was left out.
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

HOME_FILES = {exercise.file for exercise in EXERCISES.values()}
MAX_OWNERS = 64  # kept per fingerprint; one that more owners share is common
MIN_CLASS_SIZE = 5  # in a smaller class, nothing is rare
MAX_COMPARED = 20_000  # hand-ins of a class
MAX_KEPT_OWNERS = 400_000  # over all fingerprints of a class
MAX_DESCRIBED_GROUPS = 50  # of hand-ins that are alike in part

Piece: TypeAlias = tuple[str, int, int]  # a file, the number of its fingerprints, and their hash


@dataclass(frozen=True)
class SimilarityMatch:
    """Hand-ins that share code which few others in the class have.

    entries    the hand-ins, one per owner; each pair of them shares rare code
    places     the number of rare fingerprints that the two closest share, by exercise
    shared_by  how many of the `among` owners with code there have the commonest of these
               fingerprints; for hand-ins that are alike as a whole, how many are so
    whole      whether all of their code is alike
    """

    entries: tuple[HandInEntry, ...]
    places: Mapping[str, int]
    shared_by: int
    among: int
    whole: bool = False


class SimilarHandIns(NamedTuple):
    """The matches of a class, and notes on what was not compared."""

    matches: Sequence[SimilarityMatch] = ()
    left_out: Sequence[str] = ()


@dataclass
class FingerprintIndex:
    """The owners of each fingerprint; `add` takes one hand-in after another.

    All hand-ins of an owner count as one, with the number of the first.

    kept   the number of owners that are kept, over all fingerprints
    sieve  only fingerprints that are multiples of it are used; it grows with the class
    """

    entries: list[HandInEntry] = field(default_factory=list)
    numbers: dict[Owner, int] = field(default_factory=dict)
    owner: list[int] = field(default_factory=list)  # of each entry
    writers: dict[str, set[int]] = field(
        default_factory=dict
    )  # the owners with code in a place or file
    having: dict[tuple[str, int], tuple[int, ...]] = field(
        default_factory=dict
    )  # one hand-in per owner
    wholes: dict[frozenset[Piece], list[int]] = field(default_factory=dict)
    kept: int = 0
    sieve: int = 1
    in_part: int = 0  # hand-ins that are too large to be compared completely
    beyond: int = 0  # hand-ins beyond MAX_COMPARED

    def add(self, entry: HandInEntry, prints: FingerprintSet, owner: Owner) -> None:
        """Add a hand-in's fingerprints. A hand-in without any is not compared."""
        if not prints.found:
            return
        number = len(self.entries)
        if number >= MAX_COMPARED:
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
        """Record that an entry has a fingerprint; if there are too many, drop half of them."""
        known = self.having.get(key, ())
        if len(known) < MAX_OWNERS and all(
            self.owner[other] != self.owner[number] for other in known
        ):
            self.having[key] = (*known, number)
            self.kept += 1
        while self.kept > MAX_KEPT_OWNERS:
            self.sieve *= 2
            self.having = {k: held for k, held in self.having.items() if k[1] % self.sieve == 0}
            self.kept = sum(map(len, self.having.values()))

    def among(self, place: str) -> int:
        """How many owners have code in a place."""
        return len(self.writers[place] if is_exercise_place(place) else self.numbers)

    def rare(self, place: str) -> int:
        """How many owners a fingerprint may have at most and still be rare in this place."""
        n = self.among(place)
        return min(max(4, n // 100), max(2, n // 10), MAX_OWNERS - 1) if n >= MIN_CLASS_SIZE else 0

    def bits(self, place: str, count: int) -> float:
        """How surprising it is that two owners share a fingerprint that `count` owners have."""
        return log2(self.among(place) / count)

    def find_similar(self) -> SimilarHandIns:
        """The matches: first hand-ins that are alike as a whole, then those that are alike in part;
        in both, the least likely first."""
        wholes = self.alike_throughout()
        shown: dict[int, list[set[int]]] = defaultdict(list)  # the groups of each owner
        for _, owners in wholes:
            for owner in owners:
                shown[owner].append(owners)
        found, shared_by = find_groups(self.rarities)
        parts = [
            group
            for group in found
            if not any(known >= group.owners for known in shown[group.closest[0]])
        ]
        most, less = parts[:MAX_DESCRIBED_GROUPS], len(parts[MAX_DESCRIBED_GROUPS:])
        matches = [match for match, _ in wholes] + self.alike_in_part(most)
        return SimilarHandIns(matches, [*self.left_out(), *describe_unlooked(shared_by, less)])

    def left_out(self) -> Iterator[str]:
        """Notes on what was not added to the index."""
        if self.in_part:
            some = "hand-ins have" if self.in_part > 1 else "hand-in has"
            yield f"{self.in_part} {some} more code than can be compared: the rest was left out"
        if self.sieve > 1:
            yield f"only one of {self.sieve} fingerprints of the class's code was compared"
        if self.beyond:
            yield f"the first {MAX_COMPARED} hand-ins were compared, {self.beyond} more were not"

    def alike_throughout(self) -> list[tuple[SimilarityMatch, set[int]]]:
        """Hand-ins with the same fingerprints in every file, if that is unlikely by chance; each
        match with its owners.

        Files in common styles can still be a rare combination. If students chose the style of each
        file independently, fewer than one class in thirty would have such a match by chance.
        """
        n = len(self.numbers)
        if n < MIN_CLASS_SIZE:
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
        """The matches of groups, each with the hand-in of every owner that shares most."""
        inside: dict[int, list[int]] = defaultdict(list)
        for number, group in enumerate(found):
            for owner in group.owners:
                inside[owner].append(number)
        votes: list[Counter[int]] = [Counter() for _ in found]
        shared: list[dict[str, list[int]]] = [defaultdict(list) for _ in found]
        for (place, _), entries in self.having.items():
            if len(entries) > self.rare(place):
                continue
            holders = {self.owner[entry]: entry for entry in entries}
            for number, times in Counter(n for o in holders for n in inside.get(o, ())).items():
                group = found[number]
                if times > 1:
                    votes[number].update(holders[o] for o in holders.keys() & group.owners)
                if place in group.places and holders.keys() >= set(group.closest):
                    shared[number][place].append(len(entries))
        return [self.match(*one) for one in zip(found, votes, shared)]

    def match(
        self, group: SimilarityGroup, votes: Mapping[int, int], shared: Mapping[str, list[int]]
    ) -> SimilarityMatch:
        """The match of a group.

        Args: votes: how many fingerprints each hand-in shares.  shared: by place, the numbers of
              owners of the fingerprints that the two closest hand-ins share.
        """
        ascending = sorted(votes, key=lambda entry: (votes[entry], -entry))
        chosen = {self.owner[entry]: entry for entry in ascending}
        counts = [(max(shared[place]), self.among(place)) for place in group.places]
        return SimilarityMatch(
            tuple(map(self.entries.__getitem__, sorted(chosen.values()))),
            {place: len(shared[place]) for place in group.places},
            *max(counts, key=lambda count: count[0] / count[1]),
        )


def is_exercise_place(place: str) -> bool:
    """Whether a place is an exercise, or a file that exercises belong in."""
    return place in EXERCISES or place in HOME_FILES


def describe_unlooked(shared_by: int, less: int) -> Iterator[str]:
    """Notes on what was added to the index and not compared."""
    if shared_by:
        yield f"code that {shared_by} or more hand-ins share was left out: there are too many pairs"
    if less:
        yield f"{less} groups with less rare code were left out"
