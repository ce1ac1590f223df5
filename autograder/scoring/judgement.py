"""Compare the answers to one exercise with its references: what passes, what fails and why.

A judgement is all that is known about one line of the report. `explanation` decides what may be
said about it, and `points` decides how many points it gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from autograder.harness.doubles import RECEIVED
from autograder.model import (
    ROLES,
    Answer,
    Array,
    Exercise,
    Fault,
    Finding,
    Pattern,
    Role,
    Status,
)

from .comparison import compare_tensor, dtype_tolerance
from .diagnosis import find_pattern, matches_mistake
from .reference_store import ReferenceSet

Answers = Mapping[str, Answer]  # by case


@dataclass(frozen=True)
class Failure:
    """One tensor that is wrong or missing in one case, and why."""

    case: str
    tensor: str
    why: Finding | Fault


@dataclass(frozen=True)
class Judgement:
    """One line of the report, before it is put into words.

    tensor    its name, or "" for a line that stands for a whole role
    first     the first failure, or None if all is right
    failed    how many of the `total` cases of its role failed
    pattern   what the wrong results have in common, or None
    mistakes  ids of the misconceptions that give these tensors: none, one, or several
    doubled   whether it is about the run on doubles
    saw       in the run on doubles, the first call that got the wrong array, or ""
    """

    exercise: Exercise
    tensor: str
    role: Role
    id: str
    first: Failure | None = None
    failed: int = 0
    pattern: Pattern | None = None
    mistakes: tuple[str, ...] = ()
    doubled: bool = False
    saw: str = ""

    @property
    def max_score(self) -> float:
        return self.exercise.points[self.tensor or self.role]

    @property
    def total(self) -> int:
        return sum(case.role == self.role for case in self.exercise.cases)

    @property
    def status(self) -> Status:
        """`pass`; `fail` for a wrong tensor; otherwise the kind of the fault."""
        if self.first is None:
            return "pass"
        if isinstance(self.first.why, Finding):
            return "fail"
        return self.first.why.kind


def judge_exercise(
    exercise: Exercise, references: ReferenceSet, answers: Answers, doubled: bool = False
) -> list[Judgement]:
    """Judge every line of an exercise, in the order of its points."""
    with np.errstate(all="ignore"):
        sheet = AnswerSheet(exercise, references, answers, doubled)
        return [sheet.line(tensor, role, id) for tensor, role, id in exercise.lines]


class AnswerSheet:
    """The answers to one exercise and their references, on the student's layers or on doubles.

    failures  what is wrong, per role, in the order of the cases
    fits      per role and wrong tensor, the misconceptions that explain this tensor; they need not
              explain the others
    """

    def __init__(
        self, exercise: Exercise, references: ReferenceSet, answers: Answers, doubled: bool
    ) -> None:
        self.exercise, self.doubled = exercise, doubled
        self.cases = {r.case.id: r for r in references.cases(exercise.id)}
        self.known = {case: r.known(doubled) for case, r in self.cases.items()}
        nothing = Answer(exercise.id, "", fault=Fault("internal", text="no answer"))
        self.answers = {case: answers.get(case, nothing) for case in self.cases}
        self.failures = {
            role: [f for c in exercise.cases if c.role == role for f in self.failing(c.id)]
            for role in ROLES
        }
        wrong = {(role, f.tensor) for role in ROLES for f in self.failures[role]}
        self.symptoms = references.symptoms(exercise.id, doubled) if wrong else {}
        self.fits = {(role, tensor): self.fit(role, tensor) for role, tensor in wrong}

    def line(self, tensor: str, role: Role, id: str) -> Judgement:
        right = Judgement(self.exercise, tensor, role, id, doubled=self.doubled)
        failures = [f for f in self.failures[role] if tensor in ("", f.tensor)]
        if not failures:
            return right
        named = (self.named(role, t) for t in dict.fromkeys(f.tensor for f in failures))
        return replace(
            right,
            first=failures[0],
            failed=len({f.case for f in failures}),
            pattern=self.pattern(failures) if tensor else None,
            mistakes=next(filter(None, named), ()),
            saw=self.saw(failures[0].case) if self.doubled else "",
        )

    def failing(self, case: str) -> list[Failure]:
        """The wrong tensors of a case: all of them if there is a fault instead of tensors."""
        answer, failures = self.answers[case], []
        for tensor, expected in self.known[case].items():
            got = answer.tensors.get(tensor, answer.odd.get(tensor))
            own = dtype_tolerance([got]) if isinstance(got, np.ndarray) else 0.0
            rtol = max(own, self.cases[case].rtol)
            if why := answer.fault or compare_tensor(got, expected, rtol):
                failures.append(Failure(case, tensor, why))
        return failures

    def got(self, case: str, tensor: str) -> Array | str | None:
        """The student's tensor, or the name of the exception that was raised instead."""
        answer = self.answers[case]
        return answer.fault.type if answer.fault else answer.tensors.get(tensor)

    def fit(self, role: Role, tensor: str) -> tuple[str, ...]:
        """The misconceptions that explain a tensor in every case of a role."""
        wrong = {f.case for f in self.failures[role] if f.tensor == tensor}
        return tuple(
            mistake
            for mistake, signature in self.symptoms.get((role, tensor), {}).items()
            if wrong <= signature.keys()
            and all(
                matches_mistake(sign, self.got(case, tensor), self.known[case][tensor].low)
                for case, sign in signature.items()
            )
        )

    def named(self, role: Role, tensor: str) -> tuple[str, ...]:
        """The misconceptions that explain a tensor and agree with the other tensors of its role.

        If the tensor is also wrong in the general cases, a misconception must explain it there too.
        If it is right there, a misconception that would make it wrong there is dropped.

        A misconception changes certain tensors. Those that explain all the tensors they change are
        kept, and of these, those that change most tensors. If there are none, the student may have
        made the mistake in this tensor alone, so all that fit are kept. But that is not said about
        results that are all zeros, nor in chains of layers, because these have many causes.
        """
        fits = self.fits[role, tensor]
        if role != "general":
            shown = self.symptoms.get(("general", tensor), {})
            clear = [m for m in fits if m not in shown]
            fits = tuple(m for m in fits if m in self.fits.get(("general", tensor), clear))
        signs = {t: known for (r, t), known in self.symptoms.items() if r == role}
        reach = {m: [t for t, known in signs.items() if m in known] for m in fits}
        whole = [m for m in fits if all(m in self.fits.get((role, t), ()) for t in reach[m])]
        if not whole:
            alone = () if self.exercise.doubles else fits
            return tuple(m for m in alone if any(map(np.any, signs[tensor][m].values())))
        most = max(len(reach[m]) for m in whole)
        return tuple(m for m in whole if len(reach[m]) == most)

    def pattern(self, failures: list[Failure]) -> Pattern | None:
        """What the wrong results of one tensor have in common."""
        compared = []
        for failure in failures:
            got = self.got(failure.case, failure.tensor)
            right = self.known[failure.case][failure.tensor]
            if not isinstance(got, np.ndarray) or (right.low != right.high).any():
                return None
            batch = self.cases[failure.case].inputs.get(self.exercise.batch, [1])
            compared.append((got.astype(np.float64), right.low, len(batch)))
        return find_pattern(compared)

    def saw(self, case: str) -> str:
        """The first call on a double that got a wrong array."""
        given, expected = self.answers[case].tensors, self.cases[case].doubled
        for name in (n for n in {**expected, **given} if n.startswith(RECEIVED)):
            if name not in expected or compare_tensor(
                given.get(name), expected[name], dtype_tolerance([])
            ):
                return name.removeprefix(RECEIVED)[3:]
        return ""


def is_own_stub(exercise: Exercise, fault: Fault | None) -> bool:
    """Whether the exercise's own stub stopped the run, and not that of an earlier exercise."""
    return fault is not None and fault.kind == "not_attempted" and fault.text == exercise.stub


def is_untouched(exercise: Exercise, answers: Answers) -> bool:
    """Whether the exercise is not started: every case ends in its own stub."""
    return all(
        case.id in answers and is_own_stub(exercise, answers[case.id].fault)
        for case in exercise.cases
    )
