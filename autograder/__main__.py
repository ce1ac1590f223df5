"""The command `autograder`, and `python -m autograder`: close the import path, then run a command.

No file in the current folder or in a hand-in may be imported, here or in a child process: a
student's folder `multiprocessing/` would run as part of the grader. Until the import path is
closed, this file imports only modules that Python has loaded already.
"""

import os
import sys
from collections.abc import Iterator, Sequence

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
RESEND_SECONDS = 0.02  # until a signal that Python dropped is sent again


def run_command() -> int:
    """Run one command. Returns: its exit code."""
    open_streams()
    closed = close_import_path(sys.argv[1:])
    for name, file in imported_from(closed):
        print(
            f"autograder: {file!a} was imported as {name!r}, because the import path held the"
            " current folder or a hand-in: unset PYTHONPATH, and type `autograder` in place of"
            " `python -m autograder`; nothing was done",
            file=sys.stderr,
        )
        return 2
    set_encoding(os.environ.get("PYTHONIOENCODING", ""))
    import signal
    from contextlib import suppress

    # Threads for large products: starting them takes as long as all of numpy, and ours are small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        # numpy would report an exception during its import as a fault of its own
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from autograder.cli import main as run

    try:
        stop_in_order()
        return run()
    except KeyboardInterrupt as stopped:
        with suppress(OSError):  # the terminal may be gone
            print("autograder: stopped; what is printed above is finished", file=sys.stderr)
        return 128 + next(iter(stopped.args), signal.SIGINT)


def open_streams() -> None:
    """Open the null device for each closed one of standard input, output and error.

    Otherwise the next file that is opened would take its number, and messages would go there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest number
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open
            setattr(sys, name, stream)


def set_encoding(wanted: str) -> None:
    """Give the standard streams the encoding that PYTHONIOENCODING asks for: `name:errors`.

    Python does so itself, but not with its option -I, with which the set-up starts this command.
    """
    if wanted and sys.flags.ignore_environment:
        encoding, _, errors = wanted.partition(":")
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            try:
                stream.reconfigure(  # type: ignore[union-attr]
                    encoding=encoding or None,
                    errors="backslashreplace" if stream is sys.stderr else errors or None,
                )
            except (AttributeError, LookupError):  # it is no text file; there is no such encoding
                return


def close_import_path(arguments: Sequence[str]) -> set[str]:
    """Remove folders that others may have written from the import path, here and in children.

    These are the current folder, relative entries, and folders inside a path among the arguments.
    Folders of installed packages stay, wherever they are.

    Returns: the removed folders.
    """
    given = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    others = {real_path(""), *(real_path(entry) for entry in given if not os.path.isabs(entry))}
    named = [real_path(path) for path in arguments if os.path.exists(path)]
    installed = [real_path(path) for path in installed_folders()]

    def is_open(entry: str) -> bool:
        if not os.path.isabs(entry):
            return False
        place = real_path(entry)
        return any(lies_within(place, path) for path in installed) or not (
            place in others or any(lies_within(place, path) for path in named)
        )

    closed = {real_path(entry) for entry in sys.path if not is_open(entry)}
    sys.path[:] = filter(is_open, sys.path)
    if real_path(os.path.dirname(OWN_FOLDER)) in closed:
        sys.path.append(os.path.join(OWN_FOLDER, "alone"))
    if kept := os.pathsep.join(filter(is_open, given)):
        os.environ["PYTHONPATH"] = kept
    os.environ["PYTHONSAFEPATH"] = "1"
    return closed


def installed_folders() -> Iterator[str]:
    """The folders of the standard library and of installed packages."""
    yield os.path.dirname(os.__file__)
    if site := sys.modules.get("site"):
        yield from site.getsitepackages()
        yield from filter(None, [site.USER_SITE])


def imported_from(folders: set[str]) -> Iterator[tuple[str, str]]:
    """The names and files of modules that were imported from these folders, except our own."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name not in ("__main__", "autograder") and "." not in name:
            folder, base = os.path.split(real_path(file))
            if (os.path.dirname(folder) if base.startswith("__init__.") else folder) in folders:
                yield name, file


def real_path(path: str) -> str:
    """A path with links resolved; unchanged if the current folder was deleted."""
    try:
        return os.path.realpath(path)
    except OSError:
        return path


def lies_within(path: str, top: str) -> bool:
    """Whether a path is a folder or inside it."""
    return path == top or path.startswith(os.path.join(top, ""))


def stop_in_order() -> None:
    """Let the signals that end a process raise KeyboardInterrupt, with their number.

    Then children are ended and files removed. A second Ctrl-C stops at once. A signal that is
    already ignored (`nohup`) stays ignored.

    Python drops an exception that a signal raises in a callback or in `__del__`, for example during
    an import. Then the same signal is sent again.
    """
    import signal
    import threading

    ending = {"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"}
    numbers = [signal.Signals[name] for name in ending & set(signal.Signals.__members__)]
    numbers = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]

    def stop(number: int, _: object) -> None:
        for other in numbers:
            is_interrupt = other == signal.SIGINT
            signal.signal(other, signal.default_int_handler if is_interrupt else signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    def hear_signals() -> None:
        for number in numbers:
            signal.signal(number, stop)

    def send(number: int) -> None:
        if hasattr(signal, "pthread_kill"):  # this also wakes the main thread
            signal.pthread_kill(threading.main_thread().ident or 0, number)
        else:
            signal.raise_signal(number)

    def send_again(dropped: "sys.UnraisableHookArgs") -> None:
        if isinstance(dropped.exc_value, KeyboardInterrupt):
            hear_signals()
            number = next(iter(dropped.exc_value.args), signal.SIGINT)
            threading.Timer(RESEND_SECONDS, send, [number]).start()
        else:
            sys.__unraisablehook__(dropped)

    sys.unraisablehook = send_again
    hear_signals()


if __name__ == "__main__":
    sys.exit(run_command())
