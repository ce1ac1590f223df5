"""Make `.venv` hold what this folder needs: the first half of both commands (`launch.py` starts).

The standard library alone: it runs before anything is installed. No grammar newer than Python
3.6, so that an old Python never stumbles here before it has read that it is too old.

`.venv/workbook.json` is the stamp: it says what the environment was made from. It is empty while
a set-up is under way, so an interrupted one is known by it, and is made anew.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

TREE = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock"
BEGINNING = "autograder/beginning.zip"  # in a release: its notebooks and mytorch, once more
# Holds all that LOCK holds, and what the key's commands and the tests need; in no release.
INSTRUCTORS_LOCK = "tests/requirements.lock"

# Not every Python has these: Debian packs the first two apart, a self-built one lacks the others
# where their headers were missing.
NEEDED_MODULES = ("venv", "ensurepip", "zlib", "_ssl", "_sqlite3", "_ctypes")

# What would lead pip or Python away from `.venv`, or a plot away from its notebook.
UNWANTED_VARIABLES = (
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONWARNINGS"),
    "MPLBACKEND",
)

SETTINGS = {
    # No question about news, no look for updates; a saved notebook keeps its pictures.
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
        # A double click on a text leaves it as it is: its cell may not be edited.
        "@jupyterlab/notebook-extension:tracker": {"showEditorForReadOnlyMarkdown": False},
    },
    # Each kernel warns that it doesn't encrypt what never leaves the machine. The extension speaks
    # before the notebook's first cell has imported anything.
    "etc/ipython/ipython_kernel_config.json": {
        "IPKernelApp": {
            "log_level": "ERROR",
            "extra_extensions": ["autograder.advice.kernel_extension"],
        },
    },
}

# Where PYTHONPATH has an empty entry, the command that pip makes imports from the current folder
# before its first line runs: a student's folder `encodings/` would run as the grader. So the
# command is made once more, by the same library of pip's, with Python's option -I.
MAKE_COMMAND = """
import sys
from pip._vendor.distlib.scripts import ScriptMaker

maker = ScriptMaker(None, sys.argv[1])
maker.clobber = maker.set_mode = True
maker.variants = {""}
maker.make("autograder = autograder.__main__:run_command", {"interpreter_args": ["-I"]})
"""

DISK_FULL = "The disk is full: free 700 MB, here and where temporary files go, and run this again."
FAILURES = (
    (r"No space left on device|Disk quota exceeded|not enough space on the disk", DISK_FULL),
    (
        r"NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|name resolution|getaddrinfo"
        r"|Network is unreachable|ProxyError",
        "The packages can't be downloaded: get this machine online (or set pip's index or proxy), "
        "and run this again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one the lock names: try another network or index.",
    ),
)


class SetUpTrouble(Exception):
    """Something is missing; the text is one line and says what to do about it."""


def set_up(tree: Path) -> None:
    """Make `.venv` hold what the tree's lock names and the tree itself; where it does, do nothing.

    Raises: SetUpTrouble: something is missing.  OSError: a file can't be written.
    """
    check_writable(tree)
    if not is_ready(tree):
        with hold_set_up_lock(tree):
            if not is_ready(tree):
                make_environment(tree)
    write_settings(tree)
    restore_missing(tree)
    trust_notebooks(tree)


def lock_of(tree: Path) -> str:
    """The lock of what is installed: an instructor's where the tree has it, else a student's."""
    return INSTRUCTORS_LOCK if (tree / INSTRUCTORS_LOCK).exists() else LOCK


def expected_stamp(tree: Path) -> dict[str, str]:
    """What an environment is made from; where one of these differs, it is no longer right.

    An environment and an editable install hold absolute paths: a moved tree is another tree.
    """
    return {
        "tree": str(tree),
        "python": f"{sys.implementation.cache_tag} {sysconfig.get_platform()}",
        "pyproject.toml": file_digest(tree / "pyproject.toml"),
        lock_of(tree): file_digest(tree / lock_of(tree)),
    }


def read_stamp(tree: Path) -> dict[str, str]:
    """What `.venv` was made from: nothing where there is none, or where it was interrupted."""
    try:
        made_from = json.loads((tree / ".venv/workbook.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made_from if isinstance(made_from, dict) else {}


def write_stamp(tree: Path, made_from: dict[str, str]) -> None:
    """Replace the stamp, whole or not at all."""
    path = tree / ".venv/workbook.json"
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(made_from, indent=1), encoding="utf-8")
    draft.replace(path)


def is_ready(tree: Path) -> bool:
    """Whether `.venv` was made, to its end, from just what is here now."""
    return (
        expected_stamp(tree).items() <= read_stamp(tree).items() and Path(python_of(tree)).exists()
    )


def make_environment(tree: Path) -> None:
    """Make `.venv`, or bring a whole one up to date.

    Raises: SetUpTrouble: something is missing; what is done so far is done again next time.
    """
    venv = tree / ".venv"
    marker = venv / "workbook.json"
    if venv.exists() and not marker.exists() and (not venv.is_dir() or any(venv.iterdir())):
        raise SetUpTrouble(
            f"{venv} was not made by this command: move it away, and run this again."
        )
    check_modules()
    old, new = read_stamp(tree), expected_stamp(tree)
    keep = all(old.get(name) == new[name] for name in ("tree", "python"))
    keep = keep and Path(python_of(tree)).exists()
    venv.mkdir(exist_ok=True)
    write_stamp(tree, {})
    variables = workbook_variables(tree)
    if not keep:
        for entry in venv.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry != marker:
                entry.unlink()
        # The Python below a virtual environment: this may run in the one that is made anew.
        base = getattr(sys, "_base_executable", None) or sys.executable
        run_step(tree, "Making .venv", [base, "-I", "-m", "venv", str(venv)], variables)
    pip = [python_of(tree), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check"]
    # A pip.conf may say `user = true`, which no virtual environment takes.
    install = [*pip, "install", "--no-user"]
    # The lock is complete. Without --no-deps, pip would look for an extra such as coverage[toml]
    # on its own, find a release newer than the lock's, and refuse it.
    run_step(
        tree,
        "Installing the packages (a minute or two)",
        [*install, "--require-hashes", "--no-deps", "-r", str(tree / lock_of(tree))],
        variables,
    )
    run_step(
        tree,
        "Installing the autograder",
        [*install, "--no-deps", "--no-build-isolation", "--editable", str(tree)],
        variables,
    )
    run_step(
        tree,
        "Making the command",
        [python_of(tree), "-I", "-c", MAKE_COMMAND, str(programs_folder(tree))],
        variables,
    )
    write_stamp(tree, new)


def write_settings(tree: Path) -> None:
    """Write the settings of Jupyter and its kernels; a newer release may bring others."""
    for name, settings in SETTINGS.items():
        path, text = tree / ".venv" / name, json.dumps(settings, indent=1)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def restore_missing(tree: Path) -> None:
    """Put back what a release came with and is gone: notebooks and files of mytorch.

    What is there stays as it is. In a tree that is no release, there is nothing to restore from.
    """
    store = tree / BEGINNING
    if not store.exists():
        return
    try:
        with zipfile.ZipFile(store) as kept:
            for name in kept.namelist():
                if not os.path.lexists(tree / name):
                    (tree / name).parent.mkdir(parents=True, exist_ok=True)
                    (tree / name).write_bytes(kept.read(name))
                    print(f"{name} was missing: it is back, as it was in the beginning.")
    except zipfile.BadZipFile:
        print(f"{store} is damaged: to restore a deleted file, unpack the release again.")


def run_step(tree: Path, title: str, command: list[str], variables: dict[str, str]) -> None:
    """Run one command of the set-up, and say what it is and how long it took.

    A terminal shows what pip is at meanwhile; the whole output is kept where a step fails.

    Raises: SetUpTrouble: the command failed.
    """
    began = time.monotonic()
    width = shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0
    print(f"{title} …", end="", flush=True)
    output = []
    with subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as child:
        try:
            for line in child.stdout or ():
                output.append(line)
                if width and re.match(r"\s*(Collecting|Downloading|Installing) ", line):
                    now = f"{title} … {line.strip().split(' (')[0]}"[:width]
                    print(f"\r{now:{width}}", end="", flush=True)
        except BaseException:
            child.kill()
            raise
    done = f"{title} … {time.monotonic() - began:.0f} s"
    print(f"\r{done:{width}}" if width else done[len(title) + 2 :], flush=True)
    if child.returncode:
        raise_failure(tree, output)


def raise_failure(tree: Path, output: list[str]) -> NoReturn:
    """Raise the SetUpTrouble that a failed command's output tells of."""
    text = "".join(output)
    known = [advice for pattern, advice in FAILURES if re.search(pattern, text)]
    with contextlib.suppress(OSError):  # `venv` hides what its pip said
        places = (tree, Path(tempfile.gettempdir()))
        if min(shutil.disk_usage(place).free for place in places) < 20e6:
            known = [DISK_FULL]
    lines = [line.strip() for line in output if line.strip()] or ["a command failed"]
    errors = [line for line in lines if re.match(r"(?i)error", line)]
    advice = known[0] if known else f"The set-up failed: {(errors or lines)[-1]}"
    log = tree / ".workbook/set-up.log"
    with contextlib.suppress(OSError):  # on a full disk the advice must do
        log.write_text(text, encoding="utf-8")
        advice += f" (All it said: {log})"
    raise SetUpTrouble(advice)


def check_writable(tree: Path) -> None:
    """Raises: SetUpTrouble: the tree, or what an earlier set-up left in it, can't be written to."""
    if not os.access(tree, os.W_OK):
        raise SetUpTrouble(
            f"{tree} can't be written to: copy the folder to a place of yours, and run this there."
        )
    for name in (".venv", ".workbook", ".workbook/jupyter"):
        if (tree / name).exists() and not os.access(tree / name, os.W_OK):
            raise SetUpTrouble(
                f"{tree / name} belongs to another user, perhaps since this was run with sudo: "
                "make it yours (chown -R) or remove it, and run this again."
            )


def check_modules() -> None:
    """Raises: SetUpTrouble: this Python lacks a part of the standard library that is needed."""
    for name in NEEDED_MODULES:
        if importlib.util.find_spec(name) is not None:
            continue
        if name in ("venv", "ensurepip"):
            package = "python{}.{}-venv".format(*sys.version_info)
            raise SetUpTrouble(
                f"This Python has no `{name}`. On Debian or Ubuntu: sudo apt install {package} "
                "(elsewhere: take Python's own installer), and run this again."
            )
        raise SetUpTrouble(
            f"This Python ({sys.executable}) was built without `{name.lstrip('_')}`: "
            "take another one of 3.11 or newer, and run this again."
        )


@contextlib.contextmanager
def hold_set_up_lock(tree: Path) -> Iterator[None]:
    """Keep a second window from setting up at the same time; the lock dies with its process.

    Raises: SetUpTrouble: another window is at it.
    """
    if sys.platform == "win32":  # it has no such lock, and does without
        yield
        return
    import fcntl

    (tree / ".workbook").mkdir(exist_ok=True)
    with open(tree / ".workbook/set-up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetUpTrouble("Another window is setting this folder up: wait for it.") from None
        except OSError:  # a network disk without locks
            pass
        yield


def trust_notebooks(tree: Path) -> None:
    """Tell Jupyter that these notebooks are ours: it drops the pictures of those it doesn't trust.

    Never fails: an untrusted notebook is trusted once its cells are run.
    """
    names = [str(path) for path in sorted((tree / "notebooks").glob("*.ipynb"))]
    now = {name: file_digest(Path(name)) for name in names}
    record = jupyter_home(tree) / "trusted.json"
    before = {}
    with contextlib.suppress(OSError, ValueError):
        before = json.loads(record.read_text(encoding="utf-8"))
    if now == before:
        return
    done = subprocess.run(
        [python_of(tree), "-I", "-m", "nbformat.sign", *names],
        env=workbook_variables(tree),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if done.returncode == 0:
        record.write_text(json.dumps(now, indent=1), encoding="utf-8")


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, or an empty string where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def workbook_variables(tree: Path) -> dict[str, str]:
    """The variables for all that is started here: this folder's own Jupyter, and nobody else's.

    Kernels, extensions and settings of the user's other Jupyter were made for other packages.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in UNWANTED_VARIABLES
    }
    home = jupyter_home(tree)
    runtime = private_folder(home / "runtime")
    if os.name != "nt" and runtime.stat().st_mode & 0o077:
        # A disk without permissions (Windows' own, under WSL): keys of kernels can't lie there.
        runtime = Path(tempfile.mkdtemp(prefix="workbook-"))
    return {
        **variables,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "VIRTUAL_ENV": str(tree / ".venv"),
        "PATH": os.pathsep.join([str(programs_folder(tree)), os.environ.get("PATH", os.defpath)]),
    }


def jupyter_home(tree: Path) -> Path:
    """Where the Jupyter of this folder keeps what it remembers; made where it is missing."""
    return private_folder(tree / ".workbook/jupyter")


def private_folder(folder: Path) -> Path:
    """The folder, made where it is missing, closed to other users where the disk knows of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    return folder


def programs_folder(tree: Path) -> Path:
    """The folder of the environment's programs."""
    return tree / ".venv" / ("Scripts" if os.name == "nt" else "bin")


def python_of(tree: Path) -> str:
    """The environment's Python."""
    return str(programs_folder(tree) / ("python.exe" if os.name == "nt" else "python"))
