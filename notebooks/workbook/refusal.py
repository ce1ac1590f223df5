"""What stops a notebook, in one sentence. It imports nothing: nothing else may be there."""


class NotebookRefused(ImportError):
    """Why this notebook cannot work: one sentence, which Jupyter shows without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
