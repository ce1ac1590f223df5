"""A hash beside each report, by which damage and changes by hand are noticed.

It is no secret: whoever knows how it is made can make one for another report.
"""

from hashlib import sha256

VERSION = 3  # of what is kept of a class
BESIDE = len(f', "sha256": "{sha256().hexdigest()}"}}')


def hash_parts(*parts: object) -> str:
    """The hash of texts and numbers."""
    return sha256(ascii((VERSION, *parts)).encode()).hexdigest()


def seal_line(line: str) -> str:
    """A report's line of JSON with its hash in it, as a file can hold it."""
    line = make_storable(line)
    return f'{line[:-1]}, "sha256": "{hash_parts(line)}"}}'


def unseal_line(data: bytes) -> str:
    """A report's line of JSON, without its hash. Raises: ValueError: the two do not match."""
    text = data.decode().removesuffix("\n")
    line = text[:-BESIDE] + "}"
    if seal_line(line) != text:
        raise ValueError("a report that does not match its hash")
    return line


def make_storable(text: str) -> str:
    """A text that a file can keep: a file's name need not be Unicode, and JSON may say so."""
    return text.encode("utf-8", "backslashreplace").decode()
