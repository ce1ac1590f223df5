"""The cell that a forked child shuts itself in before it touches a student's code.

In order: namespaces and a small file system of its own where the zygote may make them, then
limits, another user, no capabilities, its end with the zygote's. Once the hand-in's modules lie
in its folder: Landlock and the list of system calls. Each layer alone would stop most attacks;
none is trusted alone.
"""

import ctypes
import os
import resource
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from select import select

from . import kernel, landlock, seccomp

NOBODY = 65534
OWN_FILES = "size=16m,nr_inodes=4k,mode=700"
NONE_OF = (resource.RLIMIT_NPROC, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE)


@dataclass
class Cell:
    """How the children of one zygote are shut in.

    folder    where a child works, new for each; alone in its parent folder
    readable  what a child may read besides
    own       whether it gets namespaces of its own, and with them a folder to write to
    uid       whom it becomes
    rules     a descriptor of Landlock's, where all children share their rules
    zygote    a descriptor of the process that forks them
    """

    folder: str
    readable: list[str]
    own: bool
    uid: int = 0
    rules: int | None = None
    zygote: int = -1

    def prepare(self) -> None:
        """Find out what is possible here, once in the zygote.

        Raises: OSError: a layer is missing without which nothing holds.
        """
        self.zygote = os.pidfd_open(os.getpid())
        self.uid = os.geteuid()
        if self.uid == 0 and succeeds_in_fork(self.read_as_nobody):
            self.uid = NOBODY
        if self.own and not succeeds_in_fork(self.enter):
            self.own = False
        if not self.own:
            self.clear()
            shared = [*self.readable, os.path.dirname(self.folder)]
            self.rules = landlock.make_ruleset(shared, [os.devnull])

    def __str__(self) -> str:
        """What it is here, for `doctor`."""
        own = "namespaces and files of its own" if self.own else "no file that it could write"
        known = (
            f"Landlock {landlock.landlock_version()}" if landlock.has_landlock() else "no Landlock"
        )
        return f"each hand-in has {own}, user {self.uid} without capabilities, seccomp, {known}"

    def fork(self) -> int:
        """Fork a child, in a process namespace of its own if it gets one: its end ends all."""
        if not self.own:
            os.mkdir(self.folder, 0o700)
            os.chown(self.folder, self.uid, -1)
            return os.fork()
        kernel.call_libc("unshare", kernel.CLONE_NEWPID)
        if pid := os.fork():
            kernel.call_libc("setns", self.zygote, kernel.CLONE_NEWPID)
        return pid

    def enter(self) -> None:
        """Shut this process in, as far as it can be while it still reads its work."""
        if self.own:
            kernel.call_libc("unshare", kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC)
            kernel.mount_tmpfs(self.folder, f"{OWN_FILES},uid={self.uid}")
        for limit in NONE_OF:
            resource.setrlimit(limit, (0, 0))
        if self.uid != os.geteuid():
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(self.uid, self.uid, self.uid)
        kernel.drop_capabilities()
        kernel.set_prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if select([self.zygote], [], [], 0)[0]:  # it has ended already
            os._exit(1)
        kernel.set_prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        # the first process of a namespace ignores a signal that has no handler: exit in one
        kernel.libc.signal(signal.SIGXCPU, ctypes.cast(kernel.libc._exit, ctypes.c_void_p))
        os.close(self.zygote)
        os.chdir(self.folder)

    def lock(self) -> None:
        """Shut this process in for good: what follows is a student's code."""
        if self.own:
            for place, _, files in os.walk("."):
                for name in files:  # one function must not cost the others their files
                    os.chmod(os.path.join(place, name), 0o444)
                os.chmod(place, 0o700 if place == "." else 0o555)
        if self.own and landlock.has_landlock():
            self.rules = landlock.make_ruleset(["/"], [self.folder, os.devnull])
        if self.rules is not None:
            landlock.enforce_ruleset(self.rules)
            os.close(self.rules)
        seccomp.install_filter(os.getpid())

    def clear(self) -> None:
        """Remove what a child left: its modules alone, for it could write nothing more."""
        if not self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def read_as_nobody(self) -> None:
        """Raises: OSError: another user could not read what a child needs."""
        os.setresuid(NOBODY, NOBODY, NOBODY)
        for place in self.readable:
            os.close(os.open(place, os.O_RDONLY))


def succeeds_in_fork(attempt: Callable[[], object]) -> bool:
    """Whether something can be done, found out in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
