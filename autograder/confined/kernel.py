"""The calls to the Linux kernel that Python has no function for."""

import ctypes
import os
from typing import Any

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def call_libc(name: str, *arguments: Any) -> int:
    """Call a function of the C library. Raises: OSError: it returned −1."""
    result: int = getattr(libc, name)(*arguments)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def set_prctl(option: int, value: int) -> None:
    """Set an attribute of this process. Raises: OSError."""
    unused = ctypes.c_ulong(0)
    call_libc("prctl", option, ctypes.c_ulong(value), unused, unused, unused)


def drop_capabilities() -> None:
    """Give up every capability. It is final once NO_NEW_PRIVS is set. Raises: OSError."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call_libc("capset", header, (ctypes.c_uint32 * 6)())


def mount_tmpfs(folder: str, options: str) -> None:
    """Mount an empty file system in memory on a folder, in this mount namespace only.

    Raises: OSError.
    """
    call_libc("mount", None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    call_libc("mount", b"tmpfs", folder.encode(), b"tmpfs", flags, options.encode())
