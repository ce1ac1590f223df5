"""Puts files into the hand-in that Python, numpy, pytest or the grader might load by itself.

None is ever executed: each would end the process of every exercise.
"""

from collections.abc import Mapping
from pathlib import Path

from . import Attack, write

DEADLY = "import os\nos._exit(7)\n"
BESIDE = (
    "sitecustomize.py",
    "usercustomize.py",
    "conftest.py",
    "setup.py",
    "numpy.py",
    "autograder.py",
    "safetensors/__init__.py",
    "json.py",
    "evil.pth",
    "pyvenv.cfg",
    "pytest.ini",
    "pyproject.toml",
    "python311.zip",
    ".env",
)


def shadow(name: str, files: Mapping[str, str | bytes]) -> Attack:
    """The solved tree with files added to it, by path from its top."""

    def lay(folder: Path) -> Path:
        return write(
            folder, {}, {n: t.encode() if isinstance(t, str) else t for n, t in files.items()}
        )

    return Attack(name, lay=lay)


ATTACKS = (
    shadow("beside_mytorch", dict.fromkeys(BESIDE, DEADLY)),
    shadow("in_mytorch", {f"mytorch/{name}": DEADLY for name in BESIDE}),
    shadow("init", {"mytorch/__init__.py": DEADLY}),
    shadow("main", {"mytorch/__main__.py": DEADLY, "__main__.py": DEADLY, "__init__.py": DEADLY}),
    shadow("packages", {f"mytorch/{m}/__init__.py": DEADLY for m in ("relu", "numpy", "linear")}),
    shadow(
        "libraries",
        {
            f"mytorch/{n}": b"\x7fELF" + bytes(99)
            for n in (
                "relu.so",
                "mytorch.so",
                "relu.cpython-311-x86_64-linux-gnu.so",
                "relu.abi3.so",
            )
        }
        | {"mytorch.so": b"\x7fELF", "mytorch.py": DEADLY},
    ),
    shadow(
        "compiled",
        {
            "mytorch/__pycache__/relu.cpython-311.pyc": b"\xa7\r\r\n" + bytes(99),
            "mytorch/relu.pyc": b"\xa7\r\r\n" + bytes(99),
        },
    ),
    shadow("our_own_names", {f"mytorch/{n}.py": DEADLY for n in ("child", "harness", "wire")}),
)
