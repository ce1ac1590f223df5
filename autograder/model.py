"""The data types of the autograder: what an exercise is, and what is said about an answer to it.

They hold data only and need only numpy, because every other module uses them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Role: TypeAlias = Literal["general", "edge", "stability"]
Layout: TypeAlias = Literal["plain", "strided", "frozen"]
Scenario: TypeAlias = Literal["once", "goes_on", "after_a_step", "must_not_move"]
Status: TypeAlias = Literal[
    "pass", "fail", "error", "timeout", "crash", "not_attempted", "internal"
]
Drive: TypeAlias = Callable[..., dict[str, Any]]
Inputs: TypeAlias = dict[str, Array]

ROLES: tuple[Role, ...] = ("general", "edge", "stability")
PACKAGE_FOLDER = Path(__file__).parent  # of the whole autograder


@dataclass(frozen=True)
class Case:
    """One set of inputs to an exercise's driver.

    inputs draws them from a random generator: public and hidden cases differ only in its seed.
    layout is how the arrays lie in memory when the driver gets them. tensors names the scored
    tensors of this case, if it does not give all of them.

    scenario is what the driver does with the inputs; a driver without this parameter gets none:
    once           one pass; if there are inputs for an earlier pass, that pass comes first
    goes_on        an earlier pass, then another with the parameters that the first one left
    after_a_step   an earlier pass with other parameters, as if an optimiser step came between
    must_not_move  one pass, which must leave the parameters as they were
    """

    id: str
    inputs: Callable[[np.random.Generator], Inputs]
    role: Role = "general"
    layout: Layout = "plain"
    tensors: tuple[str, ...] = ()
    scenario: Scenario = "once"


@dataclass(frozen=True, eq=False)
class Job:
    """One case of an exercise, by the exercise's id, with inputs drawn for it."""

    exercise: str
    case: Case
    inputs: Inputs


@dataclass(frozen=True)
class Double:
    """How to make a stand-in for a class, for an exercise that builds on this class.

    target      `mytorch.linear.Linear`
    parameters  attributes that its results depend on, besides its inputs
    sized       whether the first two arguments of its constructor are the widths of input and
                output; otherwise the output is as wide as the input
    stores      attributes that its backward sets, with a function that computes each one from the
                inputs of forward and backward
    output      a function that turns the drawn numbers, N × C, into a valid output (such as
                probabilities); None if any numbers are valid
    keeps       the attribute that holds the output, or ""
    """

    target: str
    parameters: tuple[str, ...] = ()
    sized: bool = False
    stores: Mapping[str, Callable[[Array, Array], Array]] = field(default_factory=dict)
    output: Callable[[Array], Array] | None = None
    keeps: str = ""


@dataclass(frozen=True)
class Exercise:
    """What a student completes: one method or function, its points, and how it is driven.

    id       `linear.backward`            number  `6.2`: the notebook, then the place in it
    target   `mytorch.linear.Linear.backward`
    points   per scored tensor; `edge` and `stability` have one entry each
    drive    `drive(mytorch, **inputs)` gives every scored tensor by its name
    needs    ids of exercises whose results the driver passes through
    doubles  the classes of `needs` that can be replaced (`mytorch.linear.Linear`)
    batch    the input whose rows are the examples, or "" if there is none
    stores   attributes that the target sets (`dLdW`); the names of tensors contain them
    keeps    names that its class may keep on `self`: a bare `A` may be meant as `self.A`
    clues    hints on exceptions in its class: a pattern for type and text, and the hint
    says     `Type: text` of exceptions that its driver raises: no part comes from a student
    """

    id: str
    number: str
    target: str
    points: Mapping[str, float]
    drive: Drive
    cases: tuple[Case, ...]
    needs: tuple[str, ...] = ()
    doubles: tuple[str, ...] = ()
    batch: str = ""
    stores: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    clues: tuple[tuple[str, str], ...] = ()
    says: tuple[str, ...] = ()

    def case(self, id: str) -> Case:
        """The case with this id.

        Raises: KeyError: there is none.
        """
        return {case.id: case for case in self.cases}[id]

    @property
    def notebook(self) -> str:
        """The number of its notebook: `06`."""
        return self.number.split(".")[0].zfill(2)

    @property
    def title(self) -> str:
        """The target as students call it: `Linear.backward`."""
        return ".".join(self.target.split(".")[2:])

    @property
    def owner(self) -> str:
        """The class or function that the target belongs to: `mytorch.linear.Linear`."""
        return ".".join(self.target.split(".")[:3])

    @property
    def module(self) -> str:
        """The module that holds the target: `mytorch.linear`."""
        return ".".join(self.target.split(".")[:2])

    @property
    def file(self) -> str:
        """The path of the target's file in the tree: `mytorch/linear.py`."""
        return self.module.replace(".", "/") + ".py"

    @property
    def stub(self) -> str:
        """What the unfinished target's `NotImplementedError` says."""
        return f"Exercise {self.number}: {self.title}"

    @property
    def lines(self) -> list[tuple[str, Role, str]]:
        """The lines of a report: tensor (or "" for a whole role), role, and the line's id."""
        found: list[tuple[str, Role, str]] = []
        for name in self.points:
            role = next((r for r in ROLES if r == name), None)
            line = (self.id, name) if role else (self.id, name, "general")
            found.append(("" if role else name, role or "general", ".".join(line)))
        return found

    @property
    def max_score(self) -> float:
        return sum(self.points.values())


FaultKind: TypeAlias = Literal["error", "timeout", "crash", "not_attempted", "internal"]


@dataclass(frozen=True)
class Fault:
    """Why there are no tensors: a kind, the exception's type and text, the student's line.

    text     the text of the exception; for any other kind, how the fault came about
    where    `mytorch/linear.py:42`, or "" if no line of the student's code is known
    line     the source of that line, stripped
    missing  a file that does not exist, `mytorch/linear.py`, or a name that a file lacks,
             `mytorch/linear.py:Linear`
    untried  whether the case was not run, because earlier cases used up the time
    """

    kind: FaultKind
    type: str = ""
    text: str = ""
    where: str = ""
    line: str = ""
    missing: str = ""
    untried: bool = False


@dataclass(frozen=True)
class Answer:
    """What an implementation gave for one case: tensors by name, or a fault.

    odd       per tensor that is not an array, a word for what was given: `None`, `a list`
    forwards  calls of `forward` within one backward pass, if it seems to compute derivatives by
              finite differences; otherwise 0
    """

    exercise: str
    case: str
    tensors: Mapping[str, Array] = field(default_factory=dict)
    odd: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    forwards: int = 0


@dataclass(frozen=True)
class Expected:
    """A reference: every value from low to high is right. Only subgradients make these differ.

    scale is the size of the terms that were added up, because rounding errors grow with it.
    """

    low: Array
    high: Array
    scale: float


Level: TypeAlias = Literal["missing", "shape", "dtype", "finite", "values"]


@dataclass(frozen=True)
class Finding:
    """The first level at which a tensor differs from its reference.

    odd    a word for what was given instead of an array: `None`, `a list`; "" if nothing was
    shape  the tensor's shape, and expected_shape that of the reference, if they differ
    dtype  the tensor's type, if it is not a floating-point type
    count  how many of `size` entries differ. They differ most at index: the value there is got,
           and expected ± allowed would be right. These three are None if they may not be shown.
    """

    level: Level
    odd: str = ""
    shape: tuple[int, ...] = ()
    expected_shape: tuple[int, ...] = ()
    dtype: str = ""
    count: int = 0
    size: int = 0
    index: tuple[int, ...] = ()
    got: float | None = None
    expected: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class Pattern:
    """What the wrong results of a tensor have in common: a kind, with a factor for `multiple`."""

    kind: str
    factor: float = 0.0


Reason: TypeAlias = Literal[
    "", "not_started", "waits", "gated", "unseen_results", "unseen_error", "undriven"
]


@dataclass(frozen=True)
class Explanation:
    """What is said about an item that lost its points, as data. All of it may be shown.

    Two items about which the same is said have equal explanations.

    reason    if neither tensors nor an exception are the reason: the exercise is not started, or
              waits for another one; its general cases do not pass; only hidden cases show the
              failure; or the hand-in was not driven
    note      why the hand-in was not driven
    finding   what is wrong with a tensor; or fault: why there is no tensor
    tensor    the tensor of the finding, and case the first case in which it is wrong; `failed` of
              the `total` cases of its role fail
    pattern   what the wrong results have in common
    unset     attributes that look as if they had never been set
    saw       on doubles, the first call that got the wrong array
    mistakes  ids of the misconceptions that give these results
    hint      a hint on the exception
    needs     the id of the earlier exercise that it waits for
    blamed    the id of the earlier exercise that may be the cause
    """

    reason: Reason = ""
    note: str = ""
    finding: Finding | None = None
    fault: Fault | None = None
    tensor: str = ""
    case: str = ""
    failed: int = 0
    total: int = 0
    pattern: Pattern | None = None
    unset: tuple[str, ...] = ()
    saw: str = ""
    mistakes: tuple[str, ...] = ()
    hint: str = ""
    needs: str = ""
    blamed: str = ""


NOTHING_TO_SAY = Explanation()


@dataclass(frozen=True)
class Item:
    """One line of a report: a target's tensor in one role, its points, and what was wrong."""

    id: str
    exercise: str
    target: str
    score: float
    max_score: float
    status: Status
    explanation: Explanation = NOTHING_TO_SAY
    mistake: str | None = None
    follow_through: bool = False


@dataclass(frozen=True)
class Report:
    """What is said about one hand-in. Text and JSON show this and add nothing.

    measured  per exercise, the calls of `forward` within one backward pass, if it seems to compute
              derivatives by finite differences; this costs no points
    """

    hand_in: str
    items: tuple[Item, ...]
    message: str = ""
    isolation: str = "process"
    references: Literal["hidden", "public"] = "public"
    digests: Mapping[str, str] = field(default_factory=dict)
    provisional: bool = False
    measured: Mapping[str, int] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(item.score for item in self.items)

    @property
    def max_score(self) -> float:
        return sum(item.max_score for item in self.items)
