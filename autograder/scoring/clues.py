"""Hints on exceptions, and which parts of an exception can be shown for hidden cases.

An exception has many causes, so a hint is true for all of them, or is a question. Hints that apply
to one class only are in that class's exercises.
"""

import re
from collections.abc import Iterable

from autograder.exercises import EXERCISES, HOMES


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches each of these words. Longer words come first: they may begin alike."""
    return "|".join(map(re.escape, sorted({*words}, key=lambda word: (-len(word), word))))


CLASSES = any_of(HOMES)
METHODS = any_of(["__init__", *(e.target.rpartition(".")[2] for e in EXERCISES.values())])
KEPT = any_of(name for e in EXERCISES.values() for name in e.keeps)

NUMBERS = r"int|float|numpy\.float64|numpy\.float32|numpy\.int64"

# Patterns for an exception's type and text, with hints; the first one that fits is used.
CLUES = (
    *(clue for exercise in EXERCISES.values() for clue in exercise.clues),
    (r"bitwise_xor", "a power is written with **; ^ is something else"),
    (r"truth value", "an array has no single truth: ask all its entries (np.where, np.maximum)"),
    (
        r"only integer scalar arrays",
        "an array stands where one whole number belongs: an axis, a size, an index "
        "(np.max takes an axis there; np.maximum compares two arrays)",
    ),
    (
        r"only .*(0-dim|length-1|size-1)",
        "`math` and float() take one number; numpy's own functions take all",
    ),
    (
        r"setting an array element|inhomogeneous",
        "one place of an array holds one number: what is the shape of what is put there?",
    ),
    (rf"'({CLASSES})' object is not callable", "call its .forward(…)"),
    (rf"'({NUMBERS})' object is not iterable", "one number is no list of numbers: range(n) is one"),
    (r"not reversible", "turn it into a list first, or reverse its parts before you zip them"),
    (
        r"must be \(.*\), got",
        "what came has not the shape that belongs here: is it meant for another layer, or is "
        "something transposed?",
    ),
    (rf"name '({KEPT})' is not", "is it self.{0} that you mean?"),
    (r"local variable", "it is used before the branch or the loop that gives it a value has run"),
    (
        r"read-only",
        "the code changes an array that it was given, or a view that is only for reading; "
        "make a new one instead",
    ),
    (
        r"call forward first",
        "no `forward` has put aside what is needed here: has it run, and under which name does "
        "it keep things?",
    ),
    (
        r"NoneType",
        "something here is None: `forward` has not put it aside under this name, or a return is "
        "missing",
    ),
    (
        r"does not have enough dimensions \(has 0",
        "one side of @ is no array, but a number, or None: has `forward` put it aside under this "
        "name?",
    ),
    (rf"'({CLASSES})' object has no attribute", "is it set, under this name, before it is used?"),
    (r"has no attribute", "what stands before the dot there, and what are its names?"),
    (r"matmul|aligned|broadcast", "write the shapes of both sides down: which axes must agree?"),
    (r"out of bounds", "which axis is that, and how long? Python counts from 0"),
    (r"No module named '(?!mytorch)", "only numpy and the standard library can be imported here"),
    (
        rf"\b({METHODS})\(\) (takes|missing|got)",
        "the stub shows its arguments: is it the def that differs, or the call?",
    ),
    (r"positional argument|unexpected keyword", "how many arguments has it, and what names?"),
    (r"codec can't decode|encoding declaration", "save the file as UTF-8 in your editor"),
    (r"name '\w+' is not defined", "only what its own file defines or imports is known to it"),
)

# Messages that contain nothing of the student's, so they can be shown for hidden cases: Python's
# on invalid syntax (only their fixed beginning) and on wrong arguments, and those of drivers.
SAID_BY_DRIVERS = any_of(said for exercise in EXERCISES.values() for said in exercise.says)
GRAMMAR = (
    rf"({SAID_BY_DRIVERS})$"
    r"|TypeError: [\w.]+\(\) (takes|missing|got (an unexpected|multiple|some positional)).*"
    r"|(Syntax|Indentation|Tab)Error: ("
    r"invalid (syntax|character|non-printable character|decimal literal)|leading zeros|f-string"
    r"|expected (':'|an indented block)|unmatched '[)\]}]'|'[(\[{]' was never closed"
    r"|closing parenthesis '[)\]}]' does not match|unterminated (triple-quoted )?string literal"
    r"|unexpected (indent|character after line continuation)|unindent does not match"
    r"|inconsistent use of tabs|'(return|break|yield)' outside|cannot assign to"
    r"|positional argument follows|Missing parentheses in call)"
)

# Patterns for an exception's type and the student's line, with hints; also for hidden cases.
LINES = (
    (
        r"ModuleNotFoundError: (import|from) (?!mytorch|\.)",
        "only numpy and the standard library can be imported here, and the modules beside this "
        "one with a dot before their names",
    ),
)

# A hint for an exception in a layer that a network calls: the network may use the layer wrongly.
NO_FORWARD = (
    r"^(AttributeError|RuntimeError|TypeError):",
    "it is raised in a layer that is called here: has each layer and each activation, in this "
    "very network, got its own call of forward before?",
)
