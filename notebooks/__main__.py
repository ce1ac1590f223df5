"""`python3 notebooks`: set this folder up and open the workbook in JupyterLab.

Any Python can run this file, even 2.7: on an old Python it prints one line and no traceback.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an old Python does get here
    sys.exit(
        "Python 3.11 or newer is needed, and this is Python {}.{}. If a newer one is installed, "
        "name it: python3.12 notebooks. If not, install one first.".format(*sys.version_info)
    )

import launch

if __name__ == "__main__":
    sys.exit(launch.open_workbook(sys.argv[1:]))
