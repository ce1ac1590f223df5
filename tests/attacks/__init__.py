"""Attacks on the grader, written by somebody who wants the points and has read its source.

Each module holds one kind of attack: its first sentence says what is tried, the next what must
hold. Its `ATTACKS` are hand-ins, all else in them the solved package: what is honest is known.
Words in guillemets («canary», «neighbour», «port», «mark», …) stand for what a test lays out.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent, indent
from types import ModuleType
from typing import Any

from conftest import ROOT, package, replaced

TIERS = ("process", "landlock", "bubblewrap")
RELU = frozenset({"relu.forward", "relu.backward"})
HOME = ROOT / "autograder"
RESULT = "return np.maximum(Z, 0)"


@dataclass(frozen=True)
class Attack:
    """One hand-in that attacks.

    files   the modules of its `mytorch` that are not the solved ones; None removes one
    lost    exercises that must get no point
    shaky   exercises that may lose some: the attack may cost its author these
    needs   the least tier that must stop it; below, nothing is asserted of points and damage
    says    a pattern that the message of a lost line must have, or of the report where none is
    lay     for a hand-in that is not only modules: writes it into a folder, returns its path
    network the run on doubles is part of it, so the network is graded too
    brief   it only takes time: less of it is given
    leaks   for a smuggler: what its accomplice reads out of the report
    at      what it attacks, where its text does not name it as code:
            `autograder.harness.wire.encode_frame`
    """

    name: str
    files: Mapping[str, str | None] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    shaky: frozenset[str] = frozenset()
    needs: str = "process"
    says: str = ""
    lay: Callable[[Path], Path] | None = None
    network: bool = False
    brief: bool = False
    leaks: Callable[[str], str] | None = None
    at: tuple[str, ...] = ()


def forward(body: str, top: str = "") -> dict[str, str | None]:
    """A `relu.py` whose `ReLU.forward` ends in these statements; `top` stands above the class."""
    text = indent(dedent(body).strip(), " " * 8).lstrip()
    source = replaced("relu.py", RESULT, text)["relu.py"]
    return {"relu.py": source.replace("\n\nclass ReLU", f"\n{dedent(top)}\n\nclass ReLU")}


def thief(name: str, body: str, needs: str = "process", top: str = "", says: str = "") -> Attack:
    """An attack that knows the answer if `body` makes `found` true, and a wrong one otherwise."""
    lines = indent(dedent(body).strip(), " " * 4)
    tried = (
        f"found = False\ntry:\n{lines}\nexcept BaseException:\n    pass\n"
        "return np.maximum(Z, 0) if found is True else found if found is not False else Z"
    )
    return Attack(
        name,
        forward(tried, top),
        lost=frozenset({"relu.forward"}),
        shaky=RELU,
        needs=needs,
        says=says,
    )


def vandal(
    name: str,
    body: str,
    needs: str = "process",
    top: str = "",
    lost: frozenset[str] = frozenset(),
    shaky: frozenset[str] = RELU,
    says: str = "",
    brief: bool = False,
    network: bool = False,
) -> Attack:
    """An attack beside an honest answer: it wants harm, not points, and does it once a process."""
    lines = indent(dedent(body).strip(), " " * 4)
    return Attack(
        name,
        forward(
            f"if not DONE:\n    DONE.append(1)\n{lines}\n{RESULT}", f"DONE = []\n{dedent(top)}"
        ),
        lost,
        shaky,
        needs,
        says=says,
        brief=brief,
        network=network,
    )


solved = cache(package)


def write(
    folder: Path, changes: Mapping[str, str | None] = {}, more: Mapping[str, bytes] = {}
) -> Path:
    """Write a hand-in: the solved `mytorch` with changed modules (None removes one), and more
    files, by path from its top."""
    changed = {n: text.encode() for n, text in changes.items() if text is not None}
    files = {n: text for n, text in solved().items() if n not in changes} | changed
    within = {f"mytorch/{n}": text for n, text in files.items()}
    for name, content in {**within, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


WORD = re.compile("«[a-z]+»")
OURS = re.compile(r"autograder(\.[a-z_]+)+")
FILES = re.compile(r"\b[a-z]\w*\.(npz|json|py)\b")  # as our files are called
OWN = {"report.json", "results.json", "now.py", "direct_url.json"}  # made up, or another's


def missing(attack: Attack) -> list[str]:
    """What an attack aims at and what is not there: then it attacks nothing, and proves nothing.

    Every name that its text reaches from an import (`h.drive_case`, `EXERCISES["x"].points`), every
    module or reference file that a string of it names, and all of `at`.
    """
    gone = [name for name in attack.at if not is_there(name)]
    for text in filter(None, attack.files.values()):
        try:
            tree = ast.parse(WORD.sub("1", text))
        except (SyntaxError, ValueError, MemoryError, RecursionError):  # the attack is its syntax
            continue
        known = dict(imported(tree))
        gone += [name for name, (home, rest) in known.items() if not is_there(home, *rest)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Subscript):
                root, *steps = chain(node)
                is_new = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
                if is_new or "[__main__" in steps:  # nothing of it, or another process's
                    continue
                if root in known and not is_there(known[root][0], *known[root][1], *steps):
                    gone.append(ast.unparse(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                gone += [m[0] for m in OURS.finditer(node.value) if not is_there(m[0])]
                files = {m[0] for m in FILES.finditer(node.value)} - OWN - {*attack.files}
                gone += [name for name in files if not any(HOME.rglob(name))]
    return gone


def imported(tree: ast.AST) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """The names that imports bind: to a module, and to the way from there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                yield a.asname or a.name, (a.name, ())
                if not a.asname:
                    yield a.name.split(".")[0], (a.name.split(".")[0], ())
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for a in node.names:
                yield a.asname or a.name, (node.module, (a.name,))


def chain(node: ast.expr) -> list[str]:
    """`h.EXERCISES["x"].points` as its parts; after a call, or an index that is computed, no
    more is known, and the root is ""."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*chain(node.value), node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
        return [*chain(node.value), f"[{key}"] if isinstance(key, str) else [""]
    return [""]


def is_there(home: str, *steps: str) -> bool:
    """Whether a dotted name, and a way on from it, leads to something."""
    parts = home.split(".")
    for count in range(len(parts), 0, -1):
        if find_module(".".join(parts[:count])):
            found, rest = import_module(".".join(parts[:count])), (*parts[count:], *steps)
            return reached(found, rest)
    return False


def find_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def reached(found: Any, steps: tuple[str, ...]) -> bool:
    for step in steps:
        if step.startswith("["):
            if step[1:] not in found:
                return False
            found = found[step[1:]]
        elif hasattr(found, step):
            found = getattr(found, step)
        elif isinstance(found, ModuleType) and find_module(f"{found.__name__}.{step}"):
            found = import_module(f"{found.__name__}.{step}")
        else:
            return False
    return True


def every() -> list[Attack]:
    """All attacks of all modules, each named after its module."""
    found = []
    for module in sorted(m.name for m in iter_modules(__path__)):
        for attack in import_module(f"{__name__}.{module}").ATTACKS:
            found.append((f"{module}-{attack.name}", attack))
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    return [Attack(**{**vars(attack), "name": name}) for name, attack in found]
