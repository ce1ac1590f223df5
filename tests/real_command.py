"""The installed command, in each place that this machine offers, as root and as a user."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest
import safetensors
from conftest import ROOT, package

from autograder.running import tiers, view

Done = subprocess.CompletedProcess[bytes]
ORDINARY = 65534  # a user without privileges
LANDLOCK_CREATE_RULESET = 444
SCRIPT = """import sys
from autograder.__main__ import run_command
if __name__ == "__main__":
    sys.exit(run_command())
"""


@dataclass(frozen=True)
class Command:
    """How `autograder` is started: as which user, and in which place it will grade."""

    line: tuple[str | Path, ...]
    place: str
    user: int | None = None
    env: tuple[tuple[str, str], ...] = ()

    def __call__(self, *arguments: str | Path, cwd: Path, **more: Any) -> Done:
        """Run it and wait for its end. `env` adds to its environment."""
        return subprocess.run([*self.line, *arguments], check=False, **self.start(cwd, **more))

    def start(
        self,
        cwd: Path,
        env: Mapping[str, str] = {},
        before: Callable[[], object] = int,
        **more: Any,
    ) -> dict[str, Any]:
        """The arguments of `subprocess.Popen`."""
        closed_off = self.place == "process"

        def prepare() -> None:
            if closed_off:
                deny(LANDLOCK_CREATE_RULESET)
            before()

        own = {"PATH": os.environ["PATH"] if self.place == "bubblewrap" else "/nowhere"}
        who = {} if self.user is None else {"user": self.user, "group": self.user}
        return {
            "cwd": cwd,
            "env": {**own, **dict(self.env), **(env or {})},
            "preexec_fn": prepare,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **({"extra_groups": []} if who else {}),
            **who,
            **more,
        }


def deny(call: int) -> None:
    """Deny one system call to this process and its children, as an older kernel does."""
    libc = ctypes.CDLL(None, use_errno=True)
    steps = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, call),
        (0x06, 0, 0, 0x00050026),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    code = b"".join(
        a.to_bytes(2, "little") + bytes([b, c]) + d.to_bytes(4, "little") for a, b, c, d in steps
    )
    held = ctypes.create_string_buffer(code)

    class Program(ctypes.Structure):
        _fields_ = (("count", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    program = Program(len(steps), ctypes.addressof(held))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


@cache
def places() -> tuple[str, ...]:
    """The places that this machine offers."""
    return tuple(tier.name for tier in tiers.probe_tiers() if tier.works)


def installed(place: str) -> Command:
    """The command of the environment that runs the tests."""
    if place not in places():
        pytest.skip(f"this machine does not offer {place}")
    line = [path for path in [Path(sys.executable).with_name("autograder")] if path.is_file()]
    if not line:
        pytest.skip("the command is not installed beside this Python")
    return Command(tuple(line), place)


def ordinary(place: str, top: Path) -> Command:
    """The command of a user without privileges, whose files lie in `top`."""
    python = ordinary_python()
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or python is None:
        pytest.skip("only root can become another user, who needs an interpreter in reach")
    copied(top / "installed")
    (top / "bin").mkdir()
    (top / "bin" / "autograder").write_text(SCRIPT)
    given_to(top)
    env = (("PYTHONPATH", str(top / "installed")), ("TMPDIR", str(top)), ("HOME", str(top)))
    command = Command((python, "-B", top / "bin" / "autograder"), place, ORDINARY, env)
    offered = command("doctor", cwd=top).stdout.decode().splitlines()
    if not any(line.startswith("yes") and place in line.split() for line in offered):
        pytest.skip(f"an ordinary user does not get {place} here")
    return command


@cache
def ordinary_python() -> str | None:
    """An interpreter of this version that an ordinary user can start."""
    for python in (str(view.INTERPRETER), "/usr/bin/python3"):
        ask = [python, "-c", "import sys; print(*sys.version_info[:2])"]
        try:
            done = subprocess.run(ask, user=ORDINARY, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.stdout.split() == [str(number) for number in sys.version_info[:2]]:
            return python
    return None


def copied(folder: Path) -> None:
    """Copy the grader and what it needs into a folder."""
    shutil.copytree(ROOT / "autograder", folder / "autograder")
    for module in (numpy, safetensors):
        source = Path(str(module.__file__)).parent
        for path in (source, source.with_name(f"{source.name}.libs")):
            if path.is_dir():
                skipped = shutil.ignore_patterns("tests", "__pycache__")
                shutil.copytree(path, folder / path.name, ignore=skipped)


def given_to(top: Path, user: int = ORDINARY) -> None:
    """Give a folder, and all in it, to a user."""
    for path in (top, *top.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def write_class(folder: Path, names: Sequence[str] = ("ada", "bob")) -> Path:
    """A folder of hand-ins: those called ada are solved, the others are stubs."""
    for name in names:
        for file, content in package(solved=name.startswith("ada")).items():
            path = folder / name / "mytorch" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder
