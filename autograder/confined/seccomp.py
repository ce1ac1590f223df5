"""The filter of system calls: a child may only make the calls that computing needs.

The list names the allowed calls, not the denied ones, so calls that a later kernel adds are
denied too. A new C library may need a call that is not listed: it fails with EPERM and the tests
fail, so we notice before a student loses points. Not listed are calls to start processes and
threads, to run programs, to open sockets, to change owners, modes, times and attributes of files,
and calls for links, devices, shared memory, keyrings, tracing, mounts and namespaces.

See the kernel's Documentation/userspace-api/seccomp_filter.rst. The filter is a program of
classic BPF, whose instructions are (code, jump if true, jump if false, constant).
"""

import ctypes
import platform
import struct

from .kernel import call_libc

# name: its number on x86_64 and on aarch64 (asm/unistd.h), None where there is none
ALLOWED_CALLS: dict[str, tuple[int | None, int | None]] = {
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
ALL_BITS = 0xFFFFFFFF
OPEN_MODE_BITS = 0o1003  # O_TRUNC, O_WRONLY and O_RDWR
# O_TRUNC only together with writing: opening a file to read it must not empty it
ALLOWED_OPEN_MODES = (0o0, 0o1, 0o2, 0o1001, 0o1002)
# name: its numbers, the index of an argument, a mask, the values that the masked argument may have
# (`None` stands for the process's own pid)
CONDITIONAL_CALLS: dict[
    str, tuple[tuple[int | None, int | None], int, int, tuple[int | None, ...]]
] = {
    "open": ((2, None), 1, OPEN_MODE_BITS, ALLOWED_OPEN_MODES),
    "openat": ((257, 56), 2, OPEN_MODE_BITS, ALLOWED_OPEN_MODES),
    "kill": ((62, 129), 0, ALL_BITS, (None,)),
    "tgkill": ((234, 131), 0, ALL_BITS, (None,)),
    "prlimit64": ((302, 261), 0, ALL_BITS, (0,)),  # 0: the calling process
    "ioctl": ((16, 29), 1, ALL_BITS, (0x5451,)),  # FIOCLEX, and no request to a terminal
    # without F_SETOWN, which sends signals to other processes
    "fcntl": ((72, 25), 1, ALL_BITS, (0, 1, 2, 3, 1030)),
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_…
SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}
X32 = 0x40000000  # from this number on, a second table of calls on x86_64
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # DENY: the call fails with EPERM
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
SET_MODE_FILTER = 1


def build_filter(machine: str, pid: int) -> bytes:
    """Build the filter for a machine and a process, as classic BPF.

    Raises: KeyError: the call numbers of this machine are not known.
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
    for numbers in ALLOWED_CALLS.values():
        if (number := numbers[column]) is not None:
            lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for numbers, argument, mask, values in CONDITIONAL_CALLS.values():
        if (number := numbers[column]) is None:
            continue
        # only the lower 32 bits are loaded; these machines store them first
        check = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (AND, 0, 0, mask)]
        for value in values:
            check += [(EQUAL, 0, 1, pid if value is None else value), (RETURN, 0, 0, ALLOW)]
        check.append((RETURN, 0, 0, DENY))
        lines += [(EQUAL, 0, len(check), number), *check]
    lines.append((RETURN, 0, 0, DENY))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def install_filter(pid: int) -> None:
    """Filter the system calls of this process for good. NO_NEW_PRIVS must be set.

    Args:   pid: the process that `kill` may signal.
    Raises: OSError; KeyError: the call numbers of this machine are not known.
    """
    machine = platform.machine()
    code = build_filter(machine, pid)
    text = ctypes.create_string_buffer(code, len(code))
    filter = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(text))
    call_libc("syscall", SECCOMP_CALL[machine], SET_MODE_FILTER, 0, filter)
