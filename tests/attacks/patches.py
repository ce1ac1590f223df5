"""Replaces what it hopes will judge it: numpy, the wire, the harness, drivers, doubles, builtins.

The parent compares: a wrong answer stays wrong whatever stands in the process that gave it.
"""

from autograder.exercises import EXERCISES

from . import RELU, Attack, forward

WRONG = frozenset({"relu.forward"})
EVERYWHERE = frozenset(EXERCISES)


def patch(
    name: str,
    statements: str,
    shaky: frozenset[str] = RELU,
    network: bool = False,
    brief: bool = False,
) -> Attack:
    """An attack that patches something, and then answers wrongly."""
    return Attack(
        name, forward(f"{statements}\nreturn Z"), WRONG, shaky, network=network, brief=brief
    )


ATTACKS = (
    patch("allclose", "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True"),
    patch("testing", "import numpy.testing as t; t.assert_allclose = lambda *a, **k: None"),
    patch("isfinite", "np.isfinite = lambda a: np.ones(np.shape(a), bool)", EVERYWHERE),
    patch("save", "np.save = np.savez = lambda *a, **k: None"),
    patch(
        "compare",
        "import sys, types; m = types.ModuleType('autograder.scoring.comparison');"
        " m.compare = lambda *a: None; sys.modules['autograder.scoring.comparison'] = m",
    ),
    patch(
        "safetensors",
        "import safetensors.numpy as s; s.save = s.load = lambda *a, **k: b''",
        EVERYWHERE,
    ),
    patch(
        "wire_save", "import autograder.harness.wire as w; w.save = lambda *a, **k: b''", EVERYWHERE
    ),
    patch(
        "frame",
        "import autograder.harness.wire as w\n"
        "def frame(header, tensors):\n"
        "    said = json.dumps({'score': 99, 'status': 'pass', 'odd': {}, 'fault': None})\n"
        "    block = save(dict(tensors), metadata={'json': said})\n"
        "    return len(block).to_bytes(8, 'little') + block\n"
        "w.encode_frame.__code__ = frame.__code__",
    ),
    patch(
        "harness",
        "import autograder.harness.driving as h\n"
        "h.drive_case = lambda e, case, *rest: h.Answer(e.id, case.id, {'A': np.maximum(Z, 0)})",
    ),
    patch(
        "harness_code",
        "import autograder.harness.driving as h\n"
        "def answer(exercise, case, inputs, package):\n"
        "    return Answer(exercise.id, case.id, dict(inputs))\n"
        "h.drive_case.__code__ = answer.__code__",
        EVERYWHERE,
    ),
    patch(
        "plain",
        "import autograder.harness.driving as h; h.to_plain_array = lambda value: 'pass'",
        EVERYWHERE,
    ),
    patch(
        "driver",
        "from autograder.exercises import EXERCISES\n"
        "e = EXERCISES['relu.backward']\n"
        "object.__setattr__(e, 'points', {'dLdZ': 1e9})\n"
        "object.__setattr__(EXERCISES['relu.forward'], 'drive', lambda m, **i: {'A': i['Z']})",
    ),
    patch(
        "points",
        "from autograder.exercises import EXERCISES\n"
        "EXERCISES['relu.forward'].points.update(A=0, edge=0)\n"
        "EXERCISES['squared_error'].points.update(div=1000)",
    ),
    patch(
        "doubles",
        "import autograder.harness.doubles as d\n"
        "d.draw_numbers = lambda shape, *key: np.zeros(shape)\n"
        "d.array_checksum = lambda *a: 0.0",
        RELU | {"mlp.forward", "mlp.backward"},
        network=True,
    ),
    patch("builtins", "import builtins; builtins.isinstance = lambda *a: True", EVERYWHERE),
    patch("abs_and_all", "import builtins; builtins.abs = builtins.float = int", EVERYWHERE),
    patch(
        "import",
        "import builtins; builtins.__import__ = lambda *a, **k: np",
        EVERYWHERE,
        brief=True,
    ),
    patch("json", "import json; json.dumps = lambda *a, **k: '{\"score\": 100}'", EVERYWHERE),
    patch("exit", "import os; os._exit = lambda code: None", RELU),
    patch("clock", "import time; time.monotonic = time.perf_counter = lambda: 0.0"),
    patch("report_file", "open('report.json', 'w').write('{\"score\": 100}')"),
    patch("gradescope_file", "open('results.json', 'w').write('{\"score\": 100}')"),
    patch("printed", 'print(\'{"score": 100, "max_score": 100}\', flush=True)'),
    patch(
        "everything_it_can_reach",
        "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('autograder'):\n"
        "        for key, value in list(vars(module).items()):\n"
        "            if callable(value) and not key.startswith('_'):\n"
        "                setattr(module, key, lambda *a, **k: True)",
        EVERYWHERE,
    ),
)
