"""What may be said about a judgement, as data: `wording` puts it into words.

For public cases it contains values. A report on hidden cases is made from the judgements on the
public cases (`points` chooses them), and contains no value, input or exception text of these.
"""

import builtins
import re
from dataclasses import replace

from autograder.exercises import EXERCISES, HOMES
from autograder.model import NOTHING_TO_SAY, Exercise, Explanation, Fault

from .clues import CLUES, GRAMMAR, LINES, NO_FORWARD
from .judgement import Judgement, is_own_stub

# Python's message if a driver calls a missing method: it contains nothing of the student's.
NO_METHOD = rf"'({'|'.join(HOMES)})' object has no attribute '(forward|backward|step)'"
EXERCISE_OF_STUB = {exercise.stub: exercise.id for exercise in EXERCISES.values()}


def explain_judgement(judged: Judgement, values: bool) -> Explanation:
    """Say what is wrong and why; if nothing is wrong, say nothing.

    Args: values: whether numbers of the case and an exception's text may be shown.
    """
    if judged.first is None:
        return NOTHING_TO_SAY
    why, tensor, pattern = judged.first.why, judged.first.tensor, judged.pattern
    is_zero = pattern is not None and pattern.kind == "zero"
    unset = (name for name in judged.exercise.stores if is_zero and name in tensor)
    said = Explanation(
        pattern=None if judged.mistakes else pattern,
        unset=tuple(unset),
        saw=judged.saw,
        mistakes=judged.mistakes,
    )
    if isinstance(why, Fault):
        return explain_fault(said, judged.exercise, why, values)
    said = replace(said, tensor=tensor, failed=judged.failed, total=judged.total)
    if judged.saw:  # results on stand-ins are made of random numbers, which explain nothing
        return said
    shown = why if values else replace(why, got=None, expected=None, allowed=None)
    return replace(said, finding=shown, case=judged.first.case)


def explain_fault(said: Explanation, exercise: Exercise, fault: Fault, values: bool) -> Explanation:
    """Why there are no tensors: the reason, or the fault with a hint."""
    if is_own_stub(exercise, fault):
        return replace(said, reason="not_started")
    if fault.kind == "not_attempted":
        return replace(said, reason="waits", needs=EXERCISE_OF_STUB.get(fault.text, ""))
    if fault.kind != "error":
        return replace(said, fault=fault)
    text, known = (fault.text, CLUES) if values else (fault.line, LINES)
    if exercise.doubles and fault.where and not fault.where.startswith(exercise.file):
        known = (NO_FORWARD, *known)
    clues = ((re.search(pattern, f"{fault.type}: {text}"), clue) for pattern, clue in known)
    hint = next((clue.format(*found.groups()) for found, clue in clues if found), "")
    return replace(said, fault=fault if values else redact_fault(fault), hint=hint)


def redact_fault(fault: Fault) -> Fault:
    """A fault without the parts of its exception (type, text) that a student can have written."""
    is_drivers = fault.type == "AttributeError" and not fault.where
    if fault.missing or (is_drivers and re.fullmatch(NO_METHOD, fault.text)):
        return fault
    if grammar := re.match(GRAMMAR, f"{fault.type}: {fault.text}"):
        return replace(fault, text=grammar[0].removeprefix(f"{fault.type}: "))
    known = getattr(builtins, fault.type, None)
    is_known = isinstance(known, type) and issubclass(known, BaseException)
    return replace(fault, type=fault.type if is_known else "", text="")
