"""What this machine can keep a hand-in away from: tiers, found out by trying, best first.

bubblewrap  nothing else is there: own files, processes, network; and all of landlock
landlock    an ordinary process that may open, call and signal almost nothing; it still learns
            whether a file exists whose name it can guess
process     limits alone: it may read what you may read
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
from .fresh_interpreter import FreshInterpreter
from .sandbox import ZygoteSandbox

PORTABLE = FreshInterpreter()
TIER_NAMES = (*SANDBOXES, PORTABLE.name)
CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")
USER_NAMESPACES = {  # a file of the kernel's, what stands in it where they are denied, the remedy
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
    detail  what it is here in particular, or why it does not work
    remedy  how to get it
    """

    name: str
    works: bool
    detail: str
    remedy: str = ""


def probe_tiers() -> list[IsolationTier]:
    """All tiers, best first, each tried."""
    return list(try_tiers())


def find_place(name: str | None = None) -> ExecutionPlace:
    """A tier by its name, or the best that works here.

    Raises: OSError: that tier does not work here; the text says why, and how to get it.
    """
    if name not in (None, *TIER_NAMES):
        raise OSError(f"no tier {name!r}; there are: {', '.join(TIER_NAMES)}")
    for tier in try_tiers(name):
        if tier.works:
            return PORTABLE if tier.name == PORTABLE.name else sandbox_of_tier(tier.name)
    raise OSError(f"{tier.name} does not work here: {tier.detail}; {tier.remedy}".rstrip("; "))


@cache
def sandbox_of_tier(name: str) -> ZygoteSandbox:
    """The one sandbox of a tier that this process has."""
    return ZygoteSandbox(name)


def try_tiers(name: str | None = None) -> Iterator[IsolationTier]:
    """Tiers, best first, each tried when it is asked for."""
    for tier in SANDBOXES if name is None else {name} & set(SANDBOXES):
        if sys.platform != "linux":
            yield IsolationTier(tier, False, "it is Linux's", remedy_for(tier))
            continue
        try:
            try:
                possible = sandbox_of_tier(tier).trial()
            except OSError:  # a busy machine, or somebody's kill: no reason for less isolation
                possible = sandbox_of_tier(tier).trial()
        except OSError as error:
            yield IsolationTier(tier, False, str(error), remedy_for(tier))
            continue
        if possible:
            yield IsolationTier(
                tier, False, f"a hand-in could {', '.join(possible)}", remedy_for(tier)
            )
        else:
            yield IsolationTier(tier, True, sandbox_of_tier(tier).detail)
    if name in (None, PORTABLE.name):
        yield IsolationTier(
            PORTABLE.name, True, "limits alone: a hand-in may read what you may read"
        )


def remedy_for(tier: str) -> str:
    """What would make a tier work here, as far as it can be seen."""
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
    for file, (denied, how) in USER_NAMESPACES.items():
        if Path(file).is_file() and Path(file).read_text().strip() == denied:
            return how
    return "run `bwrap --unshare-all --ro-bind / / true` to see what it says"


def describe_tiers(tiers: list[IsolationTier]) -> str:
    """The tiers as lines of text, for `autograder doctor`."""
    lines = []
    for tier in tiers:
        lines.append(f"{'yes' if tier.works else 'no':<4}{tier.name:<12}{tier.detail}")
        lines += [f"{'':16}{tier.remedy}"] * bool(tier.remedy)
    return "\n".join(lines)
