"""The questions of the notebooks, with the right answers and a sentence for each answer.

`autograder build` writes them from `autograder/key/questions`. They are not secret: students can
unfold the answer below a question, or read the file.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.scoring.reference_store import read_json

QUESTIONS = Path(__file__).parents[1] / "questions.json"
QUESTION_KINDS = ("choice", "number", "shape")


@dataclass(frozen=True)
class Question:
    """One question.

    id         the notebook's number and a name: `06.jacobian_shape`
    kind       `choice`, `number` or `shape`
    prompt     the text of the question, with code between backticks
    answer     the right answer: a choice, or a number or shape as a student would type it
    replies    a sentence for each answer: why the right one is right, or which error leads to a
               wrong one. If the kind is `choice`, its keys are the choices, in order
    otherwise  the reply to any other number or shape
    """

    id: str
    kind: str
    prompt: str
    answer: str
    replies: dict[str, str]
    otherwise: str = ""

    @property
    def notebook(self) -> str:
        return self.id[:2]


@cache
def known_questions() -> dict[str, Question]:
    """All questions, by id, in the order of the course. Raises: DamagedFile: they are damaged."""

    def understood(entries: list[dict[str, Any]]) -> dict[str, Question]:
        found = {entry["id"]: Question(**entry) for entry in entries}
        for question in found.values():
            if question.kind not in QUESTION_KINDS or question.answer not in question.replies:
                raise ValueError(f"{question.id} has no answer")
        return found

    return read_json(QUESTIONS, understood, "build")
