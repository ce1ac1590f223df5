"""What the grader believes of what a child says: numbers as they are, and words that are ours.

The child shares its process with student code, so all of it may be a lie. A tensor with the
wrong numbers is simply wrong; a name, an exception's text or a line of source could carry the
hidden inputs out, so each is compared with what it can be, or read again from the hand-in.
"""

import io
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from autograder.exercises import EXERCISES, HOMES
from autograder.hand_in.module_reader import printable_name
from autograder.harness.doubles import SAW
from autograder.harness.driving import ODD, is_huge_array
from autograder.harness.package import MissingName
from autograder.model import Answer, Fault, FaultKind, Inputs

STUBS = {exercise.stub for exercise in EXERCISES.values()}
FIRST_LINES = 500  # of a file: which of more lines it was could tell a number
FIRST_FILES = 16  # and so could the file
MOST_CALLS = 10**6  # of `forward`, in one way back
OURS = {f"{home}.py" for home in HOMES.values()}
MISSABLE = {f"mytorch/{home}.py{lacks}" for n, home in HOMES.items() for lacks in ("", f":{n}")}
DOUBLES = {target.rpartition(".")[2] for e in EXERCISES.values() for target in e.doubles}
SEEN = rf"{SAW}\d\d ({'|'.join(sorted(DOUBLES))})\.(forward|backward)"


def validate_answer(
    exercise: str,
    case: str,
    header: Mapping[str, Any],
    tensors: Inputs,
    files: Mapping[str, bytes],
) -> Answer:
    """One frame of a child as an answer. `files` are the hand-in's modules."""
    fault = header.get("fault")
    if isinstance(fault, dict):
        name, text, where = (printable_text(fault.get(k, "")) for k in ("type", "text", "where"))
        line = line_at(where, files)
        is_stub = fault.get("kind") == "not_attempted" and text in STUBS
        kind: FaultKind = "not_attempted" if is_stub else "error"
        found = Fault(kind, name, text, where if line else "", line)
        if isinstance(gone := fault.get("missing"), str) and gone in MISSABLE:
            found = Fault("error", MissingName.__name__, missing=gone)
        return Answer(exercise, case, fault=found)
    names = EXERCISES[exercise].points
    numbers = {n: a for n, a in tensors.items() if a.dtype.kind in "fiub" and not is_huge_array(a)}
    known = {n: a for n, a in numbers.items() if n in names or re.fullmatch(SEEN, n)}
    odd = header.get("odd")
    words = {n: odd[n] for n in names if n in odd} if isinstance(odd, dict) else {}
    words = {n: w if isinstance(w, str) and w in ODD else "an object" for n, w in words.items()}
    calls: Any = header.get("forwards")
    is_count = type(calls) is int and 0 < calls <= MOST_CALLS
    return Answer(exercise, case, known, words, forwards=calls if is_count else 0)


def printable_text(text: Any) -> str:
    """A text from a child as it may be printed and encoded; nothing else is one."""
    return (
        printable_name(text.encode("utf-8", "replace").decode()[:500])
        if isinstance(text, str)
        else ""
    )


def line_at(where: str, files: Mapping[str, bytes]) -> str:
    """The line that stands at a place of the hand-in, whatever the child says stands there."""
    place = re.fullmatch(r"mytorch/(.+):([1-9][0-9]{0,5})", where)
    told = sorted(files, key=lambda name: (name not in OURS, name))[:FIRST_FILES]
    if not place or place[1] not in told or int(place[2]) > FIRST_LINES:
        return ""
    text = io.TextIOWrapper(io.BytesIO(files[place[1]]), "utf-8", "replace")  # read as far as asked
    line = next(islice(text, int(place[2]) - 1, None), "")
    return printable_text(line.strip()[:200])
