"""What a cell shows: the same words as a table and as text, nothing by colour alone."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from workbook.feedback import CellFeedback

from autograder.exercises import EXERCISES
from autograder.model import Fault, Finding, Pattern, Role
from autograder.scoring import report
from autograder.scoring.judgement import Failure, Judgement
from autograder.scoring.points import score_exercise
from autograder.scoring.wording import Sentence


def feedback(*judged: Judgement, said: tuple[str, ...] = ()) -> CellFeedback:
    """What a cell shows for these lines."""
    return CellFeedback(BACKWARD, said, score_exercise(judged))


BACKWARD = EXERCISES["linear.backward"]
WRONG = Finding("values", count=12, size=15, index=(4, 2), got=0.88, expected=3.53, allowed=9e-7)


def line(tensor: str, role: Role, first: Failure | None = None, **rest: Any) -> Judgement:
    """One line of `linear.backward`, as it is judged."""
    id = ".".join(filter(None, (BACKWARD.id, tensor, role)))
    return Judgement(BACKWARD, tensor, role, id, first, **rest)


def wrong(tensor: str, **rest: Any) -> Judgement:
    return line(tensor, "general", Failure("batch", tensor, WRONG), failed=4, **rest)


AVERAGED = ("linear.mean_over_batch",)
RIGHT = line("dLdA", "general")
EDGE = line("", "edge", Failure("batch", "dLdW", WRONG), failed=6, mistakes=AVERAGED)
LINES = (RIGHT, wrong("dLdW", mistakes=AVERAGED), wrong("dLdb", pattern=Pattern("zero")), EDGE)
MIXED = feedback(*LINES, said=("a sentence",))
FAULT = Fault("error", "ValueError", "<img src=x> & more", "mytorch/linear.py:42", "a = b < c")
BROKEN = feedback(
    line("dLdA", "general", Failure("batch", "dLdA", FAULT), failed=5),
    line("dLdW", "general", Failure("batch", "dLdW", FAULT), failed=5),
    line("", "edge", Failure("frozen", "dLdA", FAULT), failed=6),
)


def test_the_text_whole() -> None:
    """Points, marks, both values, what is in common, name and hint; nothing is said twice."""
    assert repr(MIXED) == (
        "✘ Linear.backward (6.2): 2.5 of 9 points on the public cases\n"
        "  a sentence\n"
        "  ✔ dLdA (5 cases): 2.5 of 2.5\n"
        "  ✘ dLdW (5 cases): 0 of 2.5\n"
        "      dLdW 12 of 15 values differ (80 %) in 4 of 5 cases, first in «batch»\n"
        "      got 0.88, expected 3.53 at [4, 2]\n"
        "      they differ by 2.65; 9e-07 is allowed\n"
        "      this is how it looks when the weight gradient is averaged over the batch\n"
        "      hint: 1/N enters once, in the loss: dLdZ already carries it. Here gradients add up."
        " (slide «Training by BackProp»)\n"
        "  ✘ dLdb (5 cases): 0 of 2.5\n"
        "      dLdb 12 of 15 values differ (80 %) in 4 of 5 cases, first in «batch»\n"
        "      it is zero everywhere\n"
        "      was self.dLdb ever set?\n"
        "  ✘ edge cases (6 cases): 0 of 1.5\n"
        "      dLdW 12 of 15 values differ (80 %) in 6 of 6 cases, first in «batch»"
    )


def test_what_fails_alike_is_one_line() -> None:
    """An exception that all tensors share is shown once, with the student's line."""
    assert repr(BROKEN) == (
        "✘ Linear.backward (6.2): 0 of 9 points on the public cases\n"
        "  ✘ dLdA, dLdW, edge cases (5 cases): 0 of 6.5\n"
        "      ValueError: <img src=x> & more in mytorch/linear.py:42\n"
        "      the line is: a = b < c"
    )


def test_edge_cases_count_once_the_general_ones_pass() -> None:
    """A right edge line earns nothing beside a wrong general one, and says why."""
    gated = feedback(wrong("dLdW"), line("", "edge"))
    assert repr(gated).endswith(
        "  ✘ edge cases (6 cases): 0 of 1.5\n      counts once the general cases pass"
    )


class Words(HTMLParser):
    """The words of a piece of HTML, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("shown", [MIXED, BROKEN], ids=["mixed", "broken"])
def test_the_table_says_what_the_text_says(shown: CellFeedback) -> None:
    """Every finding of the text stands in the HTML too, and nothing needs its colour."""
    words = " ".join(Words(shown._repr_html_()).words)
    for mark, checked, points, found in shown.rows():
        for text in (mark, checked, points, *map(str, found)):
            assert re.sub(r"\s+", "", text) in re.sub(r"\s+", "", unescape(words))


def test_all_text_is_escaped() -> None:
    """An exception's text and a line of code are text, and no HTML."""
    parsed = Words(BROKEN._repr_html_())
    known = {"div", "strong", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert parsed.tags <= known
    assert "<img src=x> & more" in "".join(parsed.words)
    line = Sentence("<script>alert(1)</script>", "code")
    said = CellFeedback(BACKWARD, ("<b>no</b>", line))
    assert Words(said._repr_html_()).tags == {"div", "strong", "code"}


def test_the_notebook_and_the_command_line_say_the_same() -> None:
    """The words of a line are those of `autograder check`."""
    printed = "\n".join(report.exercise_lines(BACKWARD, MIXED.items, colour=False))
    for _, _, _, found in MIXED.rows():
        assert all(str(text) in printed for text in found)
