"""Write the references, one file per topic: then two new exercises in different topics cause no
merge conflict, and the Git history grows only by what has changed."""

import hashlib
import io
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from autograder.exercises import TOPICS
from autograder.model import Array
from autograder.scoring.reference_store import (
    HIDDEN_FOLDER,
    MISCONCEPTIONS,
    PUBLIC_FOLDER,
    Misconception,
)
from autograder.scoring.topic_file import (
    FORMAT_VERSION,
    SEAL,
    DamagedFile,
    TopicFile,
    read_topic_file,
)

from .mistakes import MISTAKES
from .references import BuiltReferences, build_references

PUBLIC_SEED = 11785


def rebuild_references(hidden_seed: int | None = None) -> dict[Path, list[str]]:
    """Make both sets of references anew. Without a seed, the hidden ones keep the stored seed.

    Returns: by folder, the names of the files that were written.
    Raises:  ValueError: no file contains the stored seed, or the seed is that of the public cases.
    """
    seed = stored_seed() if hidden_seed is None else hidden_seed
    if seed == PUBLIC_SEED:
        raise ValueError("that is the seed of the public cases: name another")
    public, hidden = build_references(PUBLIC_SEED), build_references(seed)
    PUBLIC_FOLDER.mkdir(exist_ok=True)
    write_mistakes()
    return {
        PUBLIC_FOLDER: write_topic_files(public, PUBLIC_FOLDER, "public"),
        HIDDEN_FOLDER: write_topic_files(hidden, HIDDEN_FOLDER, "hidden"),
    }


def stored_seed() -> int:
    """The seed of the hidden references, from the first undamaged file."""
    for topic in TOPICS:
        with suppress(DamagedFile):
            if (found := read_topic_file(HIDDEN_FOLDER / f"{topic}.npz")).kind == "hidden":
                return found.seed
    raise ValueError("no file tells the hidden cases' seed: `references --reseed` draws another")


def write_topic_files(built: BuiltReferences, folder: Path, kind: str) -> list[str]:
    """Write the public or the hidden references into a folder; no file is written in part.

    A file whose content would not change is kept. If writing is interrupted, the files have two
    different seeds, and grading refuses them; `rebuild_references` continues with the seed of the
    file that is written first.

    Returns: the names of the files that were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = {}
    for topic in TOPICS:
        made, path = topic_of(built, topic, kind), folder / f"{topic}.npz"
        try:
            same = says_the_same(read_topic_file(path), made)
        except DamagedFile:
            same = False
        if not same:
            changed[path] = pack_topic_file(made)
    for path, content in changed.items():
        replace_file(path, content)
    return [path.name for path in changed]


def replace_file(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)


def write_mistakes() -> None:
    """Write the part of the mistakes that students may see, without the changed source text."""
    known = [
        asdict(Misconception(m.id, m.name, m.hint, m.slide)) for _, m in sorted(MISTAKES.items())
    ]
    text = json.dumps(known, indent=1, ensure_ascii=False)
    replace_file(PUBLIC_FOLDER / MISCONCEPTIONS.name, (text + "\n").encode())


def topic_of(built: BuiltReferences, topic: str, kind: str) -> TopicFile:
    """The content of the file of one topic."""
    own = {exercise.id for exercise in TOPICS[topic]}

    def mine(found: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if name.split("/")[0] in own}

    return TopicFile(
        kind,
        built.seed,
        built.seed_of_doubles,
        {"python": platform.python_version(), "numpy": np.__version__},
        mine(built.tensors),
        mine(built.scales),
        mine(built.signatures),
    )


def pack_topic_file(topic: TopicFile) -> bytes:
    """The bytes of the file; equal topics give equal bytes."""
    sections = {"tensors": topic.tensors, "signatures": topic.signatures}
    listed: dict[str, dict[str, tuple[str, tuple[int, ...]]]] = {}
    numbers: dict[str, list[Array]] = {}
    for section, arrays in sections.items():
        listed[section] = {}
        for name, array in sorted(arrays.items()):
            listed[section][name] = (array.dtype.name, array.shape)
            numbers.setdefault(array.dtype.name, []).append(array.ravel())
    manifest = {
        "version": FORMAT_VERSION,
        "kind": topic.kind,
        "seed": topic.seed,
        "seed_of_doubles": topic.seed_of_doubles,
        "made_with": topic.made_with,
        "scales": dict(sorted(topic.scales.items())),
        **listed,
    }
    members = {kind: np.concatenate(parts) for kind, parts in sorted(numbers.items())}
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
    np.savez(buffer, allow_pickle=False, manifest=text, **members)
    with ZipFile(buffer, "a") as archive:
        archive.comment = b"0" * SEAL
    content = buffer.getvalue()[:-SEAL]
    return content + hashlib.sha256(content).hexdigest().encode()


def says_the_same(old: TopicFile, new: TopicFile) -> bool:
    """Whether two topic files differ only by rounding errors, which depend on the machine."""
    if (old.kind, old.seed) != (new.kind, new.seed):
        return False
    scales = [{n: np.array(s) for n, s in topic.scales.items()} for topic in (old, new)]
    pairs = ((old.tensors, new.tensors), (old.signatures, new.signatures), scales)
    return all(
        one.keys() == other.keys() and all(agree_closely(one[name], other[name]) for name in one)
        for one, other in pairs
    )


def agree_closely(one: Array, other: Array) -> bool:
    """Whether two arrays have the same shape and kind, and differ at most by rounding errors."""
    if (one.shape, one.dtype) != (other.shape, other.dtype):
        return False
    if one.dtype.kind != "f":
        return np.array_equal(one, other)
    size = np.max(np.abs(other), where=np.isfinite(other), initial=1)
    return np.allclose(one, other, rtol=0, atol=64 * np.finfo(one.dtype).eps * size, equal_nan=True)
