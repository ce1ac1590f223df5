"""The folder of results: the pages and tables of a class, each in its place."""

import csv
import html
import os
import re
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from conftest import package
from in_process import scored

from autograder.classroom.batch.seals import seal_line
from autograder.classroom.finding.roster import assign_students
from autograder.classroom.pages import listing, results
from autograder.classroom.pages.listing import ClassListing, ListingRow, make_listing_row
from autograder.hand_in.student import HandInEntry, Student
from autograder.model import Explanation, Fault, Item, Report, Status
from autograder.scoring import reference_store
from autograder.scoring.record import to_json

ODD = (
    "ada.zip",
    "ADA.zip",
    "a b%20.zip",
    "ą" * 90 + ".zip",
    "𐍈" * 70 + ".zip",
    "x" * 300,
    "-",
    "..",
)


@pytest.fixture(scope="module")
def graded() -> Report:
    """A right hand-in, graded by the real grader."""
    return Report(
        "ada", tuple(scored({}, reference_store.best_references()).values()), references="hidden"
    )


def lines(folder: Path, *reports: Report) -> None:
    text = "".join(f"{seal_line(to_json(made))}\n" for made in reports)
    (folder / results.REPORTS).write_text(text, "utf-8")


def write(folder: Path, *reports: Report) -> None:
    lines(folder, *reports)
    results.write_results(folder, assign_students([made.hand_in for made in reports]))


def test_every_link_of_the_class_page_leads_to_a_page(tmp_path: Path, graded: Report) -> None:
    """Whatever the names of hand-ins, each has its own page, and the class's page links to it."""
    made = [replace(graded, hand_in=f"class/{name}") for name in ODD]
    write(tmp_path, *made, replace(graded, hand_in="export.zip/ada.zip"))
    links = re.findall('href="([^#"]*)"', (tmp_path / "class.html").read_text("utf-8"))
    pages = {unquote(html.unescape(link)) for link in links} - {"grades.csv"}
    assert len(pages) == len(ODD) + 1
    for page in pages:
        assert (tmp_path / page).is_file()
    assert (tmp_path / "students" / "ada.zip.html").is_file()
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == len(ODD) + 1


def test_the_name_of_a_page_fits_into_any_folder() -> None:
    """A limited number of bytes in any alphabet; no two names differ only in case."""
    names = results.PageNames()
    given = [names.choose(f"{folder}/{name}") for folder in ("a", "b") for name in ODD]
    assert len({name.casefold() for name in given}) == len(given)
    assert max(len(os.fsencode(name)) for name in given) <= results.MAX_NAME_BYTES


def test_nobody_takes_the_name_of_anothers_page() -> None:
    """If a hand-in has the name of another's page, the other page gets another name, always the
    same."""
    wanted = results.PageNames().choose("b/x y.zip")
    for thief in (f"a/{wanted}", f"a/{wanted.upper()}"):
        again = []
        for _ in range(2):
            names = results.PageNames()
            again.append(
                [names.choose(thief), names.choose("b/x y.zip"), names.choose("c/x y.zip")]
            )
        assert again[0] == again[1]
        assert again[0][0] == Path(thief).name
        assert len({name.casefold() for name in again[0]}) == 3


def test_names_that_some_systems_take_for_one_are_two() -> None:
    """One syllable, written as one character or as three, is the same file name on a Mac."""
    names = results.PageNames()
    given = [names.choose(normalize(form, "한.zip")) for form in ("NFC", "NFD")]
    assert len({normalize("NFC", name) for name in given}) == 2


def test_pages_of_what_is_no_longer_there_go(tmp_path: Path, graded: Report) -> None:
    """If a part of the class is graded again, no page of the others and no partial page is left."""
    write(tmp_path, graded, replace(graded, hand_in="bob"))
    (tmp_path / "students" / "ada.html.part").touch()
    (tmp_path / "students" / "mine.pdf").touch()
    write(tmp_path, graded)
    assert {p.name for p in (tmp_path / "students").iterdir()} == {
        "ada.html",
        "ada.txt",
        "mine.pdf",
    }


def test_what_is_not_finished_leaves_nothing_behind(tmp_path: Path, graded: Report) -> None:
    """After an error or Ctrl-C, the file is unchanged, and no partial file is left. If a run was
    killed, the next run removes its partial files."""
    path = tmp_path / "grades.csv"
    path.write_text("before")

    def half(ending: type[BaseException]) -> None:
        with results.write_whole(path) as stream:
            stream.write("half")
            raise ending

    for ending in (OSError, KeyboardInterrupt):
        with pytest.raises(ending):
            half(ending)
        assert [p.name for p in tmp_path.iterdir()] == ["grades.csv"]
        assert path.read_text() == "before"
    for name in ("grades.csv", "class.html", "junit.xml", results.REPORTS):
        (tmp_path / f"{name}.part").write_text("of a run that was killed")
    with results.write_whole(tmp_path / results.REPORTS) as stream:
        stream.write(seal_line(to_json(graded)) + "\n")
    results.write_results(tmp_path, assign_students([graded.hand_in]))
    assert not list(tmp_path.glob("*.part"))


def test_a_page_that_says_the_same_is_left_alone(tmp_path: Path, graded: Report) -> None:
    """Thus an instructor can copy only the changed pages to the course's site."""
    write(tmp_path, graded, replace(graded, hand_in="bob"))
    pages = [tmp_path / "students" / name for name in ("ada.html", "bob.html")]
    for page in pages:
        os.utime(page, (1, 1))
    write(tmp_path, graded, replace(graded, hand_in="bob", message="ignored links: x.py"))
    assert [page.stat().st_mtime == 1 for page in pages] == [True, False]


def test_what_needs_a_human_stands_first(graded: Report) -> None:
    """Provisional, undecided, unreadable, crash, timeout; then by points, the fewest first."""

    def one(name: str, status: Status = "pass", counts: str = "yes", lost: float = 1) -> ListingRow:
        items = [replace(i, status=status, score=i.max_score - lost) for i in graded.items[:1]]
        made = replace(graded, hand_in=name, items=tuple(items), provisional=name == "provisional")
        if name == "unreadable":
            unread = replace(items[0], explanation=Explanation("undriven", "no zip"))
            made = replace(made, message="no zip", items=(unread,))
        return make_listing_row(made, HandInEntry(name), counts)

    expected = ["provisional", "undecided", "unreadable", "crash", "timeout", "few", "many"]
    made = ClassListing()
    for given in (
        one("many", lost=0),
        one("few", "error"),
        one("timeout", "timeout"),
        one("crash", "crash"),
        one("unreadable", "not_attempted"),
        one("undecided", counts="undecided: there are several"),
        one("provisional", "internal"),
    ):
        made.add(given)
    assert [r.entry.hand_in for r in made.rows] == expected
    assert [r.urgent for r in made.rows] == [*expected[:5], "", ""]
    assert (made.rows[0].score, made.rows[-1].score) == (None, graded.items[0].max_score)


def test_a_row_says_what_to_know(graded: Report) -> None:
    """Why it needs attention, whether it counts, remarks, where points are lost and why."""
    first, *others = graded.items
    wrong = replace(first, score=0, status="fail", mistake="squared_error.no_half")
    raised, lacks = Fault("error", "NameError"), Fault("error", missing="mytorch/sigmoid.py")
    broken = replace(others[0], score=0, status="error", explanation=Explanation(fault=raised))
    gone = replace(others[1], score=0, status="error", explanation=Explanation(fault=lacks))
    made = replace(graded, message="ignored links: x", items=(wrong, broken, gone, *others[2:]))
    known = reference_store.known_misconceptions()
    name = known[wrong.mistake].name if wrong.mistake in known else wrong.mistake
    assert make_listing_row(made, HandInEntry("ada"), "no: there is a newer one").notes == (
        "counts: no: there is a newer one",
        "ignored links: x",
        "NameError",
        "mytorch/sigmoid.py is missing",
        "lost in 0.1, 4.1",
        name,
    )


def test_a_list_of_a_hundred_thousand_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are kept, whatever the order of arrival; the others are counted."""
    monkeypatch.setattr(listing, "MAX_ROWS", 10)
    made = ClassListing()
    item = Item("x", "sgd.step", "mytorch.sgd.SGD.step", 0, 100, "fail")
    for n in range(100):
        one = Report(str(n), (replace(item, score=n * 37 % 100),))
        made.add(make_listing_row(one, HandInEntry(f"{n}", Student(f"{n}")), "yes"))
        assert len(made.first) < 20
    assert [r.score for r in made.rows] == list(range(10))
    assert made.count == 100


def test_fingerprints_reach_the_class_page(tmp_path: Path, graded: Report) -> None:
    """Two hand-ins with the same code are named there, each with a link to its page."""
    for name in ("ada", "bob", "c1", "c2", "c3"):
        (tmp_path / name / "mytorch").mkdir(parents=True)
        solved = name in ("ada", "bob")
        own = b"" if solved else b"\nown = [%s]\n" % (b"1, " * 9)
        for file, data in package(solved=solved).items():
            (tmp_path / name / "mytorch" / file).write_bytes(data + own)
    folder = tmp_path / "grades"
    folder.mkdir()
    names = [str(tmp_path / name) for name in ("ada", "bob", "c1", "c2", "c3")]
    write(folder, *(replace(graded, hand_in=name) for name in names))
    page = (folder / "class.html").read_text("utf-8")
    part = page.partition("Near-identical hand-ins</h2>")[2].partition("<h2")[0]
    assert re.findall('href="students/(.*?).html"', part) == ["ada", "bob"]


def test_neither_what_is_superseded_nor_a_folder_full_makes_a_class(
    tmp_path: Path, graded: Report
) -> None:
    """Four who wrote the same are not a class of five, whatever else one of them has sent."""
    places = [*(f"{name}_{name}_1_x" for name in "1234"), *(f"1_1_{n}_x" for n in range(2, 9))]
    places = [f"{place}.zip" for place in places] + [f"m/{n}_9{n}_1_x.zip" for n in range(30)]
    folder = tmp_path / "grades"
    folder.mkdir()
    for place in places:
        with ZipFile(made_in(tmp_path / place), "w") as file:
            for name, data in package(solved="m/" not in place).items():
                more = b"own = [%s]\n" % (b"1, " * 9) if "m/" in place else b""
                file.writestr(f"mytorch/{name}", data + more)
    write(folder, *(replace(graded, hand_in=str(tmp_path / place)) for place in places))
    assert "No hand-ins share rare code" in (folder / "class.html").read_text("utf-8")


def made_in(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    return path
