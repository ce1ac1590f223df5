"""Set up `.venv` for this folder. Both commands begin with this; `launch.py` does the rest.

It uses only the standard library, because it runs before anything is installed. It uses no grammar
newer than Python 3.6, so that an old Python gets a message and no syntax error.

The file `.venv/workbook.json` is the stamp: it says what the environment was made from. It is empty
during a set-up. After an interrupted set-up it is still empty, so the environment is made again.
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
# All of LOCK, and what the key's commands and the tests need. A release does not contain it.
INSTRUCTORS_LOCK = "tests/requirements.lock"

# Some Pythons lack these: Debian has the first two in another package, and a self-built Python
# lacks the others if their headers were missing.
NEEDED_MODULES = ("venv", "ensurepip", "zlib", "_ssl", "_sqlite3", "_ctypes")

# Variables that make pip or Python use another folder than `.venv`, or plots leave the notebook.
UNWANTED_VARIABLES = (
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONWARNINGS"),
    "MPLBACKEND",
)

SETTINGS = {
    # Do not ask about news or look for updates. Keep the pictures in a saved notebook.
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
        # A double click on a text leaves it as it is: its cell may not be edited.
        "@jupyterlab/notebook-extension:tracker": {"showEditorForReadOnlyMarkdown": False},
    },
    # Hide each kernel's warning that it does not encrypt: its messages never leave the machine.
    # The extension can speak before the notebook's first cell has imported anything.
    "etc/ipython/ipython_kernel_config.json": {
        "IPKernelApp": {
            "log_level": "ERROR",
            "extra_extensions": ["autograder.advice.kernel_extension"],
        },
    },
}

# If PYTHONPATH has an empty entry, Python imports from the current folder before the first line of
# the command that pip makes: a student's folder `encodings/` would run as the grader. So this makes
# the command again, with Python's option -I and with the library that pip itself uses.
MAKE_COMMAND = """
import sys
from pip._vendor.distlib.scripts import ScriptMaker

maker = ScriptMaker(None, sys.argv[1])
maker.clobber = maker.set_mode = True
maker.variants = {""}
maker.make("autograder = autograder.__main__:run_command", {"interpreter_args": ["-I"]})
"""

DISK_FULL = (
    "The disk is full: free 700 MB in this folder and in the temporary folder, and run this again."
)
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
        "A downloaded package does not match the lock: try another network or index.",
    ),
)


class SetUpTrouble(Exception):
    """The set-up cannot go on. The text is one line and says what to do."""


def set_up(tree: Path) -> None:
    """Install the packages of the tree's lock and the tree itself in `.venv`, if that is not done.

    Raises: SetUpTrouble: the set-up failed.  OSError: a file can't be written.
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
    """The lock file to install from: the instructor's if the tree has it, else the student's."""
    return INSTRUCTORS_LOCK if (tree / INSTRUCTORS_LOCK).exists() else LOCK


def expected_stamp(tree: Path) -> dict[str, str]:
    """What an environment is made from. If one of these changes, the environment is out of date.

    Its path is one of them: environments and editable installs hold absolute paths.
    """
    return {
        "tree": str(tree),
        "python": f"{sys.implementation.cache_tag} {sysconfig.get_platform()}",
        "pyproject.toml": file_digest(tree / "pyproject.toml"),
        lock_of(tree): file_digest(tree / lock_of(tree)),
    }


def read_stamp(tree: Path) -> dict[str, str]:
    """What `.venv` was made from; empty if there is none, or if the set-up was interrupted."""
    try:
        made_from = json.loads((tree / ".venv/workbook.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made_from if isinstance(made_from, dict) else {}


def write_stamp(tree: Path, made_from: dict[str, str]) -> None:
    """Replace the stamp completely or not at all."""
    path = tree / ".venv/workbook.json"
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(made_from, indent=1), encoding="utf-8")
    draft.replace(path)


def is_ready(tree: Path) -> bool:
    """Whether `.venv` is complete and up to date."""
    return (
        expected_stamp(tree).items() <= read_stamp(tree).items() and Path(python_of(tree)).exists()
    )


def make_environment(tree: Path) -> None:
    """Make `.venv`, or bring a complete one up to date.

    Raises: SetUpTrouble: a step failed; the next set-up begins again.
    """
    venv = tree / ".venv"
    marker = venv / "workbook.json"
    if venv.exists() and not marker.exists() and (not venv.is_dir() or any(venv.iterdir())):
        raise SetUpTrouble(f"This command did not make {venv}: move it away, and run this again.")
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
        # The base Python: this process may run in the very environment that is made again.
        base = getattr(sys, "_base_executable", None) or sys.executable
        run_step(tree, "Making .venv", [base, "-I", "-m", "venv", str(venv)], variables)
    pip = [python_of(tree), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check"]
    # A pip.conf may say `user = true`, which fails in a virtual environment.
    install = [*pip, "install", "--no-user"]
    # The lock is complete. Without --no-deps, pip would look for an extra such as coverage[toml],
    # find a newer release than the lock's, and stop.
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
    """Run one command of the set-up, and print its title and how long it took.

    On a terminal, the line also shows the package that pip works on. If the command fails, its
    whole output is kept in a file.

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
    """Raise a SetUpTrouble for a failed command. Args: output: its lines."""
    text = "".join(output)
    known = [advice for pattern, advice in FAILURES if re.search(pattern, text)]
    with contextlib.suppress(
        OSError
    ):  # `venv` hides the output of its pip, so look at the disk itself
        places = (tree, Path(tempfile.gettempdir()))
        if min(shutil.disk_usage(place).free for place in places) < 20e6:
            known = [DISK_FULL]
    lines = [line.strip() for line in output if line.strip()] or ["a command failed"]
    errors = [line for line in lines if re.match(r"(?i)error", line)]
    advice = known[0] if known else f"The set-up failed: {(errors or lines)[-1]}"
    log = tree / ".workbook/set-up.log"
    with contextlib.suppress(OSError):  # on a full disk, only the advice is printed
        log.write_text(text, encoding="utf-8")
        advice += f" (The whole output is in {log})"
    raise SetUpTrouble(advice)


def check_writable(tree: Path) -> None:
    """Raises: SetUpTrouble: the tree, or a folder of an earlier set-up, can't be written to."""
    if not os.access(tree, os.W_OK):
        raise SetUpTrouble(
            f"{tree} can't be written to: copy it to a folder that you own, and run this there."
        )
    for name in (".venv", ".workbook", ".workbook/jupyter"):
        if (tree / name).exists() and not os.access(tree / name, os.W_OK):
            raise SetUpTrouble(
                f"{tree / name} belongs to another user, perhaps because this was run with sudo: "
                "take it over (chown -R) or remove it, and run this again."
            )


def check_modules() -> None:
    """Raises: SetUpTrouble: this Python lacks a module of the standard library."""
    for name in NEEDED_MODULES:
        if importlib.util.find_spec(name) is not None:
            continue
        if name in ("venv", "ensurepip"):
            package = "python{}.{}-venv".format(*sys.version_info)
            raise SetUpTrouble(
                f"This Python has no `{name}`. On Debian or Ubuntu: sudo apt install {package} "
                "(elsewhere, use the installer from python.org), and run this again."
            )
        raise SetUpTrouble(
            f"This Python ({sys.executable}) was built without `{name.lstrip('_')}`: "
            "use another Python, 3.11 or newer, and run this again."
        )


@contextlib.contextmanager
def hold_set_up_lock(tree: Path) -> Iterator[None]:
    """Prevent two set-ups at the same time; the lock ends with its process.

    Raises: SetUpTrouble: another process is setting up.
    """
    if sys.platform == "win32":  # there is no such lock on Windows
        yield
        return
    import fcntl

    (tree / ".workbook").mkdir(exist_ok=True)
    with open(tree / ".workbook/set-up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetUpTrouble("Another process is setting this folder up: wait for it.") from None
        except OSError:  # a network disk may have no locks
            pass
        yield


def trust_notebooks(tree: Path) -> None:
    """Tell Jupyter to trust these notebooks; otherwise it does not show their pictures.

    Errors are ignored: a notebook is also trusted as soon as its cells are run.
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
    """The SHA-256 of a file, or "" if it does not exist."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def workbook_variables(tree: Path) -> dict[str, str]:
    """The environment variables for the programs started here, so that they use this Jupyter only.

    Kernels, extensions and settings of the user's other Jupyter belong to other packages.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in UNWANTED_VARIABLES
    }
    home = jupyter_home(tree)
    runtime = private_folder(home / "runtime")
    if os.name != "nt" and runtime.stat().st_mode & 0o077:
        # A disk without permissions (such as Windows' disk in WSL) would show the kernels' keys.
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
    """The folder for the settings and files of this Jupyter; it is made if it is missing."""
    return private_folder(tree / ".workbook/jupyter")


def private_folder(folder: Path) -> Path:
    """Make a folder if it is missing, and close it to other users if the disk has permissions."""
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
