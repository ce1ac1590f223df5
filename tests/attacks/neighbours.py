"""Copies from, or spoils, the hand-in beside it and the one graded after it.

The neighbour's files are out of reach, and the next report of the same worker is what it was.
"""

from . import Attack, forward, thief, vandal
from .patches import EVERYWHERE

ATTACKS = (
    thief(
        "copies",
        """
        names = {"__name__": "mytorch.theirs", "__package__": "mytorch"}
        exec(open("«neighbour»/mytorch/relu.py").read(), names)
        found = names["ReLU"]().forward(Z)
        """,
        "landlock",
    ),
    thief(
        "spoils",
        "open('«neighbour»/mytorch/relu.py', 'w').write('1 / 0'); found = True",
        "landlock",
    ),
    vandal(
        "leaves_a_note_above",
        "import os\ntry:\n    open(f'{os.getcwd()}/../«mark»', 'x').close()\nexcept OSError: pass",
        "landlock",
    ),
    vandal(
        "leaves_a_note_in_tmp",
        "try:\n    open('/tmp/«mark»', 'x').close()\nexcept OSError: pass",
        "landlock",
    ),
    vandal(
        "leaves_a_note_in_shared_memory",
        "try:\n    open('/dev/shm/«mark»', 'x').close()\nexcept OSError: pass",
        "landlock",
    ),
    vandal(
        "leaves_a_note_in_a_shared_segment",
        """
        try:
            import ctypes
            ctypes.CDLL(None).shmget(«key», 4096, 0o1600)
        except (ImportError, OSError):
            pass
        """,
        "landlock",
    ),
    thief(
        "adds_a_module_to_ours",
        """
        import autograder.model as h, os
        ours = os.path.join(os.path.dirname(h.__file__), "«mark».py")
        open(ours, "x").close()
        os.unlink(ours)
        found = True
        """,
        "landlock",
    ),
    thief(
        "remembers_the_one_before",
        """
        import re
        wanted = re.compile(b"the[ ]words[ ]of[ ]the[ ]one[ ]before")
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            for line in open("/proc/self/maps") if not LOOKED else ():
                start, end = (int(x, 16) for x in re.match("(.*?)-(.*?) ", line).groups())
                if " rw" in line and end - start < 2**28:
                    memory.seek(start)
                    found = found or wanted.search(memory.read(end - start)) is not None
        LOOKED.append(1)
        """,
        top="LOOKED = []",
    ),
    vandal(
        "swallows_what_is_for_the_next",
        """
        import os
        for n in range(3, 1001):
            try:
                os.set_blocking(n, False)
                while os.read(n, 2**20):
                    pass
            except OSError:
                continue
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "spoils_the_warm_interpreter",
        """
        import builtins, gc, sys
        np.maximum.__class__
        np.zeros = np.array = np.exp = None
        builtins.len = builtins.float = None
        sys.modules.clear()
        sys.path[:] = sys.meta_path[:] = []
        gc.disable()
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "spoils_constants",
        """
        import ctypes
        ctypes.memset(id(0.5) + 16, 0, 8)
        one = ctypes.c_long.from_address(id(1) + 24)
        one.value = 2
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "waits_for_the_next_one",
        """
        import os, threading
        def later():
            while True:
                try:
                    open("mytorch/relu.py", "w").write("1 / 0")
                except OSError:
                    pass
        threading.Thread(target=later, daemon=True).start()
        """,
        shaky=EVERYWHERE,
    ),
    Attack(
        "changes_its_own_files_for_the_run_on_doubles",
        forward(
            """
            import pathlib
            for path in pathlib.Path(__file__).parent.glob("*.py"):
                path.write_text("raise NotImplementedError('Exercise 9.9: changed')")
            return Z
            """
        ),
        frozenset({"relu.forward"}),
        frozenset(EVERYWHERE),
        network=True,
    ),
)
