"""Landlock: the kernel's rules for which files a process may open.

Every access that the running kernel's Landlock can control is denied; then accesses below some
paths are allowed. Signals and abstract sockets cannot leave the child if the kernel supports that
(6.12 or later). See the kernel's Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from .kernel import call_libc

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every machine
GET_VERSION, PATH_BENEATH = 1, 1  # a flag of CREATE_RULESET, a kind of rule
WRITE_FILE, READ_FILE, READ_DIR = 2, 4, 8
MAKE_DIR, MAKE_REG, TRUNCATE = 1 << 7, 1 << 8, 1 << 14
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE  # removing and renaming stay denied
FILE_ONLY = WRITE_FILE | READ_FILE | TRUNCATE
RIGHTS_PER_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version controls
TCP_RIGHTS, SCOPES = 3, 3  # bind and connect; abstract sockets and signals


def landlock_version() -> int:
    """The version of the kernel's Landlock. Raises: OSError: the kernel has none."""
    return call_libc("syscall", CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION)


def make_ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Make rules that deny everything except below these paths. Returns: their descriptor.

    Args:   readable: folders and files; missing ones are skipped.
            writable: the same; files and folders may also be made there.
    Raises: OSError.
    """
    version = landlock_version()
    handled = (1 << RIGHTS_PER_VERSION.get(version, 16)) - 1
    attributes = struct.pack("QQQ", handled, TCP_RIGHTS * (version >= 4), SCOPES * (version >= 6))
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = call_libc("syscall", CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    for paths, rights in ((readable, READ), (writable, WRITE)):
        for path in paths:
            allow_beneath(ruleset, path, rights & handled)
    return ruleset


def allow_beneath(ruleset: int, path: str, rights: int) -> None:
    """Allow these rights on a file, or on everything below a folder. Raises: OSError."""
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= FILE_ONLY
        rule = struct.pack("=Qi", rights, beneath)
        call_libc("syscall", ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)


def enforce_ruleset(ruleset: int) -> None:
    """Restrict this process to the rules for good. NO_NEW_PRIVS must be set. Raises: OSError."""
    call_libc("syscall", RESTRICT_SELF, ruleset, 0)


def has_landlock() -> bool:
    """Whether the running kernel has Landlock."""
    try:
        return landlock_version() > 0
    except OSError:
        return False
