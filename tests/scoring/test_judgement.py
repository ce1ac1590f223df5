"""How answers are judged: which exercises are not started, and what hidden cases must not
reveal."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from conftest import package
from in_process import answers_of, items_of

from autograder.exercises import EXERCISES
from autograder.model import Answer, Fault
from autograder.scoring import reference_store
from autograder.scoring.judgement import is_untouched, judge_exercise
from autograder.scoring.points import score_exercise
from autograder.scoring.wording import plain_message

REFERENCES = reference_store.public_references()
Answers = dict[str, Answer]


def answers(exercise: str, solved: bool = True) -> Answers:
    """The answers of the solved package, or of the skeleton, to one exercise."""
    return answers_of(package(solved), EXERCISES[exercise], REFERENCES)


def test_only_an_exercises_own_stub_leaves_it_untouched() -> None:
    """Every case must reach the exercise's own stub, not an earlier one, and no case may be
    missing."""
    exercise = EXERCISES["linear.forward"]
    stub = answers(exercise.id, solved=False)
    assert is_untouched(exercise, stub)
    assert {plain_message(item) for item in items_of(exercise, REFERENCES, stub)} == {"not started"}
    assert not is_untouched(exercise, answers(exercise.id))
    assert not is_untouched(exercise, {case: stub[case] for case in list(stub)[1:]})
    assert not is_untouched(EXERCISES["linear.backward"], stub)


def test_what_public_cases_show_is_told_of_hidden_ones_without_a_value() -> None:
    """A shape and a factor are reported as public cases show them, and not at all without these."""
    exercise, given = EXERCISES["linear.forward"], answers("linear.forward")
    secret = copy(REFERENCES)
    secret.kind = "hidden"
    first = exercise.cases[0].id
    turned = {**given, first: replace(given[first], tensors={"Z": np.zeros((21, 64))})}
    for references in (REFERENCES, secret):
        message = plain_message(items_of(exercise, references, turned)[0])
        assert message.startswith("Z has shape (21, 64), expected (4, 5) in 1 of ")
    for case, answer in given.items():
        given[case] = replace(answer, tensors={"Z": answer.tensors["Z"] * 2.16489})
    public, hidden = (plain_message(items_of(exercise, r, given)[0]) for r in (REFERENCES, secret))
    assert "times 2.165" in public
    assert "times 2.165" in hidden
    assert ["got " in message for message in (public, hidden)] == [True, False]
    unseen = plain_message(score_exercise(judge_exercise(exercise, secret, given), [])[0])
    assert unseen == "not right on the hidden cases, in a way that the public ones do not show"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f()\n    pass\n", "SyntaxError: expected ':'"),
        ("x = (1,\n", "SyntaxError: '(' was never closed"),
        ("x = [1)\n", "SyntaxError: closing parenthesis ')' does not match"),
        ("x = 1)\n", "SyntaxError: unmatched ')'"),
        ("  x = 1\n", "IndentationError: unexpected indent"),
        ("def f():\nx = 1\n", "IndentationError: expected an indented block"),
        ("if 1:\n  x\n y\n", "IndentationError: unindent does not match"),
        ("x = 'a\n", "SyntaxError: unterminated string literal"),
        ('x = """a\n', "SyntaxError: unterminated triple-quoted string literal"),
        ("f() = 1\n", "SyntaxError: cannot assign to"),
        ("x = “a”\n", "SyntaxError: invalid character"),
        ("print 1\n", "SyntaxError: Missing parentheses in call"),
        ("if 1:\n\tx\n        y\n", "TabError: inconsistent use of tabs"),
        ("nonlocal x\n", "SyntaxError"),
    ],
)
def test_of_what_is_no_python_is_said_what_python_says(text: str, said: str) -> None:
    """This also holds on hidden cases, because it depends only on the source; no names or
    numbers."""
    exercise = EXERCISES["linear.forward"]
    with pytest.raises(SyntaxError) as caught:
        compile(text, "linear.py", "exec")
    fault = Fault("error", type(caught.value).__name__, str(caught.value), "mytorch/linear.py:1")
    lost = {case.id: Answer(exercise.id, case.id, fault=fault) for case in exercise.cases}
    secret = copy(REFERENCES)
    secret.kind = "hidden"
    assert plain_message(items_of(exercise, secret, lost)[0]) == f"{said} in mytorch/linear.py:1"


def test_of_two_runs_that_are_worth_the_same_ones_own_counts() -> None:
    """The run on stand-in layers counts only if it gives more points."""
    exercise = EXERCISES["mlp.forward"]
    fault = Fault("error", "ValueError", "no", "mytorch/mlp.py:40", "raise ValueError")
    lost = {case.id: Answer(exercise.id, case.id, fault=fault) for case in exercise.cases}
    found = items_of(exercise, REFERENCES, lost, lost)
    assert {(item.score, item.follow_through) for item in found} == {(0, False)}
