"""For `pytest --nbval notebooks`: the committed cells count as run, though they have no number.

Their reader has not run them, so they carry no execution count; `nbval` takes outputs without one
for an error.
"""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    cell = getattr(item, "cell", None)
    if cell is not None and cell.execution_count is None:
        cell.execution_count = 1
