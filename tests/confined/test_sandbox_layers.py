"""Each layer of the sandbox alone: what it denies without the help of the others."""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("isolation is Linux's", allow_module_level=True)

from autograder.confined import confinement, kernel, landlock, seccomp

FOREIGN = {"x86_64": "aarch64", "aarch64": "x86_64"}


def outcome(*steps: Callable[[], object]) -> str:
    """How a process of its own fares with these steps: `done`, an error's name, or a signal's."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            for step in steps:
                step()
            os.write(writing, b"done")
        except OSError as error:
            os.write(writing, errno.errorcode[error.errno or 0].encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return said if code == 0 else signal.Signals(-code).name


def no_new_privileges() -> None:
    kernel.set_prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def filtered() -> None:
    no_new_privileges()
    seccomp.install_filter(os.getpid())


needs_landlock = pytest.mark.skipif(not landlock.has_landlock(), reason="a kernel without Landlock")


@needs_landlock
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda top: open(top / "shown" / "file").close(), "done"),
        (lambda top: os.listdir(top / "shown"), "done"),
        (lambda top: open(top / "shown" / "file", "w").close(), "EACCES"),
        (lambda top: open(top / "shown" / "new", "w").close(), "EACCES"),
        (lambda top: os.unlink(top / "shown" / "file"), "EACCES"),
        (lambda top: os.truncate(top / "shown" / "file", 0), "EACCES"),
        (lambda top: open(top / "own" / "new", "w").close(), "done"),
        (lambda top: os.mkdir(top / "own" / "new"), "done"),
        (lambda top: os.rmdir(top / "own"), "EACCES"),
        (lambda top: os.symlink("x", top / "own" / "new"), "EACCES"),
        (lambda top: os.mkfifo(top / "own" / "new"), "EACCES"),
        (lambda top: os.rename(top / "shown" / "file", top / "own" / "file"), "EACCES"),
        (lambda top: open(top / "secret").close(), "EACCES"),
        (lambda top: os.listdir(top), "EACCES"),
        (lambda top: open("/etc/passwd").close(), "EACCES"),
        (lambda top: open(f"/proc/{os.getppid()}/environ").close(), "EACCES"),
        (lambda top: os.execv("/bin/true", ["true"]), "EACCES"),
    ],
)
def test_landlock_alone(tmp_path: Path, attempt: Callable[[Path], object], said: str) -> None:
    """What is shown can be read, the own folder written to, and nothing else be opened."""
    for folder in ("shown", "own"):
        (tmp_path / folder).mkdir()
    for file in ("secret", "shown/file"):
        (tmp_path / file).touch()
    rules = landlock.make_ruleset([str(tmp_path / "shown")], [str(tmp_path / "own"), "/nowhere"])
    lock = partial(landlock.enforce_ruleset, rules)
    assert outcome(no_new_privileges, lock, partial(attempt, tmp_path)) == said
    os.close(rules)


@pytest.mark.skipif(platform.machine() not in seccomp.MACHINES, reason="another machine")
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda: open("/etc/passwd").close(), "done"),
        (lambda: os.close(os.open("/etc/passwd", os.O_RDONLY | os.O_TRUNC)), "EPERM"),
        (lambda: os.close(os.open("/etc/passwd", os.O_RDONLY | os.O_TRUNC | 3)), "EPERM"),
        (lambda: open("/tmp", "w").close(), "EISDIR"),
        (lambda: os.kill(os.getpid(), 0), "done"),
        (lambda: os.kill(os.getppid(), 0), "EPERM"),
        (lambda: os.kill(-1, 0), "EPERM"),
        (lambda: os.fork() or os._exit(0), "EPERM"),
        (lambda: os.execv("/bin/true", ["true"]), "EPERM"),
        (lambda: os.chmod("/", 0o755), "EPERM"),
        (lambda: os.utime("/"), "EPERM"),
        (lambda: os.chown("/", -1, -1), "EPERM"),
        (lambda: os.setxattr("/", "user.x", b"x"), "EPERM"),
        (lambda: os.memfd_create("x"), "EPERM"),
        (lambda: os.mkfifo("/tmp/pipe"), "EPERM"),
        (lambda: os.setsid(), "EPERM"),
        (lambda: os.pidfd_open(os.getppid()), "EPERM"),
        (lambda: kernel.call_libc("socket", 2, 1, 0), "EPERM"),
        (lambda: kernel.call_libc("shmget", 1, 1, 0), "EPERM"),
        (lambda: kernel.call_libc("ptrace", 0x4206, os.getppid(), 0, 0), "EPERM"),
        (lambda: kernel.call_libc("unshare", kernel.CLONE_NEWNS), "EPERM"),
        (lambda: kernel.call_libc("prctl", 1, 0, 0, 0, 0), "EPERM"),
        (lambda: kernel.call_libc("syscall", 100_000), "EPERM"),
    ],
)
def test_seccomp_alone(attempt: Callable[[], object], said: str) -> None:
    """Computing and files are possible, everything that reaches others fails."""
    assert outcome(filtered, attempt) == said


@pytest.mark.skipif(platform.machine() != "x86_64", reason="its 32-bit calls")
def test_the_other_table_of_calls_ends_the_process() -> None:
    """`int 0x80` calls by other numbers, under which `fork` is harmless: the kernel kills."""
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret

    def call_in_32_bits() -> None:
        import mmap

        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        ctypes.CFUNCTYPE(ctypes.c_int)(address)()

    assert outcome(call_in_32_bits) == "done"
    assert outcome(filtered, call_in_32_bits) == "SIGSYS"
    x32 = partial(kernel.call_libc, "syscall", seccomp.X32 + 39)
    assert outcome(filtered, x32) == "SIGSYS"


def decided(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> int:
    """What the filter for process 7 returns: its program, interpreted."""
    data = struct.pack(
        "<iIQ6Q", number, architecture or seccomp.MACHINES[machine][1], 0, *[argument] * 6
    )
    lines = list(struct.iter_unpack("HBBI", seccomp.build_filter(machine, 7)))
    at = value = 0
    while True:
        code, yes, no, constant = lines[at]
        at += 1
        if code == seccomp.RETURN:
            return int(constant)
        if code == seccomp.LOAD:
            (value,) = struct.unpack_from("<I", data, constant)
        elif code == seccomp.AND:
            value &= constant
        elif code == seccomp.EQUAL:
            at += yes if value == constant else no
        else:
            assert code == seccomp.AT_LEAST
            at += yes if value >= constant else no


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_filter_allows_what_is_listed_and_nothing_else(machine: str) -> None:
    """For each machine, every number up to 1024, its other architecture and its other table."""
    column, _ = seccomp.MACHINES[machine]
    listed = {numbers[column] for numbers in seccomp.ALLOWED_CALLS.values()} - {None}
    assert len(listed) == sum(n[column] is not None for n in seccomp.ALLOWED_CALLS.values())
    conditional = {n[column]: (mask, vs) for n, _, mask, vs in seccomp.CONDITIONAL_CALLS.values()}
    for number in range(1024):
        expected = seccomp.ALLOW if number in listed else seccomp.DENY
        assert decided(machine, number, argument=0o1103) == expected, number
        mask, values = conditional.get(number, (0, ()))
        for value in values:
            allowed = (7 if value is None else value) | (0o100 & ~mask)
            assert decided(machine, number, argument=allowed) == seccomp.ALLOW
    foreign = seccomp.MACHINES[FOREIGN[machine]][1]
    assert decided(machine, 0, architecture=foreign) == seccomp.KILL
    assert decided(machine, seccomp.X32 + 1) == seccomp.KILL


@pytest.mark.skipif(not Path("/usr/include/asm-generic/unistd.h").exists(), reason="no headers")
def test_the_numbers_are_the_kernels() -> None:
    """What stands in the table for this machine stands in the kernel's own header."""
    column = seccomp.MACHINES[platform.machine()][0]
    name = {"x86_64": "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}
    header = Path("/usr/include", name[platform.machine()]).read_text()
    numbers = {call: both[column] for call, both in seccomp.ALLOWED_CALLS.items()}
    numbers |= {call: both[0][column] for call, both in seccomp.CONDITIONAL_CALLS.items()}
    words = [line.split() for line in header.splitlines() if line.startswith("#define __NR")]
    known = {w[1].removeprefix("__NR_").removeprefix("__NR3264_"): w[2] for w in words if w[2:]}
    known["newfstatat"] = known.get("newfstatat", known.get("fstatat", ""))
    wrong = {n: v for n, v in numbers.items() if v is not None and known[n] != str(v)}
    assert not wrong


def shut(folder: Path, own: bool) -> confinement.ChildConfinement:
    """A confinement for this user, or for `nobody` if this is root."""
    uid = os.geteuid() or confinement.NOBODY_UID
    zygote_fd = os.pidfd_open(os.getpid())
    return confinement.ChildConfinement(str(folder), [], own, uid, zygote_fd=zygote_fd)


def test_limits_alone() -> None:
    """No process can be started, and root becomes nobody, without a way back."""
    enter = shut(Path("/"), own=False).enter
    assert outcome(enter, lambda: os.fork() or os._exit(0)) == "EAGAIN"
    assert outcome(enter, lambda: os.chroot("/")) == "EPERM"
    assert outcome(enter, lambda: os.setuid(0)) == "EPERM"
    assert outcome(enter, lambda: os.kill(1, 0)) == "EPERM"


def test_a_user_who_stays_root_can_do_no_more(tmp_path: Path) -> None:
    """Where nobody else could read the interpreter, root stays root, without a capability."""
    zygote_fd = os.pidfd_open(os.getpid())
    enter = confinement.ChildConfinement("/", [], False, os.geteuid(), zygote_fd=zygote_fd).enter
    (tmp_path / "locked").touch(mode=0)
    assert outcome(enter, lambda: os.chroot("/")) == "EPERM"
    assert outcome(enter, lambda: os.setgroups([])) == "EPERM"
    assert outcome(enter, lambda: open(tmp_path / "locked").close()) == "EACCES"


def test_a_child_whose_zygote_has_ended_ends_at_once() -> None:
    """The kernel ends it with its zygote only if that lives when it is told so."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    late = confinement.ChildConfinement("/", [], False, os.geteuid(), zygote_fd=os.pidfd_open(pid))
    os.waitpid(pid, 0)
    assert not confinement.succeeds_in_fork(late.enter)
    assert confinement.succeeds_in_fork(shut(Path("/"), own=False).enter)


def test_namespaces_alone() -> None:
    """A child's files lie in a small file system of its own, its shared memory is its own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    enter = shut(folder, own=True).enter
    if not confinement.succeeds_in_fork(lambda: kernel.call_libc("unshare", kernel.CLONE_NEWNS)):
        pytest.skip("this user may not make namespaces outside of bubblewrap")

    def write(count: int, size: int) -> None:
        for number in range(count):
            Path(f"f{number}").write_bytes(bytes(size))

    shared = kernel.call_libc("shmget", 0x5EED, 4096, 0o1666)
    try:
        assert outcome(enter, partial(write, 3900, 0)) == "done"
        assert outcome(enter, partial(write, 4200, 0)) == "ENOSPC"
        assert outcome(enter, partial(write, 1, 15 * 2**20)) == "done"
        assert outcome(enter, partial(write, 2, 9 * 2**20)) == "ENOSPC"
        assert outcome(enter, partial(kernel.call_libc, "shmget", 0x5EED, 4096, 0)) == "ENOENT"
    finally:
        kernel.call_libc("shmctl", shared, 0, None)
    assert list(folder.iterdir()) == []
    folder.rmdir()
