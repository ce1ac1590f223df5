"""The few calls to the Linux kernel that Python has no name for."""

import ctypes
import os
from typing import Any

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def call_libc(name: str, *arguments: Any) -> int:
    """Call a function of the C library. Raises OSError where it returns −1."""
    result: int = getattr(libc, name)(*arguments)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def set_prctl(option: int, value: int) -> None:
    nothing = ctypes.c_ulong(0)
    call_libc("prctl", option, ctypes.c_ulong(value), nothing, nothing, nothing)


def drop_capabilities() -> None:
    """Give up every capability, for good once NO_NEW_PRIVS is set."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call_libc("capset", header, (ctypes.c_uint32 * 6)())


def mount_tmpfs(place: str, options: str) -> None:
    """Lay an empty file system in memory over a folder, in this mount namespace alone."""
    call_libc("mount", None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    call_libc("mount", b"tmpfs", place.encode(), b"tmpfs", flags, options.encode())
