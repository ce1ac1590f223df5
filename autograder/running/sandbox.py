"""Sandboxes: places that isolate student code from everything else.

A zygote serves one child at a time. A sandbox keeps one zygote for each thread that grades, and
replaces a zygote that has died.
"""

import atexit
import contextlib
import json
import os
import subprocess

from autograder.confined.zygote import RUN_TRIAL

from . import view
from .fresh_interpreter import child_environment
from .zygotes import ForkedChild, ZygoteProcess

MAX_TRIAL_BYTES = 2**16  # of a trial's answer
TRIAL_END_TIMEOUT = 5.0  # seconds from the answer to the exit


class ZygoteSandbox:
    """The sandbox of a tier, `bubblewrap` or `landlock` (a `conversation.ExecutionPlace`).

    detail  describes the confinement on this machine
    idle    the zygotes that have no child
    owner   the pid of the process that started them
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.detail = ""
        self.idle: list[ZygoteProcess] = []
        self.owner = os.getpid()
        atexit.register(self.close)

    def __reduce__(self) -> tuple[type["ZygoteSandbox"], tuple[str]]:
        return ZygoteSandbox, (self.name,)  # another process starts its own zygotes

    def start(self, work: bytes) -> ForkedChild:
        """Start a child that gets this work. Raises: OSError: it cannot be started."""
        return self.fork_child(b"work", work)

    def fork_child(self, command: bytes, work: bytes) -> ForkedChild:
        """Let a zygote fork a child, and replace a zygote that has died. Raises: OSError."""
        if self.owner != os.getpid():  # this process was forked: the zygotes serve its parent
            self.inherited, self.idle, self.owner = self.idle, [], os.getpid()
        while True:
            zygote, is_new = self.take_zygote()
            try:
                return ForkedChild(zygote, self.idle.append, command, work)
            except OSError as error:
                zygote.close()
                if is_new or not isinstance(error, ConnectionError):
                    raise

    def take_zygote(self) -> tuple[ZygoteProcess, bool]:
        """Take an idle zygote or start one. Returns: the zygote, and whether it is new."""
        with contextlib.suppress(IndexError):
            return self.idle.pop(), False
        zygote = ZygoteProcess(self.name)
        self.detail = zygote.detail
        return zygote, True

    def run_trial(self) -> list[str]:
        """Try to break out of a child. Returns: the attempts that succeeded.

        Raises: OSError: the trial could not be made.
        """
        own = {*child_environment(), "PWD"}  # bubblewrap sets PWD itself
        variable = next((name for name in os.environ if name not in own), "")
        secret = str(view.RESOLVED_PACKAGE / "references" / "mistakes.json")
        options = {"secret": secret, "grader": os.getpid(), "variable": variable}
        child = self.fork_child(RUN_TRIAL, json.dumps(options).encode())
        try:
            with child.stdout:
                answer = child.stdout.read(MAX_TRIAL_BYTES)
            code = child.wait(TRIAL_END_TIMEOUT)
            if code or not answer:
                raise OSError(f"a child ended with exit code {code} during the trial")
            possible: list[str] = json.loads(answer)
            return possible
        except subprocess.TimeoutExpired as error:
            raise OSError("a child did not end after the trial") from error
        finally:
            child.end()

    def close(self) -> None:
        """End all zygotes that are idle."""
        while self.idle and self.owner == os.getpid():
            self.idle.pop().close()
