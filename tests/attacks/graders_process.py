"""Reaches for the grader's own process: signals, priority, limits, terminal.

It is out of reach, so that one hand-in cannot end the batch.
"""

from . import thief

ATTACKS = (
    thief("signal", "import os; os.kill(os.getppid(), 0); found = os.getppid() > 1", "landlock"),
    thief(
        "signal_by_pidfd",
        """
        import os, signal
        signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)
        found = os.getppid() > 1
        """,
        "landlock",
    ),
    thief(
        "signal_by_a_file",
        """
        import fcntl, os
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())
        found = fcntl.fcntl(r, fcntl.F_GETOWN) == os.getppid() > 1
        """,
        "bubblewrap",
    ),
    thief(
        "priority",
        """
        import os
        now = os.getpriority(os.PRIO_PROCESS, os.getppid())
        os.setpriority(os.PRIO_PROCESS, os.getppid(), now)
        found = os.getppid() > 1
        """,
        "landlock",
    ),
    thief(
        "limits",
        """
        import os, resource
        now = resource.prlimit(os.getppid(), resource.RLIMIT_CORE)
        resource.prlimit(os.getppid(), resource.RLIMIT_CORE, now)
        found = os.getppid() > 1
        """,
        "landlock",
    ),
    thief("terminal", "import os; os.open('/dev/tty', os.O_RDWR); found = True"),
    thief(
        "the_parents_output",
        "import os; os.open(f'/proc/{os.getppid()}/fd/2', os.O_WRONLY); found = True",
        "landlock",
    ),
    thief(
        "our_source",
        """
        import autograder.model as h, os
        path = os.path.join(os.path.dirname(h.__file__), "scoring", "points.py")
        os.close(os.open(path, os.O_WRONLY))
        found = True
        """,
        "landlock",
    ),
    thief(
        "becomes_root",
        """
        import os
        os.setuid(0)
        found = len(open("/etc/shadow").read(1)) == 1
        """,
        "landlock",
    ),
    thief(
        "a_namespace_of_its_own",
        "import ctypes; found = 0 in map(ctypes.CDLL(None).unshare, (0x10000000, 0x4000000))",
        "landlock",
    ),
    thief(
        "keys_of_the_kernel",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        found = libc.syscall(248, b"user", b"«mark»", b"x", 1, -2) > 0
        """,
        "landlock",
    ),
)
