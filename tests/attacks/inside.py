"""Turns the interpreter, numpy and the processor against whoever computes in the same process.

It costs its author, or nobody: no answer becomes right, none is believed beyond its numbers.
"""

from . import RELU, RESULT, Attack, forward, vandal
from .patches import EVERYWHERE, patch

ATTACKS = (
    vandal(
        "an_audit_hook_that_raises",
        "import sys\n"
        "def hook(event, arguments):\n"
        "    if event != 'object.__getattr__':\n"
        "        raise RuntimeError(event)\n"
        "sys.addaudithook(hook)",
        shaky=EVERYWHERE,
    ),
    vandal(
        "an_audit_hook_that_exits",
        "import os, sys\nsys.addaudithook(lambda *a: os._exit(0))",
        shaky=EVERYWHERE,
    ),
    vandal(
        "profile_functions",
        "import sys, threading\n"
        "def stop(*a): raise SystemExit\n"
        "threading.setprofile(stop)\nsys.setprofile(stop)",
        shaky=EVERYWHERE,
    ),
    vandal(
        "a_trace_function_that_changes_what_is_returned",
        """
        import sys
        def trace(frame, event, argument):
            frame.f_trace_opcodes = True
            for name in ("rtol", "allowed", "expected"):
                if name in frame.f_locals:
                    frame.f_locals[name] = 1e9
            return trace
        sys.settrace(trace)
        """,
        shaky=EVERYWHERE,
        brief=True,
    ),
    vandal(
        "finalizers_and_callbacks_that_exit",
        """
        import gc, os, weakref
        class Kept: pass
        kept = Kept()
        weakref.finalize(kept, os._exit, 0).atexit = True
        weakref.ref(kept, lambda r: os._exit(0))
        gc.callbacks.append(lambda *a: os._exit(0))
        DONE.append(kept)
        gc.set_threshold(1)
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "a_traceback_into_every_file",
        """
        import faulthandler
        for n in range(3, 64):
            try:
                faulthandler.dump_traceback(n)
            except (OSError, ValueError, RuntimeError):
                continue
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "an_end_that_comes_later",
        """
        import faulthandler
        try:
            faulthandler.dump_traceback_later(0.003, exit=True, file=open("later", "w"))
        except (OSError, RuntimeError):
            pass
        """,
        shaky=EVERYWHERE,
    ),
    vandal("no_room_for_a_call", "import sys\nsys.setrecursionlimit(60)", shaky=EVERYWHERE),
    vandal("no_other_thread", "import sys\nsys.setswitchinterval(1e6)"),
    vandal("no_collection", "import gc\ngc.disable(); gc.freeze()"),
    vandal("other_words_for_numbers", "import locale\nlocale.setlocale(locale.LC_ALL, 'C')"),
    vandal("no_environment", "import os\nos.environ.clear(); os.environ['PYTHONPATH'] = '/'"),
    vandal(
        "another_folder",
        "import os\nfor _ in range(9):\n    try: os.chdir('..')\n    except OSError: break",
        shaky=EVERYWHERE,
    ),
    vandal(
        "limits_lowered_to_nothing",
        """
        import resource
        for name in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK,
                     resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU):
            try:
                resource.setrlimit(name, (0, 0))
            except (ValueError, OSError):
                pass
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "signals_into_the_channel",
        """
        import os, signal
        for n in range(3, 64):
            try:
                os.set_blocking(n, False)
                signal.set_wakeup_fd(n, warn_on_full_buffer=False)
                signal.signal(signal.SIGALRM, lambda *a: None)
                signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            except (OSError, ValueError):
                continue
        """,
        shaky=EVERYWHERE,
        brief=True,
    ),
    vandal(
        "every_clock_rings",
        """
        import signal
        for clock in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(clock, 0.001)
        """,
        shaky=EVERYWHERE,
    ),
    vandal(
        "the_processor_rounds_upwards",
        "import ctypes\nctypes.CDLL('libm.so.6').fesetround(0x800)",
        shaky=EVERYWHERE,
    ),
    vandal(
        "warnings_and_errors_of_numpy",
        "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')\n"
        "np.set_printoptions(threshold=1)",
    ),
    patch("another_package", "import sys\nsys.modules['mytorch'] = np", EVERYWHERE),
    patch(
        "a_package_that_has_everything",
        "import sys\n"
        "class Yes(type(sys)):\n"
        "    def __getattr__(self, name): return lambda *a, **k: Yes(name)\n"
        "    __call__ = lambda self, *a, **k: Z\n"
        "for name in [n for n in sys.modules if n.startswith('mytorch')]:\n"
        "    sys.modules[name].__class__ = Yes\n"
        "    sys.modules[name].__path__ = []",
        EVERYWHERE,
    ),
    patch(
        "an_importer_of_its_own",
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, *a): raise SystemExit\n"
        "sys.meta_path[:] = [Finder()]\nsys.path_hooks[:] = []\nsys.path_importer_cache.clear()",
        EVERYWHERE,
    ),
    patch(
        "catch_warnings_and_walk_tb",
        "import warnings, traceback, linecache\n"
        "warnings.catch_warnings = warnings.simplefilter = None\n"
        "traceback.walk_tb = linecache.getline = lambda *a: [None] * 9",
        EVERYWHERE,
    ),
    patch(
        "paths_and_files",
        "import builtins, os, pathlib\n"
        "pathlib.Path.write_bytes = pathlib.Path.read_bytes = lambda *a: 0\n"
        "builtins.open = os.open = os.write = os.fdopen = lambda *a, **k: None",
        EVERYWHERE,
    ),
    patch(
        "the_frame_that_called_us",
        "import ctypes, sys\n"
        "frame = sys._getframe()\n"
        "while frame:\n"
        "    for name in ('result', 'tensors', 'answer', 'array', 'value'):\n"
        "        if name in frame.f_locals:\n"
        "            frame.f_locals[name] = np.maximum(Z, 0)\n"
        "            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), 0)\n"
        "    frame = frame.f_back",
        EVERYWHERE,
    ),
    patch(
        "inputs_that_are_changed_until_it_is_right",
        "Z[...] = np.maximum(Z, 0) if Z.flags.writeable else Z; self.Z = Z; Z = -Z",
    ),
    Attack(
        "shapes_of_its_own",
        {
            **forward(RESULT),
            "shapes.py": "import os\nos._exit(3)\n",
        },
        shaky=EVERYWHERE,
        network=True,
    ),
    Attack(
        "a_module_that_is_a_package_of_itself",
        {
            **forward(f"from . import later\n{RESULT}", "__path__ = []\n__all__ = None"),
            "later.py": "import sys\nsys.modules.pop(__name__)\nfrom . import later\n",
        },
        shaky=RELU,
    ),
)
