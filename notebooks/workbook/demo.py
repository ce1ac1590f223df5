"""A demo cell: it uses the student's code, and prints one line if that is unfinished."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb

from autograder.harness.driving import describe_fault
from autograder.scoring.wording import describe_error

from . import live
from .cells import broken_file_lines


@contextmanager
def demo() -> Iterator[None]:
    """Run the block below if the exercises that it uses are finished.

    with demo():
        layer = Linear(2, 2)

    Otherwise it names the exercise that it waits for. An error inside `mytorch` is shown with the
    student's line, and a failed assert with the assert's line; any other error is raised.
    """
    for line in broken_file_lines(live.refresh_modules()):
        print(line)
    try:
        yield
    except (Exception, SystemExit) as error:
        fault = describe_fault(error, live.attached_package())
        if fault.kind == "not_attempted":
            print(f"waits for {fault.text}")
        elif fault.where:
            print(*describe_error(fault), sep="\n")
        elif isinstance(error, AssertionError):
            _, cell, *_ = extract_tb(error.__traceback__)  # the first frame is in this function
            print(f"does not hold yet: {cell.line}")
        else:
            raise
