"""The form of a report, as text and as JSON, line by line."""

import io
import json
from dataclasses import replace

import pytest

from autograder.classroom.grading_steps import summary_row
from autograder.model import Explanation, Finding, Item, Report
from autograder.scoring import report
from autograder.scoring.record import to_json

FOUND = Finding("values", count=1, size=2)
FORWARD = "mytorch.linear.Linear.forward"
RIGHT = Item("linear.forward.Z.general", "linear.forward", FORWARD, 4.0, 4, "pass")
WRONG = Item(
    *("linear.forward.edge", "linear.forward", FORWARD, 0.0, 1, "fail"),
    Explanation(finding=FOUND, tensor="Z", case="batch", failed=1, total=1, hint="look"),
    "linear.no_bias",
)
NEEDED = "    needs 6.1: Linear.forward, which is not finished"
WAITING = Explanation("waits", needs="linear.forward")
IDLE = Item("sgd.step.W.general", "sgd.step", "mytorch.sgd.SGD.step", 0.0, 1, "not_attempted")
MADE = Report(
    *("ada.zip", (RIGHT, WRONG, replace(IDLE, explanation=Explanation("not_started")))),
    isolation="bubblewrap",
    references="hidden",
)


def test_the_whole_text() -> None:
    """One line per exercise, below it the reason for each lost point, and the total."""
    assert report.to_text(MADE).splitlines() == [
        "✘ 6.1  Linear.forward                          4 / 5",
        "    ✘ edge (−1): Z 1 of 2 values differ (50 %) in «batch»",
        "        hint: look",
        "· 8.3  SGD.step                                0 / 1",
        "",
        "Total                                          4 / 6",
        "Points are given on hidden cases. Lines, counts, shapes and places are those of the "
        "public cases, where `autograder check` shows more.",
    ]


def test_notes_come_first_and_warnings_last() -> None:
    """Remarks on reading, that a grade is provisional, and that the cases were public."""
    made = replace(MADE, message="ignored links: x.py", provisional=True, references="public")
    lines = report.to_text(made).splitlines()
    assert lines[:2] == ["note: ignored links: x.py", ""]
    assert lines[-2:] == [
        "This grade is provisional: it costs nobody a point until it is final.",
        "Scored on the public cases; the grade is given on others like them.",
    ]


def test_what_an_exercise_waits_for_is_said() -> None:
    """If a network fails only because layers are unfinished, the report names them."""
    made = replace(MADE, items=(replace(IDLE, explanation=WAITING),))
    assert (
        report.to_text(made).splitlines()[1]
        == "    needs 6.1: Linear.forward, which is not finished"
    )


def test_stand_ins_are_mentioned() -> None:
    """A report says if the network was scored on stand-in layers."""
    made = replace(MADE, items=(replace(RIGHT, follow_through=True),))
    assert report.to_text(made).splitlines()[1] == (
        "    scored on stand-in layers, where a mistake in an earlier one costs nothing"
    )


def test_a_line_a_notebook() -> None:
    """The short form that the start of the workbook prints."""
    assert report.to_brief_text(MADE).splitlines() == [
        "✘ 06  The vector form                          4 / 5",
        "· 08  The network and its training             0 / 1",
        "  Total                                        4 / 6",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "     4 / 6  ada.zip  [lost in 6.1, 8.3; linear.no_bias]"),
        ({"items": (RIGHT,)}, "     4 / 4  ada.zip"),
        ({"items": (RIGHT,), "provisional": True}, "     4 / 4  ada.zip  [provisional]"),
        ({"items": (RIGHT,), "hand_in": "a\x1b[2J\nb"}, "     4 / 4  a?[2J?b"),
    ],
)
def test_a_line_a_hand_in(change: dict[str, object], said: str) -> None:
    """It has points, name, and remarks; a name cannot imitate a line or move the cursor."""
    assert summary_row(replace(MADE, **change)) == said  # type: ignore[arg-type]


def test_json_has_the_keys_of_the_contract() -> None:
    """It is one line; points have no rounding errors; a mistake is an id or null."""
    text = to_json(replace(MADE, items=(replace(RIGHT, score=0.1 + 0.2), WRONG)))
    assert "\n" not in text
    said = json.loads(text)
    assert (said["hand_in"], said["score"], said["max_score"]) == ("ada.zip", 0.3, 5)
    assert [item["mistake"] for item in said["items"]] == [None, "linear.no_bias"]
    assert [item["status"] for item in said["items"]] == ["pass", "fail"]


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are coloured on a terminal, but not in a file, and not with NO_COLOR."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert report.wants_colour(terminal)
    assert not report.wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not report.wants_colour(terminal)
    assert report.to_text(MADE, colour=True).startswith("\x1b[31m✘\x1b[0m 6.1")


def test_a_grade_that_was_given_without_a_sandbox_warns() -> None:
    """The report of a graded hand-in says if its code ran without a sandbox."""
    warned = replace(MADE, references="hidden", isolation="process")
    assert "Warning: it ran without a sandbox" in report.to_text(warned)
    assert "Warning" not in report.to_text(replace(warned, isolation="landlock"))
    assert "Warning" not in report.to_text(replace(warned, references="public"))
