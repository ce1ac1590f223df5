"""Which files a child may open: the kernel's Landlock, a list of places and what holds beneath.

Everything that the running kernel's Landlock knows is denied, then places are allowed. Signals
and abstract sockets stay within the child where the kernel offers that (6.12).
See the kernel's Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from .kernel import call_libc

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every machine
VERSION, PATH_BENEATH = 1, 1
WRITE_FILE, READ_FILE, READ_DIR = 2, 4, 8
MAKE_DIR, MAKE_REG, TRUNCATE = 1 << 7, 1 << 8, 1 << 14
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE  # and nothing is removed or renamed
FOR_FILES = WRITE_FILE | READ_FILE | TRUNCATE
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many of them a version knows
TCP, SCOPES = 3, 3  # bind and connect; abstract sockets and signals


def landlock_version() -> int:
    """The version of the kernel's Landlock. Raises OSError where there is none."""
    return call_libc("syscall", CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)


def make_ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """A descriptor of the rules: everything is denied but beneath these places.

    Args: readable: folders and files; those that are not there are left out.
          writable: the same, where also files and folders may be made.
    """
    known = landlock_version()
    handled = (1 << FILE_RIGHTS.get(known, 16)) - 1
    attributes = struct.pack("QQQ", handled, TCP * (known >= 4), SCOPES * (known >= 6))
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = call_libc("syscall", CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    for places, rights in ((readable, READ), (writable, WRITE)):
        for place in places:
            allow_beneath(rules, place, rights & handled)
    return rules


def allow_beneath(rules: int, place: str, rights: int) -> None:
    try:
        beneath = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= FOR_FILES
        rule = struct.pack("=Qi", rights, beneath)
        call_libc("syscall", ADD_RULE, rules, PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)


def enforce_ruleset(rules: int) -> None:
    """Hold this process to the rules from here on. NO_NEW_PRIVS must be set."""
    call_libc("syscall", RESTRICT_SELF, rules, 0)


def has_landlock() -> bool:
    try:
        return landlock_version() > 0
    except OSError:
        return False
