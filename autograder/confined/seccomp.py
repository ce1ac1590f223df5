"""Which system calls a child may make: a list of what computing needs, everything else fails.

A list of what is allowed, not of what is denied: what the next kernel brings is denied before
anybody has heard of it. The price would be a call that a new C library needs; such a call
fails with EPERM, the tests then fail, and no student is hurt in silence. What is not there:
starting processes and threads, running programs, sockets, changing owners, modes, times and
attributes of files, links, devices, shared memory, keyrings, tracing, mounts, namespaces.

See the kernel's Documentation/userspace-api/seccomp_filter.rst. The filter is a program of
classic BPF, whose instructions are (code, jump if true, jump if false, constant).
"""

import ctypes
import platform
import struct

from .kernel import call_libc

# name: its number on x86_64 and on aarch64 (asm/unistd.h), None where there is none
CALLS: dict[str, tuple[int | None, int | None]] = {
    # memory and time
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "futex": (202, 98), "sched_yield": (24, 124),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None),
    "getrandom": (318, 278), "getrusage": (98, 165), "times": (100, 153),
    # files, as far as Landlock and the mounts let them be reached
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "pwrite64": (18, 68), "lseek": (8, 62), "close": (3, 57),
    "close_range": (436, 436), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59),
    "stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79),
    "statx": (332, 291), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "umask": (95, 166),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None),
    "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    # itself
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "setitimer": (38, 103),
    "alarm": (37, None), "pause": (34, None), "exit": (60, 93), "exit_group": (231, 94),
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160),
    "sysinfo": (99, 179), "sched_getaffinity": (204, 123),
}  # fmt: skip
WHOLE = 0xFFFFFFFF
TRUNCATES = 0o1003  # O_TRUNC, beside reading or writing: 1 and 2 are for what may be written to
WRITES = (0o0, 0o1, 0o2, 0o1001, 0o1002)  # a file opened for reading is not emptied on the way
# calls that are allowed if the masked bits of one argument have one of a few values; `None`
# stands for the own pid
CONDITIONAL: dict[str, tuple[tuple[int | None, int | None], int, int, tuple[int | None, ...]]] = {
    "open": ((2, None), 1, TRUNCATES, WRITES),
    "openat": ((257, 56), 2, TRUNCATES, WRITES),
    "kill": ((62, 129), 0, WHOLE, (None,)),
    "tgkill": ((234, 131), 0, WHOLE, (None,)),
    "prlimit64": ((302, 261), 0, WHOLE, (0,)),  # of itself
    "ioctl": ((16, 29), 1, WHOLE, (0x5451,)),  # FIOCLEX, and nothing a terminal knows
    "fcntl": ((72, 25), 1, WHOLE, (0, 1, 2, 3, 1030)),  # not F_SETOWN: it sends signals to others
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_…
SECCOMP = {"x86_64": 317, "aarch64": 277}
X32 = 0x40000000  # numbers from here on are another table of the same machine
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # DENY: the call fails with EPERM
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
SET_MODE_FILTER = 1


def build_filter(machine: str, pid: int) -> bytes:
    """The filter for a machine and a process.

    Raises: KeyError: a machine whose numbers are not here.
    """
    column, architecture = MACHINES[machine]
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, KILL),
    ]
    for numbers in CALLS.values():
        if (number := numbers[column]) is not None:
            lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for numbers, argument, mask, values in CONDITIONAL.values():
        if (number := numbers[column]) is None:
            continue
        # an int is the lower half of its 64 bits: on these machines it comes first
        check = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (AND, 0, 0, mask)]
        for value in values:
            check += [(EQUAL, 0, 1, pid if value is None else value), (RETURN, 0, 0, ALLOW)]
        check.append((RETURN, 0, 0, DENY))
        lines += [(EQUAL, 0, len(check), number), *check]
    lines.append((RETURN, 0, 0, DENY))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def install_filter(pid: int) -> None:
    """Filter the system calls of this process from here on. NO_NEW_PRIVS must be set."""
    machine = platform.machine()
    code = build_filter(machine, pid)
    text = ctypes.create_string_buffer(code, len(code))
    filter = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(text))
    call_libc("syscall", SECCOMP[machine], SET_MODE_FILTER, 0, filter)
