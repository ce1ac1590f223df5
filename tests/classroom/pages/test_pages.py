"""The pages of a student and of a class: what they show, and what they must never show."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from conftest import replaced
from hostile import TEXTS
from in_process import scored

from autograder.classroom.pages import class_page, markup, student_page
from autograder.classroom.pages.listing import ClassListing, make_listing_row
from autograder.classroom.pages.similarity import SimilarHandIns, SimilarityMatch
from autograder.classroom.pages.statistics import ClassSummary
from autograder.exercises import EXERCISES
from autograder.hand_in.student import HandInEntry, Student
from autograder.key.mistakes import MISTAKES
from autograder.model import Explanation, Fault, Item, Report
from autograder.scoring import reference_store

FORWARD = "mytorch.linear.Linear.forward"
RIGHT = Item("linear.forward.Z.general", "linear.forward", FORWARD, 4.0, 4, "pass")
WRONG = Item(
    *("linear.forward.edge", "linear.forward", FORWARD, 0.0, 1, "fail"),
    Explanation(note="Z is wrong", mistakes=("linear.no_bias",), hint="look"),
    "linear.no_bias",
)
IDLE = Item(
    *("sgd.step.W.general", "sgd.step", "mytorch.sgd.SGD.step", 0.0, 1, "not_attempted"),
    Explanation("not_started"),
)
MADE = Report(
    *(
        "ada.zip",
        (RIGHT, WRONG, IDLE),
        "",
        "bubblewrap",
        "hidden",
    ),
    digests={"references": "abc"},
)
ADA = Student("104711", "Zoë Ångström")


class Read(HTMLParser):
    """A page as a browser reads it: its elements, and its text without the style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def entry(report: Report, student: Student) -> HandInEntry:
    return HandInEntry(report.hand_in, student, f"students/{report.hand_in}.html")


def summary(*graded: tuple[Report, Student]) -> ClassSummary:
    made = ClassSummary()
    for report, student in graded:
        made.add(report, entry(report, student))
    return made


def listing(*graded: tuple[Report, Student], counts: str = "yes") -> ClassListing:
    made = ClassListing()
    for report, student in graded:
        made.add(make_listing_row(report, entry(report, student), counts))
    return made


def class_of(*graded: tuple[Report, Student]) -> str:
    """The page of a class with these reports."""
    return class_page.render_class_page(summary(*graded), listing(*graded))


def graded(
    changes: dict[str, str], references: reference_store.ReferenceSet | None = None
) -> Report:
    """A hand-in, graded by the real grader, by default on the hidden cases."""
    used = references or reference_store.best_references()
    return Report("ada.zip", tuple(scored(changes, used).values()), references=used.kind)


def both(text: str) -> list[str]:
    """Both pages, with one text in every place for text from outside."""
    wrong = Explanation(
        note=text, tensor=text, unset=(text,), saw=text, mistakes=(text,), hint=text
    )
    raised = Fault("error", text, text, text, text)
    late = Explanation(fault=Fault("timeout", text=text))
    items = (
        replace(WRONG, explanation=wrong, mistake=text, exercise=text, id=text),
        replace(WRONG, explanation=Explanation(fault=raised), status="error"),
        replace(WRONG, explanation=late, status="timeout"),
    )
    made = Report(f"{text}.zip", items, text, text, digests={text: text})
    who = Student(text, text)
    match = SimilarityMatch(
        (HandInEntry(text, who, f"students/{text}"), HandInEntry("Ada")), {text: 7}, 2, 100
    )
    both = (made, who), (replace(made, provisional=True), who)
    page = class_page.render_class_page(
        summary(*both), listing(*both, counts=text), SimilarHandIns([match]), text, [text]
    )
    return [student_page.render_student_page(made, who), page]


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_nothing_from_outside_becomes_part_of_a_page(text: str) -> None:
    """Names, messages, ids and digests stay text: they make no element or attribute."""
    for page, plain in zip(both(text), both("Ada"), strict=True):
        read, harmless = Read(page), Read(plain)
        assert set(read.tags) == set(harmless.tags)
        assert {name for name, _ in read.attributes} == {name for name, _ in harmless.attributes}
        assert read.tags == harmless.tags or "\n" in text, "each line is a paragraph"
        assert not set("\x00\x1b\x9b\u202e\u2066\ud800") & set(page)
        page.encode("utf-8")
        words = re.sub(r"\s+", " ", markup.clean_text(text)).strip()
        assert read.text.count(words) >= 5


def test_pages_ask_for_nothing() -> None:
    """No script, no address, no file from elsewhere; and a policy that would forbid them."""
    for page in both("Ada"):
        read = Read(page)
        assert not {"script", "link", "img", "iframe", "object", "form"} & set(read.tags)
        names = {name for name, _ in read.attributes}
        assert not {n for n in names if n.startswith("on") or n in ("src", "action")}
        links = {value for name, value in read.attributes if name == "href"}
        assert all(re.match(r"#\w+$|students/|grades\.csv$", link) for link in links)
        assert not re.search(r"https?:|url\(|@import", page)
        assert ("content", markup.CONTENT_POLICY) in read.attributes


def test_pictures_are_told_in_words_and_in_more_than_colour() -> None:
    """Each picture has a role and a title with its numbers; one part is hatched, one pale."""
    lost = tuple(replace(WRONG, status=status) for status in ("fail", "error", "not_attempted"))
    page = class_of((replace(MADE, items=lost), ADA))
    read = Read(page)
    assert read.tags.count("svg") == read.attributes.count(("role", "img"))
    assert read.tags.count("title") == read.tags.count("svg") + 1
    assert (
        "6.1\u00a0Linear.forward: of 3 points lost on average: 1.00 wrong result, "
        "1.00 exception, crash or timeout, 1.00 not attempted." in page
    )
    assert 'class="hatch"' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_a_student_reads_each_tensor_and_why_it_is_lost() -> None:
    """Points per tensor, the misconception, its hint, the tier; unstarted exercises are marked."""
    text = Read(student_page.render_student_page(MADE, ADA)).text
    for said in (
        "Zoë Ångström",
        "104711",
        "ada.zip",
        "4 of 6 points",
        "Points are lost in 6.1 Linear.forward (−1), 8.3 SGD.step (−1).",
        "✔ Z 4 / 4",
        "✘ edge 0 / 1",
        "Z is wrong",
        "This is how it looks when the bias is left out .",
        "Hint: look",
        "· W 0 / 1 not started",
        student_page.HIDDEN,
        "Where the code ran: bubblewrap.",
    ):
        assert said in text
    assert student_page.PROVISIONAL not in text
    assert student_page.FOLLOWED not in text


def test_where_a_hand_in_lay_is_not_said() -> None:
    """The folders of the grader are private: a page shows only the hand-in's name."""
    made = replace(MADE, hand_in="/home/prof/class/ada.zip")
    student = HandInEntry(made.hand_in, ADA, "students/ada.zip.html")
    whole = class_page.render_class_page(
        summary((made, ADA)), ClassListing([make_listing_row(made, student, "yes")], 1)
    )
    for page in (student_page.render_student_page(made, ADA), whole):
        assert "ada.zip" in Read(page).text
        assert "prof" not in page


def test_an_empty_hand_in_is_a_short_page() -> None:
    """An empty hand-in is reported once, with the remarks, not for every exercise."""
    lacks = Fault("error", missing="mytorch/linear.py")
    gone = replace(WRONG, status="error", explanation=Explanation(fault=lacks))
    text = Read(
        student_page.render_student_page(replace(MADE, items=(gone,), message="no folder mytorch"))
    ).text
    assert student_page.EMPTY in text
    assert "no folder mytorch" in text
    assert "is missing" not in text


def test_the_parts_of_the_class_page_are_found_from_its_top() -> None:
    """Each heading of the second level has its link, in order, with a valid target."""
    read = Read(class_of((MADE, ADA)))
    links = [value for name, value in read.attributes if name == "href" and value[0] == "#"]
    ids = [f"#{value}" for name, value in read.attributes if name == "id"]
    assert links == ids
    assert len(links) == read.tags.count("h2") == 7


def test_rows_and_columns_have_heads() -> None:
    """A screen reader can say which row and which column a cell belongs to."""
    read = Read(class_of((MADE, ADA)))
    rows = read.tags.count("tr") - read.tags.count("thead")
    assert read.attributes.count(("scope", "row")) == rows > 0
    assert ("scope", "col") in read.attributes


def test_a_misconception_is_said_once_an_exercise() -> None:
    """If two tensors show the same mistake, its name and hint appear once."""
    other = replace(WRONG.explanation, note="other")
    again = replace(WRONG, id="linear.forward.Z.general", explanation=other)
    text = Read(student_page.render_student_page(replace(MADE, items=(again, WRONG)))).text
    assert text.count("This is how it looks when") == text.count("Hint: look") == 1


def test_a_student_reads_what_else_matters() -> None:
    """Provisional grades, remarks on reading, public cases, stand-in layers."""
    items = (replace(RIGHT, follow_through=True),)
    made = replace(
        MADE, items=items, provisional=True, references="public", message="ignored links: x.py"
    )
    text = Read(student_page.render_student_page(made)).text
    for said in (
        student_page.PROVISIONAL,
        student_page.FOLLOWED,
        student_page.PUBLIC,
        made.message,
    ):
        assert said in text
    assert "Points are lost" not in text


@pytest.mark.parametrize(
    "id", ["linear.bias_gradient_is_a_row", "relu.absolute", "mlp.not_reversed"]
)
def test_a_graded_mistake_is_named_without_a_hidden_number(id: str) -> None:
    """The page has kind, shape and misconception; for hidden cases it has no value."""
    mistake = MISTAKES[id]
    changes = {mistake.file: mistake.plant()}
    page = Read(student_page.render_student_page(graded(changes))).text
    assert f"This is how it looks when {mistake.name}" in page
    assert f"Hint: {mistake.hint}" in page
    assert not re.search(r"\d\.\d{3,}|got -?\d|\de-?\d", page)


def test_public_cases_may_show_their_numbers() -> None:
    """On public cases, the numbers are shown."""
    page = student_page.render_student_page(
        graded(replaced("linear.py", "+ self.b.T", ""), reference_store.public_references())
    )
    assert re.search(r"got -?\d", page)


def test_all_right_is_a_short_page() -> None:
    """If no points are lost, the page lists every exercise with its points, without criticism."""
    text = Read(student_page.render_student_page(graded({}))).text
    most = markup.format_points(sum(e.max_score for e in EXERCISES.values()))
    assert f"{most} of {most} points" in text
    assert "✘" not in text.split("This score comes")[0]


def test_the_class_page_says_what_the_class_misunderstood() -> None:
    """Counts, shares, names, hints, exercises, problems, and how the class was graded."""
    mistake = MISTAKES["linear.no_bias"]
    late = Explanation(fault=Fault("timeout", text="more than 5 s"))
    broken = replace(WRONG, status="timeout", explanation=late, mistake=None)
    known = (
        (MADE, ADA),
        (replace(MADE, items=(RIGHT, replace(WRONG, score=1, status="pass", mistake=None))), ADA),
        (replace(MADE, items=(RIGHT, broken), hand_in="slow.zip"), Student("7", "Bob")),
        (replace(MADE, provisional=True, message="no such file or folder"), ADA),
    )
    match = SimilarityMatch(
        (HandInEntry("x/Ada"), HandInEntry("x/Bob")), {"linear.forward": 31}, 2, 1200
    )
    text = Read(
        class_page.render_class_page(
            summary(*known), listing(*known), SimilarHandIns([match]), "2026-11-24"
        )
    ).text
    for said in (
        "Graded 2026-11-24",
        "hand-ins 4",
        "final grades 3",
        "provisional 1",
        "6.1 Linear.forward 5 0.67",
        f"{mistake.name} 6.1 Linear.forward Hint: {mistake.hint} (slide «{mistake.slide}») 1",
        "33 %",
        "Timeout: 1",
        "Bob slow.zip Linear.forward took longer than it may: more than 5 s",
        "Provisional: 1",
        "Zoë Ångström ada.zip no such file or folder",
        "Ada Bob 6.1 Linear.forward 31 2 of 1\u202f200",
        "bubblewrap: 4",
        "references abc: 4",
    ):
        assert said.replace("\u202f", " ") in text.replace("\u202f", " ")


def test_a_class_page_of_nothing_is_a_page() -> None:
    """Without hand-ins, final grades or attempts, sentences replace the pictures."""
    bad = replace(MADE, provisional=True)
    idle = replace(MADE, items=(IDLE,))
    for graded in ((), ((bad, ADA),), ((idle, ADA),)):
        text = Read(class_of(*graded)).text
        assert "Nothing was attempted yet." in text
        assert "No hand-ins share rare code." in text
    assert "There is no final grade yet." in Read(class_of()).text


def test_long_lists_are_cut_and_say_so() -> None:
    """Of many misconceptions, examples, matches and names, the first are shown, and the number of
    others."""
    made = summary(
        *(
            (replace(MADE, message="x", items=(replace(WRONG, mistake=f"m{n}"),)), ADA)
            for n in range(50)
        )
    )
    names = tuple(HandInEntry(f"student {n}") for n in range(40))
    matches: Sequence[SimilarityMatch] = [
        SimilarityMatch(names, {"linear.forward": 9}, 40, 90)
    ] * 33
    text = Read(class_page.render_class_page(made, ClassListing(), SimilarHandIns(matches))).text
    assert "… and 38 more: rarer ones." in text
    assert "… and 38 more: in the list below." in text
    assert "… and 21 more: with less rare code." in text
    assert text.count("student 7 and 32 more") == 12


def test_the_portable_tier_comes_with_a_warning() -> None:
    """If there was no sandbox, both pages say so."""
    made = replace(MADE, isolation="process")
    for page in (student_page.render_student_page(made), class_of((made, ADA))):
        assert "process (limits, but no sandbox)" in page


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.001, "< 1 %"), (0.5, "50 %"), (0.999, "> 99 %"), (1, "100 %")],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, said: str) -> None:
    """One student in a thousand is not shown as 0 %."""
    assert markup.format_percent(share) == said
