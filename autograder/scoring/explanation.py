"""Put a judgement into words: for the terminal, the report and the notebook alike.

With values for public cases. A report on hidden cases is made of the same judgements on public
ones (`points` sees to that), and shows no value, input or exception text even of these.
"""

import builtins
import re

from autograder.exercises import HOMES
from autograder.model import Exercise, Fault, Finding

from .clues import CLUES, GRAMMAR, LINES, NO_FORWARD
from .judgement import Judgement, is_own_stub
from .reference_store import known_misconceptions

# What a report on hidden cases says besides an exception's type: words that are all our own.
NAME_PATTERN, FILE_PATTERN = "|".join(HOMES), "|".join(set(HOMES.values()))
SAFE = (
    rf"mytorch/({FILE_PATTERN})\.py (is missing|has no ({NAME_PATTERN}))"
    rf"|'({NAME_PATTERN})' object has no attribute '(forward|backward|step)'"
)
NOT_STARTED = "not started"
WAITS = "needs an earlier exercise, which is not finished"


def explain_judgement(judged: Judgement, values: bool) -> list[str]:
    """Say what is wrong and why, a line a thought. Empty where nothing is wrong.

    Args: values: whether numbers of the case and an exception's text may be shown.
    """
    if judged.first is None:
        return []
    why, tensor, pattern = judged.first.why, judged.first.tensor, judged.pattern
    if isinstance(why, Fault):
        lines = fault_lines(judged.exercise, why, values)
    elif judged.saw:  # the numbers of stand-ins mean nothing to anybody
        lines = [f"{tensor} is not right in {judged.failed} of {judged.total} cases"]
    else:
        lines = finding_lines(why, values)
        many = f" in {judged.failed} of {judged.total} cases, first" if judged.total > 1 else ""
        lines[0] = f"{tensor} {lines[0]}{many} in «{judged.first.case}»"
    if pattern and not judged.mistakes:
        lines.append(pattern)
    if pattern.startswith("it is zero"):
        lines += [f"was self.{n} ever set?" for n in judged.exercise.stores if n in tensor]
    if judged.saw:
        lines.append(f"on stand-in layers: {judged.saw} got the wrong array")
    return lines + describe_mistakes(judged.mistakes)


def finding_lines(finding: Finding, values: bool) -> list[str]:
    """What was found, and where most."""
    lines = [finding.message]
    place = f" at {list(finding.index)}" if finding.index else ""
    if values and finding.level in ("values", "finite"):
        got, expected = finding.got + 0.0, finding.expected + 0.0  # nobody expects «-0»
        lines.append(f"got {got:.6g}, expected {expected:.6g}{place}")
        if finding.level == "values":
            difference = abs(got - expected)
            lines.append(f"they differ by {difference:.3g}; {finding.allowed:.3g} is allowed")
    elif place:
        lines.append(f"largest difference{place}")
    return lines


def fault_lines(exercise: Exercise, fault: Fault, values: bool) -> list[str]:
    """Why there is nothing, the student's own line, and what the exception tells."""
    if is_own_stub(exercise, fault):
        return [NOT_STARTED]
    if fault.kind == "not_attempted":
        return [waits_for(fault.text)]
    if fault.kind == "internal":
        return [f"the grader failed here, not you: {fault.text}"]
    if fault.kind in ("timeout", "crash"):
        return [f"{exercise.title} {fault.text}"]
    said, known = (fault.text, CLUES) if values else (fault.line, LINES)
    if exercise.doubles and fault.where and not fault.where.startswith(exercise.file):
        known = (NO_FORWARD, *known)
    clues = ((re.search(pattern, f"{fault.type}: {said}"), clue) for pattern, clue in known)
    hints = [f"hint: {clue.format(*m.groups())}" for m, clue in clues if m]
    return [*describe_error(fault, values), *hints[:1]]


def waits_for(stub: str) -> str:
    """Which earlier exercise is not finished. Args: stub: what its stub says; "" if not told."""
    return f"needs {stub.removeprefix('Exercise ')}, which is not finished" if stub else WAITS


def describe_error(fault: Fault, values: bool = True) -> list[str]:
    """What went wrong, where, and the line itself."""
    said = describe_exception(fault, values) + (f" in {fault.where}" if fault.where else "")
    return [said, f"the line is: {fault.line}"] if fault.line else [said]


def describe_exception(fault: Fault, values: bool) -> str:
    """An exception in words; without `values`, its text and name only where they are not its
    author's."""
    if fault.type == "SystemExit":
        return "the code ends the program (sys.exit)"
    missing = fault.type in ("MissingName", "AttributeError") and not fault.where
    if missing and (values or re.fullmatch(SAFE, fault.text)):
        return fault.text
    whole = f"{fault.type}: {fault.text}".removesuffix(": ")
    if values:
        return whole
    if grammar := re.match(GRAMMAR, whole):
        return grammar[0]
    known = getattr(builtins, fault.type, None)
    is_known = isinstance(known, type) and issubclass(known, BaseException)
    return fault.type if is_known else "an exception of a class of its own"


def describe_mistakes(mistakes: tuple[str, ...]) -> list[str]:
    """The misconception and its hint; where several fit alike, their names and no hint."""
    known = [known_misconceptions()[mistake] for mistake in mistakes]
    looks = ", or when ".join(m.name for m in known)
    hints = [f"hint: {m.hint} (slide «{m.slide}»)" for m in known if len(known) == 1]
    return [f"this is how it looks when {looks}", *hints] if known else []
