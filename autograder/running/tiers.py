"""The tiers of isolation, best first, and which of them work on this machine.

bubblewrap  its own files, processes and network, and everything that landlock does
landlock    an ordinary process that can open, call and signal almost nothing; it can still find
            out whether a file exists
process     limits only, no sandbox: it can read everything that you can read

Each tier is tried, because version numbers do not show whether it works.
"""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.confined import seccomp

from . import SANDBOXES
from .conversation import ExecutionPlace
from .fresh_interpreter import FRESH_INTERPRETER
from .sandbox import ZygoteSandbox

TIER_NAMES = (*SANDBOXES, FRESH_INTERPRETER.name)
CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")
USER_NAMESPACES = {  # a file of the kernel: its content if namespaces are denied, the remedy
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor denies user namespaces to programs without a profile: add one for bwrap that"
        " has `userns,`, or run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "run `sudo sysctl kernel.unprivileged_userns_clone=1`",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "run `sudo sysctl user.max_user_namespaces=10000`",
    ),
}


@dataclass(frozen=True)
class IsolationTier:
    """One tier on this machine.

    works   whether hand-ins can be graded in it
    detail  the confinement on this machine, or why the tier does not work
    remedy  how to make it work
    """

    name: str
    works: bool
    detail: str
    remedy: str = ""


def probe_tiers() -> list[IsolationTier]:
    """Try all tiers. Returns: them, best first."""
    return list(try_tiers())


def find_place(name: str | None = None) -> ExecutionPlace:
    """The place of a tier by its name, or of the best tier that works here.

    Raises: OSError: the tier does not work here; the text says why, and how to make it work.
    """
    if name not in (None, *TIER_NAMES):
        raise OSError(f"no tier {name!r}; choose from: {', '.join(TIER_NAMES)}")
    for tier in try_tiers(name):
        if tier.works:
            is_portable = tier.name == FRESH_INTERPRETER.name
            return FRESH_INTERPRETER if is_portable else sandbox_of_tier(tier.name)
    raise OSError(f"{tier.name} does not work here: {tier.detail}; {tier.remedy}".rstrip("; "))


@cache
def sandbox_of_tier(name: str) -> ZygoteSandbox:
    """The sandbox of a tier: one per process."""
    return ZygoteSandbox(name)


def try_tiers(name: str | None = None) -> Iterator[IsolationTier]:
    """Try the tiers one by one, best first; with a name only that one."""
    for tier in SANDBOXES if name is None else {name} & set(SANDBOXES):
        if sys.platform != "linux":
            yield IsolationTier(tier, False, "it needs Linux", remedy_for(tier))
            continue
        try:
            try:
                possible = sandbox_of_tier(tier).run_trial()
            except OSError:  # the machine may be busy: try again before using a weaker tier
                possible = sandbox_of_tier(tier).run_trial()
        except OSError as error:
            yield IsolationTier(tier, False, str(error), remedy_for(tier))
            continue
        if possible:
            yield IsolationTier(
                tier, False, f"a hand-in could {', '.join(possible)}", remedy_for(tier)
            )
        else:
            yield IsolationTier(tier, True, sandbox_of_tier(tier).detail)
    if name in (None, FRESH_INTERPRETER.name):
        yield IsolationTier(
            FRESH_INTERPRETER.name, True, "limits only: a hand-in can read what you can read"
        )


def remedy_for(tier: str) -> str:
    """How to make a tier work here, as far as we can find out."""
    if sys.platform != "linux" or platform.machine() not in seccomp.MACHINES:
        return "grade on Linux (x86_64 or aarch64), for example in a virtual machine"
    if tier == "landlock":
        return (
            "it needs Linux 5.13 or later with `landlock` in /sys/kernel/security/lsm"
            " (boot parameter `lsm=`), and a container whose profile lets its calls through"
        )
    if not shutil.which("bwrap"):
        return "install it: `apt install bubblewrap`, `dnf install bubblewrap`"
    if any(map(os.path.exists, CONTAINER_FILES)):
        return (
            "the container's profile denies namespaces: start it with `--cap-add SYS_ADMIN"
            " --security-opt seccomp=unconfined --security-opt apparmor=unconfined`"
        )
    for file, (denied, remedy) in USER_NAMESPACES.items():
        if Path(file).is_file() and Path(file).read_text().strip() == denied:
            return remedy
    return "run `bwrap --unshare-all --ro-bind / / true` to see what it says"


def describe_tiers(tiers: list[IsolationTier]) -> str:
    """The tiers as lines of text, for `autograder doctor`."""
    lines = []
    for tier in tiers:
        lines.append(f"{'yes' if tier.works else 'no':<4}{tier.name:<12}{tier.detail}")
        lines += [f"{'':16}{tier.remedy}"] * bool(tier.remedy)
    return "\n".join(lines)
