"""The parent's side of a zygote and its children: start them, talk to them, end them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import scratch, view
from .fresh_interpreter import child_environment, importable_folders

SCRIPT = view.RESOLVED_PACKAGE / "confined" / "zygote.py"
ZYGOTE_START_TIMEOUT = 30.0  # seconds, to load its modules or to fork
KILLED_CHILD_TIMEOUT = 5.0  # seconds until a killed child has ended
MAX_ERROR_BYTES = 2**16  # of the error output of a zygote that does not start


class ZygoteProcess:
    """One zygote. Raises: OSError: it does not start.

    It ends when its socket is closed. `PR_SET_PDEATHSIG` and `--die-with-parent` are not used: the
    kernel would end the zygote with the thread that started it, which may end much earlier.

    scratch  its folder, or None inside bubblewrap
    detail   describes the confinement on this machine
    """

    def __init__(self, tier: str) -> None:
        self.scratch = None if tier == "bubblewrap" else scratch.make_scratch_folder()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(ZYGOTE_START_TIMEOUT)
        self.process: subprocess.Popen[bytes] | None = None
        with theirs, tempfile.TemporaryFile() as errors:
            try:
                if self.scratch:
                    os.chmod(self.scratch, 0o711)  # for a child that runs as another user
                self.process = subprocess.Popen(
                    zygote_command(self.scratch),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    cwd="/",
                    env=child_environment(),
                    start_new_session=True,
                )
                theirs.close()
                self.detail = self.control.recv(1024).decode()
                if not self.detail:
                    errors.seek(0)
                    text = errors.read(MAX_ERROR_BYTES).decode(errors="replace").strip()
                    raise OSError(text.rpartition("\n")[2] or "the zygote ended at once")
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """End the zygote and its child."""
        self.control.close()
        if self.process:
            try:
                self.process.wait(KILLED_CHILD_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.scratch:
            scratch.remove_folder(self.scratch)


def zygote_command(own: str | None) -> list[str]:
    """The command line of a zygote.

    Args: own: its scratch folder; None to run it inside bubblewrap.
    """
    folders = {
        name: str(Path(path).resolve()) for name, path in json.loads(importable_folders()).items()
    }
    inside = own or view.SCRATCH
    confinement = {
        "folder": f"{inside}/child",
        "readable": view.readable_paths(),
        "has_namespaces": own is None,
    }
    options = json.dumps({"folders": folders, "confinement": confinement})
    python = [str(view.INTERPRETER), "-I", "-S", "-B", "-X", "utf8", str(SCRIPT), options]
    return python if own else [*view.bubblewrap_command(child_environment()), *python]


class ForkedChild:
    """One child of a zygote (a `conversation.ChildProcess`).

    Raises: ConnectionError: its zygote has ended; OSError: it does not start.
    """

    def __init__(
        self,
        zygote: ZygoteProcess,
        release: Callable[[ZygoteProcess], None],
        command: bytes,
        work: bytes,
    ) -> None:
        """Args: release: gets the zygote when the child has ended.  command: what the child does.
        work: is sent to the child.
        """
        self.zygote, self.release = zygote, release
        self.pidfd = -1
        self.code: int | None = None
        self.failure = ""
        self.ended = False
        given = os.memfd_create("work")
        answers, theirs = os.pipe()
        self.stdout = os.fdopen(answers, "rb")
        try:
            with os.fdopen(os.dup(given), "wb") as stream:
                stream.write(work)
            os.lseek(given, 0, os.SEEK_SET)
            zygote.control.settimeout(ZYGOTE_START_TIMEOUT)
            socket.send_fds(zygote.control, [command], [given, theirs])
            while self.pidfd < 0:
                self.listen()
        except OSError:
            self.stdout.close()
            raise
        finally:
            os.close(given)
            os.close(theirs)

    @property
    def pid(self) -> int:
        """Its process number outside its namespace; -1 once it has ended."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/self/fdinfo/{self.pidfd}").read_text().splitlines():
                if line.startswith("Pid:"):
                    return int(line.split()[1])
        return -1

    def listen(self) -> None:
        """Receive one message, from the zygote or from a child that could not confine itself.

        Raises: ConnectionResetError: the zygote has ended; TimeoutError; OSError.
        """
        message, descriptors, _, _ = socket.recv_fds(self.zygote.control, 4096, 1)
        if descriptors:
            self.pidfd = descriptors[0]
        elif message.startswith(b"!"):
            self.failure = message[2:].decode(errors="replace")
        elif message:
            self.code = int(message)
        else:
            raise ConnectionResetError("the zygote ended")

    def wait(self, timeout: float) -> int:
        """Its exit code, negative for a signal.

        Raises: subprocess.TimeoutExpired; OSError: it could not be confined, or its zygote died.
        """
        end = time.monotonic() + timeout
        while self.code is None:
            self.zygote.control.settimeout(max(0.001, end - time.monotonic()))
            try:
                self.listen()
            except TimeoutError:
                raise subprocess.TimeoutExpired("a child", timeout) from None
        if self.failure:
            raise OSError(self.failure)
        return self.code

    def end(self) -> None:
        """Kill the child; its zygote then removes its files. May be called more than once."""
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        os.close(self.pidfd)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.wait(KILLED_CHILD_TIMEOUT)
        if self.code is None:
            self.zygote.close()
        else:
            self.release(self.zygote)
