"""Tests on several cores: what looks at the clock has the machine to itself."""

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such lock")

TESTS = """
import time
from pathlib import Path
import pytest

def spend(name):
    began = time.monotonic()
    time.sleep(0.1)
    Path(name).write_text(f"{began} {time.monotonic()}")

@pytest.mark.parametrize("n", range(12))
def test_beside_others(n):
    spend(f"beside{n}")

@pytest.mark.alone
@pytest.mark.parametrize("n", range(3))
def test_alone(n):
    spend(f"alone{n}")

@pytest.mark.parametrize("n", range(12))
def test_beside_others_again(n):
    spend(f"again{n}")
"""


def test_beside_a_test_marked_alone_no_other_runs(tmp_path: Path) -> None:
    """Three workers are busy at once, but never while one of these is at work."""
    pytest.importorskip("xdist")
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "test_them.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    alone\n    long\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--numprocesses=3", "--dist=worksteal"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    spent = {
        path.name: [float(moment) for moment in path.read_text().split()]
        for path in [*tmp_path.glob("beside*"), *tmp_path.glob("a[lg]*")]
    }
    assert len(spent) == 27
    at_once = [
        {one, other}
        for one, other in combinations(spent, 2)
        if spent[one][0] < spent[other][1] and spent[other][0] < spent[one][1]
    ]
    assert at_once, "others do run at once"
    assert not [pair for pair in at_once if any(name.startswith("alone") for name in pair)]
