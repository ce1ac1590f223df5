"""How a forked child confines itself before it reads a student's code.

First the child gets its own namespaces and a small file system, if the zygote may make them.
Then it sets limits, changes to another user, drops all capabilities, and asks the kernel to kill
it when the zygote ends. After the hand-in's modules are written to its folder, it turns on
Landlock and the filter of system calls. Each layer alone would stop most attacks; none is
trusted alone.
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

NOBODY_UID = 65534
TMPFS_OPTIONS = "size=16m,nr_inodes=4k,mode=700"
ZERO_LIMITS = (resource.RLIMIT_NPROC, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE)


@dataclass
class ChildConfinement:
    """How the children of one zygote are confined.

    folder          the working folder, made anew for each child; nothing else is in its parent
    readable        the other paths that a child may read
    has_namespaces  whether each child gets its own namespaces, and so a folder it may write to
    uid             the user that a child becomes
    ruleset         the descriptor of a Landlock ruleset, if all children share one
    zygote_fd       the pidfd of the process that forks them
    """

    folder: str
    readable: list[str]
    has_namespaces: bool
    uid: int = 0
    ruleset: int | None = None
    zygote_fd: int = -1

    def prepare(self) -> None:
        """Find out which layers work on this machine. The zygote calls this once.

        Raises: OSError: a layer that all others depend on is missing.
        """
        self.zygote_fd = os.pidfd_open(os.getpid())
        self.uid = os.geteuid()
        if self.uid == 0 and succeeds_in_fork(self.read_as_nobody):
            self.uid = NOBODY_UID
        if self.has_namespaces and not succeeds_in_fork(self.enter):
            self.has_namespaces = False
        if not self.has_namespaces:
            self.clear()
            shared = [*self.readable, os.path.dirname(self.folder)]
            self.ruleset = landlock.make_ruleset(shared, [os.devnull])

    def __str__(self) -> str:
        """Describe the confinement on this machine, for `doctor`."""
        files = "its own namespaces and files" if self.has_namespaces else "no file it can write"
        known = (
            f"Landlock {landlock.landlock_version()}" if landlock.has_landlock() else "no Landlock"
        )
        return f"each hand-in has {files}, user {self.uid} without capabilities, seccomp, {known}"

    def fork(self) -> int:
        """Fork a child. If it has its own process namespace, all processes in there end with it."""
        if not self.has_namespaces:
            os.mkdir(self.folder, 0o700)
            os.chown(self.folder, self.uid, -1)
            return os.fork()
        kernel.call_libc("unshare", kernel.CLONE_NEWPID)
        if pid := os.fork():
            kernel.call_libc("setns", self.zygote_fd, kernel.CLONE_NEWPID)
        return pid

    def enter(self) -> None:
        """Confine this process as far as possible while it still has to read its work."""
        if self.has_namespaces:
            kernel.call_libc("unshare", kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC)
            kernel.mount_tmpfs(self.folder, f"{TMPFS_OPTIONS},uid={self.uid}")
        for limit in ZERO_LIMITS:
            resource.setrlimit(limit, (0, 0))
        if self.uid != os.geteuid():
            os.setgroups([])
            os.setresgid(NOBODY_UID, NOBODY_UID, NOBODY_UID)
            os.setresuid(self.uid, self.uid, self.uid)
        kernel.drop_capabilities()
        kernel.set_prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if select([self.zygote_fd], [], [], 0)[0]:  # the zygote has already ended
            os._exit(1)
        kernel.set_prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        # the first process of a namespace ignores signals without a handler: so handle this one
        kernel.libc.signal(signal.SIGXCPU, ctypes.cast(kernel.libc._exit, ctypes.c_void_p))
        os.close(self.zygote_fd)
        os.chdir(self.folder)

    def lock(self) -> None:
        """Confine this process for good. After this, student code may run."""
        if self.has_namespaces:
            for folder, _, files in os.walk("."):
                for name in files:  # so that one function cannot delete the files of the others
                    os.chmod(os.path.join(folder, name), 0o444)
                os.chmod(folder, 0o700 if folder == "." else 0o555)
        if self.has_namespaces and landlock.has_landlock():
            self.ruleset = landlock.make_ruleset(["/"], [self.folder, os.devnull])
        if self.ruleset is not None:
            landlock.enforce_ruleset(self.ruleset)
            os.close(self.ruleset)
        seccomp.install_filter(os.getpid())

    def clear(self) -> None:
        """Remove a child's folder if it lies on disk. It holds only the hand-in's modules."""
        if not self.has_namespaces:
            shutil.rmtree(self.folder, ignore_errors=True)

    def read_as_nobody(self) -> None:
        """Check that user `nobody` can read what a child needs. Raises: OSError: it cannot."""
        os.setresuid(NOBODY_UID, NOBODY_UID, NOBODY_UID)
        for path in self.readable:
            os.close(os.open(path, os.O_RDONLY))


def succeeds_in_fork(attempt: Callable[[], object]) -> bool:
    """Whether an attempt succeeds. It runs in a forked process, so that it changes nothing here."""
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
