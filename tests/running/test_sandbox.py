"""What a hand-in can reach in each tier of isolation that this machine offers.

As root the whole file runs a second time as an ordinary user, where an interpreter is in reach.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from select import select

import conftest
import numpy as np
import pytest
from conftest import FULL, ROOT, package

from autograder import running
from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import HandIn
from autograder.model import Array, Case, Fault, Job
from autograder.running import view
from autograder.running.conversation import (
    ChildProcess,
    ExecutionPlace,
    GradingSession,
    run_conversation,
)
from autograder.running.fresh_interpreter import FreshInterpreter
from autograder.running.grading import grade_hand_in, make_jobs
from autograder.running.sandbox import ZygoteSandbox
from autograder.running.time_budget import ResourceLimits
from autograder.running.zygotes import ZygoteProcess
from autograder.scoring import reference_store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is Linux's")

ALL = list(EXERCISES.values())
ROW = {"y": np.ones(3), "d": np.ones(3)}
JOB = Job("squared_error", Case("row", lambda rng: ROW), ROW)
QUICK = ResourceLimits(seconds=1, wall=5.0, total=20.0)
PATIENCE = 60  # seconds until we stop waiting, however busy the machine is
HERE = Path(__file__).resolve()
FOLDERS = [str(HERE.parent), str(Path(conftest.__file__).parent)]
SECRETS = [HERE, ROOT / "autograder" / "references" / "mistakes.json", Path("/etc/passwd")]
SECRETS += [ROOT / "autograder" / "key" / "references" / "network.npz"]


@pytest.fixture(scope="module", params=running.SANDBOXES)
def place(request: pytest.FixtureRequest) -> Iterator[ZygoteSandbox]:
    """Each tier that works here."""
    made = ZygoteSandbox(request.param)
    try:
        made.run_trial()
    except OSError as error:
        pytest.skip(f"{made.name}: {error}")
    yield made
    made.close()


def say(place: ExecutionPlace, body: str, limits: ResourceLimits = QUICK) -> Array | Fault:
    """The value that a hand-in's `squared_error` with these lines returns in a place, or its
    fault."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    files = {"squared_error.py": f"def squared_error(y, d):\n{lines}".encode()}
    given, fault = run_conversation(GradingSession(files, limits, place), [JOB])
    if fault or given[0].fault:
        return fault or given[0].fault or Fault("internal")
    return given[0].tensors["div"]


def succeeded(place: ExecutionPlace, attempts: dict[str, str]) -> set[str]:
    """The attempts that succeed, in one hand-in that makes them one after the other."""
    body = f"""
import ctypes, os, resource, signal, socket, subprocess, sys, threading, time
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
names = dict(globals(), **locals())
done = []
for attempt in {list(attempts.values())!r}:
    try:
        exec(attempt, names)
        done.append(1.0)
    except (OSError, RuntimeError, KeyError, ValueError, ImportError, MemoryError):
        done.append(0.0)
return np.array(done)
""".strip()
    said = say(place, body)
    assert isinstance(said, np.ndarray), said
    return {name for name, worked in zip(attempts, said, strict=True) if worked}


# if one succeeds after all, it does no harm: it mounts only on its own folder,
# stops no process, and changes no file's content
READING = {str(path): f"open({str(path)!r}, 'rb').read(1)" for path in SECRETS}
READING |= {
    "the folder of the references": f"os.listdir({str(SECRETS[1].parent)!r})",
    "the grader's memory": f"open('/proc/{os.getpid()}/mem', 'rb')",
    "the grader's environment": f"open('/proc/{os.getpid()}/environ', 'rb').read(1)",
    "its own environment": "os.environ['HOME']",
    "the key": "import autograder.key.mytorch",
    "the store": "import autograder.scoring.reference_store",
    "memory by process_vm_readv": f"checked(libc.process_vm_readv({os.getpid()}, 0, 0, 0, 0, 0))",
    "tracing": f"checked(libc.ptrace(0x4206, {os.getpid()}, 0, 0))",
    "the kernel's log": "checked(libc.klogctl(3, b'x' * 99, 99))",
}
REACHING = {
    "an internet socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "a pair of sockets": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a process": "os.fork() or os._exit(0)",
    "a program": "subprocess.run(['/bin/true'])",
    "a thread": "threading.Thread(target=len, args=('',)).start()",
    "a namespace": "checked(libc.unshare(0x10000000))",
    "a mount": "checked(libc.mount(b't', b'.', b'tmpfs', 0, None))",
    "the grader, by a signal": f"os.kill({os.getpid()}, 0)",
    "its zygote, by a signal": "os.kill(os.getppid(), 0)",
    "its group, by a signal": "os.kill(0, 0)",
    "everybody, by a signal": "os.kill(-1, 0)",
    "a signal by a pipe": (
        f"import fcntl; fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, {os.getpid()})"
    ),
    "a terminal": "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
    "a session": "os.setsid()",
    "a keyring": "checked(libc.syscall(250, 0, -3, 1))",
    "a message queue": "checked(libc.msgget(0x5EED, 0o1666))",
    "shared memory": "checked(libc.shmget(0x5EED, 4096, 0o1666))",
    "memory without limit": "checked(libc.memfd_create(b'x', 0))",
    "a ring of calls": "checked(libc.syscall(425, 8, b'x' * 120))",
    "another's limits": f"resource.prlimit({os.getpid()}, resource.RLIMIT_CPU)",
    "higher limits": "resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))",
}
CHANGING = {
    "a mode": f"os.chmod({str(HERE)!r}, 0o644)",
    "a time": f"os.utime({str(HERE)!r})",
    "an owner": f"os.chown({str(HERE)!r}, -1, -1)",
    "an attribute": f"os.setxattr({str(HERE)!r}, 'user.x', b'x')",
    "a file": f"open({str(HERE)!r}, 'r+b')",
    "a file's length": f"os.truncate({str(HERE)!r}, {HERE.stat().st_size})",
    "a new file in /tmp": "open('/tmp/left_by_a_hand_in', 'w')",
    "a new file in /dev/shm": "open('/dev/shm/left_by_a_hand_in', 'w')",
    "a new folder": "os.mkdir('/tmp/left_by_a_hand_in')",
    "a link": f"os.symlink({str(HERE)!r}, 'link')",
    "a hard link": f"os.link({str(HERE)!r}, 'link')",
    "a device": "os.mknod('device', 0o60666, os.makedev(8, 0))",
    "a named pipe": "os.mkfifo('pipe')",
    "Python's own files": "open(os.__file__, 'r+b')",
    "numpy's files": "open(np.__file__, 'r+b')",
}


@pytest.mark.parametrize("attempts", [READING, REACHING, CHANGING], ids=["read", "reach", "change"])
def test_nothing_outside_can_be_reached(place: ZygoteSandbox, attempts: dict[str, str]) -> None:
    """No file, process, socket, terminal or limit outside the child is reached in any known way."""
    assert succeeded(place, attempts) == set()


def test_the_attempts_are_real() -> None:
    """Without isolation these attempts succeed, so the attempts themselves work."""
    harmless = {
        *map(str, SECRETS), "the folder of the references", "the grader's environment",
        "an internet socket", "a local socket", "a pair of sockets", "netlink", "a process",
        "a program", "a thread", "the grader, by a signal", "its zygote, by a signal",
        "its group, by a signal", "a signal by a pipe", "another's limits", "a mode", "a time",
        "a file", "a link", "a named pipe", "memory without limit",
    }  # fmt: skip
    everything = {**READING, **REACHING, **CHANGING}
    tried = {name: attempt for name, attempt in everything.items() if name in harmless}
    assert succeeded(FreshInterpreter(), tried) == harmless


def test_a_right_hand_in_gets_the_same_report_in_every_tier(place: ZygoteSandbox) -> None:
    """All points, and answers that are equal to the last bit to those of a fresh interpreter."""
    references = reference_store.best_references()
    here = grade_hand_in(HandIn("x", package()), references, ALL, place=place)
    there = grade_hand_in(HandIn("x", package()), references, ALL, place=FreshInterpreter())
    assert here.isolation == place.name
    assert here.score == here.max_score
    assert replace(here, isolation="process") == there
    assert answers(place, package()) == answers(FreshInterpreter(), package())


def answers(place: ExecutionPlace, files: dict[str, bytes]) -> list[dict[str, bytes]]:
    """All answers of a hand-in, bit for bit."""
    work = make_jobs(ALL, reference_store.best_references())
    given, fault = run_conversation(GradingSession(files, QUICK, place), work)
    assert fault is None
    return [{name: bits(a) for name, a in answer.tensors.items()} for answer in given]


def bits(array: Array) -> bytes:
    return repr((array.dtype, array.shape)).encode() + array.tobytes()


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("while True: pass", "timeout", "more than 1 s of computing"),
        ("import time; time.sleep(60)", "timeout", "no answer within 1 s"),
        ("import os; os._exit(3)", "crash", "by itself (an exit)"),
        ("import os; os.abort()", "crash", "by itself ("),
        ("import ctypes; ctypes.string_at(0)", "crash", "by itself (SIGSEGV)"),
        ("import os; os.closerange(0, 99)", "crash", "by itself ("),
        ("import numpy as np; return np.ones(2**30)", "error", ""),
        ("return bytes(2**32)", "error", ""),
    ],
)
def test_limits_and_ends_are_named(place: ZygoteSandbox, body: str, kind: str, said: str) -> None:
    """Computing, waiting, crashing and using memory end a child as they do without isolation."""
    fault = say(
        place, body, ResourceLimits(seconds=1, wall=1.0 if "sleep" in body else 15.0, total=20.0)
    )
    assert isinstance(fault, Fault), fault
    assert fault.kind == kind
    assert fault.text.startswith(said)


def test_a_disk_bomb_is_small(place: ZygoteSandbox) -> None:
    """With 20 000 files, or files of 64 MB, a small file system is full, or no file can be
    written."""
    many = "import os\nn = 0\ntry:\n    for n in range(20_000): open(f'f{n}', 'w').close()\n"
    said = say(place, f"{many}except OSError: pass\nreturn float(n)")
    assert isinstance(said, np.ndarray), said
    assert said < 4200
    large = "n = 0\ntry:\n    for i in range(9):\n        with open(f'f{i}', 'wb', 0) as f:\n"
    large += "            while True: n += f.write(bytes(2**20))\n"
    said = say(place, f"{large}except OSError: pass\nreturn float(n)")
    assert isinstance(said, np.ndarray), said
    assert said <= 16 * 2**20
    assert succeeded(place, {"sixty-four": "open('f', 'wb').write(bytes(2**26))"}) == set()


def test_its_own_modules_cannot_be_changed(place: ZygoteSandbox) -> None:
    """A function that clears its folder, or writes into it, costs no other class any points."""
    attempts = {
        "remove": "os.unlink('mytorch/squared_error.py')",
        "write": "open('mytorch/squared_error.py', 'a')",
        "add": "open('mytorch/new.py', 'w')",
        "rename": "os.rename('mytorch', 'other')",
        "clear": "import shutil; shutil.rmtree('.')",
    }
    assert succeeded(place, attempts) == set()


def test_nothing_is_left_for_the_next(place: ZygoteSandbox) -> None:
    """Changes to Python, numpy, signals or the folder end with the hand-in."""
    spoil = (
        "import builtins, os, signal, sys, time\nimport numpy as np\n"
        "import autograder.harness.driving, autograder.harness.wire\n"
        "np.exp = np.maximum = np.array = lambda *a, **k: 0\n"
        "autograder.harness.driving.drive_case = autograder.harness.wire.encode_frame = None\n"
        "builtins.open = builtins.len = None\nsys.modules.clear()\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "try: os.mkdir('d'); os.chdir('d')\nexcept OSError: pass\nos._exit(0)"
    )
    idle = place.idle[0]
    assert isinstance(say(place, spoil), Fault)
    left = say(place, "import os\nreturn float(len(os.listdir('.')))")
    assert left == 1.0, "its own modules"
    assert place.idle[0] is idle, "the same zygote served all"
    assert (
        grade_hand_in(
            HandIn("", package()), reference_store.best_references(), ALL, place=place
        ).score
        == FULL
    )


def test_a_neighbour_cannot_be_seen(place: ZygoteSandbox) -> None:
    """From a child, no files and no process of another child in the same place can be reached."""
    waiting = "import time\ntry: open('secret', 'w').close()\nexcept OSError: pass\ntime.sleep(4)"
    say(place, "return 1.0")
    zygote = place.idle[-1]
    neighbour = threading.Thread(target=say, args=(place, f"{waiting}\nreturn 1.0"))
    neighbour.start()
    time.sleep(1)
    folder = f"{zygote.scratch or view.SCRATCH}/child"
    attempts: dict[str, str] = {}
    for pid in [*range(2, 40), *descendants(zygote)]:
        signalled = f"os.kill({pid} if os.getpid() != {pid} else -2, 0)"
        attempts |= {f"signal {pid}": signalled, f"see {pid}": f"os.listdir('/proc/{pid}/fd')"}
    attempts |= {
        "its file": f"open({folder + '/secret'!r})",
        "its module": f"open({folder + '/mytorch/squared_error.py'!r})",
    }
    if place.name == "bubblewrap":  # the folders have the same name, but are different file systems
        del attempts["its module"]
    assert succeeded(place, attempts) == set()
    assert neighbour.is_alive()
    neighbour.join()


def test_a_child_keeps_the_protocol(place: ZygoteSandbox) -> None:
    """`wait` stops in time, `end` may be called twice, and a killed child reports its signal."""
    child: ChildProcess = place.start(work("import time; time.sleep(60)"))
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.2)
    child.end()
    child.end()
    assert child.wait(1) == -signal.SIGKILL
    child.stdout.close()
    child = place.start(work("return 1.0"))
    assert child.stdout.read()
    assert child.wait(5) == 0
    child.end()
    child.stdout.close()


def work(body: str) -> bytes:
    """The input of a child: one job on a `squared_error` with one line."""

    class Taken(Exception):
        pass

    class Taker:
        name = "taker"

        def start(self, work: bytes) -> ChildProcess:
            raise Taken(work)

    files = {"squared_error.py": f"def squared_error(y, d):\n    {body}\n".encode()}
    with pytest.raises(Taken) as taken:
        run_conversation(GradingSession(files, QUICK, Taker()), [JOB])
    given: bytes = taken.value.args[0]
    return given


def test_a_zygote_that_dies_costs_nobody_a_point(place: ZygoteSandbox) -> None:
    """If it is killed while idle, it is replaced; if it is killed at work, the fault is ours."""
    say(place, "return 1.0")
    os.kill(descendants(place.idle[-1])[0], signal.SIGKILL)
    assert say(place, "return 1.0") == 1.0
    busy = place.idle[-1]
    threading.Timer(0.7, lambda: os.kill(descendants(busy)[0], signal.SIGKILL)).start()
    fault = say(place, "import time; time.sleep(60)")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.text[:30]) == ("internal", "the place where it ran is gone")
    assert busy not in place.idle
    assert descendants(busy) == []
    assert say(place, "return 1.0") == 1.0


def test_a_child_ends_with_its_zygote(place: ZygoteSandbox) -> None:
    """The kernel ends it, even if the grader does nothing, or has ended itself."""
    child = place.start(work("import time; time.sleep(60)"))
    zygote, *others = descendants(child.zygote)
    assert others
    os.kill(zygote, signal.SIGKILL)
    assert select([child.pidfd], [], [], PATIENCE)[0]
    child.end()
    child.stdout.close()


GRADER = """
import sys, time
sys.path[:0] = {tests!r}
import test_sandbox
from autograder.running.sandbox import ZygoteSandbox
place = ZygoteSandbox({name!r})
place.run_trial()
print(place.idle[0].process.pid, flush=True)
test_sandbox.say(place, "import time; time.sleep(60)", test_sandbox.ResourceLimits(wall=60.0))
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_all_ends_with_the_grader(place: ZygoteSandbox, busy: bool) -> None:
    """If the grader is killed without warning, no zygote and no child is left."""
    script = GRADER.format(tests=FOLDERS, name=place.name)
    if not busy:
        script = script.replace("test_sandbox.say(place", "time.sleep(60), (place")
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        started = int(grader.stdout.readline())
        time.sleep(0.7)
        family = below(started)
        assert len(family) >= 1 + busy
        grader.kill()
    end = time.monotonic() + PATIENCE
    while alive := [pid for pid in family if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, alive
        time.sleep(0.1)


ALONE = """
import sys
sys.path[:0] = {tests!r}
import test_sandbox
place = test_sandbox.FreshInterpreter()
slow = "import time; time.sleep(60)"
test_sandbox.say(place, slow, test_sandbox.ResourceLimits(wall=60.0))
"""


def test_a_fresh_interpreter_ends_with_the_grader() -> None:
    """If the grader is killed without warning, no portable child is left either."""
    command = [sys.executable, "-c", ALONE.format(tests=FOLDERS)]
    with subprocess.Popen(command) as grader:
        end = time.monotonic() + PATIENCE
        while not (children := below(grader.pid)[1:]):
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(0.5)
        grader.kill()
    end = time.monotonic() + PATIENCE
    while alive := [pid for pid in children if part(pid, "stat")]:
        assert time.monotonic() < end, alive
        time.sleep(0.05)


FORK = """
import os, sys
sys.path[:0] = {tests!r}
import test_sandbox
from autograder.running.sandbox import ZygoteSandbox
place = ZygoteSandbox({name!r})
assert test_sandbox.say(place, "return 1.0") == 1.0
pid = os.fork()
assert test_sandbox.say(place, "return 2.0") == 2.0
place.close()
if pid:
    assert os.waitpid(pid, 0)[1] == 0
"""


def test_a_forked_grader_has_zygotes_of_its_own(place: ZygoteSandbox) -> None:
    """Two processes never use the same zygote."""
    script = FORK.format(tests=FOLDERS, name=place.name)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def descendants(zygote: ZygoteProcess) -> list[int]:
    """The process of a zygote, and then its child if there is one."""
    assert zygote.process is not None
    python = str(view.INTERPRETER).encode()
    return [pid for pid in below(zygote.process.pid) if part(pid, "cmdline").startswith(python)]


def below(top: int) -> list[int]:
    """A process and all its descendants, the older ones first."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        if fields := part(int(path.name), "stat").rpartition(b")")[2].split():
            parents[int(path.name)] = int(fields[1])
    found = [top] if top in parents else []
    for pid in found:
        found += sorted(child for child, parent in parents.items() if parent == pid)
    return found


def part(pid: int, name: str) -> bytes:
    """A file in /proc; empty if the process has ended or is a zombie."""
    try:
        content = Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
    return b"" if name == "stat" and b") Z " in content else content
