"""The writer: tricky files, each with one function replaced and every other byte kept."""

import ast
import os
import random
import stat
import textwrap
from pathlib import Path

import pytest

from autograder.workspace.writer import (
    SourceError,
    cell_functions,
    function_text,
    is_stub,
    replace_function,
    same_code,
    write_atomically,
)

TARGET = "mytorch.linear.Linear.forward"
NEW = "def forward(self, A):\n    return A + 1\n"


def text(source: str) -> bytes:
    return textwrap.dedent(source).lstrip("\n").encode()


# Each file has one function to replace; the marks stand for «from here» and «to here».
TRICKY = {
    "two classes have the method": """
        class Other:
            def forward(self, A):
                return 0

        class Linear:
            x = 1
        «    def forward(self, A):
                return 2
        »
            def backward(self):
                return 3

        class Third:
            def forward(self, A):
                return 4
        """,
    "a nested class has the method": """
        class Linear:
            class Cache:
                def forward(self, A):
                    return 0
        «    def forward(self, A):
                return 1
        »    class Later:
                def forward(self, A):
                    return 2
        """,
    "columns are bytes, not characters": """
        class Linear:
            é = "∇"; è = "∂"
        «    def forward(self, A): return "∇∂" if A else 'é'
        »    ß = "∇"
        """,
    "a comment trails the body, another leads the next": """
        class Linear:
            # about forward
        «    def forward(self, A):
                return 1  # one

                # what I tried: 2
        »
            # about backward
            def backward(self):
                return 3
        """,
    "a string looks like code": """
        class Linear:
            note = '''
            def forward(self, A):
                return 0
            '''
        «    def forward(self, A):
                return '''
        def forward(self, A):
            return 0
        '''
        »    after = 1
        """,
    "decorators, one of them over several lines": """
        class Linear:
            x = 1
        «    @first(
                1
            )
            @second(lambda f: f)
            # between
            @third
            def forward(self, A):
                return 1
        »    y = 2
        """,
    "the definition depends on a condition": """
        class Linear:
            if fast:
                x = 1
        «        def forward(self, A):
                    return 1
        »        y = 2
        """,
    "defined twice: the last one wins": """
        class Linear:
            def forward(self, A):
                return 0

        class Linear:
            def forward(self, A):
                return 1

        «    def forward(self, A):
                return 2
        »""",
    "a body on one line, with semicolons": """
        class Linear:
            x = 1; y = 2
        «    def forward(self, A): B = A; return B;  # done
        »    def backward(self): return 1; pass
        """,
    "a signature over several lines, left of the margin": """
        class Linear:
        «    def forward(
            self,
        A: dict[str, int] = {
        "a": 1},
            ) -> "int":
                return (1 +
        2)
        »
            x = 1
        """,
    "functions inside the function": """
        class Linear:
        «    def forward(self, A):
                def forward(A):
                    class Linear:
                        def forward(self, A):
                            return 1
                    return 2
                return forward(A)
        »    def backward(self, A):
                def forward(A):
                    return 3
        """,
    "an async definition of the same name": """
        class Linear:
        «    async def forward(self, A):
                return 1
        »
            x = 1
        """,
}


def parts(source: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the marks, between them and behind them."""
    before, _, rest = text(source).decode().partition("«")
    old, _, after = rest.partition("»")
    return before.encode(), old.encode(), after.encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("name", TRICKY)
def test_every_other_byte_is_kept(name: str, newline: str) -> None:
    """In each tricky file the function alone is replaced, whatever the file's newlines."""
    before, old, after = (p.replace(b"\n", newline.encode()) for p in parts(TRICKY[name]))
    margin = old.decode()[: len(old) - len(old.lstrip())]
    new = textwrap.indent(NEW, margin).replace("\n", newline).encode()
    assert replace_function(before + old + after, TARGET, NEW) == before + new + after


@pytest.mark.parametrize("name", TRICKY)
def test_a_function_put_back_gives_the_same_file(name: str) -> None:
    """Taking a function's text, replacing it and putting the text back changes no meaning."""
    data = b"".join(parts(TRICKY[name]))
    taken = function_text(data, TARGET)
    back = replace_function(replace_function(data, TARGET, NEW), TARGET, taken)
    assert ast.dump(ast.parse(back)) == ast.dump(ast.parse(data))
    assert function_text(back, TARGET) == taken
    assert replace_function(back, TARGET, function_text(back, TARGET)) == back


def test_lines_inside_a_string_are_not_moved() -> None:
    """A docstring's and a string's own lines keep their blanks; all others move."""
    new = 'def forward(self, A):\n    """Doc.\n\n  more\n    """\n    return f"""\n{A}\n  """\n'
    data = b"class Linear:\n\tx = 1\n\n\tdef forward(self, A):\n\t\treturn 1\n"
    assert replace_function(data, TARGET, new) == (
        b"class Linear:\n\tx = 1\n\n\tdef forward(self, A):\n"
        b'\t    """Doc.\n\n  more\n    """\n\t    return f"""\n{A}\n  """\n'
    )


def test_characters_that_end_no_line_for_python() -> None:
    """Form feed, file separator and U+2028 are part of a line, also before the function."""
    before = "class Linear:\n    x = '\x1c\u2028\x85'\n\x0c    def forward(self, A):\n"
    replaced = replace_function(f"{before}        return 1\n".encode(), TARGET, NEW).decode()
    assert replaced == before + "        return A + 1\n"


def test_a_byte_order_mark_and_an_encoding_are_kept() -> None:
    """A file goes on in the encoding that it names, and behind its byte-order mark."""
    body = "class Linear:\n    é = 'ü'\n    def forward(self, A): return 'ß'\n"
    expected = body.replace(" return 'ß'", "\n        return A + 1")
    bom = b"\xef\xbb\xbf"
    assert replace_function(bom + body.encode(), TARGET, NEW) == bom + expected.encode()
    cookie = "# -*- coding: latin-1 -*-\n"
    old, new = (f"{cookie}{part}".encode("latin-1") for part in (body, expected))
    assert replace_function(old, TARGET, NEW) == new


def test_a_character_that_the_encoding_lacks_is_named() -> None:
    """A latin-1 file cannot hold ∇: a sentence says so, and nothing is written."""
    data = b"# coding: latin-1\nclass Linear:\n    def forward(self): pass\n"
    with pytest.raises(SourceError, match=r"^is written in iso-8859-1, which has no «∇»$"):
        replace_function(data, TARGET, "def forward(self):\n    return '∇'\n")


def test_a_last_line_without_newline_stays_one() -> None:
    """Where the file ends without a newline, it still does."""
    data = b"class Linear:\n    def forward(self, A): return 1"
    expected = b"class Linear:\n    def forward(self, A):\n        return A + 1"
    assert replace_function(data, TARGET, NEW) == expected


DOC = '"""Doc ∇.\n\n        z = W y\n    """'


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            NEW,
            'def forward(self, A):\n    """Doc ∇.\n\n        z = W y\n    """\n    return A + 1\n',
        ),
        (
            "def forward(self, A): return A[{1: 2}[1]:]",
            f"def forward(self, A):\n    {DOC}\n    return A[{{1: 2}}[1]:]\n",
        ),
        (
            "def forward(self, A: int = (lambda: 1)()):  # why: so\n    # 1\n  \n    return A\n",
            "def forward(self, A: int = (lambda: 1)()):  # why: so\n"
            f"    {DOC}\n    # 1\n\n    return A\n",
        ),
        ("def forward(self, A):\n    'mine'\n", "def forward(self, A):\n    'mine'\n"),
    ],
    ids=["block", "one line", "comments", "own"],
)
def test_a_function_without_docstring_keeps_the_files(new: str, expected: str) -> None:
    """The file's docstring goes below the new header, unless the new text brings its own."""
    data = f'"""∇"""\ndef forward(self, A):\n    {DOC}; return 1\n'
    replaced = replace_function(data.encode(), "mytorch.linear.forward", new).decode()
    assert replaced == '"""∇"""\n' + expected


def test_a_docstring_of_a_one_line_function_is_kept() -> None:
    """`def f(): "Doc."; return 1` keeps "Doc." too."""
    data = b"def f(): 'Doc.'; return 1\n"
    replaced = replace_function(data, "mytorch.m.f", "def f(): return 2")
    assert replaced == b"def f():\n    'Doc.'\n    return 2\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"class Linear:\n  '''Doc.'''\n  # last\n\n\nx = 1\n",
            b"class Linear:\n  '''Doc.'''\n  # last\n\n"
            b"  def forward(self, A):\n      return A + 1\n\n\nx = 1\n",
        ),
        (
            b"class Linear(A[1:2]):\r\n\tx = 1\r\n",
            b"class Linear(A[1:2]):\r\n\tx = 1\r\n\r\n"
            b"\tdef forward(self, A):\r\n\t    return A + 1\r\n",
        ),
    ],
    ids=["block", "tabs and crlf"],
)
def test_a_method_that_was_deleted_comes_back_at_the_classs_end(
    data: bytes, expected: bytes
) -> None:
    """Where the class has no such method any more, it is appended to the class."""
    assert replace_function(data, TARGET, NEW) == expected


def test_a_function_that_was_deleted_comes_back_at_the_files_end() -> None:
    """A module's function goes to the end of its file."""
    replaced = replace_function(b"import numpy", "mytorch.m.f", "def f(): return 1")
    assert replaced == b"import numpy\n\n\ndef f(): return 1\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"class Liner: pass\n", "has no class Linear"),
        (b"x = 1\ndef f(:\n", "is not valid Python in line 2: invalid syntax: def f(:"),
        (b"def f():\nreturn 1\n", "is not valid Python in line 2: expected an indented block"),
        (b"\n\nx = '\xff'\n", "cannot be decoded ('utf-8' codec can't decode byte 0xff"),
        (b"# coding: klingon\n", "cannot be decoded (unknown encoding: klingon"),
        (b"# coding: rot13\n", "cannot be decoded ('rot13' is not a text encoding"),
        (b"class Linear: pass\n", "has all of Linear on one line"),
        (b"x = '\x00'\n", "is not valid Python"),
        (b"x = " + b"(" * 500 + b"\n", "is not valid Python"),
    ],
    ids=["class", "syntax", "indent", "bytes", "cookie", "codec", "one line", "null", "deep"],
)
def test_a_file_that_cannot_be_completed_says_why(data: bytes, said: str) -> None:
    """No such class, no Python: one sentence, with the line where there is one."""
    with pytest.raises(SourceError) as caught:
        replace_function(data, TARGET, NEW)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_what_is_no_function_is_refused() -> None:
    """Only one function can stand in the place of one."""
    for wrong in ("x = 1\n", "def f(): pass\ndef g(): pass\n", "", "def f(:"):
        with pytest.raises(SourceError):
            replace_function(b"class Linear:\n    def forward(self): pass\n", TARGET, wrong)


def test_reading_what_is_not_there_says_so() -> None:
    """The text of a function that was deleted cannot be had."""
    with pytest.raises(SourceError, match=r"^has no Linear\.forward$"):
        function_text(b"class Linear:\n    pass\n", TARGET)


RAISE = 'raise NotImplementedError("Exercise 6.1: Linear.forward")'


@pytest.mark.parametrize(
    ("body", "unfinished"),
    [
        (RAISE, True),
        (f"'''Doc.'''\n    check(A)\n    {RAISE}", True),
        (f"Z = A\n    {RAISE}\n    return Z", True),
        (f"Z = A\n    return Z\n    {RAISE}", False),
        (f"if A:\n        return 1\n    {RAISE}", True),
        (f"if A:\n        {RAISE}\n    return 1", False),
        (f"raise ValueError(1)\n    {RAISE}", False),
        ("raise NotImplementedError('later')", False),
        ("raise NotImplementedError", False),
        ("return 1", False),
        ("pass", False),
    ],
)
def test_what_counts_as_unfinished(body: str, unfinished: bool) -> None:
    """The stub's `raise` on the top level, with no `return` or `raise` before it."""
    assert is_stub(f"def forward(self, A):\n    {body}\n") is unfinished


def test_code_is_the_same_but_for_words() -> None:
    """Docstrings, comments and annotations of the signature make no difference; statements do."""
    one = "def f(a: int) -> int:\n    '''Doc.'''\n    return a  # so\n"
    assert same_code(one, "def f(a):\n    return (a)\n")
    assert not same_code(one, "def f(a):\n    return a + 0\n")


CELL = """\
import numpy as np

def helper(): ...

@exercise(Linear)
def forward(self, A):
    return '''
    kept'''  # one
    # two

# three
if True:
    @workbook.exercise(mytorch.Linear)
    @staticmethod
    def backward(A): return A
@exercise(squared_error)
def squared_error(y, d):
    return 1
"""


def test_the_exercises_of_a_cell_are_found() -> None:
    """Each decorated function with its owner, its first line, and its text without the mark."""
    found = [(f.title, f.line, f.text) for f in cell_functions(CELL)]
    assert found == [
        (
            "Linear.forward",
            5,
            "def forward(self, A):\n    return '''\n    kept'''  # one\n    # two\n",
        ),
        ("Linear.backward", 13, "@staticmethod\ndef backward(A): return A\n"),
        ("squared_error", 16, "def squared_error(y, d):\n    return 1\n"),
    ]


def test_writing_keeps_permissions_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The new file has the old one's permission bits, and no scratch file remains."""
    path = tmp_path / "linear.py"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["linear.py"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    """Where the file is a link, what it leads to is written, and it stays a link."""
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "linear.py", tmp_path / "linear.py"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, a protected file: the old bytes stay, and no scratch file remains."""
    path = tmp_path / "linear.py"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(path, b"new")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match=r"^you may not write to linear\.py$"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["linear.py"]


LINES = [
    "{0}x = 1",
    "{0}y = '''a\n b\n'''",
    "{0}# é ∇",
    "{0}z = (1,\n2)",
    "",
    "{0}s = 'é'; t = \"∇\"",
    "{0}if x:\n{0}{1}pass",
    "{0}w = 1 + \\\n  2",
    "   ",
]


def definition(rng: random.Random, name: str, margin: str, step: str) -> str:
    """A function with a random body."""
    lines = [rng.choice(["", "{0}@deco", "{0}@deco(1,\n  2)"]), f"{{0}}def {name}(self, A):"]
    body = [rng.choice(LINES) for _ in range(rng.randrange(5))]
    lines += [line.replace("{0}", "{0}{1}") for line in [*body, "{0}return A"]]
    return "\n".join(lines).lstrip("\n").format(margin, step) + "\n"


@pytest.mark.parametrize("seed", range(150))
def test_random_files_keep_every_other_byte(seed: int) -> None:
    """In generated files the bytes around stay, the function is new, and twice is like once."""
    rng = random.Random(seed)
    newline = rng.choice(["\n", "\r\n", "\r"])
    margin, step = rng.choice([("    ", "    "), ("\t", "\t"), ("  ", "   ")])
    around = [rng.choice(LINES).format(margin, step) + "\n" for _ in range(8)]
    before = "class Other:\n" + definition(rng, "forward", margin, step) + "class Linear:\n"
    before += f"{margin}x = 1\n" + "".join(around[:4])
    old = definition(rng, "forward", margin, step)
    after = "\n" + definition(rng, "backward", margin, step) + "".join(around[4:])
    new = definition(rng, "forward", "", step)
    head, middle, tail = (p.replace("\n", newline).encode() for p in (before, old, after))
    replaced = replace_function(head + middle + tail, TARGET, new)
    assert replaced.startswith(head)
    assert replaced.endswith(tail)
    assert replace_function(replaced, TARGET, new) == replaced
    assert same_code(function_text(replaced, TARGET), new)
    names = [n.name for n in ast.walk(ast.parse(replaced)) if isinstance(n, ast.FunctionDef)]
    assert names == ["forward", "forward", "backward"]
