"""The student release: files are copied by an allow-list, then searched for answers.

Generated files come from the key, never from the working tree. The engine is copied unchanged.
The release contains no part of the key, of the hidden references or of the tests.
"""

import ast
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.exercises import TOPICS
from autograder.scoring import reference_store

from .build import ROOT, generate_files
from .notebook import make_notebook, notebook_sources
from .solved import solved_modules

ENGINE = (
    "LICENSE",
    "pyproject.toml",
    "requirements.lock",
    "autograder/**/*.py",
    "autograder/**/*.css",
    "autograder/references/mistakes.json",
    *(f"autograder/references/{topic}.npz" for topic in TOPICS),
    "notebooks/__main__.py",
    "notebooks/announce.py",
    "notebooks/bootstrap.py",
    "notebooks/launch.py",
    "notebooks/workbook/**/*.py",
    "notebooks/workbook/questions/question.*",
)
README = Path(__file__).parent / "README-students.md"

# Formulas that stand on the slides, or that reveal no answer where the engine uses them.
NO_SECRET = frozenset({"y-d"})


class AnswerLeak(Exception):
    """A file of the release contains an answer."""


def write_release(folder: Path, root: Path = ROOT) -> int:
    """Write the student release into a new folder, and search it for answers.

    Returns: the number of files.
    Raises:  FileExistsError: the folder is not empty.
             AnswerLeak: a file contains a statement of a solution; nothing is written.
             DamagedFile: the public references are damaged; nothing is written.
    """
    reference_store.public_references()
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    files = release_files(root)
    leaks = list(find_answers(files))
    if leaks:
        raise AnswerLeak("\n".join(leaks))
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(files)


def release_files(root: Path) -> dict[str, bytes]:
    """The files of the release, by their path."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for allowed in ENGINE
        for path in sorted(root.glob(allowed))
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts)
        and root / "autograder" / "key" not in path.parents
    }
    files |= {name: text.encode() for name, text in generate_files().items()}
    files["README.md"] = README.read_bytes()
    for name, source in notebook_sources().items():
        made = make_notebook(source, solved=False)
        shown = root / "notebooks" / name
        if shown.is_file():
            take_outputs(made, nbformat.read(shown, as_version=4))
        files[f"notebooks/{name}"] = (nbformat.writes(made) + "\n").encode()
    files["autograder/beginning.zip"] = zip_beginning(files)
    return files


def zip_beginning(files: dict[str, bytes]) -> bytes:
    """A zip of a release's notebooks and `mytorch`, from which the set-up restores deleted files.

    Equal files give a zip with equal bytes.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            if name.startswith("mytorch/") or name.endswith(".ipynb"):
                entry = zipfile.ZipInfo(name)
                archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def take_outputs(made: nbformat.NotebookNode, shown: nbformat.NotebookNode) -> None:
    """Copy the outputs of the built notebook into the cells that are equal."""
    known = {node.id: node for node in shown.cells if node.cell_type == "code"}
    for node in made.cells:
        built = known.get(node.id)
        if node.cell_type == "code" and built and built.source == node.source:
            node.outputs, node.execution_count = built.outputs, built.execution_count


def find_answers(files: dict[str, bytes]) -> Iterator[str]:
    """Report each statement of a solution that computes something and also occurs in the
    release."""
    needles = {n: s for n, s in computing_statements() if n not in NO_SECRET}
    for name, content in files.items():
        if Path(name).suffix in (".py", ".md", ".ipynb", ".json"):
            text = content.decode()
            if name.endswith(".ipynb"):
                text = "\n".join(notebook_text(nbformat.reads(text, 4)))
            straw = normalise_code(text)
            for needle, statement in needles.items():
                if needle in straw:
                    yield f"{name}: {statement}"


def notebook_text(made: nbformat.NotebookNode) -> Iterator[str]:
    """All the text of a notebook: its cells, and what they printed."""
    for node in made.cells:
        yield node.source
        for output in node.get("outputs", []):
            yield "".join(output.get("text", ""))
            yield from ("".join(v) for k, v in output.get("data", {}).items() if "text" in k)


def computing_statements() -> Iterator[tuple[str, str]]:
    """Every expression that a solution assigns or returns, if it computes something: in normal
    form, and as written."""
    for source in solved_modules().values():
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and node.value:
                inside = sum(line.strip().startswith("### ") for line in lines[: node.lineno])
                computes = any(
                    isinstance(part, ast.BinOp | ast.Call) for part in ast.walk(node.value)
                )
                if inside % 2 and computes:
                    text = ast.unparse(node.value)
                    yield normalise_code(text), text


def normalise_code(text: str) -> str:
    return "".join(text.replace("self.", "").split())
