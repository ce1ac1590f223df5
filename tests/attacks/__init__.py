"""Attacks on the grader, written by somebody who wants the points and has read its source.

Each module holds one kind of attack: its first sentence says what is tried, the next what must
hold. Its `ATTACKS` are hand-ins, all else in them the solved package: what is honest is known.
Words in guillemets («canary», «neighbour», «port», «mark», …) stand for what a test lays out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent, indent

from conftest import package, replaced

TIERS = ("process", "landlock", "bubblewrap")
RELU = frozenset({"relu.forward", "relu.backward"})
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


def every() -> list[Attack]:
    """All attacks of all modules, each named after its module."""
    found = []
    for module in sorted(m.name for m in iter_modules(__path__)):
        for attack in import_module(f"{__name__}.{module}").ATTACKS:
            found.append((f"{module}-{attack.name}", attack))
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    return [Attack(**{**vars(attack), "name": name}) for name, attack in found]
