"""`python3 notebooks`: set this folder up and open the workbook in JupyterLab.

This file is plain enough for any Python, the 2.7 of old systems included: whoever has an old one
reads one line about it, and no traceback.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where a Python too old is told so
    sys.exit(
        "Python 3.11 or newer is needed, and this is Python {}.{}. If a newer one is installed, "
        "name it: python3.12 notebooks. If not, install one first.".format(*sys.version_info)
    )

import launch

if __name__ == "__main__":
    sys.exit(launch.open_workbook(sys.argv[1:]))
