"""Senders: a student who sends several hand-ins is still one sender."""

import pytest

from autograder.classroom.finding.roster import assign_students
from autograder.classroom.finding.senders import find_owners, find_senders

JUNK = [f"mallory/{n}.zip" for n in range(200)]


@pytest.mark.parametrize("top", ["", "class/", "./a/../class/", "/abs/class/", "export.zip/"])
def test_a_folder_full_of_hand_ins_beside_others_is_one_senders(top: str) -> None:
    """In a class of three, 200 hand-ins in one place have one sender, wherever the class is."""
    paths = [f"{top}ada.zip", f"{top}bob", *(f"{top}{path}" for path in JUNK)]
    found = find_senders(paths)
    assert found.keys() == set(paths)
    assert len(set(found.values())) == 3
    assert len({found[path] for path in paths[2:]}) == 1


def test_a_folder_of_classes_is_no_sender() -> None:
    """Sections side by side, or beside a late hand-in, have one sender per hand-in."""
    paths = [f"term/{section}/{n}.zip" for section in "ab" for n in range(9)]
    for late in ([], ["late.zip"], ["term/late.zip"]):
        assert len(set(find_senders([*paths, *late]).values())) == len(paths) + len(late)


def test_any_path_has_a_sender() -> None:
    """A single path, the working directory, an empty path, and nested paths each have a sender."""
    for paths in (["ada.zip"], ["."], [""], ["x", "x/y"], [], ["/"], ["a/b/c.zip", "."]):
        assert find_senders(paths).keys() == set(paths)


def test_hand_ins_of_one_student_have_one_owner() -> None:
    """A student named in several places is one owner; a place that names several students is one
    too."""
    paths = ["c/ada_1_7_x.zip", "c/ada_1_8_x.zip", "c/bob_2_9_x.zip", *(f"c/{p}" for p in JUNK)]
    found = find_owners(assign_students(paths).students)
    assert found[paths[0]] == found[paths[1]] != found[paths[2]]
    assert {found[path] for path in paths[3:]} == {"c/mallory"}
    assert len(set(found.values())) == 3
