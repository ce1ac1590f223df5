"""Fingerprints of code, by winnowing.

Schleimer, Wilkerson & Aiken, «Winnowing: local algorithms for document fingerprinting», SIGMOD
2003, here on Python's tokens: names, numbers and strings are all alike; comments, docstrings and
the lines of the given skeleton are left out. Nothing is parsed: what is no Python has tokens too.
"""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b

from .. import store
from ..exercises import EXERCISES, HOMES

LENGTH = 12  # tokens that a fingerprint stands for: more than one short statement
WINDOW = 4  # so what is alike for LENGTH + WINDOW − 1 tokens is always found
LARGEST = 2**17  # bytes of a hand-in that are looked at: more than any answer

HOME_FILES = {f"{home}.py" for home in HOMES.values()}
TARGETS = {(e.file.partition("/")[2], e.title): e.id for e in EXERCISES.values()}
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
TOKEN = re.compile(
    r"""
    (?: [ \f\t] | \\\n | \#[^\n]* )*+               # no token: blanks, joined lines, comments
    (   (?: \n [ \f\t]*+ (?:\#[^\n]*+)?+ )++          # line ends, and the next line's indentation
    |   [rRbBuUfF]{0,2}+ (?:                         # strings, up to where they should have ended
            \"{3} (?: [^"\\] | \\. | "(?!"") )*+ (?: \"{3} | \Z )
        |   '{3} (?: [^'\\] | \\. | '(?!'') )*+ (?: '{3} | \Z )
        |   " (?: [^"\\\n] | \\. )*+ "?+
        |   ' (?: [^'\\\n] | \\. )*+ '?+ )
    |   0[xXoObB] \w++
    |   (?: \d[\d_]*+ (?:\.[\d_]*+)?+ | \.\d[\d_]*+ ) (?: [eE][-+]?+\d[\d_]*+ )?+ [jJ]?+
    |   \w++
    |   \.\.\. | -> | (?: \*\* | // | >> | << | [-+*/%&|^@=<>!:] ) =?+ | .
    )""",
    re.VERBOSE | re.DOTALL,
)


def fingerprints(files: Mapping[str, bytes]) -> dict[str, frozenset[int]]:
    """The fingerprints of a hand-in's code, by exercise.

    Args:    files: the modules of its `mytorch`, by path in it.
    Returns: by the exercise's id; of code outside the exercises, by the file's path.
    """
    pieces: dict[str, list[str]] = {}
    left = LARGEST
    for name in sorted(files, key=lambda name: (name not in HOME_FILES, name)):
        left -= len(files[name])
        if left < 0:
            continue
        given = skeleton(name)
        for place, line in statements(name, files[name]):
            if line not in given:
                pieces.setdefault(place, []).extend([*map(alike, line), "\n"])
    found = {place: winnow(tuple(tokens)) for place, tokens in pieces.items()}
    return {place: prints for place, prints in found.items() if prints}


@cache
def skeleton(name: str) -> frozenset[tuple[str, ...]]:
    """The statements that a file has before anybody writes into it."""
    text = store.stubs().get(f"mytorch/{name}", "")
    return frozenset(line for _, line in statements(name, text.encode()))


def statements(name: str, data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements of a file as tokens, each with the place that it is in.

    A place is an exercise's id, or the file's path.
    """
    scope: list[tuple[int, str]] = []  # definitions around a statement: indentation and name
    here = place(name, [])
    indentation = brackets = 0
    line: list[str] = []
    text = data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    for token in TOKEN.findall(f"{text}\n"):
        if token in BRACKETS:
            brackets += BRACKETS[token]
        if token[0] != "\n":
            line.append(token)
        elif brackets <= 0:
            if any(token[-1] not in "'\"" for token in line):  # no docstring
                begins = defined(line)
                if begins or (scope and scope[-1][0] >= indentation):
                    scope = [outer for outer in scope if outer[0] < indentation]
                    scope += [(indentation, begins)] if begins else []
                    here = place(name, [n for _, n in scope[:2]])
                yield here, tuple(line)
            line, brackets = [], 0
            indentation = len(token[token.rindex("\n") + 1 :].expandtabs())


def defined(line: list[str]) -> str:
    """The name of the class or function that a statement defines, or ""."""
    words = line[1:] if line[:1] == ["async"] else line
    return words[1] if len(words) > 1 and words[0] in ("def", "class") else ""


def place(file: str, scope: list[str]) -> str:
    names = [".".join(scope[:n]) for n in (1, 2)]
    return next((TARGETS[file, n] for n in names if (file, n) in TARGETS), f"mytorch/{file}")


@lru_cache(maxsize=4096)
def alike(token: str) -> str:
    """A token without what is easily changed: names, numbers, the text of strings."""
    if token[0] in "'\"" or token[-1] in "'\"":
        return "S"
    if token[0].isdigit() or (token[0] == "." and len(token) > 1 and token != "..."):
        return "0"
    if token == ";":
        return "\n"
    return "N" if token.isidentifier() and not keyword.iskeyword(token) else token


@lru_cache(maxsize=1024)  # short answers are alike by nature
def winnow(tokens: Sequence[str]) -> frozenset[int]:
    """The least hash of every window of hashes of neighbouring tokens."""
    hashes = [digest(" ".join(tokens[n : n + LENGTH])) for n in range(len(tokens) - LENGTH + 1)]
    windows = range(max(len(hashes) - WINDOW + 1, min(1, len(hashes))))
    return frozenset(min(hashes[n : n + WINDOW]) for n in windows)


def digest(text: str) -> int:
    """A hash that is the same in every process."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big")
