"""Fingerprints of code, by winnowing.

Schleimer, Wilkerson & Aiken, «Winnowing: local algorithms for document fingerprinting», SIGMOD
2003, here on Python's tokens: names, numbers and strings are all alike; comments, docstrings and
the lines of the given skeleton are left out. Nothing is parsed: a file that stops being Python
somewhere has its fingerprints up to there.
"""

import io
import keyword
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b

from .. import store
from ..exercises import EXERCISES, HOMES

LENGTH = 12  # tokens that a fingerprint stands for: more than one short statement
WINDOW = 4  # so what is alike for LENGTH + WINDOW − 1 tokens is always found
LARGEST = 2**17  # bytes of a hand-in that are looked at: more than any answer

HOME_FILES = {f"{home}.py" for home in HOMES.values()}
TARGETS = {(e.file.partition("/")[2], e.title): e.id for e in EXERCISES.values()}
BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}


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
    found = {place: winnow(tokens) for place, tokens in pieces.items()}
    return {place: prints for place, prints in found.items() if prints}


@cache
def skeleton(name: str) -> frozenset[tuple[str, ...]]:
    """The statements that a file has before anybody writes into it."""
    text = store.stubs().get(f"mytorch/{name}", "")
    return frozenset(line for _, line in statements(name, text.encode()))


def statements(name: str, data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements of a file as tokens, each with the place that it is in.

    A place is an exercise's id, or the file's path. Where the file stops being Python, they end.
    """
    scope: list[tuple[int, str]] = []  # definitions around a statement: depth and name
    depth = 0
    line: list[str] = []
    text = io.StringIO(data.decode(errors="replace"), newline=None)  # never by a codec of its own
    try:
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.INDENT:
                depth += 1
            elif token.type == tokenize.DEDENT:
                depth -= 1
            elif token.type == tokenize.NEWLINE:
                while scope and scope[-1][0] >= depth:
                    scope.pop()
                if name_ := defined(line):
                    scope.append((depth, name_))
                if line and not all(token[-1] in "'\"" for token in line):  # a docstring
                    yield place(name, [n for _, n in scope]), tuple(line)
                line = []
            elif token.string and token.type not in BLANK:
                line.append(token.string)
    except (tokenize.TokenError, SyntaxError):
        return


def defined(line: list[str]) -> str:
    """The name of the class or function that a statement defines, or ""."""
    words = line[1:] if line[:1] == ["async"] else line
    return words[1] if len(words) > 1 and words[0] in ("def", "class") else ""


def place(file: str, scope: list[str]) -> str:
    names = (".".join(scope[:n]) for n in (1, 2))
    return next((TARGETS[file, n] for n in names if (file, n) in TARGETS), f"mytorch/{file}")


def alike(token: str) -> str:
    """A token without what is easily changed: names, numbers, the text of strings."""
    if token[0] in "'\"" or token[-1] in "'\"":
        return "S"
    if token[0].isdigit() or (token[0] == "." and len(token) > 1 and token != "..."):
        return "0"
    if token == ";":
        return "\n"
    return "N" if token.isidentifier() and not keyword.iskeyword(token) else token


def winnow(tokens: list[str]) -> frozenset[int]:
    """The least hash of every window of hashes of neighbouring tokens."""
    hashes = [digest(" ".join(tokens[n : n + LENGTH])) for n in range(len(tokens) - LENGTH + 1)]
    windows = range(max(len(hashes) - WINDOW + 1, min(1, len(hashes))))
    return frozenset(min(hashes[n : n + WINDOW]) for n in windows)


def digest(text: str) -> int:
    """A hash that is the same in every process."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big")
