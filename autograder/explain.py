"""Put a judgement into words: for the terminal, the report and the notebook alike.

With values for public cases; without any value, input or exception text for hidden ones.
"""

import builtins
import re

from .judge import Judgement
from .model import Fault, Finding
from .store import misconceptions

# What an exception tells, by its type and text; the first that fits is said.
CLUES = (
    (r"read-only", "the code changes an array that it was given; make a new one instead"),
    (r"NoneType|call forward first", "`forward` keeps nothing yet that `backward` could use"),
    (r"object has no attribute", "is it set, under this very name, before it is used?"),
    (r"matmul|aligned|broadcast", "write the shapes of both sides down: which axes must agree?"),
    (r"No module named", "only numpy and the standard library can be imported here"),
    (r"positional argument|unexpected keyword", "it is called with the arguments of the stub"),
    (r"name '\w+' is not defined", "only what its own file defines or imports is known to it"),
)
SAFE = (
    r"mytorch/[\w/]{1,40}\.py (is missing|has no \w{1,40})"
    r"|'\w{1,40}' object has no attribute '\w{1,40}'"
)
UNITS = {"timeout": "took longer than it may", "crash": "ended the process"}


def explain(judged: Judgement, values: bool) -> list[str]:
    """Say what is wrong and why, a line a thought. Empty where nothing is wrong.

    Args: values: whether numbers of the case and an exception's text may be shown.
    """
    if judged.status == "pass":
        return []
    lines = fault_lines(judged, values) if judged.fault else finding_lines(judged, values)
    if judged.pattern and not judged.mistakes:
        lines.append(judged.pattern)
    if judged.saw:
        lines.append(f"on stand-in layers: {judged.saw} got the wrong array")
    return lines + named(judged.mistakes)


def finding_lines(judged: Judgement, values: bool) -> list[str]:
    finding = judged.finding
    if finding is None:
        return []
    cases = f"in {judged.failed} of {judged.total} cases" if judged.total > 1 else ""
    where = f", first in «{judged.case}»" if cases else f" in «{judged.case}»"
    lines = [f"{judged.wrong} {finding.message} {cases}".rstrip() + where]
    if finding.level in ("values", "finite"):
        lines += numbers(finding, values)
    return lines


def numbers(finding: Finding, values: bool) -> list[str]:
    place = f"at {list(finding.index)}" if finding.index else ""
    if not values:
        return [f"largest difference {place}".rstrip()] if place else []
    got, expected = finding.got + 0.0, finding.expected + 0.0  # nobody expects «-0»
    lines = [f"got {got:.6g}, expected {expected:.6g} {place}".rstrip()]
    if finding.level == "values":
        difference = abs(finding.got - finding.expected)
        lines.append(f"they differ by {difference:.3g}; {finding.allowed:.1g} is allowed")
    return lines


def fault_lines(judged: Judgement, values: bool) -> list[str]:
    fault = judged.fault
    if fault is None:
        return []
    if fault.kind == "not_attempted":
        if fault.text == judged.exercise.stub:
            return ["not started"]
        return [f"needs {fault.text.removeprefix('Exercise ')}, which is not finished"]
    if fault.kind == "internal":
        return [f"the grader failed here, not you: {fault.text}"]
    where = f" in {fault.where}" if fault.where else ""
    if fault.kind in UNITS:
        return [f"{judged.exercise.title} {UNITS[fault.kind]}: {fault.text}"]
    lines = [f"{raised(fault, values)}{where}"]
    if fault.line:
        lines.append(f"the line is: {fault.line}")
    said = f"{fault.type}: {fault.text}"
    lines += [f"hint: {clue}" for pattern, clue in CLUES if re.search(pattern, said)][:1]
    return lines


def raised(fault: Fault, values: bool) -> str:
    """An exception in words; its text and name only where they cannot carry a hidden value."""
    if fault.type == "SystemExit":
        return "the code ends the program (sys.exit)"
    if fault.kind == "missing" and (values or re.fullmatch(SAFE, fault.text)):
        return fault.text
    if values:
        return f"{fault.type}: {fault.text}".removesuffix(": ")
    return fault.type if hasattr(builtins, fault.type) else "an exception of a class of its own"


def named(mistakes: tuple[str, ...]) -> list[str]:
    """The misconception and its hint; where several fit alike, their names and no hint."""
    known = [misconceptions()[mistake] for mistake in mistakes]
    if not known:
        return []
    if len(known) > 1:
        return ["this is how it looks when " + ", or when ".join(m.name for m in known)]
    return [
        f"this is how it looks when {known[0].name}",
        f"hint: {known[0].hint} (slide «{known[0].slide}»)",
    ]
