"""A demo cell: it uses what the student writes, and waits with one line where that is missing."""

import ast
import linecache
from types import TracebackType

from autograder.explain import raised
from autograder.harness import fault_of

from . import live
from .cells import broken


class demo:
    """Run the block below as soon as the exercises that it uses are finished.

    with demo():
        layer = Linear(2, 2)

    Until then it says which one it waits for. An error inside `mytorch` is shown with the
    student's line, an assert that fails with its own; any other error is the cell's.
    """

    def __enter__(self) -> None:
        for line in broken(live.refresh()):
            print(line)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or trace is None or isinstance(error, KeyboardInterrupt):
            return False
        fault = fault_of(error, live.package())
        if fault.kind == "not_attempted":
            print(f"waits for {fault.text}")
        elif fault.where:
            print(f"{raised(fault, values=True)} in {fault.where}")
            print(f"the line is: {fault.line}")
        elif isinstance(error, AssertionError):
            print(f"does not hold yet: {statement(trace)}")
        else:
            return False
        return True


def statement(trace: TracebackType) -> str:
    """The statement at which a cell stopped, on one line."""
    text = "".join(linecache.getlines(trace.tb_frame.f_code.co_filename))
    around = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
        and node.lineno <= trace.tb_lineno <= (node.end_lineno or node.lineno)
    ]
    innermost = ast.get_source_segment(text, around[-1]) if around else ""
    return " ".join((innermost or "").split())
