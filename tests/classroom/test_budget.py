"""Limits on the grader's own work for any hand-in: bounds on counts and on memory."""

import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from conftest import package

from autograder.classroom.pages import class_page, grouping, similarity, winnowing
from autograder.classroom.pages.listing import ClassListing
from autograder.classroom.pages.similarity import FingerprintIndex, SimilarHandIns
from autograder.classroom.pages.statistics import ClassSummary
from autograder.classroom.pages.winnowing import MAX_TOKENS, find_fingerprints
from autograder.hand_in import reading
from autograder.hand_in.student import HandInEntry

MB = 2**20
LARGE = 2**22 - 100
BOOKS = {
    "objects": b'{"cells":[' + b"{}," * (LARGE // 3 - 10) + b"{}]}",
    "depth": b"[" * LARGE,
    "cells": b'"cell_type":"code"@exercise("source":["' * (LARGE // 40),
    "marks": b'"cell_type":"code"' + b"@exercise(" * (LARGE // 11),
}


def junk(seed: int, size: int) -> bytes:
    """Code with `size` tokens of one character each."""
    return bytes(random.Random(seed).choices(b"+-*/%&|^@=<>!:.,", k=size))


@pytest.mark.parametrize("kind", BOOKS)
def test_notebooks_are_searched_in_little_memory(tmp_path: Path, kind: str) -> None:
    """80 MB of JSON in 95 KB take only a few times the memory of one notebook."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in package(solved=False).items():
            packed.writestr(f"mytorch/{name}", data)
        for number in range(20):
            packed.writestr(f"{number}.ipynb", BOOKS[kind])
    tracemalloc.start()
    reading.read_hand_in(tmp_path / "a.zip")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * MB


def test_a_hand_in_has_so_many_fingerprints_and_no_more() -> None:
    """This holds for any amount of code in any number of files; other exercises are still
    compared."""
    honest = package()
    for files in (
        {"linear.py": junk(1, 2**17)},
        {f"m{n}.py": junk(n, 600) for n in range(200)},
        {**honest, "linear.py": junk(1, 60_000) + b"\n" + honest["linear.py"]},
    ):
        prints = find_fingerprints(files)
        assert prints.in_part
        assert sum(map(len, prints.found.values())) < MAX_TOKENS
    assert prints.found["linear.backward"] == find_fingerprints(honest).found["linear.backward"]
    assert not find_fingerprints(honest).in_part


def test_no_long_token_or_strange_name_is_remembered() -> None:
    """Tokens of 100 000 characters and unknown module names are not stored."""
    find_fingerprints({"linear.py": b"x = 1"})
    tracemalloc.start()
    for n in range(100):
        text = (f"{c}{n}{c * 30_000}" for c in "aé²")
        find_fingerprints(
            {f"own{n}.py": "\n".join(text).encode(), "linear.py": b"y%d" % n * 30_000}
        )
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < MB


def test_identical_hand_ins_are_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty of 2 000 sent the same: one pattern, one match with all of them, little memory."""
    made, honest, same = (
        FingerprintIndex(),
        find_fingerprints(package()),
        find_fingerprints({"linear.py": junk(1, 900)}),
    )
    for n in range(2000):
        made.add(HandInEntry(str(n)), same if n < 20 else honest, str(n))
    monkeypatch.setattr(grouping, "MAX_PAIRS", 1)
    tracemalloc.start()
    found = made.find_similar()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(match.entries) for match in found.matches] == [20]
    assert found.left_out == []
    assert most < 16 * MB


def test_pairs_are_counted_and_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rarest code is compared first; a sentence names the rest, on the page too."""
    monkeypatch.setattr(grouping, "MAX_PAIRS", 40)
    made = FingerprintIndex()
    for n in range(100):
        files = {"linear.py": junk(n // 4, 700) + junk(-n - 1, 200)}
        made.add(HandInEntry(str(n)), find_fingerprints(files), str(n))
    found = made.find_similar()
    assert found.matches
    assert found.left_out == [
        "code that 4 or more hand-ins share was left out: there are too many pairs"
    ]
    page = class_page.render_class_page(
        ClassSummary(), ClassListing(), SimilarHandIns([], found.left_out)
    )
    assert "code that 4 or more hand-ins share was left out" in page


def test_a_class_keeps_so_many_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit, every second fingerprint is dropped, repeatedly; the rest still finds
    copies."""
    monkeypatch.setattr(similarity, "MAX_KEPT_OWNERS", 4000)
    made = FingerprintIndex()
    for n in range(60):
        made.add(
            HandInEntry(str(n)), find_fingerprints({"linear.py": junk(max(n, 1), 900)}), str(n)
        )
        assert made.kept == sum(map(len, made.having.values())) <= 4000
    found = made.find_similar()
    assert [[e.hand_in for e in m.entries] for m in found.matches] == [["0", "1"]]
    said = f"only one of {made.sieve} fingerprints of the class's code was compared"
    assert found.left_out == [said]
    assert made.sieve > 1


def test_a_class_compares_so_many_hand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence gives the number of the others."""
    monkeypatch.setattr(similarity, "MAX_COMPARED", 10)
    made = FingerprintIndex()
    for n in range(25):
        made.add(HandInEntry(str(n)), find_fingerprints({"linear.py": junk(n, 300)}), str(n))
    assert len(made.entries) == 10
    said = "the first 10 hand-ins were compared, 15 more were not"
    assert made.find_similar().left_out == [said]


def test_groups_beyond_the_most_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a class of pairs of copies, the most striking pairs are described."""
    monkeypatch.setattr(similarity, "MAX_DESCRIBED_GROUPS", 3)
    made = FingerprintIndex()
    for n in range(80):
        files = {"linear.py": junk(n // 2, 900) + junk(-n - 1, 90)}
        made.add(HandInEntry(str(n)), find_fingerprints(files), str(n))
    found = made.find_similar()
    assert len(found.matches) == 3
    assert found.left_out == ["37 groups with less rare code were left out"]


def test_what_is_too_long_to_be_remembered_is_computed() -> None:
    """A few long answers would fill the cache for the short ones."""
    tokens = tuple("+-*/%"[n * n % 5] for n in range(winnowing.MAX_CACHED_TOKENS + 1))
    before = winnowing.cached_hashes.cache_info().currsize
    assert winnowing.winnow_hashes(tokens) == winnowing.cached_hashes.__wrapped__(tokens)
    assert winnowing.cached_hashes.cache_info().currsize == before
