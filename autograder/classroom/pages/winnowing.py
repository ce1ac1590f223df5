"""Fingerprints of code, by winnowing.

Schleimer, Wilkerson & Aiken, «Winnowing: local algorithms for document fingerprinting», SIGMOD
2003, here applied to Python's tokens. All names count as the same token, and so do all numbers and
all strings. Comments, docstrings and the statements of the given skeleton are left out. Nothing is
parsed, because invalid Python has tokens, too.
"""

import keyword
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from autograder.exercises import EXERCISES, HOMES
from autograder.scoring import reference_store

FINGERPRINT_TOKENS = 12  # per fingerprint: more than one short statement
WINDOW = 4  # hashes; equal runs of FINGERPRINT_TOKENS + WINDOW − 1 tokens are always found
MAX_CODE_BYTES = 2**17  # of one hand-in: more than any answer has
MAX_OWN_FILES = 20  # of the student, beside the files that exercises belong in
MAX_TOKENS = 2**14  # of one hand-in; the solved package has some 1 500
MAX_PLACE_TOKENS = 2**10  # of one exercise or file
MAX_TOKEN_LENGTH = 64  # characters; of a longer token, only both ends are used
MAX_CACHED_TOKENS = 512  # fingerprints of longer answers are not cached

EXERCISE_FILES = {f"{home}.py" for home in HOMES.values()}
TARGETS = {(e.file.partition("/")[2], e.title): e.id for e in EXERCISES.values()}
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
TOKEN = re.compile(
    r"""
    (?: [ \f\t] | \\\n | \#[^\n]* )*+               # skipped: blanks, joined lines, comments
    (   (?: \n [ \f\t]*+ (?:\#[^\n]*+)?+ )++          # line ends, and the next line's indentation
    |   [rRbBuUfF]{0,2}+ (?:                         # strings; an open one ends with its line
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


class FingerprintSet(NamedTuple):
    """The fingerprints of a hand-in.

    found    by exercise or, for code outside of exercises, by file
    in_part  whether code was left out because there is too much
    """

    found: dict[str, frozenset[int]]
    in_part: bool = False


def find_fingerprints(files: Mapping[str, bytes]) -> FingerprintSet:
    """The fingerprints of a hand-in's code.

    Args: files: the modules of its `mytorch`, by their path in it.
    """
    pieces: dict[str, list[str]] = {}
    own = sorted(files.keys() - EXERCISE_FILES)
    names = [*sorted(files.keys() & EXERCISE_FILES), *own[:MAX_OWN_FILES]]
    bytes_left, in_part = MAX_CODE_BYTES, len(own) > MAX_OWN_FILES
    for name in names:
        if bytes_left < len(files[name]):
            in_part = True
            continue
        bytes_left -= len(files[name])
        given = skeleton_statements(name)
        for place, line in tokenize_statements(name, files[name]):
            if line not in given:
                piece = pieces.setdefault(place, [])
                in_part |= len(piece) + len(line) > MAX_PLACE_TOKENS
                piece += [*map(generalize_token, islice(line, MAX_PLACE_TOKENS)), "\n"]
                del piece[MAX_PLACE_TOKENS:]
    found: dict[str, frozenset[int]] = {}
    tokens_left = MAX_TOKENS
    for place in sorted(pieces, key=lambda place: place not in EXERCISES):
        tokens = tuple(pieces[place])
        tokens_left -= len(tokens)
        in_part |= tokens_left < 0
        if tokens_left >= 0 and (prints := winnow_hashes(tokens)):
            found[place] = prints
    return FingerprintSet(found, in_part)


def skeleton_statements(name: str) -> frozenset[tuple[str, ...]]:
    """The statements of the skeleton's file with this name; none if there is no such file."""
    # Only known names reach the cache: students choose theirs, so there is no limit to them.
    known = f"mytorch/{name}" in reference_store.exercise_stubs()
    return statements_of(name) if known else frozenset()


@cache
def statements_of(name: str) -> frozenset[tuple[str, ...]]:
    text = reference_store.exercise_stubs()[f"mytorch/{name}"]
    return frozenset(line for _, line in tokenize_statements(name, text.encode()))


def tokenize_statements(name: str, data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements of a file as tokens, each with its place.

    A place is the id of an exercise, or the path of the file.
    """
    scope: list[tuple[int, str]] = []  # definitions around a statement: indentation and name
    here = place_of_scope(name, [])
    indentation = brackets = 0
    line: list[str] = []
    text = data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    for token in TOKEN.findall(f"{text}\n"):
        if token in BRACKETS:
            brackets += BRACKETS[token]
        if token[0] != "\n":
            line.append(token)
        elif brackets <= 0:
            if any(token[-1] not in "'\"" for token in line):  # it is not a docstring
                begins = defined_name(line)
                if begins or (scope and scope[-1][0] >= indentation):
                    scope = [outer for outer in scope if outer[0] < indentation]
                    scope += [(indentation, begins)] if begins else []
                    here = place_of_scope(name, [n for _, n in scope[:2]])
                yield here, tuple(line)
            line, brackets = [], 0
            indentation = len(token[token.rindex("\n") + 1 :].expandtabs())


def defined_name(line: list[str]) -> str:
    """The name of the class or function that a statement defines, or ""."""
    words = line[1:] if line[:1] == ["async"] else line
    return words[1] if len(words) > 1 and words[0] in ("def", "class") else ""


def place_of_scope(file: str, scope: list[str]) -> str:
    names = [".".join(scope[:n]) for n in (1, 2)]
    return next((TARGETS[file, n] for n in names if (file, n) in TARGETS), f"mytorch/{file}")


def generalize_token(token: str) -> str:
    """A token without what is easily changed: the name, the number, the text of the string."""
    if len(token) > MAX_TOKEN_LENGTH:
        token = token[: MAX_TOKEN_LENGTH // 2] + token[-MAX_TOKEN_LENGTH // 2 :]
    return plain_token(token)


@lru_cache(maxsize=4096)
def plain_token(token: str) -> str:
    if token[0] in "'\"" or token[-1] in "'\"":
        return "S"
    if token[0].isdigit() or (token[0] == "." and len(token) > 1 and token != "..."):
        return "0"
    if token == ";":
        return "\n"
    return "N" if token.isidentifier() and not keyword.iskeyword(token) else token


def winnow_hashes(tokens: tuple[str, ...]) -> frozenset[int]:
    """The least hash of each window over the hashes of neighbouring tokens."""
    return cached_hashes(tokens) if len(tokens) <= MAX_CACHED_TOKENS else least_hashes(tokens)


def least_hashes(tokens: tuple[str, ...]) -> frozenset[int]:
    hashes = [
        hash_tokens(" ".join(tokens[n : n + FINGERPRINT_TOKENS]))
        for n in range(len(tokens) - FINGERPRINT_TOKENS + 1)
    ]
    windows = range(max(len(hashes) - WINDOW + 1, min(1, len(hashes))))
    return frozenset(min(hashes[n : n + WINDOW]) for n in windows)


cached_hashes = lru_cache(maxsize=1024)(least_hashes)  # many short answers are equal


def hash_tokens(text: str) -> int:
    """A hash that is the same in every process."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big")
