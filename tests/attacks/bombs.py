"""Uses up what there is: processes, memory, disk, files, output, time.

It is stopped at its limit, costs its author alone, and nothing of it remains.
"""

from . import RELU, Attack, forward, vandal
from .endings import LATE
from .patches import EVERYWHERE

HERE = RELU

ATTACKS = (
    vandal(
        "forks",
        """
        import os, time
        for _ in range(40):  # a real one does not stop here
            try:
                if os.fork() == 0:
                    time.sleep(60)
                    os._exit(0)
            except OSError:
                break
        """,
    ),
    vandal(
        "forks_that_fork",
        """
        import os, time
        root = os.getpid()
        try:
            [os.fork() for _ in range(5)]
        except OSError:
            pass
        if os.getpid() != root:
            time.sleep(60)
        """,
    ),
    vandal(
        "threads",
        """
        import threading, time
        try:
            for _ in range(300):
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            pass
        """,
    ),
    Attack(
        "memory_at_once",
        forward("return np.ones(2**33)"),
        frozenset({"relu.forward"}),
        RELU,
        says="MemoryError",
    ),
    Attack(
        "memory_bit_by_bit",
        forward("kept = []\nwhile True:\n    kept.append(np.ones(2**24))"),
        frozenset({"relu.forward"}),
        EVERYWHERE,
        says=f"MemoryError|{LATE}",
        brief=True,
    ),
    Attack(
        "memory_shared",
        forward("import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 2**28))"),
        frozenset({"relu.forward"}),
        RELU,
        says="OSError|MemoryError",
    ),
    vandal(
        "disk",
        """
        try:
            for i in range(96):
                with open(f"bomb{i}", "wb") as file:
                    file.write(bytes(2**20))
        except OSError:
            pass
        """,
    ),
    vandal(
        "one_large_file",
        """
        try:
            with open("bomb", "wb") as file:
                for _ in range(64):
                    file.write(bytes(2**20))
        except OSError:
            pass
        """,
    ),
    vandal(
        "a_file_with_a_hole",
        "try:\n    import os; os.truncate(os.open('hole', 66, 0o600), 2**50)\nexcept OSError: pass",
    ),
    vandal(
        "20_000_files",
        """
        try:
            for i in range(20_000):
                open(f"empty{i}", "x").close()
        except OSError:
            pass
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "folders_in_folders",
        """
        import os
        try:
            for _ in range(1100):
                os.mkdir("d")
                os.chdir("d")
        except OSError:
            pass
        """,
    ),
    vandal(
        "folders_without_rights",
        """
        import os
        try:
            os.makedirs("locked/inner")
            open("locked/inner/file", "w").close()
            os.chmod("locked/inner", 0)
            os.chmod("locked", 0)
            os.chmod(".", 0)
        except OSError:
            pass
        """,
        shaky=EVERYWHERE,  # in its own folder nothing more is found, unless by root
    ),
    vandal(
        "folders_without_rights_in_folders_without_rights",
        """
        import os
        try:
            os.makedirs("a/b/c/d/e")
            for place, _, _ in os.walk("a", topdown=False):
                open(f"{place}/file", "w").close()
                os.chmod(f"{place}/file", 0)
                os.chmod(place, 0)
        except OSError:
            pass
        """,
    ),
    vandal(
        "deeper_than_any_path",
        """
        import os
        try:
            here = os.open(".", os.O_RDONLY)
            for _ in range(1200):
                os.mkdir("deep", dir_fd=here)
                inner = os.open("deep", os.O_RDONLY, dir_fd=here)
                os.close(here)
                here = inner
        except OSError:
            pass
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "links_to_its_own_modules",
        """
        import os
        for make in (os.link, os.symlink):
            for i in range(200):
                try:
                    make(__file__, f"{make.__name__}{i}")
                except OSError:
                    break
        """,
    ),
    vandal(
        "pipes_in_the_place_of_modules",
        """
        import glob, os
        for path in glob.glob("mytorch/*.py"):
            try:
                os.unlink(path)
                os.mkfifo(path)
            except OSError:
                continue
        """,
        shaky=EVERYWHERE,
        network=True,
        brief=True,
    ),
    vandal(
        "one_that_escapes_and_fills_its_folder",
        """
        import os, time
        try:
            if os.fork() == 0:
                os.setsid()
                end = time.monotonic() + 6
                while time.monotonic() < end:
                    for i in range(300):
                        open(f"more{i}", "w").close()
                os._exit(0)
        except OSError:
            pass
        """,
        shaky=EVERYWHERE,
        needs="landlock",
    ),
    vandal(
        "names_that_cannot_be_said",
        r"""
        import os
        for name in (b"\xff\xfe", b"\x1b[2J\r\n", b"-rf", b" ", b"x" * 255, "\u202e".encode()):
            try:
                os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600))
            except OSError:
                pass
        """,
    ),
    vandal(
        "output",
        """
        import os
        for n in (1, 2):
            for _ in range(64):
                try:
                    os.write(n, b"x" * 2**20)
                except OSError:
                    pass
        print("y" * 2**24)
        """,
    ),
    Attack(
        "answers_of_8_mib",
        forward("return np.zeros(2**20)"),
        frozenset({"relu.forward"}),
        RELU,
        says="too large",
    ),
    Attack("endless", forward("while True: pass"), RELU, EVERYWHERE, says=LATE),
    Attack(
        "asleep", forward("import time; time.sleep(1000)"), RELU, EVERYWHERE, says=LATE, brief=True
    ),
    Attack(
        "endless_without_the_clocks_signal",
        forward("import signal; signal.signal(signal.SIGXCPU, lambda *a: 0)\nwhile True: pass"),
        RELU,
        EVERYWHERE,
        says=LATE,
        brief=True,
    ),
    Attack(
        "endless_in_c",
        forward("import re; re.match('(a+)+$', 'a' * 64 + 'b')\nreturn Z"),
        RELU,
        EVERYWHERE,
        says=LATE,
        brief=True,
    ),
    Attack(
        "endless_number",
        forward("9 ** 9 ** 9\nreturn Z"),
        RELU,
        EVERYWHERE,
        says=LATE,
        brief=True,
    ),
    Attack(
        "endless_that_catches_all",
        forward(
            "while True:\n    try:\n        while True: pass\n    except BaseException: continue"
        ),
        RELU,
        EVERYWHERE,
        says=LATE,
        brief=True,
    ),
    Attack(
        "endless_text_of_an_exception",
        forward("raise Long", "class Long(Exception):\n    __str__ = lambda s: 'x' * 2**29\n"),
        frozenset({"relu.forward"}),
        EVERYWHERE,
        brief=True,
    ),
    Attack(
        "endless_at_import",
        forward("return Z", "while True: pass"),
        RELU,
        EVERYWHERE,
        network=True,
        says=LATE,
        brief=True,
    ),
    Attack(
        "ends_at_import",
        forward("return Z", "import os; os._exit(0)"),
        RELU,
        RELU,
        network=True,
        says="ended",
    ),
    Attack(
        "a_file_that_does_not_compile_in_time",
        {
            "relu.py": "class ReLU:\n    x = "
            + "(" * 90
            + "1"
            + ",)" * 90
            + "\n"
            + "y = 1\n" * 99999
        },
        RELU,
        RELU,
    ),
    Attack(
        "a_file_of_brackets",
        {"relu.py": "(" * 500_000},
        RELU,
        RELU,
        says="SyntaxError|MemoryError",
    ),
    Attack("a_file_of_minus_signs", {"relu.py": "-" * 500_000 + "1"}, RELU, RELU),
    Attack(
        "a_constant_too_large",
        {"relu.py": "x = 1 << 10**10\n" * 9},
        RELU,
        EVERYWHERE,
        brief=True,
    ),
)
