"""Why a notebook stops, in one sentence. No imports: the wrong Python may have no packages."""

from __future__ import annotations


class NotebookRefused(ImportError):
    """Why this notebook cannot work: one sentence, which Jupyter shows without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def describe_wrong_python(executable: str, lacking: str) -> str:
    """What to say in a kernel whose Python was not made by the set-up."""
    return (
        f"This notebook runs in {executable}, which {lacking}. To start it in the right one, open "
        "a terminal in the folder of your workbook, and type: python3 notebooks"
    )
