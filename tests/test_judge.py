"""What is judged of answers as such: what was never begun, and what hidden cases may not tell."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from conftest import package
from in_process import answers_of, items_of

from autograder import store
from autograder.exercises import EXERCISES
from autograder.judge import untouched
from autograder.model import Answer, Fault

REFERENCES = store.public()
OTHER = "Z has another shape, expected (4, 5)"
Answers = dict[str, Answer]


def answers(exercise: str, solved: bool = True) -> Answers:
    """The answers of the solved package, or of the skeleton, to one exercise."""
    return answers_of(package(solved), EXERCISES[exercise], REFERENCES)


def test_only_an_exercises_own_stub_leaves_it_untouched() -> None:
    """A stub in every case; not one case without an answer, nor what waits for an earlier stub."""
    exercise = EXERCISES["linear.forward"]
    stub = answers(exercise.id, solved=False)
    assert untouched(exercise, stub)
    assert {item.message for item in items_of(exercise, REFERENCES, stub)} == {"not started"}
    assert not untouched(exercise, answers(exercise.id))
    assert not untouched(exercise, {case: stub[case] for case in list(stub)[1:]})
    assert not untouched(EXERCISES["linear.backward"], stub)


@pytest.mark.parametrize(
    ("shape", "public", "hidden"),
    [
        ((57321, 1), "Z has shape (57321, 1), expected (4, 5)", OTHER),
        ((1, 57321), "Z has shape (1, 57321), expected (4, 5)", OTHER),
        ((21, 64), "Z has shape (21, 64), expected (4, 5)", OTHER),
        ((5, 4), "Z has shape (5, 4), expected (4, 5)", "Z has shape (5, 4), expected (4, 5)"),
        ((4, 1), "Z has shape (4, 1), expected (4, 5)", "Z has shape (4, 1), expected (4, 5)"),
    ],
)
def test_a_shape_carries_no_hidden_value(shape: tuple[int, int], public: str, hidden: str) -> None:
    """A result's sizes may be a hidden number: told are only those that belong there."""
    exercise, given = EXERCISES["linear.forward"], answers("linear.forward")
    first = exercise.cases[0].id
    given[first] = replace(given[first], tensors={"Z": np.zeros(shape)})
    secret = copy(REFERENCES)
    secret.kind = "hidden"
    for references, said in ((REFERENCES, public), (secret, hidden)):
        message = items_of(exercise, references, given)[0].message
        assert message.split(" in 1 of ")[0] == said


def test_a_factor_of_its_own_is_not_told_on_hidden_cases() -> None:
    """A result that is right but for a factor may carry a hidden number in it."""
    exercise, given = EXERCISES["linear.forward"], answers("linear.forward")
    for case, answer in given.items():
        given[case] = replace(answer, tensors={"Z": answer.tensors["Z"] * 2.16489})
    secret = copy(REFERENCES)
    secret.kind = "hidden"
    public, hidden = (items_of(exercise, r, given)[0].message for r in (REFERENCES, secret))
    assert "times 2.165" in public
    assert "2.16" not in hidden
    assert "it is a multiple of the right result" in hidden


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
    """On hidden cases too, for it comes of the source alone; no names or numbers."""
    exercise = EXERCISES["linear.forward"]
    with pytest.raises(SyntaxError) as caught:
        compile(text, "linear.py", "exec")
    fault = Fault("error", type(caught.value).__name__, str(caught.value), "mytorch/linear.py:1")
    lost = {case.id: Answer(exercise.id, case.id, fault=fault) for case in exercise.cases}
    secret = copy(REFERENCES)
    secret.kind = "hidden"
    assert items_of(exercise, secret, lost)[0].message == f"{said} in mytorch/linear.py:1"


def test_of_two_runs_that_are_worth_the_same_ones_own_counts() -> None:
    """Stand-in layers are for who is better off with them; the same points need no explanation."""
    exercise = EXERCISES["mlp.forward"]
    fault = Fault("error", "ValueError", "no", "mytorch/mlp.py:40", "raise ValueError")
    lost = {case.id: Answer(exercise.id, case.id, fault=fault) for case in exercise.cases}
    found = items_of(exercise, REFERENCES, lost, lost)
    assert {(item.score, item.follow_through) for item in found} == {(0, False)}
