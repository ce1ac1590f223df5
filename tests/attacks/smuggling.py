"""Carries hidden inputs out through the report: in every word and number it can choose.

The digits of a hidden input stand nowhere in a report, as they are or in a code.
"""

import re
from collections.abc import Callable

from . import RELU, RESULT, Attack, forward
from .frames_by_hand import FORGE

WRONG = frozenset({"relu.forward"})
DIGITS = '''
FIRST = []

def digits(Z):
    """Seven digits of the first hidden number that came along."""
    FIRST.append(f"{abs(Z.flat[0]):.6f}".replace(".", ""))
    return FIRST[0]
'''
ZEROS = "0٠०০੦૦௦౦೦๐"  # a nought in ten scripts, each a digit to `int`


def whole(report: str) -> str:
    return report


def smuggler(
    name: str,
    body: str,
    leaks: Callable[[str], str] = whole,
    top: str = "",
    shaky: frozenset[str] = RELU,
    tail: str = "",
) -> Attack:
    files = forward(body, DIGITS + top)
    files["relu.py"] = f"{files['relu.py']}{tail}"
    return Attack(name, files, WRONG, shaky, leaks=leaks)


def forged(name: str, header: str, leaks: Callable[[str], str] = whole) -> Attack:
    """A smuggler who writes the frame with his own hands."""
    body = f"d = digits(Z)\nsaid({header})\nreturn Z"
    return smuggler(name, body, leaks, FORGE, RELU)


def line_numbers(report: str) -> str:
    return " ".join(str(int(n) - 1000) for n in re.findall(r"relu\.py:(\d+)", report))


def scripts(report: str) -> str:
    return " ".join(
        "".join(str(ZEROS.index(c)) for c in n if c in ZEROS)
        for n in re.findall(r"relu\.py:(\w+)", report)
    )


def shapes(report: str) -> str:
    return " ".join(re.sub(r"\D", "", s) for s in re.findall(r"has shape \(0, ([\d, ]+)", report))


def bits(report: str) -> str:
    return str(int(f"0{''.join(re.findall('dtype|void([0-9]+)', report))}") // 8)


def file_numbers(report: str) -> str:
    found = re.findall(r"m(\d+)\.py:(\d+)", report)
    return " ".join(f"{int(file) * 99 + int(line) - 1:04}" for file, line in found)


LINES = "    raise ValueError\n" * 99
RUN = '''
def run(file, line):
    """Raise in this line of that file."""
    import os
    path = os.path.join(os.path.dirname(__file__), f"m{file:03}.py")
    exec(compile("\\n" * line + "raise ValueError", path, "exec"))
'''
LONG = "\n" * 1000 + "    raise ValueError\n" * 10_000

ATTACKS = (
    smuggler("text", "raise ValueError(digits(Z))"),
    smuggler("text_of_our_own_kind", "raise NotImplementedError(f'Exercise 4.3: {digits(Z)}')"),
    smuggler("notes", "e = ValueError(); e.add_note(digits(Z)); raise e"),
    smuggler("cause", "raise ValueError from KeyError(digits(Z))"),
    smuggler("class_name", "raise type('E' + digits(Z), (Exception,), {})"),
    smuggler("name_of_a_builtin", "e = type('int', (Exception,), {}); raise e(digits(Z))"),
    smuggler("warning", "import warnings; warnings.warn(digits(Z)); return Z"),
    smuggler("attribute", "return getattr(self, 'a' + digits(Z))"),
    smuggler("name_error", "return eval('a' + digits(Z))"),
    smuggler(
        "missing_name",
        "import autograder.harness.package as p\n"
        "raise p.MissingName(f'mytorch/{digits(Z)}.py is missing')",
    ),
    smuggler("module_name", "__import__('a' + digits(Z))"),
    smuggler("key_error", "return {}[digits(Z)]"),
    smuggler(
        "syntax_error", "exec('!', {}, {}) if 0 else compile(digits(Z) + '!', digits(Z), 'exec')"
    ),
    smuggler("syntax_error_text", "raise SyntaxError(digits(Z))"),
    smuggler("syntax_error_of_python", "raise SyntaxError(f'invalid syntax {digits(Z)}')"),
    smuggler(
        "syntax_error_around_python",
        "raise type('SyntaxError', (SyntaxError,), {})(f'cannot assign to {digits(Z)}')",
    ),
    smuggler("indentation_error", "raise IndentationError(f'expected an {digits(Z)} block')"),
    smuggler(
        "syntax_error_with_a_place",
        "raise SyntaxError(digits(Z), (__file__, int(digits(Z)), 1, digits(Z)))",
    ),
    smuggler(
        "function_name",
        "def f(): raise ValueError\nf.__code__ = f.__code__.replace(co_name='f' + digits(Z))\nf()",
    ),
    smuggler(
        "file_name",
        "import os\n"
        "exec(compile('1/0', os.path.join(os.path.dirname(__file__), digits(Z) + '.py'), 'exec'))",
    ),
    smuggler(
        "file_written_now",
        "import os\n"
        "path = os.path.join(os.path.dirname(__file__), 'now.py')\n"
        "open(path, 'w').write(f'raise ValueError  # {digits(Z)}')\n"
        "from . import now",
    ),
    smuggler(
        "source_in_the_cache",
        "import linecache\n"
        "lines = [digits(Z) + '\\n'] * 9\n"
        "linecache.cache[__file__] = (1, None, lines, __file__)\n"
        "linecache.getline = linecache.updatecache = lambda *a: digits(Z)\n"
        "raise ValueError",
    ),
    smuggler(
        "line_number",
        "f = compile('\\n' * (int(digits(Z)[:4]) + 999) + 'raise ValueError', __file__, 'exec')\n"
        "exec(f)",
        line_numbers,
        tail=f"\nif False:\n    pass\n{LONG}",
    ),
    forged(
        "line_number_in_other_scripts",
        "{'fault': {'kind': 'error', 'type': 'ValueError', 'where': 'mytorch/relu.py:'"
        f" + ''.join('{ZEROS}'[int(c)] for c in d[:5]) + '1'}}}}",
        scripts,
    ),
    smuggler(
        "shape",
        "d = digits(Z)\nreturn np.zeros((0, *(int(c) for c in d)))",
        shapes,
    ),
    smuggler(
        "size_in_mib",
        "return np.broadcast_to(0.0, (int(digits(Z)[:5]), 2**17))",
    ),
    smuggler(
        "name_of_a_dtype",
        "return np.zeros((), f'V{digits(Z)[:5]}')",
        bits,
    ),
    forged(
        "word_for_an_odd_thing",
        "{'odd': {'A': f'an array of {d} entries'}}",
    ),
    forged("odd_word_of_its_own", "{'odd': {'A': 'a list ' + d}}"),
    forged("kind", "{'fault': {'kind': d, 'type': 'E' + d, 'text': d, 'where': d, 'line': d}}"),
    forged("extra_tensor_name", "{}, {'saw ' + d[:2] + ' Linear.forward': np.zeros(1), d: Z}"),
    forged("crash_text", "{'fault': {'kind': 'crash', 'text': d}}"),
    forged("internal_text", "{'fault': {'kind': 'internal', 'text': d}}"),
    smuggler("factor", f"A = {RESULT.removeprefix('return ')}\nreturn A * float(digits(Z))"),
    smuggler("values", "return np.full_like(Z, float(digits(Z)))"),
    smuggler("shape_at_once", "return np.zeros(int(digits(Z)))"),
    Attack(
        "number_of_a_file",
        {
            **forward("n = int(digits(Z)[:4])\nrun(n // 99, n % 99)", DIGITS + RUN),
            **{f"m{n:03}.py": "if False:\n" + LINES for n in range(102)},
        },
        WRONG,
        RELU,
        leaks=file_numbers,
    ),
    smuggler("exit_code", "import os; os._exit(int(digits(Z)) % 256)"),
    smuggler("output", "import sys\nprint(digits(Z))\nprint(digits(Z), file=sys.stderr)\nreturn Z"),
)
