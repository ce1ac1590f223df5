"""The file that holds the references of one topic, read; `key/storing.py` writes it.

It is an `.npz` without pickle that ends in its own SHA-256, as the comment of the archive: a
file that was cut off or altered anywhere is refused before anything in it is read. Inside is
`manifest` (JSON in UTF-8) and, for each kind of number, one array with all arrays of that kind
one behind the other, in the manifest's order. Most hold ten numbers: an entry of the archive
for each would take six times the space. Nothing is compressed, so that Git stores a change, and
not the file once more.
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

FORMAT_VERSION = 1  # of the format
TREE = Path(__file__).parents[2]
SEAL = 64  # characters of a SHA-256


class DamagedFile(ValueError):
    """A file that the grader came with cannot be used; says which, why, and what to do."""


def damaged_file(path: Path, why: str, command: str = "references") -> DamagedFile:
    """Args: command: the one that makes the file anew, where the key is."""
    name = path.relative_to(TREE) if path.is_relative_to(TREE) else path
    remedy = "take it from the course's release again"
    if (TREE / "autograder" / "key").is_dir():
        remedy = f"`autograder {command}` makes it anew"
    return DamagedFile(f"{name} {why}: {remedy}")


def read_own_file(path: Path, command: str = "references") -> bytes:
    """A file that the grader came with. Raises: DamagedFile: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise damaged_file(path, f"cannot be read ({error.strerror})", command) from None


@dataclass(frozen=True, eq=False)
class TopicFile:
    """The references of one topic.

    kind        `public` or `hidden`
    seed        what all inputs were drawn from: one for all topics of a set
    made_with   the versions of Python and numpy
    tensors     `linear.forward/batch/in/A` → array; `…/low/Z`; `…/high/Z` where a subgradient
                makes it an interval; `…/doubled/Z` for the run on doubles
    scales      the size of what went into a tensor, by the name of the low or doubled one
    signatures  `linear.forward/linear.no_bias/batch/Z` → array
    digest      SHA-256 of the file; "" for one that was not read
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
    """Read a topic's references. Raises: DamagedFile: there are none, or they are not whole."""
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
    except Exception as error:  # who wrote it had another format in mind
        raise damaged_file(path, f"is no file of references ({type(error).__name__})") from None
    raise damaged_file(path, f"is of version {version!r}, not {FORMAT_VERSION}")


def unpack_arrays(
    listed: Mapping[str, tuple[str, list[int]]], numbers: Mapping[str, Array], used: dict[str, int]
) -> dict[str, Array]:
    """Arrays by name. Args: used: how many numbers of each kind were taken before; goes on."""
    arrays = {}
    for name, (kind, shape) in listed.items():
        if name.count("/") != 3:
            raise ValueError(f"{name!r} is no name of an array")
        start = used[kind]
        used[kind] += math.prod(shape)
        arrays[name] = numbers[kind][start : used[kind]].reshape(shape)
    return arrays
