"""Read the file that holds the references of one topic; `key/storing.py` writes it.

The file is an `.npz` without pickle. It ends in its own SHA-256, which is the archive's comment, so
a file that was cut off or changed is refused before its content is read. It contains `manifest`
(JSON in UTF-8) and one array per number type, in which all arrays of this type follow one another
in the manifest's order. Most arrays hold about ten numbers; with one archive entry per array, the
file would be six times as large. Nothing is compressed, so that Git stores only what changed.
"""

import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.model import Array

FORMAT_VERSION = 1
TREE = Path(__file__).parents[2]
SEAL = 64  # the number of characters of a SHA-256


class DamagedFile(ValueError):
    """A file of the grader cannot be used; the message says which, why, and what to do."""


def damaged_file(path: Path, why: str, command: str = "references") -> DamagedFile:
    """Make the exception. Args: command: the command that makes the file again from the key."""
    name = path.relative_to(TREE) if path.is_relative_to(TREE) else path
    remedy = "take it from the course's release again"
    if (TREE / "autograder" / "key").is_dir():
        remedy = f"`autograder {command}` makes it anew"
    return DamagedFile(f"{name} {why}: {remedy}")


def read_own_file(path: Path, command: str = "references") -> bytes:
    """Read a file that belongs to the grader. Raises: DamagedFile: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise damaged_file(path, f"cannot be read ({error.strerror})", command) from None


@dataclass(frozen=True, eq=False)
class TopicFile:
    """The references of one topic.

    kind        `public` or `hidden`
    seed        the seed for all inputs, which is the same for all topics of a set
    made_with   the versions of Python and numpy
    tensors     `linear.forward/batch/in/A` → array; `…/low/Z`; `…/high/Z` where a subgradient
                makes it an interval; `…/doubled/Z` for the run on doubles
    scales      the size of the terms that were added up, by the name of the low or doubled tensor
    signatures  `linear.forward/linear.no_bias/batch/Z` → array
    digest      SHA-256 of the file; "" if the references were not read from a file
    """

    kind: str
    seed: int
    seed_of_doubles: int
    made_with: Mapping[str, str]
    tensors: Mapping[str, Array]
    scales: Mapping[str, float]
    signatures: Mapping[str, Array]
    digest: str = ""


def read_topic_file(path: Path) -> TopicFile:
    """Read a topic's references. Raises: DamagedFile: their file is missing or damaged."""
    data = read_own_file(path)
    digest = hashlib.sha256(data[:-SEAL]).hexdigest()
    if data[-SEAL:] != digest.encode():
        raise damaged_file(path, "is damaged (its content does not fit its hash)")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            members = {name: archive[name] for name in archive.files}
        manifest = json.loads(members.pop("manifest").tobytes())
        version = manifest["version"]
        if version == FORMAT_VERSION:
            used = dict.fromkeys(members, 0)
            return TopicFile(
                str(manifest["kind"]),
                int(manifest["seed"]),
                int(manifest["seed_of_doubles"]),
                manifest["made_with"],
                unpack_arrays(manifest["tensors"], members, used),
                {name: float(scale) for name, scale in manifest["scales"].items()},
                unpack_arrays(manifest["signatures"], members, used),
                digest,
            )
    except Exception as error:  # its hash fits, so it was written in another format
        raise damaged_file(path, f"is no file of references ({type(error).__name__})") from None
    raise damaged_file(path, f"is of version {version!r}, not {FORMAT_VERSION}")


def unpack_arrays(
    listed: Mapping[str, tuple[str, list[int]]], numbers: Mapping[str, Array], used: dict[str, int]
) -> dict[str, Array]:
    """Arrays by name. Args: used: how many numbers per type are taken so far; it is updated."""
    arrays = {}
    for name, (kind, shape) in listed.items():
        if name.count("/") != 3:
            raise ValueError(f"{name!r} is no name of an array")
        start = used[kind]
        used[kind] += math.prod(shape)
        arrays[name] = numbers[kind][start : used[kind]].reshape(shape)
    return arrays
