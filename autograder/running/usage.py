"""What the kernel knows of a process: its time, and whether it ran out of memory.

Where the system does not say, nothing was computed and nobody was killed: what is left is the
clock on the wall.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

NANOSECONDS = 1e9
CGROUP_FOLDER = Path("/sys/fs/cgroup")


def computed_seconds(pid: int) -> float:
    """Seconds of processor time that a process has used, all its threads together."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def queued_seconds(pid: int) -> float:
    """Seconds in which a process was ready to run, and others had the processor."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / NANOSECONDS
    return 0.0


class TimeMeter:
    """What one process does with its time, from one look to the next."""

    def __init__(self, pid: int, now: float) -> None:
        self.pid, self.since = pid, now
        self.before = self.used, self.stood = computed_seconds(pid), queued_seconds(pid)
        self.told = 0.0, 0.0

    def read(self, now: float) -> tuple[float, float]:
        """Seconds since the last look in which it computed, and in which it waited.

        The kernel counts how long a process was queued when that is over: what was taken for
        waiting before is then less than nothing.
        """
        self.used, self.stood = (
            max(self.used, computed_seconds(self.pid)),
            max(self.stood, queued_seconds(self.pid)),
        )
        used = self.used - self.before[0]  # of a process that has ended nothing more is known
        waited = max(0.0, now - self.since - used - (self.stood - self.before[1]))
        last, self.told = self.told, (used, waited)
        return used - last[0], waited - last[1]


@cache
def oom_counters() -> tuple[Path, ...]:
    """The files in which the kernel counts whom it killed for want of memory: here at all, and in
    the cgroup of this process (version 2 or 1)."""
    found = [Path("/proc/vmstat")]
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            is_first = "memory" in controllers.split(",")
            file = "memory/{}/memory.oom_control" if is_first else "{}/memory.events"
            if is_first or not controllers:  # in a container, the path may be as the host sees it
                found += [CGROUP_FOLDER / file.format(inside) for inside in (path.lstrip("/"), ".")]
    return tuple(found)


def count_oom_kills(files: Iterable[Path] | None = None) -> int:
    """How many processes the kernel has killed for want of memory, as far as it can be read.

    Args: files: where it counts, a line `oom_kill N` in each; by default those of this machine.
    """
    count = 0
    for file in oom_counters() if files is None else files:
        with suppress(OSError, ValueError):
            for line in file.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    count += int(value)
    return count
