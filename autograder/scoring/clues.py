"""What exceptions say of themselves: hints to it, and what of it can be said of hidden cases.

An exception has many causes: a hint is true of all of them, or asks. What one class alone can
tell stands with its exercises.
"""

import re
from collections.abc import Iterable

from autograder.exercises import EXERCISES, HOMES


def any_of(words: Iterable[str]) -> str:
    """A pattern that fits each of these words; of two that begin alike, the longer one first."""
    return "|".join(map(re.escape, sorted({*words}, key=lambda word: (-len(word), word))))


CLASSES = any_of(HOMES)
METHODS = any_of(["__init__", *(e.target.rpartition(".")[2] for e in EXERCISES.values())])
KEPT = any_of(name for e in EXERCISES.values() for name in e.keeps)

NUMBERS = r"int|float|numpy\.float64|numpy\.float32|numpy\.int64"

# What an exception tells, by its type and text; the first that fits is said.
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

# What Python itself says of a text that is no Python, without what differs from text to text;
# of a call with other arguments than its def has; and what a driver says.
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

# What the student's own line tells, by the exception's type and that line: of hidden cases too.
LINES = (
    (
        r"ModuleNotFoundError: (import|from) (?!mytorch|\.)",
        "only numpy and the standard library can be imported here, and the modules beside this "
        "one with a dot before their names",
    ),
)

# What it means when a layer fails that a network calls, in a way that its own exercise does not.
NO_FORWARD = (
    r"^(AttributeError|RuntimeError|TypeError):",
    "it is raised in a layer that is called here: has each layer and each activation, in this "
    "very network, got its own call of forward before?",
)
