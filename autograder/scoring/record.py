"""Turn a report into one line of JSON, and back. Programs read this line, and it is stored."""

import json
from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from typing import Any

from autograder.model import Explanation, Fault, Finding, Item, Pattern, Report

from .report import tidy_number
from .wording import plain_message

PARTS = {"finding": Finding, "fault": Fault, "pattern": Pattern}
FLOATS = {"got", "expected", "allowed", "factor"}  # JSON has no nan and no inf


def to_json(report: Report) -> str:
    """One line of JSON in ASCII, with the keys of the contract. `measured` and the fields of an
    explanation are left out if they are empty."""
    sums = {"score": tidy_number(report.score), "max_score": tidy_number(report.max_score)}
    said = {key: value for key, value in vars(report).items() if key != "measured" or value}
    return json.dumps(said | sums | {"items": list(map(plain_item, report.items))})


def parse_report(line: str) -> Report:
    """The report in a line of JSON. `message` of an item is not read: it is made again."""
    said: dict[str, Any] = json.loads(line)
    items = tuple(map(restore_item, said.pop("items")))
    del said["score"], said["max_score"]
    return Report(items=items, **said)


def plain_item(item: Item) -> dict[str, Any]:
    """An item with its message, in the order of the contract; its explanation comes last."""
    said = {**vars(item), "message": plain_message(item)}
    explanation = plain_fields(said.pop("explanation"))
    keys = ("id", "exercise", "target", "score", "max_score", "status", "message")
    return {**{key: said[key] for key in keys}, **said, "explanation": explanation}


def plain_fields(part: Any) -> dict[str, Any]:
    """The fields of an explanation, or of a part of it, that differ from their defaults."""
    known = ((f.name, getattr(part, f.name), f.default) for f in fields(part))
    return {name: plain_value(value) for name, value, default in known if value != default}


def plain_value(value: Any) -> Any:
    if isinstance(value, Finding | Fault | Pattern):
        return plain_fields(value)
    return str(value) if isinstance(value, float) and not isfinite(value) else value


def restore_item(said: Mapping[str, Any]) -> Item:
    explanation = {
        name: PARTS[name](**restore_fields(value)) if name in PARTS else value
        for name, value in restore_fields(said["explanation"]).items()
    }
    rest = {name: value for name, value in said.items() if name != "message"}
    return Item(**{**rest, "explanation": Explanation(**explanation)})


def restore_fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields with tuples instead of JSON's lists, and floats instead of its strings."""
    told = {name: float(value) if name in FLOATS else value for name, value in said.items()}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
