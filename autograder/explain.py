"""Put a judgement into words: for the terminal, the report and the notebook alike.

With values for public cases; without any value, input or exception text for hidden ones.
"""

import builtins
import re

from .exercises import HOMES
from .judge import Judgement
from .model import Fault, Finding
from .store import misconceptions

# What an exception tells, by its type and text; the first that fits is said.
CLUES = (
    (r"bitwise_xor", "a power is written with **; ^ is something else"),
    (r"truth value", "an array has no single truth: ask all its entries (np.where, np.maximum)"),
    (r"only .*(0-dim|length-1|size-1)", "`math` takes one number; numpy's own functions take all"),
    (r"'(Linear|ReLU|Sigmoid|Softmax)' object is not callable", "call its .forward(…)"),
    (r"not reversible", "turn it into a list first, or reverse its parts before you zip them"),
    (
        r"must be \(.*\), got",
        "an array was handed to the wrong layer, or is not yet what it should be",
    ),
    (r"name '(A|Z|Y|W|b|lr|f|layers|model|dLdW|dLdb)' is not", "is it self.{0} that you mean?"),
    (r"read-only", "the code changes an array that it was given; make a new one instead"),
    (r"NoneType|call forward first", "`forward` keeps nothing yet that `backward` could use"),
    (r"object has no attribute", "is it set, under this very name, before it is used?"),
    (r"matmul|aligned|broadcast", "write the shapes of both sides down: which axes must agree?"),
    (r"No module named", "only numpy and the standard library can be imported here"),
    (r"positional argument|unexpected keyword", "it is called with the arguments of the stub"),
    (r"name '\w+' is not defined", "only what its own file defines or imports is known to it"),
)

# What may be said of hidden cases besides an exception's type: words that are all our own.
NAMES, FILES = "|".join(HOMES), "|".join(set(HOMES.values()))
SAFE = (
    rf"mytorch/({FILES})\.py (is missing|has no ({NAMES}))"
    rf"|'({NAMES})' object has no attribute '(forward|backward|step)'"
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
        telling = re.search(r"times (?!the number)(?!-?(\d{1,2}|0\.\d{1,2})$)", judged.pattern)
        lines.append(
            "it is a multiple of the right result" if telling and not values else judged.pattern
        )
    if judged.pattern.startswith("it is zero") and judged.wrong.startswith(("dLdW", "dLdb")):
        lines.append(f"was self.{judged.wrong[:4]} ever set?")
    if judged.saw:
        lines.append(f"on stand-in layers: {judged.saw} got the wrong array")
    return lines + named(judged.mistakes)


def finding_lines(judged: Judgement, values: bool) -> list[str]:
    finding = judged.finding
    if finding is None:
        return []
    if judged.saw:  # the numbers of stand-ins mean nothing to anybody
        return [f"{judged.wrong} is not right in {judged.failed} of {judged.total} cases"]
    cases = f"in {judged.failed} of {judged.total} cases" if judged.total > 1 else ""
    where = f", first in «{judged.case}»" if cases else f" in «{judged.case}»"
    said = finding.message
    if not values and any(len(digits) > 2 for digits in re.findall(r"\d+", said.partition(",")[0])):
        said = "has another shape" if finding.level == "shape" else said
    lines = [f"{judged.wrong} {said} {cases}".rstrip() + where]
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
    if values:
        said = f"{fault.type}: {fault.text}"
        found = ((re.search(pattern, said), clue) for pattern, clue in CLUES)
        lines += [f"hint: {clue.format(*m.groups())}" for m, clue in found if m][:1]
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
