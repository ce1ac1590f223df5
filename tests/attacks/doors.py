"""Knocks at the kernel's less known doors: rings, keys, queues, handles, mounts, clocks, tracing.

Each fails. What one opens by mistake in an ordinary process is harmless there, and closed again.
"""

from . import thief

CALL = '''
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {  # on x86_64 and on aarch64
    "semget": (64, 190), "msgget": (68, 186), "personality": (135, 92), "pivot_root": (155, 41),
    "sethostname": (170, 161), "clock_settime": (227, 112), "mq_open": (240, 180),
    "add_key": (248, 217), "keyctl": (250, 219), "perf_event_open": (298, 241),
    "fanotify_init": (300, 262), "name_to_handle_at": (303, 264), "setns": (308, 268),
    "process_vm_readv": (310, 270), "kcmp": (312, 272), "bpf": (321, 280),
    "userfaultfd": (323, 282), "memfd_create": (319, 279), "execveat": (322, 281),
    "inotify_init1": (294, 26), "pkey_alloc": (330, 289), "io_uring_setup": (425, 425),
    "open_tree": (428, 428), "fsopen": (430, 430), "clone3": (435, 435), "pidfd_open": (434, 434),
    "openat2": (437, 437), "process_madvise": (440, 440), "memfd_secret": (447, 447),
    "landlock_create_ruleset": (444, 444),
}

def call(name, *arguments):
    """A system call by its number. Raises OSError."""
    number = NUMBERS[name][os.uname().machine == "aarch64"]
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
'''


ATTACKS = tuple(
    thief(name, body, "landlock", CALL)
    for name, body in (
        ("a_ring_of_calls", "found = call('io_uring_setup', 8, bytes(120)) >= 0"),
        ("faults_of_its_own", "found = call('userfaultfd', 1) >= 0"),
        (
            "a_program_in_memory",
            """
            import shutil, signal
            there = call("memfd_create", b"x", 0)
            os.write(there, open("/bin/true", "rb").read())
            if (pid := os.fork()) == 0:
                call("execveat", there, b"", 0, 0, 0x1000)
            found = os.waitpid(pid, 0)[1] == 0
            """,
        ),
        ("memory_that_nobody_sees", "found = call('memfd_secret', 0) >= 0"),
        ("memory_without_a_limit", "found = call('memfd_create', b'x', 0) >= 0"),
        ("a_key_in_the_session", "found = call('add_key', b'user', b'«mark»', b'x', 1, -3) > 0"),
        ("the_users_keyring", "found = call('keyctl', 0, -4, 0) > 0"),
        (
            "a_semaphore_for_the_next",
            "found = (n := call('semget', 0, 1, 0o1600)) >= 0; libc.semctl(n, 0, 0)",
        ),
        (
            "a_queue_for_the_next",
            "found = (n := call('msgget', 0, 0o1600)) >= 0; libc.msgctl(n, 0, 0)",
        ),
        (
            "a_posix_queue_for_the_next",
            "n = call('mq_open', b'«mark»', 0o102, 0o600, 0); found = True; os.close(n)\n"
            "libc.mq_unlink(b'/«mark»')",
        ),
        ("what_happens_to_files", "found = call('inotify_init1', 0) >= 0"),
        ("what_happens_to_all_files", "found = call('fanotify_init', 0x200, 0) >= 0"),
        (
            "a_file_by_its_handle",
            """
            handle = ctypes.create_string_buffer((128).to_bytes(4, "little") + bytes(132))
            found = call("name_to_handle_at", -100, b"/etc/passwd", handle, bytes(4), 0) == 0
            """,
        ),
        ("counters", "found = call('perf_event_open', bytes(112), 0, -1, -1, 0) >= 0"),
        ("programs_for_the_kernel", "found = call('bpf', 0, bytes(72), 72) >= 0"),
        (
            "the_parents_namespaces",
            "there = call('pidfd_open', os.getppid(), 0); found = call('setns', there, 0) == 0",
        ),
        (
            "whether_files_are_the_same",
            "p = os.getppid(); found = call('kcmp', p, p, 0, 0, 1) == 0",
        ),
        ("a_tree_of_mounts", "found = call('open_tree', -100, b'/', 1) >= 0"),
        ("a_file_system", "found = call('fsopen', b'tmpfs', 0) >= 0"),
        ("another_root", "os.chroot('.'); os.chroot('/'); found = True"),
        (
            "another_name_for_the_machine",
            "import socket\nn = socket.gethostname().encode()\n"
            "found = call('sethostname', n, len(n)) == 0",
        ),
        ("the_clock", "import time; time.clock_settime(0, time.clock_gettime(0)); found = True"),
        (
            "a_process_by_clone3",
            """
            told = (0x11 << 256).to_bytes(88, "little")  # SIGCHLD at its end
            if call("clone3", told, 88) == 0:
                os._exit(0)
            found = os.wait()[1] == 0
            """,
        ),
        ("a_file_by_openat2", "found = call('openat2', -100, b'/etc/passwd', bytes(24), 24) >= 0"),
        (
            "a_schedule_before_all",
            "found = os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)) is None",
        ),
        ("one_core_for_itself", "os.sched_setaffinity(0, os.sched_getaffinity(0)); found = True"),
        ("a_terminal_of_its_own", "os.openpty(); found = True"),
        ("a_session_of_its_own", "os.setsid(); found = True"),
        (
            "attributes_that_no_removal_survives",
            """
            import array, fcntl
            with open("kept", "w") as file:
                flags = array.array("l", [0])
                fcntl.ioctl(file, 0x80086601, flags)
                fcntl.ioctl(file, 0x40086602, flags)
            found = True
            """,
        ),
        (
            "the_neighbours_in_proc",
            """
            others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid()]
            found = any(b"python" in open(f"/proc/{p}/cmdline", "rb").read() for p in others)
            """,
        ),
        (
            "a_socket_without_address_that_waits",
            """
            import socket
            with socket.socket(socket.AF_UNIX) as s:
                s.bind("\\\\0«mark»here")
                s.listen()
            found = True
            """,
        ),
    )
)
