"""Ends its process, or refuses to: exits, signals, handlers, threads that outlive the call.

It costs the exercises that run through it, within the time limit, and the report says what.
"""

from . import RELU, Attack, forward, vandal
from .patches import EVERYWHERE

FORWARD = frozenset({"relu.forward"})


def ending(
    name: str,
    body: str,
    says: str,
    lost: frozenset[str] = RELU,
    shaky: frozenset[str] = RELU,
    top: str = "",
    brief: bool = False,
) -> Attack:
    return Attack(name, forward(body, top), lost, shaky, says=says, brief=brief)


ENDED = "ended the process|PermissionError|is None"  # or was not let, or was not heard
LATE = f"took longer than it may|{ENDED}"

ATTACKS = (
    ending("exit_0", "import os; os._exit(0)", ENDED),
    ending("sys_exit", "raise SystemExit(0)", "ends the program", FORWARD),
    ending(
        "exit_in_a_finalizer",
        "Last(); return Z",
        "",
        top="""
        import os
        class Last:
            def __del__(self):
                os._exit(0)
        """,
    ),
    ending("kills_itself", "import os; os.kill(os.getpid(), 9)", ENDED, FORWARD),
    ending("kills_its_group", "import os; os.killpg(0, 9)", ENDED, FORWARD),
    ending("aborts", "import os; os.abort()", ENDED),
    ending(
        "stops_itself",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        LATE,
        FORWARD,
        EVERYWHERE,
        brief=True,
    ),
    ending("real_time_signal", "import os; os.kill(os.getpid(), 40)", ENDED, FORWARD),
    ending(
        "segfaults",
        "np.lib.stride_tricks.as_strided(Z, (2,), (2**46,))[1] = 1\nreturn Z",
        ENDED,
    ),
    ending("overflows_the_stack", "return self.forward(Z)", "RecursionError", FORWARD),
    ending(
        "overflows_the_stack_in_c",
        "import sys; sys.setrecursionlimit(10**9)\nreturn self.forward(Z)",
        "",
        RELU,
        EVERYWHERE,
        brief=True,
    ),
    ending("keyboard_interrupt", "raise KeyboardInterrupt", ENDED),
    ending(
        "execs_another_program",
        "import os, sys; os.execv('/bin/true', ['true'])",
        "",
        FORWARD,
    ),
    ending(
        "an_exception_that_exits_when_it_is_read",
        "raise Last",
        ENDED,
        FORWARD,
        top="""
        import os
        class Last(Exception):
            def __str__(self):
                os._exit(0)
        """,
    ),
    ending(
        "an_exception_that_cannot_be_read",
        "raise Mute",
        "",
        FORWARD,
        top="""
        class Mute(Exception):
            def __str__(self):
                raise self
        """,
    ),
    vandal("at_exit", "import atexit, os\natexit.register(os._exit, 9)"),
    vandal("at_exit_and_kill", "import atexit, os\natexit.register(os.killpg, 0, 9)"),
    vandal(
        "handlers",
        """
        import signal
        for s in signal.valid_signals() - {9, 19, 32, 33}:
            signal.signal(s, signal.SIG_IGN)
        """,
    ),
    vandal(
        "an_alarm_for_those_behind",
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
        shaky=EVERYWHERE,
        brief=True,
    ),
    vandal(
        "a_trace_function",
        "import sys\nsys.settrace(lambda *a: sys.exit(0))",
        shaky=EVERYWHERE,
    ),
    vandal(
        "a_thread_that_goes_on",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    ),
    vandal(
        "a_thread_that_ends_it_later",
        "import os, threading\nthreading.Timer(0.002, os._exit, (0,)).start()",
        shaky=EVERYWHERE,
    ),
    vandal(
        "threads_that_compute",
        """
        import threading
        def spin():
            while True:
                pass
        [threading.Thread(target=spin, daemon=True).start() for _ in range(8)]
        """,
        shaky=EVERYWHERE,
        brief=True,
    ),
    vandal(
        "its_limits_raised",
        """
        import resource
        for name in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
            try:
                resource.setrlimit(name, (-1, -1))
            except (ValueError, OSError):
                pass
        """,
    ),
)
