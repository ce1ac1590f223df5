"""The README's recipe for a new exercise, followed step by step in a copy of this repository."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from recipes import (
    Step,
    commit_all,
    copy_tree,
    follow_step,
    git,
    read_recipe,
    run_python,
)

pytestmark = pytest.mark.proof  # takes minutes: each copy makes its notebooks and references

LEAKY, ABSOLUTE = read_recipe("leaky_relu"), read_recipe("absolute_error")
OTHER_END = '        other_end=(("self.Z >= 0", "self.Z > 0"),),\n'
MISSING = (  # the message for each step that is left out
    "leaky_relu.forward has no solution: autograder/key/mytorch/leaky_relu.py",
    "autograder/key/mytorch/leaky_relu.py belongs to no exercise in autograder/exercises/",
    "mytorch.leaky_relu.LeakyReLU has no record in autograder/key/facts/",
    "mytorch.leaky_relu.LeakyReLU has no twin in autograder/key/twins.py",
    "mytorch.leaky_relu.LeakyReLU has no twin in autograder/key/differences.py",
    "mytorch.leaky_relu.LeakyReLU has fewer than 5 mistakes in autograder/key/mistakes/",
    "leaky_relu.forward: its notebook in autograder/key/notebooks/ does not import LeakyReLU",
    "leaky_relu.backward has 0 cells, not one, in autograder/key/notebooks/",
    "the head of 04_scalar_activations.ipynb in autograder/key/notebooks/ does not say 18 points",
    "leaky_relu.closed has no source in another style",
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository without changes."""
    return copy_tree(tmp_path_factory.mktemp("recipe") / "bare")


def run_commands(tree: Path) -> None:
    """Run the last commands of the recipe: build, and make the references."""
    for verb in ("build", "references"):
        done = run_python(tree, "autograder", verb)
        assert done.returncode == 0, done.stdout + done.stderr


def said_by_the_test(tree: Path, name: str) -> "subprocess.CompletedProcess[str]":
    """Run one test of `test_release.py` in a tree."""
    options = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", name)
    return run_python(tree, "pytest", *options, "tests/key/test_release.py")


@pytest.mark.parametrize("steps", [LEAKY, ABSOLUTE], ids=["leaky_relu", "absolute_error"])
def test_the_recipe_gives_a_right_exercise(steps: list[Step], tmp_path: Path) -> None:
    """It needs at most 8 files and 120 lines; its own tests pass: mistakes, styles, twins,
    places."""
    tree = copy_tree(tmp_path / "tree", steps)
    git(tree, "add", "-AN")
    counted = [line.split("\t") for line in git(tree, "diff", "--numstat").splitlines()]
    assert len(counted) <= 8
    assert sum(int(added) for added, *_ in counted) <= 120
    run_commands(tree)
    changed = set(git(tree, "status", "--porcelain", "*.npz").split()) - {"M"}
    assert len(changed) == 2, "public and hidden references of one topic"
    home = Path(steps[0].path).stem
    options = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider")
    done = run_python(tree, "pytest", *options, "--exercise", home)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("failed") == 0
    done = run_python(tree, "pytest", *options, "tests/test_house.py", "-k", "tools or one_way")
    assert done.returncode == 0, done.stdout
    again = run_python(tree, "autograder", "build", "--check")
    assert again.stdout == "everything is as the key gives it\n"


@pytest.mark.parametrize("left_out", range(len(LEAKY)), ids=[step.path for step in LEAKY])
def test_a_place_that_is_left_out_is_named(bare: Path, left_out: int) -> None:
    """One plain line names it, before anything is built."""
    git(bare, "checkout", "-q", ".")
    git(bare, "clean", "-fdq")
    for number, step in enumerate(LEAKY):
        if number != left_out:
            follow_step(step, bare)
    done = said_by_the_test(bare, "all_its_places")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith(MISSING[left_out]) for line in lines), done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def graded(tree: Path, files: dict[str, str]) -> dict[str, float]:
    """The lost points of a solved hand-in with these files, by line, from the real command."""
    solved = tree / "solved"
    if not solved.is_dir():
        assert run_python(tree, "autograder", "solve", "solved").returncode == 0
    package = solved / "mytorch"
    before = {name: (package / name).read_text("utf-8") for name in files}
    for name, text in files.items():
        (package / name).write_text(text, "utf-8")
    done = run_python(tree, "autograder", "grade", "--json", "--force", "solved")
    for name, text in before.items():
        (package / name).write_text(text, "utf-8")
    (report,) = (json.loads(line) for line in done.stdout.splitlines())
    lost = {item["id"]: item["max_score"] - item["score"] for item in report["items"]}
    return {id: points for id, points in lost.items() if points}


def test_a_free_subgradient_costs_nothing_or_is_asked_for(tmp_path: Path) -> None:
    """Both ends of [alpha, 1] count as right; if the record lacks the other end, a test asks for
    it."""
    tree = copy_tree(tmp_path / "tree", LEAKY)
    run_commands(tree)
    source = (
        tree / "autograder" / "key" / LEAKY[0].path.removeprefix("autograder/key/")
    ).read_text("utf-8")
    right = re.sub(r" *### .*\n", "", source)
    other = right.replace("self.Z >= 0", "self.Z > 0")
    assert other != right
    assert graded(tree, {"leaky_relu.py": right}) == {}
    assert graded(tree, {"leaky_relu.py": other}) == {}

    record = tree / "autograder" / "key" / "facts" / "activations.py"
    text = record.read_text("utf-8")
    head, found, tail = text.rpartition(OTHER_END)
    assert found
    record.write_text(head + tail, "utf-8")
    done = said_by_the_test(tree, "all_its_places")
    owner = "mytorch.leaky_relu.LeakyReLU"
    asked = f"{owner}: its record in autograder/key/facts/ needs other_end and corner_distance"
    assert asked in done.stdout
    closest = "        corner_distance=distance_from_zero,\n"
    head, _, tail = (head + tail).rpartition(closest)
    record.write_text(head + tail, "utf-8")
    run_commands(tree)
    assert graded(tree, {"leaky_relu.py": other}) == {"leaky_relu.backward.edge": 0.5}
    done = said_by_the_test(tree, "nothing_is_out_of_step")
    assert done.returncode == 1
    assert "leaky_relu.backward/zeros/dLdZ: a derivative from one side" in done.stdout
    assert "state other_end in its class's record in autograder/key/facts/" in done.stdout


def test_two_exercises_made_at_once_do_not_conflict(tmp_path: Path) -> None:
    """In different topics, git merges them, and the same commands bring the generated files up to
    date."""
    tree = copy_tree(tmp_path / "tree")
    start = git(tree, "branch", "--show-current").strip()
    for name, steps in (("one", LEAKY), ("other", ABSOLUTE)):
        git(tree, "checkout", "-q", "-b", name, start)
        for step in steps:
            follow_step(step, tree)
        run_commands(tree)
        commit_all(tree)
    who = ("-c", "user.name=A", "-c", "user.email=a@localhost")
    git(tree, *who, "merge", "-q", "--no-edit", "one")
    run_commands(tree)
    assert not git(tree, "status", "--porcelain", "*.npz"), "the references were whole"
    for name in ("all_its_places", "nothing_is_out_of_step"):
        done = said_by_the_test(tree, name)
        assert done.returncode == 0, done.stdout
