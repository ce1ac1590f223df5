"""JUnit XML, which every CI reads: a suite a hand-in, a test an item."""

from collections.abc import Iterable
from typing import TextIO
from xml.etree.ElementTree import Element, tostring

from ..model import Item, Report
from .pages import element, points
from .statistics import unreadable

BROKEN = ("error", "timeout", "crash", "internal")


def write(stream: TextIO, reports: Iterable[Report]) -> None:
    """Write reports as they come; none is kept."""
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
    for report in reports:
        stream.write(tostring(suite(report), "unicode") + "\n")
    stream.write("</testsuites>\n")


def suite(report: Report) -> Element:
    told = {
        "score": points(report.score),
        "max_score": points(report.max_score),
        "provisional": "true" if report.provisional else "false",
        "isolation": report.isolation,
        "references": report.references,
        **{f"digest.{name}": digest for name, digest in report.digests.items()},
    }
    properties = [element("property", name=name, value=value) for name, value in told.items()]
    read = not unreadable(report)
    cases = [case(item, read) for item in report.items]
    tags = [outcome.tag for made in cases for outcome in made]
    return element(
        "testsuite",
        element("properties", *properties),
        *cases,
        element("system-out", report.message) if report.message else None,
        name=report.hand_in,
        tests=len(cases),
        failures=tags.count("failure"),
        errors=tags.count("error"),
        skipped=tags.count("skipped"),
    )


def case(item: Item, read: bool) -> Element:
    """One item. What was not attempted is skipped, unless nothing could be read at all."""
    tag = "failure"
    if item.status in BROKEN or not read:
        tag = "error"
    elif item.status == "not_attempted":
        tag = "skipped"
    first, _, rest = item.message.partition("\n")
    lost = item.score < item.max_score
    outcome = element(tag, rest, message=first, type=item.status) if lost else None
    return element("testcase", outcome, classname=item.target, name=item.id)
