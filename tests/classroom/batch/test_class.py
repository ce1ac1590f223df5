"""A made-up class, graded by one command that is killed twice during the run."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from made_up_class import hand_in, recipes

from autograder.classroom.pages.markup import format_amount

COUNT = int(os.environ.get("CLASS", "1000"))
KILLED_AT = (0.25, 0.6)  # parts of the class


def grade(folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "hand-ins"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.long
@pytest.mark.attack
def test_every_grade_is_what_its_recipe_says(tmp_path: Path) -> None:
    """Right, wrong, half done, broken and hostile hand-ins; killed twice: every grade is right."""
    (tmp_path / "hand-ins").mkdir()
    made = {}
    for recipe in recipes(COUNT):
        made[recipe.name] = recipe
        hand_in(recipe, tmp_path / "hand-ins")
    results = tmp_path / "grades"
    for share in KILLED_AT:
        running = grade(tmp_path)
        assert running.stdout is not None
        for _ in range(int(share * COUNT)):
            assert running.stdout.readline()
        running.send_signal(signal.SIGKILL)
        running.communicate()
    last = grade(tmp_path)
    _, errors = last.communicate(timeout=600)
    assert last.returncode == 0, errors.decode()
    before = next(line for line in errors.decode().splitlines() if "graded before" in line)
    assert int(before.split()[1]) >= KILLED_AT[-1] * COUNT

    reports = [
        json.loads(line) for line in (results / "reports.jsonl").read_text("utf-8").splitlines()
    ]
    assert [Path(r["hand_in"]).name for r in reports] == sorted(made)
    for report in reports:
        recipe = made[Path(report["hand_in"]).name]
        assert report["score"] == recipe.score, report
        assert not report["provisional"]
        named = {item["mistake"] for item in report["items"] if item["mistake"]}
        assert recipe.mistakes is None or named == recipe.mistakes, report
    lines = (results / "grades.csv").read_text("utf-8-sig").splitlines()
    table = list(csv.DictReader(lines))
    assert [float(row["score"]) for row in table] == [r["score"] for r in reports]
    page = (results / "class.html").read_text("utf-8")
    assert f"<dt>hand-ins</dt><dd>{format_amount(COUNT)}</dd>" in page
    assert len(list((results / "students").glob("*.html"))) == COUNT
    assert not list(results.glob("*.part"))
