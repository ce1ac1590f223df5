"""What `python3 notebooks` and `python3 tests` start after the set-up.

It uses only the standard library and no grammar newer than Python 3.6, as `bootstrap.py` does.
"""

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bootstrap import TREE, SetUpTrouble, python_of, set_up, workbook_variables

FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
FIRST_PORT = 8888


def open_workbook(arguments: list[str]) -> int:
    """Set up, print the scores and the address, and become JupyterLab.

    Returns: the exit code, if JupyterLab was not started.
    """
    parser = argparse.ArgumentParser(
        prog="python3 notebooks",
        description="Set this folder up (once, in .venv) and open the workbook in JupyterLab.",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address, for example on a server"
    )
    parser.add_argument(
        "--port", type=port_number, help=f"1 to 65535 (default: the first free from {FIRST_PORT})"
    )
    parser.add_argument(
        "--set-up", action="store_true", help="set up only; do not start JupyterLab"
    )
    options = parser.parse_args(arguments)

    def work() -> int:
        set_up(TREE)
        if options.set_up:
            print("The set-up is complete. To open the workbook: python3 notebooks")
            return 0
        return start_jupyter(TREE, options.port, not options.no_browser and has_screen())

    return run_guarded(work)


def run_tests(arguments: list[str]) -> int:
    """Set up and become pytest over `tests/`, on all cores, with the arguments as typed."""

    def work() -> int:
        set_up(TREE)
        variables = workbook_variables(TREE)
        command = [python_of(TREE), "-m", "pytest", "--numprocesses=auto", "--dist=worksteal"]
        return replace_process([*command, *arguments], TREE, variables)

    return run_guarded(work)


def run_guarded(work: Callable[[], int]) -> int:
    """Do the work. If something stops it, print one line to stderr and return an exit code."""
    with contextlib.suppress(AttributeError, OSError):  # the terminal may lack a path's characters
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # Exit on SIGTERM, so that a command of the set-up that is running ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return work()
    except SetUpTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or TREE}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        return 130


def start_jupyter(tree: Path, port: int | None, browser: bool) -> int:
    """Print the scores, and become JupyterLab on the first notebook; its address follows.

    Raises: SetUpTrouble: the port is taken.
    """
    port = free_port(port)
    variables = workbook_variables(tree)
    # In the environment, because every user of the machine can read a command line.
    variables["JUPYTER_TOKEN"] = token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    print_scores(tree, variables)
    lines = [f"\nThe workbook: http://127.0.0.1:{port}/lab/tree/{FIRST_NOTEBOOK}?token={token}"]
    if browser:
        lines += ["It opens in your browser in a moment. To stop it, press Ctrl-C here."]
    else:
        lines += ["Open it in a browser. To stop it, press Ctrl-C here."]
        lines += [f"From another machine, first: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE"]
    announce_address(tree, port, "\n".join(lines) + "\n")
    command = [python_of(tree), "-I", "-m", "jupyterlab"]
    command += ["--ServerApp.log_level=ERROR", "--LabApp.log_level=ERROR"]
    command += ["-y"]  # Ctrl-C stops it without a question
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0"]  # the printed address must stay right
    if os.name != "nt":  # a login shell would not find `autograder` in .venv
        shell = {"shell_command": [os.environ.get("SHELL") or "/bin/sh"]}
        command += [f"--ServerApp.terminado_settings={shell}"]
    command += [f"--ServerApp.root_dir={tree}", f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK}"]
    if not browser:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]
    return replace_process(command, tree, variables)


def announce_address(tree: Path, port: int, text: str) -> None:
    """Have a text printed once JupyterLab answers: before that, the address shows nothing."""
    sys.stdout.flush()
    announcing = subprocess.Popen(
        [
            python_of(tree),
            "-I",
            str(TREE / "notebooks" / "announce.py"),
            str(port),
            str(os.getpid()),
        ],
        stdin=subprocess.PIPE,
        encoding="utf-8",
    )
    assert announcing.stdin is not None
    announcing.stdin.write(text)
    announcing.stdin.close()


def print_scores(tree: Path, variables: dict[str, str]) -> None:
    """Print `autograder check --brief`. If it fails, the workbook still opens."""
    try:
        done = subprocess.run(
            [python_of(tree), "-I", "-m", "autograder", "check", "--brief"],
            cwd=tree,
            env={**variables, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        scores, failure = "", str(error)
    else:
        scores = done.stdout.strip()
        failure = (done.stderr.strip().splitlines() or [""])[-1]
    print(scores or f"(The scores can't be shown now. {failure})")


def free_port(wanted: int | None) -> int:
    """The wanted port; if none is wanted, the first free one from 8888.

    Raises: SetUpTrouble: the port is not free, or the first hundred are not.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as trial:
            if os.name != "nt":  # on Windows, this option would allow a port that is in use
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError as error:
                reason = error.strerror
            else:
                return port
    raise SetUpTrouble(f"Port {port} can't be used ({reason}): choose another with --port.")


def port_number(text: str) -> int:
    """Raises: argparse.ArgumentTypeError: the text is not a port."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, got {text!r}")
    return int(text)


def has_screen() -> bool:
    """Whether there is a screen: without one, only a browser in the terminal could start."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def replace_process(command: list[str], folder: Path, variables: dict[str, str]) -> int:
    """Replace this process by the command, which then gets the signals and sets the exit code."""
    sys.stdout.flush()
    os.chdir(folder)
    if os.name != "nt":
        os.execve(command[0], command, variables)
    with subprocess.Popen(command, env=variables) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child gets Ctrl-C, too, and ends
                return child.wait()
