"""Damaged files of the grader: each is refused by name, wherever the damage is, and no grade is
made with it."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FULL, ROOT, package

from autograder.classroom.batch.work import GradingWork, current_terms
from autograder.exercises import TOPICS
from autograder.hand_in.module_reader import HandIn
from autograder.key import storing
from autograder.key.references import build_references
from autograder.scoring import reference_store
from autograder.scoring.record import parse_report
from autograder.scoring.reference_store import ReferenceSet
from autograder.scoring.topic_file import SEAL, DamagedFile, TopicFile, read_topic_file

PUBLIC, HIDDEN = "autograder/references", "autograder/key/references"
MISTAKES, STUBS = f"{PUBLIC}/mistakes.json", "autograder/stubs.json"
RELEASE = "take it from the course's release again"
OTHER_SEED = 20
# as root, we drop the privilege to read files without permission
UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]

Damage = Callable[[Path], object]


def make_tree(folder: Path, key: bool = True) -> Path:
    """A tree with the autograder, with or without its key, and a solved mytorch."""
    left = shutil.ignore_patterns("__pycache__", *([] if key else ["key"]))
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=left)
    (folder / "mytorch").mkdir()
    for name, content in package().items():
        (folder / "mytorch" / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("with_key"))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("released"), key=False)


@pytest.fixture(scope="module")
def other_set() -> dict[str, TopicFile]:
    """The hidden references of another seed."""
    built = build_references(OTHER_SEED)
    return {topic: storing.topic_of(built, topic, "hidden") for topic in TOPICS}


def run(tree: Path, *command: str, unprivileged: bool = False) -> Any:
    before = UNPRIVILEGED if unprivileged and os.geteuid() == 0 else []
    return subprocess.run(
        [*before, sys.executable, "-m", "autograder", *command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def expect_refusal(done: Any, name: str, remedy: str) -> None:
    """The command ends with exit code 2, prints no output, and one error line names the file."""
    lines = [x for x in done.stderr.splitlines() if not x.startswith("note: ")]
    assert (done.returncode, done.stdout, len(lines)) == (2, "", 1), done.stderr
    assert lines[0].startswith(f"autograder: {name} "), lines
    assert lines[0].endswith(f": {remedy}"), lines


def remade_by(command: str) -> str:
    return f"`autograder {command}` makes it anew"


def cut(length: int) -> Damage:
    """Cut a file off after `length` bytes; if negative, before the last ones."""
    return lambda path: path.write_bytes(path.read_bytes()[:length])


def flipped(at: float) -> Damage:
    """Flip one bit of the byte at the relative position `at`, between 0 and 1."""

    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(at * (len(data) - 1))] ^= 1
        path.write_bytes(data)

    return damage


def written(content: bytes) -> Damage:
    return lambda path: path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def unreadable(path: Path) -> None:
    path.chmod(0)


def zipped_again(change: Callable[[dict[str, Any]], None]) -> Damage:
    """Read the arrays with numpy, change them, and save them with numpy."""

    def damage(path: Path) -> None:
        with np.load(path) as archive:
            members = {name: archive[name].copy() for name in archive.files}
        change(members)
        buffer = BytesIO()
        np.savez(buffer, allow_pickle=False, **members)
        path.write_bytes(buffer.getvalue())

    return damage


def altered(members: dict[str, Any]) -> None:
    members["float64"][0] += 1


def resealed(change: Callable[[TopicFile], TopicFile]) -> Damage:
    """Change a topic and save it with the grader's own writer: the hash is right."""

    def damage(path: Path) -> None:
        path.write_bytes(storing.pack_topic_file(change(read_topic_file(path))))

    return damage


def without(section: str, part: str) -> Callable[[TopicFile], TopicFile]:
    """A topic without the last entry of a section whose name contains this part."""

    def change(topic: TopicFile) -> TopicFile:
        found = dict(getattr(topic, section))
        del found[[name for name in found if part in name][-1]]
        changed: Any = {section: found}
        return replace(topic, **changed)

    return change


def of_version_2(path: Path) -> None:
    """The file of a later version, with the right hash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "FORMAT_VERSION", 2)
        resealed(lambda topic: topic)(path)


def another_topics(path: Path) -> None:
    others = (path.with_name(f"{topic}.npz") for topic in TOPICS)
    shutil.copy(next(other for other in others if other != path), path)


def of_the_other_kind(path: Path) -> None:
    """The public file among the hidden ones, or the hidden file among the public ones."""
    tree = next(parent for parent in path.parents if parent.name == "autograder")
    folder = PUBLIC if "key" in path.parts else HIDDEN
    shutil.copy(tree.parent / folder / path.name, path)


# Possible damage to a file of references.
OF_NUMBERS: dict[str, Damage] = {
    "missing": Path.unlink,
    "empty": written(b""),
    "a folder": a_folder,
    "unreadable": unreadable,
    "one byte": cut(1),
    "half of it": lambda path: cut(path.stat().st_size // 2)(path),
    "all but a byte": cut(-1),
    "all but the hash": cut(-SEAL),
    "a byte more": lambda path: path.write_bytes(path.read_bytes() + b"0"),
    **{f"a bit at {at:.2f}": flipped(at) for at in (0, 0.1, 0.35, 0.6, 0.85, 0.999, 1)},
    "text": written(b"these are no references\n"),
    "a number altered": zipped_again(altered),
    "an array missing": zipped_again(lambda members: members.pop("float64")),
    "another version": of_version_2,
    "another topic's": another_topics,
    "the other kind": of_the_other_kind,
    "no tensor": resealed(without("tensors", "/low/")),
    "no input": resealed(without("tensors", "/in/")),
    "no scale": resealed(without("scales", "/low/")),
}
# Those with which a whole command is run, without similar ones.
TYPED = [name for name in OF_NUMBERS if "a bit" not in name or "0.60" in name]
# Possible damage to a JSON file.
OF_TEXT: dict[str, Damage] = {
    **{name: OF_NUMBERS[name] for name in ("missing", "empty", "a folder", "unreadable", "text")},
    **{name: OF_NUMBERS[name] for name in ("one byte", "half of it")},
    "no UTF-8": lambda path: path.write_bytes(b"\xff" + path.read_bytes()),
    "a list of nothing": written(b"[]"),
    "a number": written(b"1"),
    "deep": written(b"[" * 100_000),
    "an entry of another shape": written(b'[{"id": 5}]'),
}


def a_letter_of_a_stub(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "expect_shape(" in text
    path.write_text(text.replace("expect_shape(", "expect_shane(", 1), "utf-8")


def an_entry_less(path: Path) -> None:
    found = json.loads(path.read_text("utf-8"))
    del found[next(iter(found)) if isinstance(found, dict) else 0]
    path.write_text(json.dumps(found), "utf-8")


NAME_DAMAGES: dict[str, Damage] = {**OF_TEXT, "an entry less": an_entry_less}
STUB_DAMAGES: dict[str, Damage] = {**NAME_DAMAGES, "a letter": a_letter_of_a_stub}


@pytest.fixture
def damaged() -> Iterator[Callable[[Path, Damage], None]]:
    """Damages a file; after the test, the file is restored."""
    kept: list[tuple[Path, bytes]] = []

    def damage_it(path: Path, damage: Damage) -> None:
        kept.append((path, path.read_bytes()))
        damage(path)

    yield damage_it
    for path, content in reversed(kept):
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def refused(folder: Path, kind: Any, file: Path) -> None:
    """The set in a folder is refused, and the message names the file."""
    with pytest.raises(DamagedFile) as caught:
        ReferenceSet(folder, kind)
    assert file.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("kind", ["public", "hidden"])
def test_no_damage_to_any_file_is_overlooked(
    kind: str, topic: str, tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """Each kind of damage to each file is found; the restored set can be read."""
    folder = tree / (PUBLIC if kind == "public" else HIDDEN)
    path = folder / f"{topic}.npz"
    for name, damage in OF_NUMBERS.items():
        content = path.read_bytes()
        if name == "unreadable" and os.geteuid() == 0:
            continue  # root can read it; the command below cannot
        damage(path)
        refused(folder, kind, path)
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)
    assert ReferenceSet(folder, "public" if kind == "public" else "hidden").kind == kind


def test_no_byte_of_a_file_can_change_unseen(tmp_path: Path) -> None:
    """Flip a bit of many bytes of the smallest file, and cut it off at many lengths."""
    data = (reference_store.PUBLIC_FOLDER / "squared_error.npz").read_bytes()
    path = tmp_path / "squared_error.npz"
    for place in range(0, len(data), 41):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(DamagedFile):
            read_topic_file(path)
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises(DamagedFile):
            read_topic_file(path)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_set_of_two_seeds_is_refused(
    topic: str,
    tree: Path,
    other_set: dict[str, TopicFile],
    damaged: Callable[[Path, Damage], None],
) -> None:
    """One undamaged file comes from another seed than the others."""
    path = tree / HIDDEN / f"{topic}.npz"
    damaged(path, written(storing.pack_topic_file(other_set[topic])))
    assert read_topic_file(path).seed == OTHER_SEED
    with pytest.raises(DamagedFile, match=r"is not of the same set as squared_error\.npz"):
        ReferenceSet(tree / HIDDEN, "hidden")


@pytest.mark.parametrize("damage", TYPED)
def test_no_grade_is_made_with_damaged_references(
    damage: str, tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """`grade`, which needs the hidden references, prints one line and exits with code 2."""
    damaged(tree / HIDDEN / "linear.npz", OF_NUMBERS[damage])
    done = run(tree, "grade", ".", unprivileged=damage == "unreadable")
    expect_refusal(done, f"{HIDDEN}/linear.npz", remade_by("references"))


@pytest.mark.parametrize("damage", TYPED)
def test_no_check_is_made_with_damaged_references(
    damage: str, tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """`check`, which needs the public references, prints one line and exits with code 2."""
    damaged(tree / PUBLIC / "network.npz", OF_NUMBERS[damage])
    done = run(tree, "check", "--json", unprivileged=damage == "unreadable")
    expect_refusal(done, f"{PUBLIC}/network.npz", remade_by("references"))


@pytest.mark.parametrize("damage", NAME_DAMAGES)
def test_damaged_names_of_mistakes_are_refused(
    damage: str, tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    damaged(tree / MISTAKES, NAME_DAMAGES[damage])
    done = run(tree, "check", unprivileged=damage == "unreadable")
    expect_refusal(done, MISTAKES, remade_by("references"))


@pytest.mark.parametrize("damage", STUB_DAMAGES)
def test_damaged_stubs_are_refused(
    damage: str, tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    damaged(tree / STUBS, STUB_DAMAGES[damage])
    done = run(tree, "grade", ".", unprivileged=damage == "unreadable")
    expect_refusal(done, STUBS, remade_by("build"))


@pytest.mark.parametrize(
    ("command", "file"),
    [
        *((("check",), f"{PUBLIC}/{topic}.npz") for topic in TOPICS),
        *((("grade", "."), name) for name in (f"{PUBLIC}/losses.npz", MISTAKES, STUBS)),
        (("check",), STUBS),
        (("reset", "6.1"), STUBS),
        (("pack",), STUBS),
    ],
)
def test_a_student_is_sent_to_the_release(
    command: tuple[str, ...], file: str, released: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """Without the key, no command can make the file again: students download the release again."""
    damaged(released / file, cut(100))
    expect_refusal(run(released, *command), file, RELEASE)


def test_a_class_is_refused_before_anything_is_written(
    tree: Path, tmp_path: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """It gets no row, journal or page, and the earlier results stay."""
    for name in ("ada", "bob"):
        shutil.copytree(tree / "mytorch", tmp_path / "class" / name / "mytorch")
    asked = ("grade", str(tmp_path / "class"), "--results", str(tmp_path / "results"))
    done = run(tree, *asked)
    assert done.returncode == 0, done.stderr
    before = {path: path.read_bytes() for path in (tmp_path / "results").rglob("*.csv")}
    damaged(tree / HIDDEN / "losses.npz", flipped(0.5))
    expect_refusal(run(tree, *asked), f"{HIDDEN}/losses.npz", remade_by("references"))
    other = (*asked[:-1], str(tmp_path / "others"))
    expect_refusal(run(tree, *other), f"{HIDDEN}/losses.npz", remade_by("references"))
    assert not (tmp_path / "others").exists()
    assert {path: path.read_bytes() for path in before} == before


def test_a_worker_whose_references_are_damaged_gives_no_grade(
    tree: Path, damaged: Callable[[Path, Damage], None]
) -> None:
    """If the references of a worker are damaged after the start, or on another machine, the grade
    is provisional, and its line names the file."""
    work = GradingWork(HandIn("ada", package()), current_terms())
    damaged(tree / HIDDEN / "network.npz", flipped(0.5))
    script = (
        "import pickle, sys; from autograder.classroom.batch.work import grade_work;"
        " print(grade_work(pickle.load(sys.stdin.buffer)).line)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        input=pickle.dumps(work),
        capture_output=True,
        check=True,
    )
    made = parse_report(done.stdout.decode())
    assert (made.provisional, made.score, made.references) == (True, 0, "hidden")
    assert {item.status for item in made.items} == {"internal"}
    assert f"{HIDDEN}/network.npz is damaged" in made.message
    assert made.digests["references"] == work.terms.references


def test_a_key_without_hidden_references_grades_nothing(tree: Path) -> None:
    """If the hidden cases are lost, the public ones do not replace them."""
    shutil.move(tree / HIDDEN, tree / "away")
    try:
        done = run(tree, "grade", ".")
    finally:
        shutil.move(tree / "away", tree / HIDDEN)
    expect_refusal(done, f"{HIDDEN}/squared_error.npz", remade_by("references"))


# Runs `references --seed` in a fork that kills itself before it opens a file for writing, or
# renames one, for the n-th time. Computed results are kept from one fork to the next.
KILLED = """
import functools, os, shutil, signal, sys
from pathlib import Path
from autograder import cli
from autograder.key import references, reseed, storing

storing.build_references = references.build_references = functools.cache(
    references.build_references
)
reseed.first_flaw = functools.cache(reseed.first_flaw)
storing.build_references(storing.PUBLIC_SEED), reseed.first_flaw({seed})
folder = Path({hidden!r})
shutil.copytree(folder, "before")
for step in range(1, 100):
    shutil.rmtree(folder)
    shutil.copytree("before", folder)
    if not (pid := os.fork()):
        count = 0

        def watch(event, arguments):
            global count
            writes = event == "open" and "references" in str(arguments[0]) and arguments[1] == "wb"
            if event == "os.rename" or writes:
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        os._exit(cli.main(["references", "--seed", "{seed}"]))
    _, status = os.waitpid(pid, 0)
    shutil.copytree(folder, f"after/{{step}}")
    if not os.WIFSIGNALED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.long
def test_killed_at_any_moment_a_reseed_leaves_a_whole_set_or_none(tmp_path: Path) -> None:
    """`references` is killed at each step of writing. The next grade is full, or refused with the
    file's name; the same command without a seed completes the set."""
    tree = make_tree(tmp_path / "tree")
    old = ReferenceSet(tree / HIDDEN, "hidden").seed
    script = KILLED.format(seed=OTHER_SEED, hidden=str(tree / HIDDEN))
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    states: dict[tuple[int, ...], Path] = {}
    for folder in sorted((tmp_path / "after").iterdir(), key=lambda path: int(path.name)):
        seeds = [read_topic_file(folder / f"{topic}.npz").seed for topic in TOPICS]
        states.setdefault(tuple(seeds), folder)
    assert len(states) == len(TOPICS) + 1, "no file, one file, … all files"
    for found, folder in states.items():
        shutil.rmtree(tree / HIDDEN)
        shutil.copytree(folder, tree / HIDDEN)
        done = run(tree, "grade", "--json", ".")
        if len(set(found)) == 1:
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["score"] == FULL
            assert found[0] in (old, OTHER_SEED)
        else:
            apart = list(TOPICS)[[seed == found[0] for seed in found].index(False)]
            expect_refusal(done, f"{HIDDEN}/{apart}.npz", remade_by("references"))
            mixed = folder
    shutil.rmtree(tree / HIDDEN)
    shutil.copytree(mixed, tree / HIDDEN)
    done = run(tree, "references")
    assert done.returncode == 0, done.stderr
    assert ReferenceSet(tree / HIDDEN, "hidden").seed == OTHER_SEED


def test_one_command_mends_what_is_damaged(tree: Path) -> None:
    """`references` writes the damaged file again, with its old content, and no other file."""
    names = (tree / MISTAKES).read_bytes()
    (tree / PUBLIC / "linear.npz").unlink()
    flipped(0.5)(tree / HIDDEN / "squared_error.npz")
    (tree / HIDDEN / "network.npz").write_bytes(b"")
    (tree / MISTAKES).write_bytes(b"")
    done = run(tree, "references")
    assert done.stdout.splitlines() == [
        f"{tree / PUBLIC}: wrote linear.npz",
        f"{tree / HIDDEN}: wrote squared_error.npz, network.npz",
    ]
    assert (tree / MISTAKES).read_bytes() == names
    assert ReferenceSet(tree / HIDDEN, "hidden").seed == reference_store.best_references().seed
    assert ReferenceSet(tree / PUBLIC, "public").seed == storing.PUBLIC_SEED


@pytest.mark.long
def test_two_changes_made_at_once_in_different_topics_do_not_conflict(tmp_path: Path) -> None:
    """Each change writes only its own topic's files. After a merge by Git, the result is the same
    as if both were made together, and the history has grown by a few kilobytes."""
    tree = make_tree(tmp_path / "tree")

    def git(*command: str) -> str:
        names = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gc.auto=0")
        return subprocess.check_output(["git", *names, *command], cwd=tree, text=True)

    def packed() -> int:
        git("gc", "-q")
        return int(git("count-objects", "-v").partition("size-pack: ")[2].split()[0])

    (tree / ".gitignore").write_text("__pycache__\n")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "before")
    before = packed()
    changes = {
        "linear": ("draw_layer_inputs(2, 3, 2, back)", "draw_layer_inputs(2, 4, 2, back)"),
        "squared_error": ('Case("row", draw_outputs(3))', 'Case("row", draw_outputs(4))'),
    }
    for topic, (old, new) in changes.items():
        git("checkout", "-q", "-b", topic, "main")
        source = tree / "autograder" / "exercises" / f"{topic}.py"
        text = source.read_text("utf-8")
        assert text.count(old) == 1
        source.write_text(text.replace(old, new), "utf-8")
        refusal = run(tree, "check")
        expect_refusal(refusal, f"{PUBLIC}/{topic}.npz", remade_by("references"))
        done = run(tree, "references")
        assert done.returncode == 0, done.stderr
        written = set(git("diff", "--name-only").split())
        files = {f"{folder}/{topic}.npz" for folder in (PUBLIC, HIDDEN)}
        assert written == {f"autograder/exercises/{topic}.py", *files}
        git("commit", "-q", "-a", "-m", topic)
    git("merge", "-q", "--no-edit", "linear")
    done = run(tree, "references")
    assert [x.partition(": ")[2] for x in done.stdout.splitlines()] == ["nothing has changed"] * 2
    assert run(tree, "check").returncode == 0
    assert packed() - before < 100, "kilobytes"
