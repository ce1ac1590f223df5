"""Places that keep student code from everything else (`conversation.ExecutionPlace`).

A zygote serves one conversation at a time; as many are kept as were ever wanted at once, which
is one for each thread that grades. One that has died is replaced.
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

MAX_TRIAL_BYTES = 2**16  # bytes of what a trial answers
TRIAL_END_TIMEOUT = 5.0  # seconds from its answer to its end


class ZygoteSandbox:
    """A tier (`conversation.ExecutionPlace`): `bubblewrap` or `landlock`.

    `detail` says what it is here.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.detail = ""
        self.idle: list[ZygoteProcess] = []
        self.owner = os.getpid()
        atexit.register(self.close)

    def __reduce__(self) -> tuple[type["ZygoteSandbox"], tuple[str]]:
        return ZygoteSandbox, (self.name,)  # another process keeps zygotes of its own

    def start(self, work: bytes) -> ForkedChild:
        """Start a child that is given its work. Raises: OSError: it is impossible."""
        return self.forked(b"work", work)

    def forked(self, word: bytes, work: bytes) -> ForkedChild:
        if self.owner != os.getpid():  # this is a fork, and the zygotes are its parent's
            self.inherited, self.idle, self.owner = self.idle, [], os.getpid()
        while True:
            zygote, is_new = self.taken()
            try:
                return ForkedChild(zygote, self.idle.append, word, work)
            except OSError as error:
                zygote.close()
                if is_new or not isinstance(error, ConnectionError):
                    raise

    def taken(self) -> tuple[ZygoteProcess, bool]:
        """A zygote that is idle, or a new one, and whether it is new."""
        with contextlib.suppress(IndexError):
            return self.idle.pop(), False
        zygote = ZygoteProcess(self.name)
        self.detail = zygote.detail
        return zygote, True

    def trial(self) -> list[str]:
        """What is possible in a child although it must not be. Raises: OSError: no child is."""
        own = {*child_environment(), "PWD"}  # bubblewrap sets that anew
        variable = next((name for name in os.environ if name not in own), "")
        secret = str(view.PACKAGE / "references" / "mistakes.json")
        told = {"secret": secret, "grader": os.getpid(), "variable": variable}
        child = self.forked(RUN_TRIAL, json.dumps(told).encode())
        try:
            with child.stdout:
                said = child.stdout.read(MAX_TRIAL_BYTES)
            code = child.wait(TRIAL_END_TIMEOUT)
            if code or not said:
                raise OSError(f"a child ended with {code} while it tried what it must not")
            possible: list[str] = json.loads(said)
            return possible
        except subprocess.TimeoutExpired as error:
            raise OSError("a child did not end") from error
        finally:
            child.end()

    def close(self) -> None:
        """End all zygotes that are idle."""
        while self.idle and self.owner == os.getpid():
            self.idle.pop().close()
