"""A student's answers to the questions: they are kept in the tree and packed with the hand-in.

Answers do not change the points.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.scoring.topic_file import DamagedFile

from .questions import known_questions
from .writer import write_atomically

ANSWERS_FILE = ".workbook/answers.json"  # in the tree
PACKED = "answers.json"  # in the hand-in
MAX_ANSWER_BYTES = 2**17  # larger files are not read
MAX_ANSWER_LENGTH = 100  # characters of one answer
MAX_TRIES = 1000
DAMAGED = (
    f"{ANSWERS_FILE} is damaged: earlier answers to questions are lost, new ones are kept again"
)


@dataclass(frozen=True)
class GivenAnswer:
    """What was answered to one question.

    last   the last answer, as it was chosen or typed; "" if there is none
    tries  how often the question was answered
    shown  whether the answer was shown on request
    """

    last: str = ""
    tries: int = 0
    shown: bool = False


class DamagedAnswers(ValueError):
    """Answers cannot be read; the message is one line."""


def parse_answers(data: bytes) -> dict[str, GivenAnswer]:
    """The answers in a file that may come from anywhere; answers to unknown questions are left out.

    Raises: DamagedAnswers: the file is too large, or is not a file of answers.
            DamagedFile: the file of questions is damaged.
    """
    asked = known_questions()
    try:
        if len(data) > MAX_ANSWER_BYTES:
            raise ValueError
        found = json.loads(data)
        known = asked.keys() & found.keys()
        return {id: parse_answer(found[id]) for id in asked if id in known}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DamagedAnswers("no answers to questions can be read in it") from None


def parse_answer(entry: Mapping[str, object]) -> GivenAnswer:
    """One answer. Raises: ValueError, TypeError, KeyError, AttributeError: it is not an answer."""
    match entry:
        case {"last": str(last), "tries": int(tries), "shown": bool(shown)} if tries >= 0:
            text = (
                last[:MAX_ANSWER_LENGTH].encode(errors="replace").decode()
            )  # halves of a character
            return GivenAnswer(text, min(tries, MAX_TRIES), shown)
    raise ValueError("no answer")


def read_answers(tree: Path) -> dict[str, GivenAnswer]:
    """The answers kept in a tree.

    Raises: DamagedAnswers: their file is damaged.  OSError: it cannot be read.
            DamagedFile: the file of questions is damaged.
    """
    path = tree / ANSWERS_FILE
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        return parse_answers(file.read(MAX_ANSWER_BYTES + 1))


def read_answers_or_note(tree: Path) -> tuple[dict[str, GivenAnswer], str]:
    """The answers kept in a tree, and a note that says why if they cannot be read."""
    try:
        return read_answers(tree), ""
    except DamagedAnswers:
        return {}, DAMAGED
    except OSError as error:
        return (
            {},
            f"{ANSWERS_FILE} cannot be read ({error.strerror}): no answers to questions are known",
        )
    except DamagedFile as damaged:
        return {}, str(damaged)


def keep_answer(tree: Path, id: str, given: Mapping[str, object]) -> str:
    """Keep the last answer to a question.

    Args:    given: `last`, `shown`, and the number of `tries` since the answer was last kept.
    Returns: what the student should know, or "".
    """
    try:
        earlier, note = read_answers(tree), ""
    except DamagedAnswers:
        earlier, note = {}, DAMAGED
    except OSError as error:
        return f"your answer is not kept: {ANSWERS_FILE} cannot be read ({error.strerror})"
    except DamagedFile as damaged:
        return f"your answer is not kept: {damaged}"
    try:
        now = parse_answer(given)
        before = earlier.get(id, GivenAnswer())
        earlier[id] = GivenAnswer(
            now.last or before.last,
            min(before.tries + now.tries, MAX_TRIES),
            before.shown or now.shown,
        )
        (tree / ANSWERS_FILE).parent.mkdir(exist_ok=True)
        write_atomically(tree / ANSWERS_FILE, format_answers(earlier))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return f"your answer is not kept: {ANSWERS_FILE} cannot be written ({why})"
    return note


def format_answers(answers: Mapping[str, GivenAnswer]) -> bytes:
    """The content of the file that holds these answers."""
    entries = {id: asdict(answer) for id, answer in answers.items()}
    return (json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode()
