"""JUnit XML, which every CI reads: a suite a hand-in, a test an item."""

from autograder.model import Item, Report
from autograder.scoring.wording import describe_item, first_sentence

from .markup import Markup, element, format_points
from .statistics import is_unreadable

OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
CLOSING = "</testsuites>\n"
BROKEN = ("error", "timeout", "crash", "internal")


def render_suite(report: Report) -> Markup:
    """One hand-in; suites stand between OPENING and CLOSING."""
    told = {
        "score": format_points(report.score),
        "max_score": format_points(report.max_score),
        "provisional": "true" if report.provisional else "false",
        "isolation": report.isolation,
        "references": report.references,
        **{f"digest.{name}": digest for name, digest in report.digests.items()},
    }
    properties = [element("property", name=name, value=value) for name, value in told.items()]
    read = not is_unreadable(report)
    outcomes = [describe_outcome(item, read) for item in report.items]
    return element(
        "testsuite",
        element("properties", *properties),
        *map(render_test_case, report.items, outcomes),
        element("system-out", report.message) if report.message else None,
        name=report.hand_in,
        tests=len(outcomes),
        failures=outcomes.count("failure"),
        errors=outcomes.count("error"),
        skipped=outcomes.count("skipped"),
    )


def describe_outcome(item: Item, read: bool) -> str:
    """What became of an item, or "" for all points.

    What was not attempted is skipped, unless nothing could be read at all.
    """
    if item.score >= item.max_score:
        return ""
    if item.status in BROKEN or not read:
        return "error"
    return "skipped" if item.status == "not_attempted" else "failure"


def render_test_case(item: Item, outcome: str) -> Markup:
    first, rest = first_sentence(item), "\n".join(map(str, describe_item(item)[1:]))
    told = element(outcome, rest, message=first, type=item.status) if outcome else None
    return element("testcase", told, classname=item.target, name=item.id)
