"""What is believed of a child's words, and what happens after one has ended."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from autograder import runner
from autograder.conversation import Job, Limits, believed
from autograder.model import Answer, Fault
from autograder.runner import Budget, checked, run

JOB = Job("relu.forward", "batch", {"Z": np.ones((2, 3))}, "plain")
NEXT = Job("relu.forward", "square", {"Z": np.ones((2, 3))}, "plain")
OTHER = Job("sgd.step", "one_step", {}, "plain")


@pytest.mark.parametrize(
    ("odd", "word"),
    [
        ("None", "None"),
        ("a list", "a list"),
        ("an array of object entries", "an array of object entries"),
        ("a value of 2.1648", "an object"),
        ("\x1b[2J", "an object"),
    ],
)
def test_words_for_what_is_no_array_come_from_a_list(odd: str, word: str) -> None:
    """A child cannot say what it likes in the place of an array."""
    assert believed(JOB, {"odd": {"A": odd, "other": "None"}}, {}).odd == {"A": word}


def test_tensors_of_other_names_are_dropped() -> None:
    """Only what the exercise scores, and what doubles saw, is kept."""
    tensors = {"A": np.ones(1), "extra": np.ones(1), "saw 00 Linear.forward": np.ones(1)}
    assert set(believed(JOB, {}, tensors).tensors) == {"A", "saw 00 Linear.forward"}


@pytest.mark.parametrize(
    ("kind", "text", "believed_kind"),
    [
        ("not_attempted", "Exercise 4.3: ReLU.forward", "not_attempted"),
        ("not_attempted", "Exercise array([2.16])", "error"),
        ("missing", "anything", "missing"),
        ("internal", "the grader failed", "error"),
        ("pass", "", "error"),
    ],
)
def test_the_kind_of_a_fault_is_ours(kind: str, text: str, believed_kind: str) -> None:
    """A hand-in cannot make its grade provisional, nor speak through the stub's text."""
    fault = believed(JOB, {"fault": {"kind": kind, "type": "X", "text": text}}, {}).fault
    assert fault is not None
    assert fault.kind == believed_kind


def test_the_line_is_read_from_the_hand_in() -> None:
    """Whatever line a child claims: what is shown is what stands there, or nothing."""
    files = {"relu.py": b"one\ntwo \x1b[2J\n"}
    for where, line in (("mytorch/relu.py:2", "two ?[2J"), ("mytorch/relu.py:9", ""), ("/x:1", "")):
        answer = Answer("relu.forward", "batch", fault=Fault("error", "E", "", where, "forged"))
        fault = checked(answer, files).fault
        assert fault is not None
        assert fault.line == line


class Script:
    """Stands in for the conversation: what each child answers, in order."""

    def __init__(self, *turns: tuple[int, Fault | None]) -> None:
        self.turns = list(turns)
        self.asked: list[list[str]] = []

    def __call__(
        self, order: Mapping[str, Any], jobs: Sequence[Job], limits: Limits, end: float
    ) -> tuple[list[Answer], Fault | None]:
        self.asked.append([f"{job.exercise}/{job.case}" for job in jobs])
        count, fault = self.turns.pop(0)
        return [Answer(job.exercise, job.case) for job in jobs[:count]], fault


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    def play(*turns: tuple[int, Fault | None]) -> Script:
        made = Script(*turns)
        monkeypatch.setattr(runner, "converse", made)
        return made

    return play


LATE = Fault("timeout", text="late")
DEAD = Fault("crash", text="dead")


def test_what_took_too_long_is_tried_once_more_alone(script: Any) -> None:
    """A second try without company may pass; then the others go on, and nothing is lost."""
    played = script((0, LATE), (1, None), (2, None))
    answers = run({}, [JOB, NEXT, OTHER], Budget(Limits()))
    assert played.asked == [
        ["relu.forward/batch", "relu.forward/square", "sgd.step/one_step"],
        ["relu.forward/batch"],
        ["relu.forward/square", "sgd.step/one_step"],
    ]
    assert all(a.fault is None for case in answers.values() for a in case.values())


def test_a_second_timeout_costs_the_exercise(script: Any) -> None:
    """Late twice is late: the exercise is lost, the next child goes on behind it."""
    played = script((1, LATE), (0, LATE), (1, None))
    answers = run({}, [JOB, NEXT, OTHER], Budget(Limits()))
    assert played.asked[-1] == ["sgd.step/one_step"]
    assert answers["relu.forward"]["square"].fault == LATE
    assert answers["relu.forward"]["batch"].fault is None
    assert answers["sgd.step"]["one_step"].fault is None


def test_a_death_costs_the_exercise_without_a_second_try(script: Any) -> None:
    """Whoever ends the process is not asked again."""
    played = script((0, DEAD), (1, None))
    answers = run({}, [JOB, NEXT, OTHER], Budget(Limits()))
    assert len(played.asked) == 2
    assert {a.fault for a in answers["relu.forward"].values()} == {DEAD}


def test_doubled_classes_that_end_the_process_are_replaced_unread(script: Any) -> None:
    """If the run on doubles dies before its first answer, their files are not loaded again."""
    played = script((0, DEAD), (1, None))
    answers = run({}, [JOB], Budget(Limits()), doubles=["mytorch.linear.Linear"])
    assert len(played.asked) == 2
    assert answers["relu.forward"]["batch"].fault is None
