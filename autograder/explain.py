"""Put a judgement into words: for the terminal, the report and the notebook alike.

With values for public cases; without any value, input or exception text for hidden ones.
"""

from .judge import Judgement
from .model import Fault, Finding
from .store import misconceptions

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
    lines = [f"got {finding.got:.6g}, expected {finding.expected:.6g} {place}".rstrip()]
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
    return lines


def raised(fault: Fault, values: bool) -> str:
    """An exception in words; its text only where it cannot carry a hidden value."""
    if fault.kind == "missing":
        return fault.text
    if fault.type == "SystemExit":
        return "the code ends the program (sys.exit)"
    return f"{fault.type}: {fault.text}" if values and fault.text else fault.type


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
