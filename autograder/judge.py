"""Hold the answers to one exercise against its references: what passes, what fails and why.

A judgement is all that is known about one line of the report; how it is worded is `explain`'s
business, and what it is worth `score`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .compare import compare, tolerance
from .diagnose import matches, pattern
from .doubles import SAW
from .model import Answer, Array, Exercise, Expected, Fault, Finding, Role, Status
from .store import DOUBLED, FAULT, CaseReference, References

Answers = Mapping[str, Answer]  # by case


@dataclass(frozen=True)
class Judgement:
    """One line of the report, before it is worded.

    tensor    its name, or "" for a line that stands for a whole role
    case      the first case that failed, and the tensor that is wrong in it
    finding   what was found there, or fault: why there is nothing
    failed    how many of `total` cases failed
    pattern   what the wrong results have in common, or ""
    mistakes  ids of the misconceptions whose tensors these are: none, one, or several alike
    saw       on doubles: the first call that got the wrong array, or ""
    """

    exercise: Exercise
    id: str
    role: Role
    tensor: str
    status: Status
    case: str = ""
    wrong: str = ""
    finding: Finding | None = None
    fault: Fault | None = None
    failed: int = 0
    total: int = 0
    pattern: str = ""
    mistakes: tuple[str, ...] = ()
    saw: str = ""

    @property
    def max_score(self) -> float:
        return self.exercise.points[self.tensor or self.role]


@dataclass(frozen=True)
class Failure:
    """One tensor that is not right in one case."""

    case: str
    tensor: str
    finding: Finding | None = None
    fault: Fault | None = None


@dataclass
class Sheet:
    """The answers to one exercise beside their references, on own layers or on doubles."""

    exercise: Exercise
    references: References
    answers: Answers
    doubled: bool = False
    cases: Mapping[str, CaseReference] = field(init=False)
    fits: dict[tuple[Role, str], tuple[str, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.cases = {r.case.id: r for r in self.references.cases(self.exercise.id)}

    def judge(self) -> list[Judgement]:
        """Judge every line of the exercise, in the order of its points."""
        with np.errstate(all="ignore"):
            return [self.line(tensor, role, id) for tensor, role, id in self.exercise.lines]

    def line(self, tensor: str, role: Role, id: str) -> Judgement:
        cases = self.of(role)
        failures = [f for r in cases for f in self.failures(r, tensor)]
        if not failures:
            return Judgement(self.exercise, id, role, tensor, "pass", total=len(cases))
        first = failures[0]
        named = [self.named(role, t) for t in dict.fromkeys(f.tensor for f in failures)]
        return Judgement(
            self.exercise,
            id,
            role,
            tensor,
            status_of(first.fault),
            case=first.case,
            wrong=first.tensor,
            finding=first.finding,
            fault=first.fault,
            failed=len({f.case for f in failures}),
            total=len(cases),
            pattern=self.pattern(failures) if tensor else "",
            mistakes=next((ids for ids in named if ids), ()),
            saw=self.saw(first.case) if self.doubled else "",
        )

    def of(self, role: Role) -> list[CaseReference]:
        return [r for r in self.cases.values() if r.case.role == role]

    def known(self, reference: CaseReference) -> Mapping[str, Expected]:
        """What is expected of one case, without what the doubles saw."""
        known = reference.doubled if self.doubled else reference.expected
        return {name: e for name, e in known.items() if not name.startswith(SAW)}

    def failures(self, reference: CaseReference, tensor: str) -> list[Failure]:
        """What is wrong in one case: of one tensor, or of all where none is named."""
        case = reference.case.id
        answer = self.answers.get(case)
        known = self.known(reference)
        names = [name for name in known if tensor in ("", name)]
        if answer is None:
            return [Failure(case, n, fault=Fault("internal", text="no answer")) for n in names]
        if answer.fault:
            return [Failure(case, n, fault=answer.fault) for n in names]
        found = []
        for name in names:
            got = answer.tensors.get(name, answer.odd.get(name))
            types = [
                a.dtype for a in (got, *reference.inputs.values()) if isinstance(a, np.ndarray)
            ]
            if finding := compare(got, known[name], tolerance(types)):
                found.append(Failure(case, name, finding))
        return found

    def named(self, role: Role, tensor: str) -> tuple[str, ...]:
        """The misconceptions that explain a tensor in every case of a role.

        What is wrong in the general cases too must be explained there as well. Of several
        misconceptions, those that explain every tensor they should, and of these, those that
        explain most. One that doesn't may still be made in this tensor alone: unless zeros are
        all it gives, for these have many causes.
        """
        fits = self.fitting(role, tensor)
        if role != "general" and any(self.failures(r, tensor) for r in self.of("general")):
            fits = tuple(m for m in fits if m in self.fitting("general", tensor))
        reach = {m: self.reach(m, role) for m in fits}
        whole = [m for m in fits if all(m in self.fitting(role, t) for t in reach[m])]
        if not whole:
            return tuple(m for m in fits if reach[m][tensor])
        most = max(len(reach[m]) for m in whole)
        return tuple(m for m in whole if len(reach[m]) == most)

    def fitting(self, role: Role, tensor: str) -> tuple[str, ...]:
        """The misconceptions that explain a tensor, whatever they say of the others."""
        if (role, tensor) not in self.fits:
            self.fits[role, tensor] = self.fit(role, tensor)
        return self.fits[role, tensor]

    def fit(self, role: Role, tensor: str) -> tuple[str, ...]:
        cases = {r.case.id: r for r in self.of(role)}
        wrong = [c for c, r in cases.items() if self.failures(r, tensor)]
        got: dict[str, Array | str] = {}
        for case in cases:
            answer = self.answers.get(case)
            if answer and answer.fault:
                got[case] = answer.fault.type
            elif answer and tensor in answer.tensors:
                got[case] = answer.tensors[tensor]
        known = {c: self.known(r) for c, r in cases.items()}
        right = {c: expected[tensor].low for c, expected in known.items() if tensor in expected}
        named = []
        for mistake, stored in self.references.signatures(self.exercise.id).items():
            signature: dict[str, Array | str] = {}
            for (case, name), array in stored.items():
                if case in right and name == self.prefix + tensor:
                    signature[case] = array
                elif case in right and name == self.prefix + FAULT:
                    signature[case] = array.tobytes().decode()
            if matches(signature, got, right, wrong):
                named.append(mistake)
        return tuple(named)

    @property
    def prefix(self) -> str:
        """What stands before a tensor's name in signatures."""
        return DOUBLED if self.doubled else ""

    def reach(self, mistake: str, role: Role) -> dict[str, bool]:
        """The tensors in which a mistake gives other numbers, and whether these are not all 0."""
        stored = self.references.signatures(self.exercise.id)[mistake]
        found: dict[str, bool] = {}
        for reference in self.of(role):
            for tensor in self.known(reference):
                array = stored.get((reference.case.id, self.prefix + tensor))
                if array is not None:
                    found[tensor] = found.get(tensor, False) or bool(array.any())
        return found

    def pattern(self, failures: list[Failure]) -> str:
        """What the wrong results of one tensor have in common."""
        pairs, batch = [], []
        for failure in failures:
            reference = self.cases[failure.case]
            expected = self.known(reference)[failure.tensor]
            answer = self.answers.get(failure.case)
            got = answer.tensors.get(failure.tensor) if answer else None
            if got is None or not np.isfinite(got).all() or (expected.low != expected.high).any():
                return ""
            pairs.append((got.astype(np.float64), expected.low))
            examples = (len(a) for n, a in reference.inputs.items() if n in ("A", "Z"))
            batch.append(next(examples, 1))
        return pattern(pairs, batch)

    def saw(self, case: str) -> str:
        """The first call on a double that got another array than it should."""
        answer, reference = self.answers.get(case), self.cases[case]
        if answer is None:
            return ""
        for name, expected in reference.doubled.items():
            if name.startswith(SAW):
                got = answer.tensors.get(name)
                if got is None or compare(got, expected, tolerance([])):
                    return name.removeprefix(SAW)[3:]
        extra = [n for n in answer.tensors if n.startswith(SAW) and n not in reference.doubled]
        return extra[0].removeprefix(SAW)[3:] if extra else ""


def status_of(fault: Fault | None) -> Status:
    """The status of a line that fails: its fault's, and `fail` for wrong numbers."""
    if fault is None:
        return "fail"
    return "error" if fault.kind == "missing" else fault.kind
