"""Leaves a process behind: in its group, in a session of its own, twice forked, renamed.

It ends with the hand-in.
"""

from . import vandal

SLEEP = "['sleep', '37.«mark»']"

ATTACKS = (
    vandal("in_its_group", f"import subprocess\nsubprocess.Popen({SLEEP})"),
    vandal(
        "in_its_own_session",
        f"import subprocess\nsubprocess.Popen({SLEEP}, start_new_session=True)",
        "landlock",
    ),
    vandal(
        "that_holds_our_pipe",
        f"import subprocess\nsubprocess.Popen({SLEEP}, start_new_session=True, close_fds=False)",
        "landlock",
    ),
    vandal(
        "forked_twice",
        f"""
        import os
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                os.execvp("sleep", {SLEEP})
            os._exit(0)
        """,
        "landlock",
    ),
    vandal(
        "without_an_environment",
        f"""
        import os
        if os.fork() == 0:
            os.setsid()
            os.chdir("/")
            os.closerange(0, 64)
            os.execvpe("sleep", {SLEEP}, {{}})
        """,
        "landlock",
    ),
    vandal(
        "by_posix_spawn",
        f"import os\nos.posix_spawnp('sleep', {SLEEP}, {{}}, setsid=True)",
        "landlock",
    ),
    vandal(
        "that_ignores_signals",
        f"""
        import os, signal
        if os.fork() == 0:
            for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGXCPU):
                signal.signal(s, signal.SIG_IGN)
            os.execvp("sleep", {SLEEP})
        """,
    ),
    vandal(
        "forks_faster_than_it_is_killed",
        """
        import os, time
        if os.fork() == 0:
            end = time.monotonic() + 5
            while time.monotonic() < end:
                if os.fork():
                    os._exit(0)
        """,
    ),
)
