"""Files in an encoding that Python does not read are named, with what to do; others are not."""

import pytest
from conftest import MakeTree

from autograder.hand_in.encoding import find_encoding
from autograder.hand_in.reading import read_hand_in

TEXT = '"""Größe."""\nx = "é"\n'
DO = "instead of UTF-8 (save as UTF-8 in an editor)"


@pytest.mark.parametrize(
    ("coding", "said"),
    [
        ("utf-16", f"UTF-16 {DO}: «linear.py»"),
        ("utf-16-be", f"UTF-16 or binary data {DO}: «linear.py»"),
        ("utf-32", f"UTF-16 {DO}: «linear.py»"),
        ("latin-1", f"Latin-1 or a similar encoding {DO}: «linear.py»"),
        ("utf-8-sig", ""),
        ("utf-8", ""),
    ],
)
def test_an_encoding_that_is_not_pythons_is_named(
    make_tree: MakeTree, coding: str, said: str
) -> None:
    """The message names it in one line, also if the hidden cases show nothing."""
    tree = make_tree()
    (tree / "mytorch" / "linear.py").write_bytes(TEXT.encode(coding))
    assert read_hand_in(tree).message == said


@pytest.mark.parametrize(
    "start",
    [
        *(
            "# coding: {}",
            "# -*- coding: {} -*-",
            "\n# vim: set fileencoding={} :",
            "#!x\r\n#coding={}",
        ),
        *(
            "x = 1\n# coding: {}",
            "\n\n# coding: {}",
            "'''coding: {}'''",
            "#coding {}",
            "",
            "#\r#\r#coding:{}",
        ),
    ],
)
def test_a_declared_encoding_is_left_to_python(start: str) -> None:
    """If Python reads the declaration, there is no note."""
    data = f"{start.format('latin-1')}\n{TEXT}".encode("latin-1")
    try:
        compile(data, "x.py", "exec")
        fine = True
    except SyntaxError:
        fine = False
    assert (find_encoding(data) == "") == fine
