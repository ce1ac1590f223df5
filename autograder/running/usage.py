"""What the kernel reports about a process: its CPU time, and kills for lack of memory.

Where a system does not report it, the values are 0, and only the wall clock limits a process.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

NANOSECONDS = 1e9
CGROUP_FOLDER = Path("/sys/fs/cgroup")


def computed_seconds(pid: int) -> float:
    """The CPU time in seconds of a process, with all its threads; 0.0 if unknown."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def queued_seconds(pid: int) -> float:
    """The seconds for which a process was ready to run but had no CPU; 0.0 if unknown."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / NANOSECONDS
    return 0.0


class TimeMeter:
    """Splits the time of one process into computing and waiting."""

    def __init__(self, pid: int, now: float) -> None:
        """Args: now: the wall clock, in seconds."""
        self.pid, self.start = pid, now
        self.computed, self.queued = computed_seconds(pid), queued_seconds(pid)
        self.computed_at_start, self.queued_at_start = self.computed, self.queued
        self.reported = 0.0, 0.0

    def read(self, now: float) -> tuple[float, float]:
        """The seconds since the last call in which the process computed, and waited.

        The kernel counts queued time only when it is over. So the waiting time may be negative: it
        corrects an earlier result.
        """
        # of a process that has ended, the kernel reports nothing more
        self.computed = max(self.computed, computed_seconds(self.pid))
        self.queued = max(self.queued, queued_seconds(self.pid))
        computed = self.computed - self.computed_at_start
        queued = self.queued - self.queued_at_start
        waited = max(0.0, now - self.start - computed - queued)
        before, self.reported = self.reported, (computed, waited)
        return computed - before[0], waited - before[1]


@cache
def oom_counters() -> tuple[Path, ...]:
    """The files in which the kernel counts kills for lack of memory: one for the machine, and those
    for the cgroup of this process (version 2 or 1)."""
    found = [Path("/proc/vmstat")]
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            is_version_1 = "memory" in controllers.split(",")
            file = "memory/{}/memory.oom_control" if is_version_1 else "{}/memory.events"
            if is_version_1 or not controllers:  # in a container, the path may be the host's
                found += [CGROUP_FOLDER / file.format(inside) for inside in (path.lstrip("/"), ".")]
    return tuple(found)


def count_oom_kills(files: Iterable[Path] | None = None) -> int:
    """How many processes the kernel has killed for lack of memory, as far as it can be read.

    Args: files: hold a line `oom_kill N` each; by default those of this machine.
    """
    count = 0
    for file in oom_counters() if files is None else files:
        with suppress(OSError, ValueError):
            for line in file.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    count += int(value)
    return count
