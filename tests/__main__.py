"""`python3 tests`: set this folder up and run the tests; what else is typed goes to pytest.

This file is plain enough for any Python, the 2.7 of old systems included: whoever has an old one
reads one line about it, and no traceback.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where a Python too old is told so
    sys.exit(
        "Python 3.11 or newer is needed, and this is Python {}.{}. If a newer one is installed, "
        "name it: python3.12 tests. If not, install one first.".format(*sys.version_info)
    )

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "notebooks"))

import launch

if __name__ == "__main__":
    sys.exit(launch.run_tests(sys.argv[1:]))
