"""What is believed of a child's words, and what happens after one has ended."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autograder.harness.driving import to_plain_array
from autograder.harness.wire import HEADER, LARGEST, WireError, encode_frame, read_frame
from autograder.model import Answer, Case, Fault, Job
from autograder.running import runner
from autograder.running.conversation import GradingSession, run_conversation
from autograder.running.grading import PORTABLE
from autograder.running.patience import SHORT, AttendedClock, ResourceLimits
from autograder.running.runner import run_jobs
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
def test_words_for_what_is_no_array_come_from_a_list(odd: str, word: str) -> None:
    """A child cannot say what it likes in the place of an array."""
    assert validate_answer(
        "relu.forward", "batch", {"odd": {"A": odd, "other": "None"}}, {}, {}
    ).odd == {"A": word}


def test_tensors_of_other_names_are_dropped() -> None:
    """Only what the exercise scores, and what doubles saw, is kept."""
    tensors = {"A": np.ones(1), "extra": np.ones(1), "saw 00 Linear.forward": np.ones(1)}
    assert set(validate_answer("relu.forward", "batch", {}, tensors, {}).tensors) == {
        "A",
        "saw 00 Linear.forward",
    }


def test_an_array_without_entries_is_not_believed_to_be_as_wide_as_it_says() -> None:
    """Summed over its rows it would be wider than all memory; and its width could tell a number."""
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
def test_the_kind_of_a_fault_is_ours(kind: str, text: str, believed_kind: str) -> None:
    """A hand-in cannot make its grade provisional, nor speak through the stub's text."""
    said = {"fault": {"kind": kind, "type": "X", "text": text}}
    fault = validate_answer("relu.forward", "batch", said, {}, {}).fault
    assert fault is not None
    assert fault.kind == believed_kind


def test_the_line_is_read_from_the_hand_in() -> None:
    """Whatever line a child claims: what is shown is what stands there, or nothing."""
    files = {"relu.py": b"one\ntwo \x1b[2J\n"}
    for where, line in (("mytorch/relu.py:2", "two ?[2J"), ("mytorch/relu.py:9", ""), ("/x:1", "")):
        said = {"fault": {"kind": "error", "type": "E", "where": where, "line": "forged"}}
        fault = validate_answer("relu.forward", "batch", said, {}, files).fault
        assert fault is not None
        assert fault.line == line


class Script:
    """Stands in for the conversation: what each child answers, in order."""

    def __init__(self, *turns: tuple[int, Fault | None]) -> None:
        self.turns = list(turns)
        self.asked: list[list[str]] = []

    def __call__(
        self, sitting: GradingSession, jobs: Sequence[Job], *_: Any
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


def test_the_last_answer_may_come_when_patience_ends(script: Any) -> None:
    """Nothing is lost where a time-out finds all jobs answered."""
    played = script((3, LATE))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, NEXT, OTHER])
    assert len(played.asked) == 1
    assert not any(a.fault for cases in answers.values() for a in cases.values())


def test_what_took_too_long_is_not_tried_again(script: Any) -> None:
    """A time-out costs the exercise at once; the next child goes on behind it."""
    played = script((1, LATE), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, NEXT, OTHER])
    assert played.asked == [
        ["relu.forward/batch", "relu.forward/square", "sgd.step/one_step"],
        ["sgd.step/one_step"],
    ]
    assert answers["relu.forward"]["square"].fault == LATE
    assert answers["relu.forward"]["batch"].fault is None
    assert answers["sgd.step"]["one_step"].fault is None


def test_what_haste_stopped_costs_nothing_yet(script: Any) -> None:
    """It is not tried again now, neither is what calls it; the others go on."""
    calls = Job("mlp.forward", Case("batch", lambda rng: {}), {})
    played = script((0, SHORT), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, NEXT, calls, OTHER])
    assert played.asked[1:] == [["sgd.step/one_step"]]
    assert {a.fault for e in ("relu.forward", "mlp.forward") for a in answers[e].values()} == {
        SHORT
    }


def test_a_death_costs_the_exercise_after_a_second_try(script: Any) -> None:
    """A child may have been killed from outside; who ends the process twice loses the exercise."""
    played = script((0, DEAD), (0, DEAD), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, NEXT, OTHER])
    assert len(played.asked) == 3
    assert {a.fault for a in answers["relu.forward"].values()} == {DEAD}
    assert answers["sgd.step"]["one_step"].fault is None


def test_a_child_that_was_killed_from_outside_costs_nothing(script: Any) -> None:
    """Dead once, right the second time: every case has its answer."""
    script((1, DEAD), (1, None), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, NEXT, OTHER])
    assert all(a.fault is None for case in answers.values() for a in case.values())


def test_a_stopped_grader_costs_nobody_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds that nobody looked at the clock are not the hand-in's; all others are."""
    times = iter([0.0, 0.1, 0.3, 62.0, 62.2, 62.4])
    monkeypatch.setattr("autograder.running.patience.time.monotonic", lambda: next(times))
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
def test_an_exercise_and_a_hand_in_have_their_time(limits: ResourceLimits, said: str) -> None:
    """Whichever ends first ends the conversation, and says which it was."""
    files = {"relu.py": b"import time\ntime.sleep(99)\n"}
    given, fault = run_conversation(GradingSession(files, limits, PORTABLE), [JOB])
    assert (given, fault) == ([], Fault("timeout", text=said))


def test_a_timeout_is_not_waited_for_in_what_calls_it(script: Any) -> None:
    """Who calls an exercise that took too long would take as long: it gets the same answer."""
    calls = Job("mlp.forward", Case("batch", lambda rng: {}), {})
    played = script((0, LATE), (1, None))
    answers = run_jobs(GradingSession({}, ResourceLimits(), PORTABLE), [JOB, calls, OTHER])
    assert played.asked[-1] == ["sgd.step/one_step"]
    assert answers["mlp.forward"]["batch"].fault == LATE


def test_what_was_not_run_is_not_said_to_have_taken_long(script: Any) -> None:
    """Where a hand-in's time is up, the exercises behind the slow one say they were not run."""
    script((0, LATE))
    answers = run_jobs(GradingSession({}, ResourceLimits(total=0), PORTABLE), [JOB, OTHER])
    slow, untried = answers["relu.forward"]["batch"].fault, answers["sgd.step"]["one_step"].fault
    assert slow == LATE
    assert untried is not None
    assert [str(said) for said in describe_ending(untried, "SGD.step")] == [
        "SGD.step was not run: the 0 s of a hand-in were used up before"
    ]


def test_frames_have_a_size() -> None:
    """An answer beyond the cap, and a header of megabytes, are refused before they are parsed."""
    large = encode_frame({}, {"A": np.zeros(LARGEST // 8 + 1)})
    with pytest.raises(WireError, match="not a frame"):
        read_frame(io.BytesIO(large))
    long = encode_frame({"text": "x" * HEADER}, {})
    with pytest.raises(WireError, match="not a frame"):
        read_frame(io.BytesIO(long))
    assert LARGEST <= 2**20
    assert HEADER <= 2**18
