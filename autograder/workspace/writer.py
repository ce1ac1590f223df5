r"""The writer: find one function in a file's bytes, and put another in its place.

It uses the spans that `ast` gives, so every byte outside the function stays as it is.
It must allow for these facts: `ast` counts columns in UTF-8 bytes; `ast` ends lines only at \r\n,
\r and \n, while `str.splitlines` knows more line ends; a line that begins inside a string must not
be moved; a file has its own newlines, byte-order mark and encoding.
"""

import ast
import io
import os
import re
import secrets
import shutil
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Scope = ast.Module | ast.ClassDef


class SourceError(ValueError):
    """A function cannot be found or replaced in a text; the message follows the file's name."""


@dataclass(frozen=True)
class CellFunction:
    """A function under `@exercise(Linear)` in a cell.

    title  as `Exercise.title`: `Linear.forward`
    line   the number of its first line in the cell
    text   its text without that decorator
    """

    title: str
    line: int
    text: str


def function_text(data: bytes, target: str) -> str:
    r"""The text of a target's function in a file, from its decorators to its last comment.

    Args:    data: the file.  target: `mytorch.linear.Linear.forward`.
    Returns: the text, moved to the left margin, its lines ending in \n.
    Raises:  SourceError: the file cannot be read as Python, or lacks the function.
    """
    _, function, _ = cut_at_function(decode_file(data)[0], target)
    if not function:
        raise SourceError(f"has no {'.'.join(target.split('.')[2:])}")
    return function


def replace_function(data: bytes, target: str, function: str) -> bytes:
    """Replace a target's function; if it is missing, add the new one at the end of its class.

    If several definitions have the name, the last one is replaced, because Python uses that one.

    Args:   data: the file.  target: `mytorch.linear.Linear.forward`.
            function: the new text; if it has no docstring, it gets that of the old one.
    Raises: SourceError: the file cannot be read as Python, or lacks the class, or its encoding
            lacks a character of the new text.
    """
    text, encoding = decode_file(data)
    before, old, after = cut_at_function(text, target)
    new = move_margin(split_lines(with_docstring(function, old)), left_margin(before))
    try:
        return (before + new.replace("\n", line_ending(text)) + after).encode(encoding)
    except UnicodeEncodeError as error:
        lacking = error.object[error.start]
        raise SourceError(f"is written in {encoding}, which has no «{lacking}»") from None


def is_stub(function: str) -> bool:
    """Whether a function still stops at its stub's `raise NotImplementedError("Exercise …")`.

    Such a line after a `return` does not count: the student left it behind.

    Raises: SourceError: the text is not a function.
    """
    ends = (s for s in only_function(function).body if isinstance(s, ast.Raise | ast.Return))
    match next(ends, None):
        case ast.Raise(ast.Call(ast.Name("NotImplementedError"), [ast.Constant(str(text)), *_])):
            return text.startswith("Exercise ")
    return False


def has_code_after_stub(function: str) -> bool:
    """Whether there is code after the first `raise` of a stub, where it never runs.

    Raises: SourceError: the text is not a function.
    """
    body = only_function(function).body
    return any(isinstance(before, ast.Raise) for before in body[:-1])


def same_code(function: str, other: str) -> bool:
    """Whether two functions have the same statements; comments and docstrings do not count.

    Raises: SourceError: a text is not a function.
    """
    one, two = (
        [*map(ast.dump, code_statements(only_function(text)))] for text in (function, other)
    )
    return one == two


def cell_functions(text: str) -> list[CellFunction]:
    """The functions under `@exercise(…)` or `@exercise` in a cell, in order, without this mark.

    Raises: SourceError: the cell is not valid Python.
    """
    functions = [node for node in nested_statements(parse_text(text)) if isinstance(node, Function)]
    lines, found = split_lines(text), []
    for node in functions:
        for mark in filter(is_exercise_mark, node.decorator_list):
            start, end = line_span(lines, node)
            kept = lines[start : mark.lineno - 1] + lines[mark.end_lineno : end]
            named = mark.args[:1] if isinstance(mark, ast.Call) else []
            owner = "".join(map(ast.unparse, named)).rpartition(".")[2] or node.name
            title = node.name if owner == node.name else f"{owner}.{node.name}"
            found.append(CellFunction(title, start + 1, move_margin(kept, "") + "\n"))
    return found


def is_exercise_mark(decorator: ast.expr) -> bool:
    """Whether a decorator is `@exercise(…)`, or `@exercise` alone."""
    mark = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(mark, "id", getattr(mark, "attr", "")) == "exercise"


def bare_mark_lines(text: str) -> set[int]:
    """The lines of a cell that hold `@exercise` alone, without a class or function."""
    try:
        nodes = [*ast.walk(parse_text(text))]
    except SourceError:
        return set()
    marks = [mark for node in nodes for mark in getattr(node, "decorator_list", ())]
    return {m.lineno for m in marks if is_exercise_mark(m) and not isinstance(m, ast.Call)}


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file completely or not at all. A link is followed, and permissions stay.

    Raises: OSError: it cannot be written.
    """
    path = path.resolve()
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"you may not write to {path.name}")
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        scratch.write_bytes(data)
        if path.exists():
            shutil.copymode(path, scratch)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def decode_file(data: bytes) -> tuple[str, str]:
    """A file's text and its encoding, as Python reads it. Raises: SourceError: Python cannot."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"cannot be decoded ({error}): save it as UTF-8") from None


def parse_text(text: str) -> ast.Module:
    """The syntax tree of a text. Raises: SourceError: it is not valid Python; names the line."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except SyntaxError as error:
        line = f": {error.text.strip()}" if error.text else ""
        where = f" in line {error.lineno}" if error.lineno else ""
        raise SourceError(f"is not valid Python{where}: {error.msg}{line}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"is not valid Python: {error}") from None


def only_function(text: str) -> Function:
    """The syntax tree of a function's text. Raises: SourceError: it is something else."""
    match parse_text(text).body:
        case [ast.FunctionDef() | ast.AsyncFunctionDef() as function]:
            return function
    raise SourceError("is not one function")


def find_function(tree: ast.Module, target: str) -> tuple[Scope, Function | None]:
    """The class (or module) that a target belongs to, and its function or None.

    Raises: SourceError: there is no such class.
    """
    scope: Scope = tree
    *classes, name = target.split(".")[2:]
    for wanted in classes:
        found = [
            s for s in nested_statements(scope) if isinstance(s, ast.ClassDef) and s.name == wanted
        ]
        if not found:
            raise SourceError(f"has no class {wanted}")
        scope = found[-1]
    functions = [s for s in nested_statements(scope) if isinstance(s, Function) and s.name == name]
    return scope, functions[-1] if functions else None


def nested_statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a module or class, including those inside `if`, `try` and the like."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, Definition):
            yield from nested_statements(child)


def line_span(lines: Sequence[str], node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement with its decorators and last comments, from 0, end exclusive."""
    decorators = getattr(node, "decorator_list", [])
    start = min(line.lineno for line in (node, *decorators)) - 1
    end = node.end_lineno or node.lineno
    column = len(line_indent(lines[node.lineno - 1]))
    for number, line in enumerate(lines[end:], start=end + 1):
        if line.lstrip().startswith("#") and len(line_indent(line)) > column:
            end = number
        elif line.strip():
            break
    return start, end


def cut_at_function(text: str, target: str) -> tuple[str, str, str]:
    """Three parts of a file: the text before a target's function, the function, the text after it.

    If there is no such function, it is "", at the end of its class or module.

    Raises: SourceError: there is no class for it.
    """
    lines = split_lines(text)
    scope, node = find_function(parse_text(text), target)
    if node is None:
        return make_room(text, scope)
    start, end = line_span(lines, node)
    before, last = "".join(lines[:start]) + line_indent(lines[start]), lines[end - 1]
    after = last[len(last.rstrip("\r\n")) :] + "".join(lines[end:])
    return before, move_margin(lines[start:end], "") + "\n", after


def make_room(text: str, scope: Scope) -> tuple[str, str, str]:
    """Three parts of a file as above, with space for one more function at the end of a scope."""
    lines, apart = split_lines(text), line_ending(text)
    end, inner = len(lines), apart
    if isinstance(scope, ast.ClassDef):
        _, end = line_span(lines, scope)
        first = scope.body[0]
        inner = lines[first.lineno - 1][: first.col_offset]
        if inner.strip():
            raise SourceError(f"has all of {scope.name} on one line")
    before = "".join(lines[:end])
    if before and before[-1] not in "\r\n":
        before += apart
    return before + apart + inner, "", apart + "".join(lines[end:])


def code_statements(node: Definition) -> list[ast.stmt]:
    """The statements of a definition without its docstring."""
    return node.body[ast.get_docstring(node, clean=False) is not None :]


def with_docstring(function: str, other: str) -> str:
    """A function's text with the docstring of another one, unless it has its own."""
    node = only_function(function)
    known = only_function(other) if other else node
    if code_statements(node) != node.body or code_statements(known) == known.body:
        return function
    lines, first = split_lines(function), node.body[0]
    row, _ = line_span(lines, first)
    margin = lines[row].encode()[: first.col_offset].decode()
    if margin.strip():  # `def f(): return 1` becomes two lines
        lines[row : row + 1] = [margin.rstrip() + "\n", "    " + lines[row][len(margin) :]]
        row, margin = row + 1, "    "
    while lines[row - 1].lstrip()[:1] in ("", "#"):
        row -= 1
    lines.insert(row, f"{margin}{ast.get_source_segment(other, known.body[0])}\n")
    return "".join(lines)


def split_lines(text: str) -> list[str]:
    """The lines of a text, with their ends, as Python counts them."""
    return re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text)


def line_ending(text: str) -> str:
    """How the lines of a text end."""
    return next(iter(re.findall(r"\r\n?|\n", text)), "\n")


def line_indent(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def left_margin(before: str) -> str:
    """The blanks before a definition, with which its lines begin; form feeds are left out."""
    return before[len(before.rstrip(" \t")) :]


def move_margin(lines: Sequence[str], to: str) -> str:
    r"""A definition at another left margin: its lines joined by \n, the first from its `def` on.

    Lines that begin inside a string are not moved, nor are those left of the margin.
    """
    first, *rest = (line.rstrip("\r\n") for line in lines)
    old = left_margin(line_indent(first))
    held = inside_strings([first, *rest])
    text = first.lstrip(" \t\f")
    for number, line in enumerate(rest, start=1):
        free = number not in held and line.startswith(old)
        bare = to + line[len(old) :] if line.strip() else ""
        text += "\n" + (bare if free else line)
    return text


def inside_strings(lines: Sequence[str]) -> set[int]:
    """The numbers (from 0) of a definition's lines that begin inside a string."""
    found: set[int] = set()
    for token in tokenize.generate_tokens(iter([line + "\n" for line in lines]).__next__):
        if "STRING" in tokenize.tok_name[token.type]:  # from Python 3.12 on, parts of f-strings too
            found.update(range(token.start[0], token.end[0]))
    return found
