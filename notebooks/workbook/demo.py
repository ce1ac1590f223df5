"""A demo cell: it uses what the student writes, and waits with one line where that is missing."""

import ast
import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb
from types import FrameType

from autograder.explain import raised
from autograder.harness import fault_of

from . import live
from .cells import broken


@contextmanager
def demo() -> Iterator[None]:
    """Run the block below as soon as the exercises that it uses are finished.

    with demo():
        layer = Linear(2, 2)

    Until then it says which one it waits for. An error inside `mytorch` is shown with the
    student's line, an assert that fails with its own; any other error is the cell's.
    """
    for line in broken(live.refresh()):
        print(line)
    try:
        yield
    except (Exception, SystemExit) as error:
        fault = fault_of(error, live.package())
        if fault.kind == "not_attempted":
            print(f"waits for {fault.text}")
        elif fault.where:
            print(f"{raised(fault, values=True)} in {fault.where}")
            print(f"the line is: {fault.line}")
        elif isinstance(error, AssertionError):
            _, cell, *_ = walk_tb(error.__traceback__)  # the first frame is this one
            print(f"does not hold yet: {statement(*cell)}")
        else:
            raise


def statement(frame: FrameType, line: int) -> str:
    """The statement at which a cell stopped, on one line."""
    text = "".join(linecache.getlines(frame.f_code.co_filename))
    around = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    innermost = ast.get_source_segment(text, around[-1]) if around else ""
    return " ".join((innermost or "").split())
