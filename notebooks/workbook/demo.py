"""A demo cell: it uses what the student writes, and waits with one line where that is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb

from autograder.harness.driving import describe_fault
from autograder.scoring.wording import describe_error

from . import live
from .cells import broken_file_lines


@contextmanager
def demo() -> Iterator[None]:
    """Run the block below as soon as the exercises that it uses are finished.

    with demo():
        layer = Linear(2, 2)

    Until then it says which one it waits for. An error inside `mytorch` is shown with the
    student's line, an assert that fails with its own; any other error is the cell's.
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
            _, cell, *_ = extract_tb(error.__traceback__)  # the first frame is this one
            print(f"does not hold yet: {cell.line}")
        else:
            raise
