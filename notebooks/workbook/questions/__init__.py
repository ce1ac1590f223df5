"""Question cells: `question("06.jacobian_shape")`.

What a cell shows at first is the same for every reader: answers given earlier change nothing.
"""

from collections.abc import Callable
from typing import Any

from IPython.display import display

from autograder.scoring.topic_file import DamagedFile
from autograder.workspace.given_answers import keep_answer
from autograder.workspace.questions import known_questions

from .. import live
from ..pictures import Picture
from .widget import QuestionCell, lock_picture

__all__ = ["question"]


def question(id: str, then: Callable[[], Picture] | None = None) -> None:
    """Ask a question. Type an answer or choose one, then press Enter.

    Args: id: which question.
          then: makes the picture that opens when the question is answered.
    """
    try:
        asked = known_questions().get(id)
    except DamagedFile as damaged:
        print(damaged)
        return
    if asked is None:
        print(f"There is no question {id!r}: take the notebook from the course's release again.")
        return
    picture = then() if then else None
    unlock = lock_picture(picture) if picture else None

    def keep(given: dict[str, Any]) -> str:
        if unlock:
            unlock()
        return keep_answer(live.attached_tree(), id, given)

    display(QuestionCell(asked, keep))
    if picture:
        display(picture)
