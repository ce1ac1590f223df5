"""Put explanations into words, for the terminal, the report and the notebook.

Only this module makes these sentences, and no code parses them: code that needs a fact reads it
from the explanation, and code that formats a sentence uses its kind.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from autograder.exercises import EXERCISES
from autograder.model import Explanation, Fault, Finding, Item, Pattern

from .reference_store import known_misconceptions

LEADS = {
    "plain": "",
    "code": "the line is: ",
    "mistake": "this is how it looks when ",
    "hint": "hint: ",
}
REASONS = {
    "not_started": "not started",
    "waits": "needs {}, which is not finished",
    "gated": "counts once the general cases pass",
    "unseen_results": "not right on the hidden cases, in a way that the public ones do not show",
    "unseen_error": "an exception on the hidden cases, which the public ones do not raise",
}
ENDINGS = {"timeout": "took longer than it may", "crash": "ended the process"}
UNTRIED = "was not run"
KINDS = {
    "": "an exception of a class of its own",
    "SystemExit": "the code ends the program (sys.exit)",
    "unseen_error": REASONS["unseen_error"],
}
RIGHT = "it is the right result"
TIMES_N = f"{RIGHT} times the number of examples"
NOT_SUMMED = "it is not yet summed over the examples"
LOOP = ": if there is a loop, where does it end?"
PATTERNS = {
    "no_number": "no entry is a number: is there a logarithm of 0 or less, or a division by 0?",
    "negative": "every sign is the wrong way round",
    "divided_by_count": f"{RIGHT} divided by the number of examples",
    "times_count": TIMES_N,
    "negative_times_count": f"{TIMES_N}, and has the wrong sign",
    "zero": "it is zero everywhere",
    "rounded": f"{RIGHT}, rounded",
    "transposed": f"{RIGHT} transposed",
    "other_shape": "it holds the right numbers, in another shape",
    "not_summed": NOT_SUMMED,
    "not_summed_transposed": f"{NOT_SUMMED}, and transposed",
    "summed_to_one": f"{RIGHT}, summed to one number",
    "some_signs": "the sizes are right, but some signs are not",
    "rows_reversed": "the rows are in the opposite order",
    "nearly_right": "it is nearly right: is something rounded, or a small number added somewhere?",
    "multiple": f"{RIGHT} times {{:.4g}}",
    "varying_multiple": f"{RIGHT} times a number that changes from case to case",
    "first_row_wrong": "only the first row is wrong",
    "last_row_wrong": "only the last row is wrong",
    "first_column_wrong": "only the first column is wrong",
    "last_column_wrong": "only the last column is wrong",
    "first_row_right": f"only the first row is right{LOOP}",
    "last_row_right": f"only the last row is right{LOOP}",
    "first_column_right": "only the first column is right",
    "last_column_right": "only the last column is right",
}


class Sentence(NamedTuple):
    """One line of an explanation; kind marks a line of code, the name of a mistake, or a hint."""

    text: str
    kind: Literal["plain", "code", "mistake", "hint"] = "plain"

    def __str__(self) -> str:
        return LEADS[self.kind] + self.text


def describe_item(item: Item) -> list[Sentence]:
    """What is wrong and why, one line per point. Empty if nothing is said."""
    said = describe_explanation(item.explanation, exercise_title(item.exercise))
    return [Sentence(line, one.kind) for one in said for line in one.text.split("\n") if line]


def plain_message(item: Item) -> str:
    """The whole explanation as plain text, for `message` in the JSON."""
    return "\n".join(map(str, describe_item(item)))


def first_sentence(item: Item) -> str:
    """The first line of the explanation, or "" if nothing is said."""
    return next((f"{sentence}" for sentence in describe_item(item)), "")


def describe_explanation(said: Explanation, title: str) -> Iterator[Sentence]:
    """What is wrong and why. Args: title: the exercise as students call it."""
    if said.note:
        yield Sentence(said.note)
    if said.reason in REASONS:
        needs = numbered_title(said.needs, "{0.number}: {0.title}") or "an earlier exercise"
        yield Sentence(REASONS[said.reason].format(needs))
    if said.fault:
        yield from describe_ending(said.fault, title)
    elif said.finding:
        many = f" in {said.failed} of {said.total} cases, first" if said.total > 1 else ""
        found = f"{said.tensor} {describe_finding(said.finding)}{many} in «{said.case}»"
        yield Sentence(found)
        yield from locate_finding(said.finding)
    elif said.tensor:
        yield Sentence(f"{said.tensor} is not right in {said.failed} of {said.total} cases")
    if said.hint:
        yield Sentence(said.hint, "hint")
    if said.pattern:
        yield Sentence(describe_pattern(said.pattern))
    for name in said.unset:
        yield Sentence(f"was self.{name} ever set?")
    if said.saw:
        yield Sentence(f"on stand-in layers: {said.saw} got the wrong array")
    yield from describe_mistakes(said.mistakes)
    if said.blamed:
        blamed = numbered_title(said.blamed, "{0.title} ({0.number})")
        yield Sentence(f"{blamed} is not right yet: that may be why")


def describe_finding(finding: Finding) -> str:
    """What is wrong with a tensor."""
    match finding.level:
        case "missing" if finding.odd == "None":
            return "is None: is a return missing, or was what it returns never set?"
        case "missing":
            return f"is {finding.odd}, not an array" if finding.odd else "was never set"
        case "shape":
            shapes = (finding.shape, finding.expected_shape)
            got, right = (f"{shape}" if shape else "(), a single number" for shape in shapes)
            return f"has shape {got}, expected {right}"
        case "dtype":
            return f"holds {finding.dtype} numbers, expected floating point"
    share = f"differ ({100 * finding.count / finding.size:.0f} %)"
    how = share if finding.level == "values" else "are not finite (nan or inf)"
    return f"{finding.count} of {finding.size} values {how}"


def locate_finding(finding: Finding) -> Iterator[Sentence]:
    """Where a tensor differs most from its reference, and by how much if that may be shown."""
    place = f" at {list(finding.index)}" if finding.index else ""
    if finding.got is None or finding.expected is None:
        if place:
            yield Sentence(f"largest difference{place}")
        return
    got, expected = finding.got + 0.0, finding.expected + 0.0  # adding 0.0 turns -0 into 0
    yield Sentence(f"got {got:.6g}, expected {expected:.6g}{place}")
    if finding.level == "values":
        difference = abs(got - expected)
        yield Sentence(f"they differ by {difference:.3g}; {finding.allowed:.3g} is allowed")


def describe_pattern(pattern: Pattern) -> str:
    return PATTERNS[pattern.kind].format(pattern.factor)


def describe_ending(fault: Fault, title: str) -> Iterator[Sentence]:
    """Why there are no tensors. Args: title: the exercise as students call it."""
    if fault.kind == "error":
        yield from describe_error(fault)
        return
    how = UNTRIED if fault.untried else ENDINGS.get(fault.kind, "")
    said = ": ".join(filter(None, (how, fault.text)))
    failed = fault.kind == "internal"
    yield Sentence(f"the grader failed here, not you: {said}" if failed else f"{title} {said}")


def describe_error(fault: Fault) -> list[Sentence]:
    """Which exception was raised, where, and the source of that line."""
    said = describe_exception(fault) + (f" in {fault.where}" if fault.where else "")
    return [Sentence(said), *([Sentence(fault.line, "code")] if fault.line else [])]


def describe_exception(fault: Fault) -> str:
    """An exception in words: its type, and its text if that may be shown."""
    if fault.missing or fault.type == "SystemExit":
        return describe_exception_kind(fault.missing or fault.type)
    if fault.type == "AttributeError" and fault.text and not fault.where:
        return fault.text
    return f"{describe_exception_kind(fault.type)}: {fault.text}".removesuffix(": ")


def describe_exception_kind(kind: str) -> str:
    """The type of an exception in words, or the name of what is missing."""
    if kind.startswith("mytorch/"):
        file, _, name = kind.partition(":")
        return f"{file} has no {name}" if name else f"{file} is missing"
    return KINDS.get(kind, kind)


def describe_mistakes(mistakes: tuple[str, ...]) -> Iterator[Sentence]:
    """The misconception and its hint; if several fit, their names without hints."""
    known = known_misconceptions()
    names = [known[id].name if id in known else id for id in mistakes]
    if names:
        yield Sentence(", or when ".join(names), "mistake")
    if len(names) == 1 and (only := known.get(mistakes[0])):
        yield Sentence(f"{only.hint} (slide «{only.slide}»)", "hint")


def exercise_title(id: str) -> str:
    """An exercise as students call it; its id if the course does not have it any more."""
    return EXERCISES[id].title if id in EXERCISES else id


def numbered_title(id: str, form: str) -> str:
    """An exercise in a form such as `{0.title} ({0.number})`; an unknown id stays as it is."""
    return form.format(EXERCISES[id]) if id in EXERCISES else id
