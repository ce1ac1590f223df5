"""What `python3 notebooks` and `python3 tests` start, once the folder is set up.

The standard library alone, and no grammar newer than Python 3.6, as in `bootstrap.py`.
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
    """Set up, print scores and address, and become JupyterLab.

    Returns: the exit code, where it comes back at all.
    """
    parser = argparse.ArgumentParser(
        prog="python3 notebooks",
        description="Set this folder up (once, in .venv) and open the workbook in JupyterLab.",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address, as on a server"
    )
    parser.add_argument(
        "--port", type=port_number, help=f"1 to 65535 (default: the first free from {FIRST_PORT})"
    )
    parser.add_argument("--set-up", action="store_true", help="set up, and start nothing")
    options = parser.parse_args(arguments)

    def work() -> int:
        set_up(TREE)
        if options.set_up:
            print("All is set up. To open the workbook: python3 notebooks")
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
    """Do the work; whatever stops it becomes one line on stderr and an exit code."""
    with contextlib.suppress(AttributeError, OSError):  # a path that the terminal can't show
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # Stopped from outside, take the child that is at work along.
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
    """Print the scores and the address, and become JupyterLab on the first notebook.

    Raises: SetUpTrouble: the port is taken.
    """
    port = free_port(port)
    variables = workbook_variables(tree)
    # In the environment: what stands on a command line, every user of the machine can read.
    variables["JUPYTER_TOKEN"] = token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    print_scores(tree, variables)
    print(f"\nThe workbook: http://127.0.0.1:{port}/lab/tree/{FIRST_NOTEBOOK}?token={token}")
    if browser:
        print("It opens in your browser in a moment. To stop it, press Ctrl-C here.")
    else:
        print("Open it in a browser. To stop it, press Ctrl-C here.")
        print(f"From another machine, first: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE")
    command = [python_of(tree), "-I", "-m", "jupyterlab"]
    command += ["--ServerApp.log_level=ERROR", "--LabApp.log_level=ERROR"]
    command += ["-y"]  # Ctrl-C stops it, without a question that waits for an answer
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0"]  # the address is printed: no other port will do
    if os.name != "nt":  # a login shell would forget the path of .venv, and with it `autograder`
        shell = {"shell_command": [os.environ.get("SHELL") or "/bin/sh"]}
        command += [f"--ServerApp.terminado_settings={shell}"]
    command += [f"--ServerApp.root_dir={tree}", f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK}"]
    if not browser:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]
    return replace_process(command, tree, variables)


def print_scores(tree: Path, variables: dict[str, str]) -> None:
    """Print `autograder check --brief`; whatever fails in it, the workbook still opens."""
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
        said, failed = "", str(error)
    else:
        said, failed = done.stdout.strip(), (done.stderr.strip().splitlines() or [""])[-1]
    print(said or f"(The scores can't be shown now. {failed})")


def free_port(wanted: int | None) -> int:
    """The wanted port if it is free; without a wish, the first free one from 8888.

    Raises: SetUpTrouble: it is taken, or a hundred are.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as trial:
            if os.name != "nt":  # there it would take a port that is in use
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError as error:
                reason = error.strerror
            else:
                return port
    raise SetUpTrouble(f"Port {port} can't be used ({reason}): choose another with --port.")


def port_number(text: str) -> int:
    """Raises: argparse.ArgumentTypeError: the text is no port."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, got {text!r}")
    return int(text)


def has_screen() -> bool:
    """Whether a browser can show itself; without a screen, only one in the terminal would start."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def replace_process(command: list[str], folder: Path, variables: dict[str, str]) -> int:
    """Run the command in this process's place, so that signals and exit code are its own."""
    sys.stdout.flush()
    os.chdir(folder)
    if os.name != "nt":
        os.execve(command[0], command, variables)
    with subprocess.Popen(command, env=variables) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child has got it too, and ends
                return child.wait()
