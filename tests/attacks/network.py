"""Calls home: by TCP, UDP, a socket without an address, another program.

Nobody listens to it: the listener that waits for it is never called.
"""

from . import thief, vandal

ATTACKS = (
    thief(
        "tcp",
        "import socket; socket.create_connection(('127.0.0.1', «port»), 1); found = True",
        "landlock",
    ),
    thief(
        "tcp_by_system_call",
        """
        import ctypes, struct
        libc = ctypes.CDLL(None)
        s = libc.socket(2, 1, 0)
        where = struct.pack("<H", 2) + struct.pack(">H", «port») + bytes([127, 0, 0, 1]) + bytes(8)
        found = libc.connect(s, where, 16) == 0
        """,
        "landlock",
    ),
    vandal(
        "udp",
        """
        try:
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.sendto(b"hidden", ("127.0.0.1", «udp»))
        except OSError:
            pass
        """,
        "landlock",
    ),
    thief(
        "unix",
        """
        import socket
        s = socket.socket(socket.AF_UNIX)
        s.connect(b"\\x00" + b"«mark»")
        found = True
        """,
        "landlock",
    ),
    thief(
        "by_another_program",
        """
        import subprocess
        call = "exec 3<>/dev/tcp/127.0.0.1/«port»"
        found = subprocess.run(["bash", "-c", call], capture_output=True).returncode == 0
        """,
        "landlock",
    ),
)
