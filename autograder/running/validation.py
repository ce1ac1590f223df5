"""Validate the answers of a child process before the grader uses them.

Student code runs in the child, so any part of an answer may be false. False numbers need no check:
they are simply wrong. But a name, an exception's text or a line of source could reveal the hidden
inputs. So each text is compared with the texts that are possible, or read again from the hand-in.
"""

import io
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from autograder.exercises import EXERCISES, HOMES
from autograder.hand_in.module_reader import printable_name
from autograder.harness.doubles import RECEIVED
from autograder.harness.driving import NON_ARRAY_WORDS, is_huge_array
from autograder.harness.package import MissingName
from autograder.model import Answer, Fault, FaultKind, Inputs

STUB_MESSAGES = {exercise.stub for exercise in EXERCISES.values()}
MAX_LINE_NUMBER = 500  # the number of a line in a longer file could reveal an input
MAX_FILES_SHOWN = 16  # so could the name of a file
MAX_FORWARD_CALLS = 10**6  # of `forward` within one `backward`
HOME_MODULE_FILES = {f"{home}.py" for home in HOMES.values()}
MISSABLE = {f"mytorch/{home}.py{lacks}" for n, home in HOMES.items() for lacks in ("", f":{n}")}
DOUBLED_CLASSES = {target.rpartition(".")[2] for e in EXERCISES.values() for target in e.doubles}
RECEIVED_NAME = rf"{RECEIVED}\d\d ({'|'.join(sorted(DOUBLED_CLASSES))})\.(forward|backward)"


def validate_answer(
    exercise: str,
    case: str,
    header: Mapping[str, Any],
    tensors: Inputs,
    files: Mapping[str, bytes],
) -> Answer:
    """Make an answer from a child's frame: keep the numbers, and only texts that are possible.

    Args: header, tensors: the frame.  files: the hand-in's modules, by path in `mytorch`.
    """
    fault = header.get("fault")
    if isinstance(fault, dict):
        name, text, where = (printable_text(fault.get(k, "")) for k in ("type", "text", "where"))
        line = line_at(where, files)
        is_stub = fault.get("kind") == "not_attempted" and text in STUB_MESSAGES
        kind: FaultKind = "not_attempted" if is_stub else "error"
        found = Fault(kind, name, text, where if line else "", line)
        if isinstance(gone := fault.get("missing"), str) and gone in MISSABLE:
            found = Fault("error", MissingName.__name__, missing=gone)
        return Answer(exercise, case, fault=found)
    names = EXERCISES[exercise].points
    numbers = {n: a for n, a in tensors.items() if a.dtype.kind in "fiub" and not is_huge_array(a)}
    known = {n: a for n, a in numbers.items() if n in names or re.fullmatch(RECEIVED_NAME, n)}
    odd = header.get("odd")
    words = {n: odd[n] for n in names if n in odd} if isinstance(odd, dict) else {}
    words = {
        n: w if isinstance(w, str) and w in NON_ARRAY_WORDS else "an object"
        for n, w in words.items()
    }
    calls: Any = header.get("forwards")
    is_count = type(calls) is int and 0 < calls <= MAX_FORWARD_CALLS
    return Answer(exercise, case, known, words, forwards=calls if is_count else 0)


def printable_text(text: Any) -> str:
    """The first 500 characters of a child's text, safe to print; "" for anything else."""
    return (
        printable_name(text.encode("utf-8", "replace").decode()[:500])
        if isinstance(text, str)
        else ""
    )


def line_at(where: str, files: Mapping[str, bytes]) -> str:
    """The line of source at `mytorch/file.py:number`, read from the hand-in; "" if there is none.

    The child's own copy of the line is not trusted.
    """
    place = re.fullmatch(r"mytorch/(.+):([1-9][0-9]{0,5})", where)
    shown = sorted(files, key=lambda name: (name not in HOME_MODULE_FILES, name))[:MAX_FILES_SHOWN]
    if not place or place[1] not in shown or int(place[2]) > MAX_LINE_NUMBER:
        return ""
    # decodes only as far as needed
    text = io.TextIOWrapper(io.BytesIO(files[place[1]]), "utf-8", "replace")
    line = next(islice(text, int(place[2]) - 1, None), "")
    return printable_text(line.strip()[:200])
