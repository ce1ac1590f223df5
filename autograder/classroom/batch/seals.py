"""A hash beside each report, which detects damage and changes by hand.

It is not secret: anybody who reads this file can make the hash of another report.
"""

from hashlib import sha256

SEAL_VERSION = 3  # of the formats of journal and reports
SEAL_LENGTH = len(f', "sha256": "{sha256().hexdigest()}"}}')


def hash_parts(*parts: object) -> str:
    """The hash of texts and numbers."""
    return sha256(ascii((SEAL_VERSION, *parts)).encode()).hexdigest()


def seal_line(line: str) -> str:
    """A report's line of JSON with its hash added, as a file can store it."""
    line = make_storable(line)
    return f'{line[:-1]}, "sha256": "{hash_parts(line)}"}}'


def unseal_line(data: bytes) -> str:
    """A report's line of JSON, without its hash. Raises: ValueError: the two do not match."""
    text = data.decode().removesuffix("\n")
    line = text[:-SEAL_LENGTH] + "}"
    if seal_line(line) != text:
        raise ValueError("the report does not match its hash")
    return line


def make_storable(text: str) -> str:
    """A text that UTF-8 can store: names of files, and so JSON, may hold surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()
