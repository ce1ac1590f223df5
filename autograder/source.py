r"""THE WRITER: find one function in a file's bytes, and put another in its place.

It works on the spans that `ast` gives, so every byte outside the function stays as it is.
What it minds: `ast` counts columns in UTF-8 bytes and ends lines at \r\n, \r and \n alone
(`str.splitlines` knows more ends); a line that begins inside a string is never moved; a file
has newlines, a byte-order mark and an encoding of its own.
"""

import ast
import hashlib
import io
import os
import re
import secrets
import stat
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeGuard

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Definition: TypeAlias = Function | ast.ClassDef


class SourceError(ValueError):
    """A function cannot be found or replaced in a text; the message completes «the file …»."""


@dataclass(frozen=True)
class Source:
    """A file that has been read: its lines with their ends, its encoding, its syntax tree."""

    lines: list[str]
    encoding: str
    tree: ast.Module

    @property
    def newline(self) -> str:
        """How its lines end: as the first one does."""
        return next((end for line in self.lines[:1] if (end := line_end(line))), "\n")


@dataclass(frozen=True)
class CellFunction:
    """A function under `@exercise(owner)` in a cell: its first line, its text without that."""

    owner: str
    name: str
    line: int
    text: str

    @property
    def title(self) -> str:
        """As `Exercise.title`: `Linear.forward`."""
        return self.name if self.owner in ("", self.name) else f"{self.owner}.{self.name}"


def function_text(data: bytes, target: str) -> str:
    r"""The text of a target's function in a file, from its decorators to its last comment.

    Args:    data: the file.  target: `mytorch.linear.Linear.forward`.
    Returns: the text, moved to the left margin, its lines ending in \n.
    Raises:  SourceError: the file cannot be read as Python, or lacks the function.
    """
    source = read(data)
    _, node = find(source.tree, target)
    if node is None:
        raise SourceError(f"has no {'.'.join(names(target))}")
    start, end = span(source.lines, node)
    return "".join(moved(source.lines[start:end], ""))


def replace_function(data: bytes, target: str, function: str) -> bytes:
    """Put another function in the place of a target's; at the end of its class where it is gone.

    Where several definitions have the name, the last one is replaced: it wins at run time.

    Args:   data: the file.  target: `mytorch.linear.Linear.forward`.
            function: the new text; without docstring it gets the docstring of the old one.
    Raises: SourceError: the file cannot be read as Python, or lacks the class, or its encoding
            lacks a character of the new text.
    """
    source = read(data)
    lines, eol = list(source.lines), source.newline
    scope, old = find(source.tree, target)
    new = moved(split(function), "")
    if old is None:
        lines, at, margin = end_of(lines, scope)
        if at and not line_end(lines[at - 1]):
            lines[at - 1] += eol
        new = ["\n"] * (1 if margin else 2) + moved(new, margin)
        lines[at:at] = [line.rstrip("\n") + eol for line in new]
    else:
        start, end = span(lines, old)
        before = indent(lines[start])
        new = moved(with_docstring(new, docstring(lines, old)), margin_of(lines[start]))
        new[0] = before + new[0].lstrip(" \t")
        last = line_end(lines[end - 1])
        lines[start:end] = [line.rstrip("\n") + eol for line in new]
        lines[start + len(new) - 1] = new[-1].rstrip("\n") + last
    try:
        return "".join(lines).encode(source.encoding)
    except UnicodeEncodeError as error:
        lacking = error.object[error.start]
        raise SourceError(f"is written in {source.encoding}, which has no «{lacking}»") from None


def is_stub(function: str) -> bool:
    """Whether a function still stops at its stub's `raise NotImplementedError("Exercise …")`.

    Such a line behind a finished `return` is a left-over, and does not count.

    Raises: SourceError: the text is no function.
    """
    for statement in only_function(function).body:
        if isinstance(statement, ast.Raise) and is_unfinished(statement.exc):
            return True
        if isinstance(statement, ast.Return | ast.Raise):
            return False
    return False


def is_unfinished(raised: ast.expr | None) -> bool:
    match raised:
        case ast.Call(ast.Name("NotImplementedError"), [ast.Constant(str(text)), *_]):
            return text.startswith("Exercise ")
    return False


def same_code(function: str, other: str) -> bool:
    """Whether two functions do the same, statement by statement: comments and docstrings apart.

    Raises: SourceError: a text is no function.
    """
    bodies = []
    for node in (only_function(function), only_function(other)):
        documented = ast.get_docstring(node, clean=False) is not None
        bodies.append([ast.dump(statement) for statement in node.body[documented:]])
    return bodies[0] == bodies[1]


def cell_functions(text: str) -> list[CellFunction]:
    """The functions under `@exercise(…)` in a cell, in order, without that decorator.

    Raises: SourceError: the cell is no Python.
    """
    lines = split(text)
    found = []
    for node in statements(parse(text)):
        marks = [d for d in getattr(node, "decorator_list", []) if marks_exercise(d)]
        if isinstance(node, Function) and marks:
            start, end = span(lines, node)
            mark = marks[0]
            dropped = range(mark.lineno - 1, mark.end_lineno or mark.lineno)
            kept = [line for n, line in enumerate(lines[start:end], start) if n not in dropped]
            owner = ast.unparse(mark.args[0]).rpartition(".")[2] if mark.args else ""
            found.append(CellFunction(owner, node.name, start + 1, "".join(moved(kept, ""))))
    return found


def marks_exercise(decorator: ast.expr) -> TypeGuard[ast.Call]:
    called = decorator.func if isinstance(decorator, ast.Call) else None
    return getattr(called, "id", getattr(called, "attr", "")) == "exercise"


def digest(text: str) -> str:
    """What `.workbook/cells.json` remembers a text by."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a link is followed, permissions stay.

    Raises: OSError: it cannot be written.
    """
    path = path.resolve()
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"{path.name} may not be written to")
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with scratch.open("xb") as file:
            file.write(data)
        if path.exists():
            scratch.chmod(stat.S_IMODE(path.stat().st_mode))
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def read(data: bytes) -> Source:
    """Read a file as Python does. Raises: SourceError: Python could not."""
    try:
        head = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        text = data.decode(encoding)
        if text.encode(encoding) != data:
            raise SourceError(f"is written in {encoding}, which cannot be written back alike")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"cannot be decoded: {error}") from None
    return Source(split(text), encoding, parse(text))


def parse(text: str) -> ast.Module:
    """The syntax tree of a text. Raises: SourceError: there is none; it names the line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line = (error.text or "").strip()
        said = f"is no Python in line {error.lineno}: {error.msg}"
        raise SourceError(f"{said}: {line}" if line else said) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"is no Python: {error}") from None


def split(text: str) -> list[str]:
    """The lines of a text, with their ends, as Python counts them."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def margin_of(line: str) -> str:
    """The blanks that the lines of a definition begin with: a form feed starts them anew."""
    return indent(line).rpartition("\f")[2]


def indent(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def names(target: str) -> list[str]:
    """The names inside the module: `["Linear", "forward"]`."""
    return target.split(".")[2:]


def find(tree: ast.Module, target: str) -> tuple[ast.Module | ast.ClassDef, Function | None]:
    """The class (or module) that a target is in, and its function, if it is there.

    Raises: SourceError: there is no such class.
    """
    scope: ast.Module | ast.ClassDef = tree
    *classes, name = names(target)
    for wanted in classes:
        found = [s for s in statements(scope) if isinstance(s, ast.ClassDef) and s.name == wanted]
        if not found:
            raise SourceError(f"has no class {wanted}")
        scope = found[-1]
    functions = [s for s in statements(scope) if isinstance(s, Function) and s.name == name]
    return scope, functions[-1] if functions else None


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a module or class, those inside `if`, `try` and their like too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case) and not isinstance(
            child, Definition
        ):
            yield from statements(child)


def span(lines: Sequence[str], node: Definition) -> tuple[int, int]:
    """The lines of a definition, from 0, the end exclusive: decorators and last comments too."""
    start = min(n.lineno for n in (node, *node.decorator_list)) - 1
    while node.decorator_list and not lines[start].lstrip().startswith("@"):
        start -= 1
    end = node.end_lineno or node.lineno
    margin = len(indent(lines[node.lineno - 1]))
    for number, line in enumerate(lines[end:], start=end + 1):
        if line.lstrip().startswith("#") and len(indent(line)) > margin:
            end = number
        elif line.strip():
            break
    return start, end


def moved(lines: Sequence[str], margin: str) -> list[str]:
    r"""A definition's lines, ending in \n, moved to another left margin.

    Lines that begin inside a string stay where they are, and so do those left of the margin.
    """
    old = margin_of(lines[0]) if lines else ""
    plain = [line.rstrip("\r\n") + "\n" for line in lines]
    held = inside_strings(plain)
    out = []
    for number, line in enumerate(plain):
        if number and (number in held or not line.startswith(old)):
            out.append(line)
        elif not line.strip():
            out.append("\n")
        else:
            out.append(margin + line.lstrip(" \t\f") if not number else margin + line[len(old) :])
    return out


def inside_strings(lines: Sequence[str]) -> set[int]:
    """The numbers (from 0) of lines that begin inside a string.

    Raises: SourceError: the lines are no definition.
    """
    found: set[int] = set()
    starts: list[int] = []
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            kind = tokenize.tok_name[token.type]
            if kind.endswith("STRING_START"):  # f-strings, from Python 3.12 on
                starts.append(token.start[0])
            elif kind == "STRING" or kind.endswith("STRING_END"):
                start = starts.pop() if starts and kind != "STRING" else token.start[0]
                found.update(range(start, token.end[0]))
    except (tokenize.TokenError, SyntaxError) as error:
        raise SourceError(f"is no Python: {error}") from None
    return found


def docstring(lines: Sequence[str], node: Definition) -> str:
    """A definition's docstring as it is written, with its quotes; "" if it has none."""
    if ast.get_docstring(node, clean=False) is None:
        return ""
    first = node.body[0]
    part = [line.encode() for line in lines[first.lineno - 1 : first.end_lineno]]
    part[-1] = part[-1][: first.end_col_offset]
    part[0] = part[0][first.col_offset :]
    return b"".join(part).decode()


def only_function(text: str) -> Function:
    """The syntax tree of a function's text. Raises: SourceError: it is something else."""
    body = parse(text).body
    if len(body) != 1 or not isinstance(body[0], Function):
        raise SourceError("is not one function")
    return body[0]


def with_docstring(lines: list[str], doc: str) -> list[str]:
    """A function's lines with a docstring, unless they have one or there is none to give."""
    node = only_function("".join(lines))
    if not doc or ast.get_docstring(node, clean=False) is not None:
        return lines
    lines, body = unfolded(lines)
    return [*lines[:body], *split(body_margin(lines, body) + doc + "\n"), *lines[body:]]


def end_of(lines: list[str], scope: ast.Module | ast.ClassDef) -> tuple[list[str], int, str]:
    """Where one more definition goes in a module or class.

    Returns: the lines (a class's body below its header), the place, and the margin there.
    """
    if isinstance(scope, ast.Module):
        return lines, len(lines), ""
    start, end = span(lines, scope)
    opened, body = unfolded(lines[start:end])
    return [*lines[:start], *opened, *lines[end:]], start + len(opened), body_margin(opened, body)


def body_margin(lines: Sequence[str], body: int) -> str:
    """The margin of the first line from `body` on that is neither blank nor a comment."""
    return next(indent(line) for line in lines[body:] if line.lstrip()[:1] not in ("", "#"))


def unfolded(lines: list[str]) -> tuple[list[str], int]:
    """A definition's lines with its body below its header, and the line that it begins in.

    `def f(self): return 1` becomes two lines.
    """
    depth, defined = 0, False
    tokens = tokenize.generate_tokens(iter([line.rstrip("\r\n") + "\n" for line in lines]).__next__)
    for token in tokens:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        defined = defined or token.string in ("def", "class")
        if defined and not depth and token.string == ":":
            break
    row, column = token.end
    if next(tokens).type in (tokenize.NEWLINE, tokenize.COMMENT):
        return lines, row
    step = "\t" if indent(lines[0]).endswith("\t") else "    "
    header, rest = lines[row - 1][:column], lines[row - 1][column:].lstrip(" \t")
    below = margin_of(lines[0]) + step + rest
    return [*lines[: row - 1], header + (line_end(rest) or "\n"), below, *lines[row:]], row
