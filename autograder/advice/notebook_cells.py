"""Read the code cells of a saved notebook, even if some of them are damaged."""

import ast
import json
import re

from autograder.workspace import writer

MAGIC = re.compile(r"(\s*)([%!?].*|.*\?|[\w., ]+=\s*[%!].*)")


class UnreadableNotebook(ValueError):
    """A file is not a notebook; the message completes «the notebook …»."""


def read_code_cells(notebook: bytes) -> tuple[list[str], int]:
    """The texts of a notebook's code cells, in order, and how many cells cannot be read.

    Raises: UnreadableNotebook: the file is not a notebook.
    """
    try:
        cells = json.loads(notebook)["cells"]
        if not isinstance(cells, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableNotebook("cannot be read: it is not a whole notebook file") from None
    texts, odd = [], 0
    for cell in cells:
        match cell:
            case {"cell_type": "code", "source": str(text)}:
                texts.append(text)
            case {"cell_type": "code", "source": [*lines]} if all(
                isinstance(line, str) for line in lines
            ):
                texts.append("".join(lines))
            case {"cell_type": str(kind)} if kind != "code":
                pass
            case _:
                odd += 1
    return texts, odd


def without_magics(text: str) -> str:
    """A cell's text as Python: a line such as `%matplotlib inline` or `!ls` becomes `pass`.

    Raises: SourceError: the rest is not valid Python; the message has the cell's line number.
    """
    lines = text.split("\n")
    while True:
        try:
            ast.parse(text)
            return text
        except SyntaxError as error:
            number = min(error.lineno or 1, len(lines)) - 1
            if not (found := MAGIC.fullmatch(lines[number])):
                writer.parse_text(text)
            lines[number] = f"{found[1]}pass" if found else ""
            text = "\n".join(lines)
        except (ValueError, RecursionError, MemoryError):
            writer.parse_text(text)
