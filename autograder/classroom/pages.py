"""What pages are made of: HTML and SVG elements, built by `xml.etree`, which escapes everything.

A page is one file that asks for nothing: no script, no font, no picture from elsewhere; its
policy forbids them, should anything ever slip in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring

from ..exercises import EXERCISES
from ..report import number

Child: TypeAlias = Element | str | None
Cell: TypeAlias = Element | str | int

# No page or XML can hold them (controls, halves of surrogate pairs), or they turn around what
# stands beside them (bidirectional overrides).
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def clean(text: str) -> str:
    """Text from outside, as a page or XML can hold it: what it can't is shown as �."""
    return UNFIT.sub("\ufffd", text)


def element(tag: str, /, *children: Child, **attributes: str | float) -> Element:
    """An element with its children, text or elements; None is left out.

    Args: attributes: `class_` is written `class`, `stroke_width` `stroke-width`.
    """
    made = Element(tag)
    for key, value in attributes.items():
        text = value if isinstance(value, str) else f"{value:.6g}"
        made.set(key.rstrip("_").replace("_", "-"), clean(text))
    append(made, children)
    return made


def append(parent: Element, children: Iterable[Child]) -> None:
    """Add children behind those that an element has."""
    for child in children:
        if isinstance(child, Element):
            parent.append(child)
        elif child is not None and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + clean(child)
        elif child is not None:
            parent.text = (parent.text or "") + clean(child)


def foreign(text: str) -> Element:
    """A name from outside: its direction of writing does not spread to what stands beside it."""
    return element("bdi", text)


def cell(tag: str, content: Cell, **attributes: str) -> Element:
    """A cell of a table; text may come from outside, a whole number gets its thousands apart."""
    text = amount(content) if isinstance(content, int) else content
    return element(tag, text if isinstance(text, Element) else foreign(text), **attributes)


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], class_: str = "") -> Element:
    """A table; a column whose heading ends in `#` holds numbers."""
    kinds = ["number" if title.endswith("#") else "" for title in head]
    top = [cell("th", h.rstrip("#"), class_=k, scope="col") for h, k in zip(head, kinds)]
    body = [element("tr", *(cell("td", c, class_=k) for c, k in zip(row, kinds))) for row in rows]
    parts = element("thead", element("tr", *top)), element("tbody", *body)
    return element("table", *parts, class_=class_)


def definitions(known: Mapping[str, str]) -> Element:
    """Words and what they mean."""
    parts = [(element("dt", word), element("dd", foreign(text))) for word, text in known.items()]
    return element("dl", *(part for pair in parts for part in pair), class_="words")


def picture(width: float, height: float, title: str, *shapes: Element) -> Element:
    """An SVG picture, with the words that say the same."""
    return element(
        "svg",
        element("title", title),
        *shapes,
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
    )


def points(value: float) -> str:
    """Points as people write them: at most two decimals."""
    return f"{number(round(value, 2))}"


def percent(share: float) -> str:
    """A share in percent; never 0 % or 100 % for what is not."""
    said = f"{100 * share:.0f}"
    if said == "0" and share > 0:
        return "< 1 %"
    return "> 99 %" if said == "100" and share < 1 else f"{said} %"


def amount(count: int) -> str:
    """A number of things, its thousands apart."""
    return f"{count:,}".replace(",", "\u202f")


def exercise_name(id: str) -> str:
    """`6.2 Linear.backward`; the id itself, where there is no such exercise any more."""
    exercise = EXERCISES.get(id)
    return f"{exercise.number}\u00a0{exercise.title}" if exercise else id


def tier(isolation: str) -> str:
    """Where student code ran, with a warning where nothing kept it from the grader's own files."""
    return f"{isolation} (limits, but no sandbox)" if isolation == "process" else isolation


def document(title: str, *body: Child) -> str:
    """A whole page."""
    style = Path(__file__).with_name("style.css").read_text("utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )
    page = element("html", head, element("body", element("main", *body)), lang="en")
    return "<!doctype html>\n" + tostring(page, "unicode", method="html") + "\n"
