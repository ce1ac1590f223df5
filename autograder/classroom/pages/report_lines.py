"""The file of reports that an earlier run wrote: one report per line, each with its hash.

However many reports there are, only the position of each line is held in memory.
"""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from autograder.classroom.batch.seals import unseal_line
from autograder.scoring.record import parse_report

MAX_REPORT_BYTES = 2**22  # a report has some 20 000


def index_report_lines(file: Path, notes: list[str]) -> tuple[dict[str, int], list[str]]:
    """Where the reports begin in a file, by hand-in; and the hand-ins whose lines are damaged.

    Args: notes: a line is added if the file cannot be read.
    """
    positions: dict[str, int] = {}
    damaged: list[str] = []
    with open_report_lines(file, notes) as stream:
        for number, (position, data) in enumerate(read_positions(stream), start=1):
            try:
                positions[parse_report(unseal_line(data)).hand_in] = position
            except ValueError:
                damaged.append(find_hand_in_name(data) or f"line {number}")
    return positions, damaged


def read_report_lines(file: Path, positions: Iterable[int]) -> Iterator[str]:
    """The reports at some positions of a file, each as a line of JSON without its hash."""
    with open_report_lines(file, []) as stream:
        for position in positions:
            stream.seek(position)
            yield unseal_line(stream.readline(MAX_REPORT_BYTES))


def open_report_lines(file: Path, notes: list[str]) -> BinaryIO:
    """Open a file; an empty stream stands for one that is missing or cannot be read."""
    try:
        if file.is_file():
            return file.open("rb")
    except OSError as error:
        notes.append(
            f"{file} cannot be read ({error.strerror}): its reports are taken from the journal"
        )
    return io.BytesIO()


def read_positions(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, each with its position; one that is too long comes in pieces."""
    position = 0
    while data := stream.readline(MAX_REPORT_BYTES):
        yield position, data
        position += len(data)


def find_hand_in_name(data: bytes) -> str:
    """The hand-in that a damaged line still names, or ""."""
    try:
        name = json.loads(data)["hand_in"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""
