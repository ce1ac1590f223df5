"""The machine-readable results: `grades.csv` and JUnit XML."""

import csv
import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hostile import TEXTS

from autograder.classroom.pages import junit, tables
from autograder.exercises import EXERCISES
from autograder.hand_in.student import Student
from autograder.model import Explanation, Fault, Item, Report
from autograder.scoring import reference_store

FORWARD = "mytorch.linear.Linear.forward"
RIGHT = Item("linear.forward.Z.general", "linear.forward", FORWARD, 4.0, 4, "pass")
WRONG = Item(
    *("linear.forward.edge", "linear.forward", FORWARD, 0.0, 1, "fail"),
    Explanation(note="Z is wrong", hint="look"),
)
CRASH = Item(
    *("relu.forward.edge", "relu.forward", "mytorch.relu.ReLU.forward", 0, 0.5, "crash"),
    Explanation(fault=Fault("crash", text="x")),
)
IDLE = Item("sgd.step.W.general", "sgd.step", "mytorch.sgd.SGD.step", 0.0, 1, "not_attempted")
MADE = Report(
    *("ada.zip", (RIGHT, WRONG, CRASH, IDLE), "ignored links: x.py", "bubblewrap", "hidden"),
    digests={"references": "abc"},
)
ADA = Student("104711", "Zoë, «Ada» Ångström")


def table(*graded: tuple[Report, Student]) -> list[list[str]]:
    """The table, read back with Python."""
    text = tables.grades_header() + "".join(tables.grades_row(*one, "yes") for one in graded)
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def suites(*reports: Report) -> list[ElementTree.Element]:
    text = f"{junit.OPENING}{''.join(map(junit.render_suite, reports))}{junit.CLOSING}"
    return list(ElementTree.fromstring(text.encode("utf-8")))


def test_a_row_has_who_what_and_the_points_of_each_exercise() -> None:
    """The columns of the contract, with the exercises in the order of the course."""
    head, row = table((MADE, ADA))
    assert head == [
        *("student_id", "name", "hand_in", "counts", "late", "score", "max_score"),
        *("provisional", "isolation", "message", "lost", *EXERCISES),
    ]
    said = dict(zip(head, row, strict=True))
    assert [said[c] for c in head[:11]] == [
        *("104711", "Zoë, «Ada» Ångström", "ada.zip", "yes", "", "4", "6.5", "no"),
        *("bubblewrap", "ignored links: x.py", "lost in 6.1, 4.3, 8.3"),
    ]
    assert (said["linear.forward"], said["relu.forward"], said["sgd.step"]) == ("4", "0", "0")


def test_a_row_says_why_points_are_missing_and_what_came_late() -> None:
    """In the words of the class's page: exceptions, files, exercises, misconceptions."""
    mistake, known = next(iter(reference_store.known_misconceptions().items()))
    lacks = Fault("error", missing="mytorch/sgd.py")
    gone = replace(IDLE, status="error", explanation=Explanation(fault=lacks))
    raised = Fault("error", "ValueError", "", "mytorch/relu.py:3", "x")
    text = replace(CRASH, status="error", explanation=Explanation(fault=raised))
    made = replace(MADE, items=(RIGHT, replace(WRONG, mistake=mistake), text, gone))
    head, row = list(
        csv.reader(io.StringIO(tables.grades_header() + tables.grades_row(made, ADA, "yes", True)))
    )
    said = dict(zip(head, row, strict=True))
    assert said["late"] == "yes"
    assert said["lost"] == (
        f"ValueError; mytorch/sgd.py is missing; lost in 6.1, 4.3, 8.3; {known.name}"
    )


def test_a_provisional_grade_has_no_score() -> None:
    """Without a final grade, the field is empty."""
    head, row = table((replace(MADE, provisional=True), ADA))
    said = dict(zip(head, row, strict=True))
    assert (said["score"], said["provisional"]) == ("", "yes")


def test_the_file_is_what_excel_and_rfc_4180_want() -> None:
    """A byte-order mark, CR LF at line ends, doubled quotes."""
    head, row = tables.grades_header(), tables.grades_row(MADE, Student("1", 'a,"b"'), "yes")
    assert head.startswith("\ufeffstudent_id,name,hand_in,")
    assert row.startswith('1,"a,""b""",ada.zip,yes,,4,6.5,no,')
    assert head.endswith("\r\n")
    assert row.endswith("\r\n")


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_no_cell_is_computed_and_none_breaks_the_table(text: str) -> None:
    """Whatever the name: one row, the same columns, and no formula, even if `;` separates cells."""
    raised = Fault("error", text, text, text, text, text)
    said = Explanation(fault=raised)
    odd = replace(CRASH, status="error", explanation=said, mistake=text)
    made = replace(MADE, hand_in=text, message=text, isolation=text, items=(RIGHT, odd))
    head, row = table((made, Student(text, text)))
    assert len(head) == len(row)
    cells = [row[0], row[1], row[2], row[8], row[9]]
    assert len(set(cells)) == 1
    for part in f"{cells[0]};{row[10]}".split(";"):
        assert not part.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d"))
    assert not set("\t\r\n\x00\x1b\u202e\u2066") & set(cells[0] + row[10])
    tables.grades_row(made, ADA, "yes").encode("utf-8")


def test_a_harmless_name_stays_as_it_is() -> None:
    """Commas, quotes, umlauts and 200 characters are harmless."""
    for name in ("Lovelace, Ada", 'A "B" C', "Łukasz Öztürk", "x" * 200, "1-2", "a=b", "a@b.c"):
        assert table((MADE, Student("7", name)))[1][1] == name


def test_a_suite_a_hand_in_and_a_test_an_item() -> None:
    """Items that passed, failed, broke or were not attempted, with numbers that add up."""
    (suite,) = suites(MADE)
    assert {k: suite.get(k) for k in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "ada.zip",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties == {
        "score": "4",
        "max_score": "6.5",
        "provisional": "false",
        "isolation": "bubblewrap",
        "references": "hidden",
        "digest.references": "abc",
    }
    right, wrong, crash, idle = suite.iter("testcase")
    assert (right.get("classname"), right.get("name"), list(right)) == (FORWARD, RIGHT.id, [])
    (failure,) = wrong
    assert (failure.tag, failure.get("message"), failure.text) == (
        *("failure", "Z is wrong", "hint: look"),
    )
    assert [case[0].tag for case in (crash, idle)] == ["error", "skipped"]
    assert suite.findtext("system-out") == "ignored links: x.py"


def test_what_could_not_be_read_is_no_green_suite() -> None:
    """An unreadable archive is an error, not a skipped test."""
    message = "not a readable zip archive"
    said = Explanation("undriven", message)
    items = tuple(replace(i, score=0, status="not_attempted", explanation=said) for i in MADE.items)
    (suite,) = suites(replace(MADE, items=items, message=message))
    assert (suite.get("errors"), suite.get("skipped")) == ("4", "0")


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_any_text_makes_good_xml(text: str) -> None:
    """Characters that XML does not allow are replaced; all others are unchanged."""
    item = replace(WRONG, id=text, target=text, explanation=Explanation(note=text))
    made = replace(MADE, hand_in=text, message=text, items=(item,), digests={text: text})
    first, second = suites(made, MADE)
    kept = [c for c in text if c.isprintable()]
    assert [c for c in first.get("name", "") if c.isprintable() and c != "\ufffd"] == kept
    assert [case.tag for case in first.iter("testcase")] == ["testcase"]
    assert second.get("name") == "ada.zip"
