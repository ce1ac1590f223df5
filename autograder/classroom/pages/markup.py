"""HTML, SVG and XML for pages; every text is escaped.

A page is one file and loads nothing: no script, no font, no picture. Its content security policy
forbids them, in case an error ever lets some markup through.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from autograder.exercises import EXERCISES
from autograder.scoring.report import tidy_number


class Markup(str):
    """Text that is markup already, as `element` makes it. Any other text is escaped."""

    __slots__ = ()


Cell: TypeAlias = str | int

# Characters that HTML or XML cannot hold (controls, halves of surrogate pairs), or that reverse the
# text beside them (bidirectional overrides).
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SPECIAL = re.compile(f"[&<>\"']|{UNFIT.pattern}")
LINE_BREAK = re.compile("[\t\n\r]")
VOID_TAGS = ("br", "meta")  # elements of HTML that have no end
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def clean_text(text: str) -> str:
    """Text from outside, with � for each character that HTML or XML cannot hold."""
    return UNFIT.sub("\ufffd", text)


def escape_text(text: str) -> str:
    """A text, escaped for its place between tags or between the quotes of an attribute."""
    return html.escape(clean_text(text)) if SPECIAL.search(text) else text


def element(tag: str, /, *children: str | None, **attributes: str | float) -> Markup:
    """An element with its children, text or elements; None is left out.

    Args: attributes: `class_` is written `class`, `stroke_width` `stroke-width`.
    """
    opening = tag
    for key, value in attributes.items():
        text = escape_text(value) if isinstance(value, str) else f"{value:.6g}"
        text = LINE_BREAK.sub(lambda found: f"&#{ord(found[0])};", text)  # else XML reads a blank
        opening += f' {key.rstrip("_").replace("_", "-")}="{text}"'
    if tag in VOID_TAGS:
        return Markup(f"<{opening}>")
    inner = (c if isinstance(c, Markup) else escape_text(c) for c in children if c is not None)
    return Markup(f"<{opening}>{''.join(inner)}</{tag}>")


def isolate_direction(text: str) -> Markup:
    """A text from outside, whose direction of writing does not change the text beside it."""
    return element("bdi", text)


def link_to(path: str, text: str) -> Markup:
    """A link to another file, by its path from this one; only the text if the path is ""."""
    name = isolate_direction(text)
    return element("a", name, href=quote(path, errors="replace")) if path else name


def table_cell(tag: str, content: Cell, **attributes: str) -> Markup:
    """A cell of a table. Its text may come from outside; an integer gets thin spaces."""
    text = format_amount(content) if isinstance(content, int) else content
    return element(tag, text if isinstance(text, Markup) else isolate_direction(text), **attributes)


def render_table(head: Sequence[str], rows: Iterable[Sequence[Cell]], class_: str = "") -> Markup:
    """A table; a column whose heading ends in `#` holds numbers."""
    kinds = ["number" if title.endswith("#") else "" for title in head]
    top = [table_cell("th", h.rstrip("#"), class_=k, scope="col") for h, k in zip(head, kinds)]
    body = []
    for first, *others in rows:
        cells = (table_cell("td", c, class_=k) for c, k in zip(others, kinds[1:]))
        body.append(element("tr", table_cell("th", first, class_=kinds[0], scope="row"), *cells))
    parts = element("thead", element("tr", *top)), element("tbody", *body)
    return element("div", element("table", *parts, class_=class_), class_="wide")


def count_remaining(count: int, what: str) -> Iterator[Markup]:
    """A line that says how many more there are than those that are shown."""
    if count > 0:
        yield element("p", f"… and {format_amount(count)} more: {what}.", class_="soft")


def definition_list(known: Mapping[str, str]) -> Markup:
    """Words and their meanings."""
    parts = [
        (element("dt", word), element("dd", isolate_direction(text)))
        for word, text in known.items()
    ]
    return element("dl", *(part for pair in parts for part in pair), class_="words")


def svg_picture(width: float, height: float, title: str, *shapes: Markup) -> Markup:
    """An SVG picture, with a title that says the same in words."""
    return element(
        "svg",
        element("title", title),
        *shapes,
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
    )


def format_points(value: float) -> str:
    """Points with at most two decimals."""
    return f"{tidy_number(round(value, 2))}"


def format_percent(share: float) -> str:
    """A share in percent. Only exactly 0 and 1 give 0 % and 100 %."""
    said = f"{100 * share:.0f}"
    if said == "0" and share > 0:
        return "< 1 %"
    return "> 99 %" if said == "100" and share < 1 else f"{said} %"


def format_amount(count: int) -> str:
    """An integer, with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\u202f")


def exercise_name(id: str) -> str:
    """`6.2 Linear.backward`; the id itself if there is no such exercise any more."""
    exercise = EXERCISES.get(id)
    return f"{exercise.number}\u00a0{exercise.title}" if exercise else id


def describe_tier(isolation: str) -> str:
    """Where student code ran, with a warning if there was no sandbox."""
    return f"{isolation} (limits, but no sandbox)" if isolation == "process" else isolation


def render_document(title: str, *body: str | None) -> str:
    """A complete page."""
    page = element("html", document_head(title), element("body", element("main", *body)), lang="en")
    return f"<!doctype html>\n{page}\n"


@cache
def document_head(title: str) -> Markup:
    """The head of a page, which is the same for all pages with this title."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=CONTENT_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(Path(__file__).with_name("style.css").read_text("utf-8"))),
    )
