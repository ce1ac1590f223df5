"""Encode and decode the frames that a child process sends to the grader.

A frame is its length in eight bytes, and a safetensors block: named arrays, and a JSON header in
its metadata. The first frame says that the student's code begins. The sender is not trusted: no
content of a frame is executed, and at most MAX_FRAME_BYTES are read.
"""

import json
from collections.abc import Mapping
from typing import IO, Any

from safetensors.numpy import load, save

from autograder.model import Array

MAX_FRAME_BYTES = 2**20  # of one frame
MAX_HEADER_BYTES = 2**18  # of its header: enough for some thousand tensors
BEGIN_HEADER = {"begun": True}  # the header of the first frame


class WireError(Exception):
    """The bytes are not a frame."""


def encode_frame(header: Mapping[str, Any], tensors: Mapping[str, Array]) -> bytes:
    """Encode one frame."""
    block = save(dict(tensors), metadata={"json": json.dumps(header)})
    return len(block).to_bytes(8, "little") + block


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, Array]] | None:
    """Read one frame: its header and arrays, or None at the end of the stream.

    Raises: WireError: the frame is incomplete, too large, or not a frame.
    """
    length = stream.read(8)
    if not length:
        return None
    size = int.from_bytes(length, "little")
    if len(length) < 8 or size > MAX_FRAME_BYTES:
        raise WireError("not a frame")
    block = stream.read(size)
    if len(block) < size:
        raise WireError("a frame was cut short")
    try:
        start = int.from_bytes(block[:8], "little")
        if start > MAX_HEADER_BYTES:
            raise WireError("a header is too long")
        header = json.loads(json.loads(block[8 : 8 + start])["__metadata__"]["json"])
        tensors: dict[str, Array] = load(block)
    except Exception as error:
        raise WireError("not a frame") from error
    if not isinstance(header, dict):
        raise WireError("not a frame")
    return header, tensors
