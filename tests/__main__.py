"""`python3 tests`: set this folder up and run the tests; other arguments are passed to pytest.

Any Python can read this file, even 2.7 on old systems: with an old Python, the user gets one
clear line instead of a traceback.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for older Pythons
    sys.exit(
        "Python 3.11 or newer is needed, and this is Python {}.{}. If a newer one is installed, "
        "name it: python3.12 tests. If not, install one first.".format(*sys.version_info)
    )

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "notebooks"))

import launch

if __name__ == "__main__":
    sys.exit(launch.run_tests(sys.argv[1:]))
