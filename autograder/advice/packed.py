"""What a student should know before handing in a zip, which is judged as a grader reads it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.hand_in.module_reader import MAX_FILE_BYTES, HandIn
from autograder.model import Exercise, Item
from autograder.scoring.wording import first_sentence
from autograder.workspace import cell_state, writer

from .notebook_cells import UnreadableNotebook, read_code_cells, without_magics
from .packing import find_notebooks

WAY_BACK = "Mend it (or type: autograder reset {name}), then pack again."


def lost_exercises(tree: Path, hand_in: HandIn, items: Sequence[Item]) -> Iterator[str]:
    """For each file that cannot be graded, say why, and which exercises get 0 points for it.

    Args: hand_in: the zip as a grader reads it.  items: its scores on the public cases.
    """
    lost = [e for e in EXERCISES.values() if is_lost(e, items)]
    for file in dict.fromkeys(e.file for e in EXERCISES.values()):
        reasons: dict[str, list[Exercise]] = {}
        for exercise in (e for e in lost if e.file == file):
            if why := fault_of_file(tree, hand_in, exercise) or fault_of_run(exercise, items):
                reasons.setdefault(why, []).append(exercise)
        for why, exercises in reasons.items():
            named = ", ".join(f"{e.title} ({e.number})" for e in exercises)
            gets = "gets" if len(exercises) == 1 else "get"
            name = exercises[0].id.partition(".")[0]
            yield f"{file} {why}: {named} {gets} 0 points like this. {WAY_BACK.format(name=name)}"


def is_lost(exercise: Exercise, items: Sequence[Item]) -> bool:
    """Whether an exercise gets no points, and no result of it could be compared."""
    own = [item for item in items if item.exercise == exercise.id]
    return all(item.score == 0 and item.status not in ("fail", "pass") for item in own)


def fault_of_file(tree: Path, hand_in: HandIn, exercise: Exercise) -> str:
    """Why a grader cannot read an exercise's function from its file; "" if it can."""
    data = hand_in.files.get(exercise.file.partition("/")[2])
    if data is None:
        return fault_on_disk(tree / exercise.file)
    if not data.strip():
        return "is empty"
    try:
        writer.function_text(data, exercise.target)
    except writer.SourceError as error:
        return str(error)
    return ""


def fault_on_disk(path: Path) -> str:
    """Why a file is not in the zip, or is not graded."""
    if path.is_symlink():
        return "is a link, and links are not followed (put the file itself there)"
    if not path.exists():
        return "is missing"
    if not path.is_file():
        return "is a folder, not a file"
    if path.stat().st_size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES} bytes, which is the most that counts"
    return "cannot be read"


def fault_of_run(exercise: Exercise, items: Sequence[Item]) -> str:
    """Why a file cannot be executed, in the report's words; "" if only one function fails."""
    own = [first_sentence(i) for i in items if i.exercise == exercise.id and i.status == "error"]
    beside = [i for i in items if EXERCISES[i.exercise].file == exercise.file]
    whole = own and all(i.status == "error" and first_sentence(i) == own[0] for i in beside)
    return f"cannot be executed ({own[0]})" if whole else ""


def cell_notes(tree: Path) -> Iterator[str]:
    """Compare the notebooks' exercise cells with the files, and say where they differ."""
    cells: dict[str, list[str]] = {}
    for path in find_notebooks(tree):
        try:
            texts, odd = read_code_cells(path.read_bytes())
        except (OSError, UnreadableNotebook) as error:
            why = f"cannot be read ({error.strerror})" if isinstance(error, OSError) else error
            yield f"notebooks/{path.name} {why}; its cells were not compared with mytorch"
            continue
        if odd:
            yield f"notebooks/{path.name}: {odd} of its cells cannot be read; the others were"
        for text in texts:
            try:
                for function in writer.cell_functions(without_magics(text)):
                    cells.setdefault(function.title, []).append(function.text)
            except writer.SourceError as error:
                if "@exercise" in text:
                    yield f"notebooks/{path.name}: a cell {error}; it was not run like this"
    for exercise in EXERCISES.values():
        if said := compare_cells(tree, exercise, cells.get(exercise.title, [])):
            yield f"{exercise.title} ({exercise.number}): {said}"


def compare_cells(tree: Path, exercise: Exercise, cells: Sequence[str]) -> str:
    """What to say about an exercise's cells; nothing if they all hold the file's code.

    The file is graded, and running a cell overwrites it. So the advice is to run a cell only if the
    file holds no text that the student wrote outside of the cell.
    """
    now, file = cell_state.read_state(tree, exercise), exercise.file
    own = [cell for cell in cells if not writer.is_stub(cell)]
    if not now.text or all(writer.same_code(cell, now.text) for cell in own):
        return ""
    if writer.is_stub(now.text):
        return f"its cell was not run: {file} is unfinished. Run the cell, save, and pack again."
    same = [number for number, cell in enumerate(own, 1) if writer.same_code(cell, now.text)]
    if same:
        return (
            f"{len(own)} cells complete it with different code. {file} has the code of cell "
            f"{same[-1]} of these, and that counts. Delete the other cells, so that none of them "
            "is run by mistake."
        )
    if now.untouched:
        return (
            f"its cell was changed after it ran. {file} has the earlier code, and that counts. "
            "To hand in the cell's code, run the cell, save, and pack again."
        )
    from_cell = bool(now.written) and any(writer.same_code(cell, now.written) for cell in own)
    what = "was changed after its cell ran" if from_cell else "and its cell both changed"
    return f"{file} {what} (in an editor?). The file is handed in, and counts; the cell does not."
