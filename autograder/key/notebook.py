"""Student and solved notebooks, made from the prose sources and the solved package."""

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

from autograder.exercises import EXERCISES

from .solved import make_cell
from .still import ZOOM, render_png

SOURCES = Path(__file__).parent / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_sources() -> dict[str, str]:
    """The prose sources, by the file name of the notebook."""
    return {
        path.with_suffix(".ipynb").name: path.read_text("utf-8")
        for path in sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    }


def make_notebook(source: str, solved: bool) -> nbformat.NotebookNode:
    """One notebook without outputs. Its exercise cells contain stubs, or solutions if `solved`.

    Raises: ValueError: a cell names an exercise that does not exist.
    """
    made: nbformat.NotebookNode = jupytext.reads(source, fmt="py:percent")
    seen: dict[str, int] = {}
    for node in made.cells:
        name = node.metadata.get("exercise")
        node.metadata = nbformat.from_dict({"editable": False} if is_prose(node) else {})
        if name is not None:
            if name not in EXERCISES:
                raise ValueError(f"a cell names the exercise {name!r}: there is none")
            node.source = make_cell(EXERCISES[name], solved)
            node.metadata = nbformat.from_dict({"tags": ["raises-exception"]})
            key = f"exercise-{name.replace('.', '-').replace('_', '-')}"
        else:
            key = hashlib.sha256(node.source.encode()).hexdigest()[:12]
        seen[key] = seen.get(key, 0) + 1
        node.id = key if seen[key] == 1 else f"{key}-{seen[key]}"
    made.metadata = nbformat.from_dict(METADATA)
    made.nbformat, made.nbformat_minor = 4, 5
    return made


def is_prose(node: nbformat.NotebookNode) -> bool:
    """Whether a cell is text. JupyterLab shows its Markdown on a double click only if it is
    editable."""
    return bool(node.cell_type == "markdown")


def run_notebook(made: nbformat.NotebookNode, folder: Path) -> None:
    """Run a notebook in a folder, and keep its outputs: pictures as PNG, questions as text.

    Execution counts are removed, because the reader has not run the cells.
    """
    client = NotebookClient(
        made,
        timeout=120,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=True,
        coalesce_streams=True,  # on a busy machine, a kernel sends one print in two pieces
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    # a notebook imports `workbook`, which lies in this folder
    client.execute(env={k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"})
    widgets = made.metadata.pop("widgets", {})
    state = widgets.get(STATE, {}).get("state", {})
    for node in made.cells:
        node.metadata.pop("execution", None)
        if not is_prose(node):
            node.execution_count = None
        for output in node.get("outputs", []):
            if "execution_count" in output:
                output.execution_count = None
            view = output.get("data", {}).pop(WIDGET, None)
            if view is not None and "text/html" not in output.data:  # otherwise its text is shown
                picture = render_png(svg_of(state, view["model_id"]))
                output.data["image/png"] = base64.b64encode(picture).decode()
                output.metadata["image/png"] = {"width": int.from_bytes(picture[16:20]) // ZOOM}
    made.metadata = nbformat.from_dict(METADATA)


def svg_of(state: dict[str, Any], model: str) -> str:
    """The SVG text of a widget, or of the widgets that it consists of.

    Raises: ValueError: there is no SVG.
    """
    waiting = [model]
    while waiting:
        values = state[waiting.pop(0)]["state"]
        if "<svg" in str(values.get("value", "")):
            return str(values["value"])
        waiting += [c.removeprefix("IPY_MODEL_") for c in values.get("children", [])]
    raise ValueError("a widget without a picture cannot be kept in a notebook")


def notebook_cells(made: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The contents of a notebook's cells, without outputs."""
    return [{k: node[k] for k in ("id", "cell_type", "source", "metadata")} for node in made.cells]
