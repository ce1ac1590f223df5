"""Reads the grader's memory, in which the references lie.

No process but its own may be opened, attached to or copied from.
"""

from . import thief

ATTACKS = (
    thief(
        "proc_mem",
        """
        import os
        start = int(open(f"/proc/{os.getppid()}/maps").readline().split("-")[0], 16)
        with open(f"/proc/{os.getppid()}/mem", "rb", buffering=0) as memory:
            memory.seek(start)
            found = memory.read(4) == b"\\x7fELF"
        """,
        "landlock",
    ),
    thief(
        "process_vm_readv",
        """
        import ctypes, os
        class Piece(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        start = int(open(f"/proc/{os.getppid()}/maps").readline().split("-")[0], 16)
        own = ctypes.create_string_buffer(4)
        here, there = Piece(ctypes.addressof(own), 4), Piece(start, 4)
        libc = ctypes.CDLL(None)
        read = libc.process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        found = read == 4
        """,
        "landlock",
    ),
    thief(
        "ptrace",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        if TAKEN or libc.ptrace(0x4206, os.getppid(), None, None) == 0:  # SEIZE stops nobody
            TAKEN.append(1)
            found = True
        """,
        "landlock",
        "TAKEN = []",
    ),
    thief(
        "pidfd",
        """
        import ctypes, os
        libc = ctypes.CDLL(None)
        taken = libc.syscall(438, os.pidfd_open(os.getppid()), 0, 0)  # pidfd_getfd
        found = taken >= 0
        """,
        "landlock",
    ),
    thief(
        "proc_environ",
        """
        import os
        found = len(open(f"/proc/{os.getppid()}/environ", "rb").read()) > 0
        """,
        "landlock",
    ),
)
