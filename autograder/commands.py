"""The types of a command of the command line, and how a command prints its results."""

import argparse
import json
from collections.abc import Callable
from typing import Any, TypeAlias

Asked: TypeAlias = argparse.Namespace
Run: TypeAlias = Callable[[Asked], int]
Verb: TypeAlias = Callable[[str, Run], argparse.ArgumentParser]


def say(asked: Asked, text: str, **fields: Any) -> None:
    """Print a result as a sentence or, with `--json`, its fields as one line of JSON."""
    print(json.dumps(fields) if asked.json else text, flush=True)
