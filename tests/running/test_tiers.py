"""Which tier a machine offers, why it offers no better one, and what a child can see in it."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from real_command import ORDINARY, copied, ordinary_python, places
from test_sandbox import say

from autograder import running
from autograder.confined import landlock
from autograder.model import Fault
from autograder.running import tiers, view, zygotes
from autograder.running.sandbox import ZygoteSandbox
from autograder.running.tiers import IsolationTier

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")

NEEDED = [
    "pytest",
    "_pytest",
    "pluggy",
    "iniconfig",
    "packaging",
    "pygments",
    "py",
    "numpy",
    "safetensors",
]


@pytest.fixture
def fresh() -> Iterator[None]:
    """Tests neither use an earlier sandbox nor leave one behind."""
    tiers.sandbox_of_tier.cache_clear()
    yield
    for name in running.SANDBOXES:
        tiers.sandbox_of_tier(name).close()
    tiers.sandbox_of_tier.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_the_best_that_works_is_taken() -> None:
    """Every tier is tried, best first; the portable one always works."""
    found = tiers.probe_tiers()
    assert tuple(tier.name for tier in found) == tiers.TIER_NAMES
    assert found[-1].works
    best = next(tier.name for tier in found if tier.works)
    assert tiers.find_place().name == best
    assert tiers.find_place("process").name == "process"


@pytest.mark.usefixtures("fresh")
def test_without_bubblewrap_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tier without its program is not offered; if it is requested, the error tells how to install
    it."""
    monkeypatch.setenv("PATH", "/nowhere")
    bubblewrap, *others = tiers.probe_tiers()
    assert not bubblewrap.works
    assert bubblewrap.remedy == "install it: `apt install bubblewrap`, `dnf install bubblewrap`"
    assert tiers.find_place().name == next(tier.name for tier in others if tier.works)
    with pytest.raises(OSError, match=r"bubblewrap does not work here: .* `apt install"):
        tiers.find_place("bubblewrap")
    with pytest.raises(OSError, match=r"no tier 'chroot'; choose from: bubblewrap, landlock, proc"):
        tiers.find_place("chroot")


@pytest.mark.usefixtures("fresh")
def test_a_tier_that_does_not_hold_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a child can do something forbidden, the tier reports it, and is not used."""
    monkeypatch.setattr(view, "readable_paths", lambda: ["/"])
    tier = next(tier for tier in tiers.probe_tiers() if tier.name == "landlock")
    if not landlock.has_landlock():
        pytest.skip("a kernel without Landlock")
    assert not tier.works
    assert tier.detail.startswith("a hand-in could read ")
    assert "read other files" in tier.detail


@pytest.mark.parametrize(
    ("where", "remedy"),
    [
        ("container", "the container's profile denies namespaces: start it with `--cap-add "),
        ("kernel", "run `sudo sysctl "),
        ("nowhere", "run `bwrap --unshare-all --ro-bind / / true` to see what it says"),
        ("machine", "grade on Linux (x86_64 or aarch64), for example in a virtual machine"),
    ],
)
def test_the_remedy_is_for_this_machine(
    where: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cause that denies namespaces is found, and its remedy is given."""
    switch = tmp_path / "switch"
    switch.write_text("0\n")
    inside = [str(tmp_path)] if where == "container" else []
    monkeypatch.setattr(tiers, "CONTAINER_FILES", inside)
    switches = {str(switch): ("0", "run `sudo sysctl x=1`")} if where == "kernel" else {}
    monkeypatch.setattr(tiers, "USER_NAMESPACES", switches)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    if where == "machine":
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert tiers.remedy_for("bubblewrap").startswith(remedy)


UNSHUT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from autograder.confined import confinement, zygote
del sys.path[0]

def fails(self):
    raise PermissionError(1, "no namespace today")

confinement.ChildConfinement.enter = fails
zygote.main_zygote()
"""


@pytest.mark.skipif(not landlock.has_landlock(), reason="a kernel without Landlock")
def test_a_child_that_cannot_be_shut_in_is_the_graders_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No student's code runs then, and the fault is `internal`: no grade becomes lower."""
    usual = zygotes.zygote_command

    def command(scratch: str | None) -> list[str]:
        *python, _, told = usual(scratch)
        return [*python, "-c", UNSHUT, told]

    monkeypatch.setattr(zygotes, "zygote_command", command)
    place = ZygoteSandbox("landlock")
    fault = say(place, "return 1.0")
    place.close()
    assert isinstance(fault, Fault)
    assert fault.kind == "internal"
    assert fault.text.endswith("([Errno 1] no namespace today)")


def test_what_doctor_says() -> None:
    """One line per tier, and one more about how to get it."""
    text = tiers.describe_tiers(
        [IsolationTier("a", False, "is missing", "install it"), IsolationTier("b", True, "limits")]
    )
    assert text == (
        "no  a           is missing\n"
        "                install it\n"
        "yes b           limits"
    )  # fmt: skip


@pytest.mark.usefixtures("fresh")
def test_children_without_namespaces_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a profile allows only bubblewrap to make namespaces, its children are isolated all the
    same."""
    if not next(tiers.try_tiers("bubblewrap")).works:
        pytest.skip("no bubblewrap here")
    usual = view.bubblewrap_command

    def without(environment: dict[str, str]) -> list[str]:
        line = usual(environment)
        at = line.index("CAP_SYS_ADMIN")
        return line[: at - 1] + line[at + 1 :]

    monkeypatch.setattr(view, "bubblewrap_command", without)
    place = ZygoteSandbox("bubblewrap")
    try:
        assert place.run_trial() == []
        assert place.detail.startswith("each hand-in has no file it can write")
        assert say(place, "return 1.0") == 1.0
        assert say(place, "import os\nreturn float(len(os.listdir('.')))") == 1.0
    finally:
        place.close()


def test_what_a_child_is_shown() -> None:
    """Only the project's modules that drive exercises; no other package."""
    shown = [Path(place) for place in view.readable_paths()]
    hidden = [
        ROOT / "autograder" / name
        for name in ("references", "key", "scoring", "running", "hand_in", "cli.py")
    ]
    hidden += [ROOT / "tests", ROOT / "notebooks", Path(pytest.__file__), Path("/etc/passwd")]
    for place in shown:
        assert not any(place == path or place in path.parents for path in hidden), place
    for folder in view.hidden_folders():
        assert ["--tmpfs", str(folder)] in [view.mount_arguments()[i : i + 2] for i in range(999)]


def test_what_lies_in_a_shown_folder_can_be_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A course that is installed inside the standard library stays invisible."""
    for folder in ("a/b", "a/site/course", "a/site/other", "c"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(view, "hidden_folders", lambda: [tmp_path / "a" / "site" / "course"])
    found = [path.relative_to(tmp_path).as_posix() for path in view.visible_parts(tmp_path)]
    assert found == ["a/b", "a/site/other", "c"]


def test_a_place_travels_by_its_name() -> None:
    """A process that receives a place has its own zygotes."""
    place = ZygoteSandbox("landlock")
    place.idle = []
    other = pickle.loads(pickle.dumps(place))
    assert (other.name, other.idle) == ("landlock", [])


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
def test_all_of_it_as_an_ordinary_user(tmp_path: Path) -> None:
    """The same attacks, layers and ends, without root's privileges to set up the sandbox."""
    python = ordinary_python()
    if python is None:
        pytest.skip("no interpreter is in reach of an ordinary user")
    top = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        shutil.copytree(ROOT / "autograder", top / "autograder")
        (top / "tests").mkdir()
        sandboxed = ("running/test_sandbox.py", "confined/test_sandbox_layers.py")
        for name in ("conftest.py", *sandboxed):
            shutil.copy(ROOT / "tests" / name, top / "tests")
        shutil.copy(ROOT / "pyproject.toml", top)
        for name in NEEDED:
            copy_package(name, top)
        for path in (top, *top.rglob("*")):
            os.chown(path, ORDINARY, ORDINARY)
        done = subprocess.run(
            [python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
            cwd=top,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(top), "HOME": str(top)},
            user=ORDINARY,
            group=ORDINARY,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(top)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    print(done.stdout.splitlines()[-1])


def copy_package(name: str, top: Path) -> None:
    """Copy an installed package, with the libraries that a wheel may store beside it."""
    for path in map(Path, sys.path):
        for found in (path / name, path / f"{name}.py", path / f"{name}.libs"):
            if found.is_dir() and not (top / found.name).exists():
                shutil.copytree(found, top / found.name, ignore=shutil.ignore_patterns("tests"))
            elif found.is_file():
                shutil.copy(found, top)


@pytest.mark.skipif(sys.platform != "linux", reason="sandboxes are Linux's")
@pytest.mark.parametrize(
    "odd", ["a\nb", "a\\012b", 'it\'s "a" $HOME', "Übung 5 (neu)", "-a\tb:c", "a\u2028b\x85\x0cc"]
)
def test_a_place_works_wherever_the_grader_lies(odd: str, tmp_path: Path) -> None:
    """With any path to the grader, bubblewrap and landlock work as usual."""
    copied(tmp_path / odd)
    start = "import sys; sys.path.insert(0, sys.argv.pop(1));"
    start += " from autograder.__main__ import run_command"
    line = [sys.executable, "-P", "-c", f"{start}; sys.exit(run_command())", str(tmp_path / odd)]
    found = subprocess.run([*line, "doctor", "--json"], cwd="/", capture_output=True, check=False)
    offered = {row["name"] for row in map(json.loads, found.stdout.splitlines()) if row["works"]}
    assert offered == set(places()), (found.stdout, found.stderr)
