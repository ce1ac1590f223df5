"""Near-identical hand-ins: which are found, which are not, and how the result is described."""

import io
import random
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from conftest import ROOT, package

from autograder.classroom.pages import similarity
from autograder.classroom.pages.similarity import (
    FingerprintIndex,
    SimilarityMatch,
)
from autograder.classroom.pages.winnowing import (
    TOKEN,
    FingerprintSet,
    find_fingerprints,
    tokenize_statements,
    winnow_hashes,
)
from autograder.hand_in.student import HandInEntry

SHELF = ROOT / "tests" / "shelf" / "variants"
LOOP = """\
    def backward(self, dLdZ):
        dLdA = np.zeros(self.kept.shape)
        self.dLdW = np.zeros(self.W.shape)
        self.dLdb = np.zeros(self.b.shape)
        for n in range(len(dLdZ)):
            for j in range(len(self.W)):
                self.dLdb[j, 0] += dLdZ[n, j]
                for i in range(len(self.W[0])):
                    self.dLdW[j, i] += dLdZ[n, j] * self.kept[n, i]
                    dLdA[n, i] += dLdZ[n, j] * self.W[j, i]
        return dLdA
"""


def linear(method: str, before: str = "", after: str = "") -> dict[str, bytes]:
    """A skeleton with a student's own `Linear.backward`."""
    files = package(solved=False)
    text = files["linear.py"].decode()
    start = text.index("    def backward")
    return {**files, "linear.py": f"{before}{text[:start]}{method}{after}".encode()}


STYLES = 7  # of a class of 100, so that copies of any other code are rare


def ordinary(seed: int) -> dict[str, bytes]:
    """A hand-in in which every file has one of a few styles."""
    rng, styles = random.Random(seed), dict[str, list[Path]]()
    for path in sorted(SHELF.glob("*.py")):
        styles.setdefault(path.stem.split("__")[0], []).append(path)
    chosen = {
        f"{name}.py": rng.choice(paths[:STYLES]).read_text("utf-8")
        for name, paths in styles.items()
    }
    return package(changes=chosen)


def index(hand_ins: dict[str, dict[str, bytes]]) -> Sequence[SimilarityMatch]:
    made = FingerprintIndex()
    for name, files in hand_ins.items():
        made.add(HandInEntry(name), find_fingerprints(files), name)
    return made.find_similar().matches


def names(match: SimilarityMatch) -> tuple[str, ...]:
    return tuple(entry.hand_in for entry in match.entries)


CLASS = {f"student {n}": ordinary(n) for n in range(100)}


def test_the_skeleton_has_no_fingerprints() -> None:
    """Code that was given is not a copy."""
    given = find_fingerprints(package(solved=False)).found
    assert set(given) <= {"mytorch/shapes.py", "mytorch/__init__.py"}


def test_fingerprints_are_by_exercise() -> None:
    """A method's code belongs to its exercise; other code belongs to its file."""
    helper = "\n\ndef helper(a, b, c):\n    return a * b + c[0] * (a - b) ** 2 / len(a)\n"
    found = find_fingerprints(linear(LOOP, after=helper)).found
    assert {"linear.backward", "mytorch/linear.py"} <= set(found)
    assert "linear.forward" not in found
    assert found["linear.backward"] == find_fingerprints(linear(LOOP)).found["linear.backward"]


@pytest.mark.parametrize(
    "changed",
    [
        re.sub("dLdZ|kept|dLdA", lambda m: f"my_{m[0]}", LOOP),
        LOOP.replace("        for n", "        # each example\n\n        for n"),
        LOOP.replace("        dLdA =", '        """Mine."""\n        dLdA =', 1),
        re.sub("^        ", " " * 12, LOOP, flags=re.MULTILINE),
        LOOP.replace(" += ", "+=").replace(", ", ","),
        LOOP.replace("\n", "\r\n"),
    ],
    ids=["names", "comments", "docstring", "indentation", "blanks", "line ends"],
)
def test_a_disguise_changes_nothing(changed: str) -> None:
    """Other names, comments, docstrings, spaces and line ends give the same fingerprints."""
    place = "linear.backward"
    assert (
        find_fingerprints(linear(changed)).found[place]
        == find_fingerprints(linear(LOOP)).found[place]
    )


def test_a_change_in_one_line_leaves_most_fingerprints() -> None:
    """Fingerprints are local: those far from a change stay the same."""
    one = find_fingerprints(linear(LOOP)).found["linear.backward"]
    two = find_fingerprints(
        linear(LOOP.replace("dLdZ[n, j] * self.W", "self.W.T[i, j] * self.W"))
    ).found
    assert 0.6 < len(one & two["linear.backward"]) / len(one) < 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there, f-strings are several tokens")
def test_tokens_are_pythons() -> None:
    """Every source here has the same statements as with Python's own tokenizer."""
    sources = [*ROOT.glob("autograder/**/*.py"), *ROOT.glob("tests/**/*.py")]
    assert len(sources) > 150
    for path in sources:
        data = path.read_bytes()
        found = [line for _, line in tokenize_statements(path.name, data)]
        assert found == list(tokenized(data.decode())), path


def tokenized(text: str) -> Iterator[tuple[str, ...]]:
    """The statements of a text without docstrings, from Python's tokenizer."""
    line: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NEWLINE:
            if any(word[-1] not in "'\"" for word in line):
                yield tuple(line)
            line = []
        elif token.string.strip() and token.type not in (tokenize.COMMENT, tokenize.NL):
            line.append(token.string)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("x = 1.5e-3j+.5+0xFF+1_0", ["x", "=", "1.5e-3j", "+", ".5", "+", "0xFF", "+", "1_0"]),
        ("a //= b ** c != d << 1", ["a", "//=", "b", "**", "c", "!=", "d", "<<", "1"]),
        ("f(*a, **k) -> ...", ["f", "(", "*", "a", ",", "**", "k", ")", "->", "..."]),
        (r"x = rb'a\'b' + f'{y}'", ["x", "=", r"rb'a\'b'", "+", "f'{y}'"]),
        ("x = '''a\n'b''' \\\n + y # z", ["x", "=", "'''a\n'b'''", "+", "y"]),
        ('x = """a"b""" + "" + ""', ["x", "=", '"""a"b"""', "+", '""', "+", '""']),
        ("x = 'open", ["x", "=", "'open"]),
        ("größe := ñ", ["größe", ":=", "ñ"]),
    ],
)
def test_tokens_one_by_one(text: str, tokens: list[str]) -> None:
    """Numbers, operators, strings, joined lines: in the order of the text."""
    assert TOKEN.findall(f"{text}\n") == [*tokens, "\n"]


LONG = 2**17


@pytest.mark.parametrize(
    "text",
    [
        *("(" * LONG, "#" * LONG, "'" * LONG, "\\\n" * (LONG // 2), "1e" * (LONG // 2)),
        *('"""\\' * (LONG // 4), "'\\" * (LONG // 2), "\n " * (LONG // 2), "f'" * (LONG // 2)),
        *("def f():\n" * (LONG // 9), "".join(" " * n + "def f():\n" for n in range(490))),
    ],
    ids=range(11),
)
def test_no_text_takes_long(text: str) -> None:
    """Tokenizing any long text ends; `tests/benchmarks/growth.py` measures how its time grows."""
    found = find_fingerprints({"linear.py": text.encode()})
    assert found.found.keys() <= {"mytorch/linear.py", "linear.forward", "linear.backward"}


def test_fingerprints_are_the_same_in_every_process() -> None:
    """They may come from workers, so they must not depend on the process's own hash seed."""
    tokens = ("N", "=", "N", "+", "N", "*", "0", "+", "N", "(", "N", ")", ";", "N")
    assert winnow_hashes(tokens) == {6043376286296304573}


def test_ordinary_answers_do_not_stand_out() -> None:
    """In a hundred hand-ins with a few styles per part, shared code is too common for a match in
    many exercises."""
    assert all(len(match.places) < 4 and not match.whole for match in index(CLASS))


def test_a_copied_method_stands_out_and_says_how_rare_it_is() -> None:
    """Two of a hundred share a method that no other hand-in has, with other names."""
    copy = re.sub("dLdZ|kept|dLdA", lambda m: f"my_{m[0]}", LOOP)
    found = index({**CLASS, "Ada": linear(LOOP), "Bob": linear(copy)})
    match = next(match for match in found if "Ada" in names(match))
    assert (names(match), set(match.places)) == (("Ada", "Bob"), {"linear.backward"})
    assert (match.shared_by, match.among, match.whole) == (2, 102, False)


def test_the_same_method_of_everybody_is_no_match() -> None:
    """Code that half of the class has comes from the lecture, not from another student."""
    common = {f"loop {n}": linear(LOOP) for n in range(50)}
    assert all("loop 1" not in names(match) for match in index({**CLASS, **common}))


def test_a_copied_hand_in_stands_out_though_every_part_is_common() -> None:
    """The same combination of styles is rare, even if each style is common."""
    copy = {n: t.replace(b"self.A", b"self.kept") for n, t in CLASS["student 3"].items()}
    found = [match for match in index({**CLASS, "copy": copy}) if match.whole]
    assert [names(match) for match in found] == [("student 3", "copy")]
    assert (found[0].shared_by, found[0].among) == (2, 101)


def synthetic(*prints: Mapping[str, set[str]], size: int = 64) -> Sequence[SimilarityMatch]:
    """The matches of a class of this size, whose first members have more than one fingerprint."""
    made = FingerprintIndex()
    for n in range(size):
        own = prints[n] if n < len(prints) else {}
        found = {place: frozenset(map(hash, words)) for place, words in own.items()}
        made.add(HandInEntry(str(n)), FingerprintSet({**found, "own.py": frozenset([n])}), str(n))
    return made.find_similar().matches


def words(start: str, count: int) -> set[str]:
    return {f"{start}{n}" for n in range(count)}


def test_five_are_a_class() -> None:
    """Two of five may share rare code; among four, no code is rare."""
    shared = {"a": words("both", 200)}
    assert len(synthetic(shared, shared, size=5)) == 1
    assert synthetic(shared, shared, size=4) == []


def test_a_match_stands_out_by_a_hundred_bits() -> None:
    """A fingerprint that 2 of 64 have counts 5 bits, one that 4 have counts 4 bits; a match needs
    100."""
    shared, common = words("both", 19), {"four"}
    assert [names(m) for m in synthetic(*[{"a": shared | {"one more"}}] * 2)] == [("0", "1")]
    assert synthetic(*[{"a": shared | common}] * 2, *[{"a": common}] * 2) == []


def test_a_match_is_half_of_what_is_rare_there() -> None:
    """20 shared of 40 rare fingerprints are a match; 20 of 41 are too small a part."""
    for more, found in ((20, 1), (21, 0)):
        pair = [{"a": words("both", 20) | words(f"only {n} ", more)} for n in range(2)]
        assert len(synthetic(*pair)) == found
    assert len(synthetic(pair[0], {"a": words("both", 20)})) == 1, "all that the other has"


def test_a_match_is_five_fingerprints_in_one_place() -> None:
    """Fewer than five in a place may be chance, in however many places."""
    for each, found in ((5, 1), (4, 0)):
        shared = {f"place {n}": words(f"{n} ", each) for n in range(6)}
        assert len(synthetic(shared, shared)) == found


def test_several_copies_are_one_match() -> None:
    """Four copies of one source are listed once, not as six pairs."""
    copies = [LOOP, *(LOOP.replace("self.kept", name) for name in ("x", "self.a.b", "y[0]"))]
    found = index({**CLASS, **{f"copy {n}": linear(text) for n, text in enumerate(copies)}})
    found = [match for match in found if "copy 0" in names(match)]
    assert [names(match) for match in found] == [("copy 0", "copy 1", "copy 2", "copy 3")]


def test_two_hand_ins_of_one_student_are_no_match() -> None:
    """A second hand-in of the same student is not a copy."""
    made = FingerprintIndex()
    for name, files in [*CLASS.items(), ("1.zip", linear(LOOP)), ("2.zip", linear(LOOP))]:
        owner = "Ada" if name.endswith(".zip") else name
        made.add(HandInEntry(name), find_fingerprints(files), owner)
    assert all("1.zip" not in names(match) for match in made.find_similar().matches)


@pytest.mark.parametrize("junk", [package(solved=False), linear(LOOP), {}], ids=range(3))
def test_nobody_makes_others_look_rare(junk: dict[str, bytes]) -> None:
    """Six who use the lecture's own answers do not stand out beside one student with 200 hand-ins,
    or beside 200 empty hand-ins."""
    honest = package()
    made = FingerprintIndex()
    for n in range(6):
        made.add(HandInEntry(f"honest {n}"), find_fingerprints(honest), f"honest {n}")
    for n in range(200):
        made.add(
            HandInEntry(f"junk {n}"), find_fingerprints(junk), "mallory" if n % 2 else f"empty {n}"
        )
    if junk == linear(LOOP):  # 100 hand-ins with only one exercise do not count for the others
        assert made.among("linear.backward") == 107
    assert made.find_similar().matches == []


def test_one_who_sends_many_is_in_one_match_with_the_hand_in_that_is_alike() -> None:
    """One copy among many other hand-ins is found, and many copies are one match."""
    made = FingerprintIndex()
    for name, files in CLASS.items():
        made.add(HandInEntry(name), find_fingerprints(files), name)
    copies = {f"copy {n}": linear(LOOP) for n in range(2 * similarity.MAX_OWNERS)}
    others = dict(zip("abc", CLASS.values()))
    for name, files in {**others, **copies}.items():
        made.add(HandInEntry(name), find_fingerprints(files), "mallory")
    made.add(HandInEntry("Ada"), find_fingerprints(linear(LOOP)), "Ada")
    (match,) = (match for match in made.find_similar().matches if not match.whole)
    assert (names(match), match.shared_by, match.among) == (("copy 0", "Ada"), 2, 102)


def test_a_handful_has_no_rarities() -> None:
    """Among four hand-ins, no code is rare; an empty class has no match either."""
    assert index({name: linear(LOOP) for name in "ABCD"}) == []
    assert FingerprintIndex().find_similar().matches == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"# coding: rot13\nx = 1\n",
        b"# coding: no-such\n",
        b"x = (" * 2000,
        b"x = '''\n" * 3,
        b"def f(:\n  return\n def\n",
        b"\x00" * 100,
        b"$ ? \\ `",
        b"class Linear:\n" + b" def forward(self): ...\n" * 500,
        b"a\n" * 10**6,
    ],
    ids=range(11),
)
def test_anything_may_be_handed_in(text: bytes) -> None:
    """No text raises or takes long: tokenizing stops if it is not Python; a long text is left
    out."""
    find_fingerprints({"linear.py": text, "x/y.py": text})


def test_a_class_of_a_thousand_needs_no_all_pairs() -> None:
    """Common fingerprints are counted, but not paired, so the index stays small."""
    made = FingerprintIndex()
    prints = [find_fingerprints(files) for files in CLASS.values()]
    for n in range(1000):
        made.add(HandInEntry(f"student {n}"), prints[n % len(prints)], str(n))
    assert max(map(len, made.having.values())) <= similarity.MAX_OWNERS
    assert made.find_similar().left_out == []
