"""Which of a child's messages are believed, and what happens after a child has ended."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autograder.harness.driving import to_plain_array
from autograder.harness.wire import (
    MAX_FRAME_BYTES,
    MAX_HEADER_BYTES,
    WireError,
    encode_frame,
    read_frame,
)
from autograder.model import Answer, Case, Fault, Job
from autograder.running import runner
from autograder.running.conversation import GradingSession, run_conversation
from autograder.running.fresh_interpreter import FRESH_INTERPRETER
from autograder.running.runner import run_jobs
from autograder.running.time_budget import NO_TIME_LEFT, AttendedClock, ResourceLimits
from autograder.running.validation import validate_answer
from autograder.scoring.wording import describe_ending

Z = {"Z": np.ones((2, 3))}
JOB = Job("relu.forward", Case("batch", lambda rng: Z), Z)
NEXT = Job("relu.forward", Case("square", lambda rng: Z), Z)
OTHER = Job("sgd.step", Case("one_step", lambda rng: {}), {})


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
def test_a_value_that_is_no_array_is_named_by_a_known_word(odd: str, word: str) -> None:
    """A child cannot put a text of its own in place of an array."""
    assert validate_answer(
        "relu.forward", "batch", {"odd": {"A": odd, "other": "None"}}, {}, {}
    ).odd == {"A": word}


def test_tensors_of_other_names_are_dropped() -> None:
    """Only tensors that the exercise scores, and arguments of doubles, are kept."""
    tensors = {"A": np.ones(1), "extra": np.ones(1), "saw 00 Linear.forward": np.ones(1)}
    assert set(validate_answer("relu.forward", "batch", {}, tensors, {}).tensors) == {
        "A",
        "saw 00 Linear.forward",
    }


def test_an_empty_array_may_not_be_too_wide() -> None:
    """Its sum over rows would fill the memory, and its width could reveal a number."""
    forged = {"A": np.zeros((0, 10**13))}
    assert validate_answer("relu.forward", "batch", {}, forged, {}).tensors == {}
    assert to_plain_array(np.zeros((2**30, 0))) == "an array far too large"


@pytest.mark.parametrize(
    ("kind", "text", "believed_kind"),
    [
        ("not_attempted", "Exercise 4.3: ReLU.forward", "not_attempted"),
        ("not_attempted", "Exercise array([2.16])", "error"),
        ("missing", "anything", "error"),
        ("internal", "the grader failed", "error"),
        ("pass", "", "error"),
    ],
)
def test_the_grader_decides_the_kind_of_a_fault(kind: str, text: str, believed_kind: str) -> None:
    """A hand-in cannot make its grade provisional, and cannot send text as a stub's message."""
    said = {"fault": {"kind": kind, "type": "X", "text": text}}
    fault = validate_answer("relu.forward", "batch", said, {}, {}).fault
    assert fault is not None
    assert fault.kind == believed_kind


def test_the_line_is_read_from_the_hand_in() -> None:
    """The report shows the real line at that place, or nothing, whatever line the child sends."""
    files = {"relu.py": b"one\ntwo \x1b[2J\n"}
    for where, line in (("mytorch/relu.py:2", "two ?[2J"), ("mytorch/relu.py:9", ""), ("/x:1", "")):
        said = {"fault": {"kind": "error", "type": "E", "where": where, "line": "forged"}}
        fault = validate_answer("relu.forward", "batch", said, {}, files).fault
        assert fault is not None
        assert fault.line == line


class Script:
    """Replaces the conversation: it holds the answers of each child, in order."""

    def __init__(self, *turns: tuple[int, Fault | None]) -> None:
        self.turns = list(turns)
        self.asked: list[list[str]] = []

    def __call__(
        self, session: GradingSession, jobs: Sequence[Job], *_: Any
    ) -> tuple[list[Answer], Fault | None]:
        self.asked.append([f"{job.exercise}/{job.case.id}" for job in jobs])
        count, fault = self.turns.pop(0)
        return [Answer(job.exercise, job.case.id) for job in jobs[:count]], fault


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    def play(*turns: tuple[int, Fault | None]) -> Script:
        made = Script(*turns)
        monkeypatch.setattr(runner, "run_conversation", made)
        return made

    return play


LATE = Fault("timeout", text="late")
DEAD = Fault("crash", text="dead")


def test_the_last_answer_may_come_just_in_time(script: Any) -> None:
    """Nothing is lost if all jobs are answered when a timeout comes."""
    played = script((3, LATE))
    answers = run_jobs(GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, NEXT, OTHER])
    assert len(played.asked) == 1
    assert not any(a.fault for cases in answers.values() for a in cases.values())


def test_a_timeout_is_not_retried(script: Any) -> None:
    """A timeout ends the exercise at once; the next child continues after it."""
    played = script((1, LATE), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, NEXT, OTHER])
    assert played.asked == [
        ["relu.forward/batch", "relu.forward/square", "sgd.step/one_step"],
        ["sgd.step/one_step"],
    ]
    assert answers["relu.forward"]["square"].fault == LATE
    assert answers["relu.forward"]["batch"].fault is None
    assert answers["sgd.step"]["one_step"].fault is None


def test_an_exercise_without_time_left_loses_nothing_yet(script: Any) -> None:
    """It is not run now, nor are exercises that call it; the others continue."""
    calls = Job("mlp.forward", Case("batch", lambda rng: {}), {})
    played = script((0, NO_TIME_LEFT), (1, None))
    answers = run_jobs(
        GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, NEXT, calls, OTHER]
    )
    assert played.asked[1:] == [["sgd.step/one_step"]]
    assert {a.fault for e in ("relu.forward", "mlp.forward") for a in answers[e].values()} == {
        NO_TIME_LEFT
    }


def test_an_exercise_that_ends_its_process_twice_is_lost(script: Any) -> None:
    """Once is not enough: the child may have been killed from outside."""
    played = script((0, DEAD), (0, DEAD), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, NEXT, OTHER])
    assert len(played.asked) == 3
    assert {a.fault for a in answers["relu.forward"].values()} == {DEAD}
    assert answers["sgd.step"]["one_step"].fault is None


def test_a_child_that_was_killed_from_outside_costs_nothing(script: Any) -> None:
    """It ends once and is right the second time: every case has its answer."""
    script((1, DEAD), (1, None), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, NEXT, OTHER])
    assert all(a.fault is None for case in answers.values() for a in case.values())


def test_the_time_of_a_stopped_grader_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long gaps between two readings of the clock are left out; all other time counts."""
    times = iter([0.0, 0.1, 0.3, 62.0, 62.2, 62.4])
    monkeypatch.setattr("autograder.running.time_budget.time.monotonic", lambda: next(times))
    clock = AttendedClock()
    assert [round(clock.now(), 6) for _ in range(5)] == [0.1, 0.3, 0.3, 0.5, 0.7]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (ResourceLimits(wall=0.5, total=30), "no answer within 0.5 s"),
        (
            ResourceLimits(wall=30, total=0.5),
            "the 0.5 s of a hand-in are used up",
        ),
    ],
)
def test_an_exercise_and_a_hand_in_have_time_limits(limits: ResourceLimits, said: str) -> None:
    """The first limit to be reached ends the run, and the fault names it."""
    files = {"relu.py": b"import time\ntime.sleep(99)\n"}
    given, fault = run_conversation(GradingSession(files, limits, FRESH_INTERPRETER), [JOB])
    assert (given, fault) == ([], Fault("timeout", text=said))


def test_an_exercise_that_calls_one_with_a_timeout_is_not_run(script: Any) -> None:
    """It would take as long, so it gets the same fault."""
    calls = Job("mlp.forward", Case("batch", lambda rng: {}), {})
    played = script((0, LATE), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), FRESH_INTERPRETER), [JOB, calls, OTHER])
    assert played.asked[-1] == ["sgd.step/one_step"]
    assert answers["mlp.forward"]["batch"].fault == LATE


def test_exercises_that_were_not_run_say_so(script: Any) -> None:
    """If the hand-in's time is used up, the exercises after the slow one say they were not run."""
    script((0, LATE))
    answers = run_jobs(GradingSession({}, ResourceLimits(total=0), FRESH_INTERPRETER), [JOB, OTHER])
    slow, untried = answers["relu.forward"]["batch"].fault, answers["sgd.step"]["one_step"].fault
    assert slow == LATE
    assert untried is not None
    assert [str(said) for said in describe_ending(untried, "SGD.step")] == [
        "SGD.step was not run: the 0 s of a hand-in were used up before"
    ]


def test_frames_have_a_largest_size() -> None:
    """Too large an answer, and a header of megabytes, are refused before they are parsed."""
    large = encode_frame({}, {"A": np.zeros(MAX_FRAME_BYTES // 8 + 1)})
    with pytest.raises(WireError, match="not a frame"):
        read_frame(io.BytesIO(large))
    long = encode_frame({"text": "x" * MAX_HEADER_BYTES}, {})
    with pytest.raises(WireError, match="not a frame"):
        read_frame(io.BytesIO(long))
    assert MAX_FRAME_BYTES <= 2**20
    assert MAX_HEADER_BYTES <= 2**18
