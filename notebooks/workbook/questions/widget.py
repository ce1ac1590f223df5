"""The widget of a question: the reaction happens in the page, and Python keeps the answer."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from autograder.workspace.questions import Question

WIDGET_FOLDER = Path(__file__).parent
LOCKED = '<div class="workbook-locked">The picture opens when you have answered.</div>'


class QuestionWidget(anywidget.AnyWidget):
    """A question in the page.

    question  what is asked, with all replies
    given     what was answered in this page: `last`, `tries`, `shown`; empty at first
    note      a sentence about keeping the answer, or ""
    """

    _esm = (WIDGET_FOLDER / "question.js").read_text("utf-8")
    _css = (WIDGET_FOLDER / "question.css").read_text("utf-8")
    question = traitlets.Dict().tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)


class QuestionCell:
    """What a question's cell shows: the widget, or a fixed text if there are no widgets.

    Args: keep: called with each answer (`last`, `tries` since the previous call, `shown`); returns
                what the student should know about keeping it.
    """

    def __init__(self, asked: Question, keep: Callable[[dict[str, Any]], str]) -> None:
        self.asked, self.keep = asked, keep
        self.widget = QuestionWidget(question=widget_data(asked))
        self.widget.observe(self.note_answer, names="given")
        self.box = ipywidgets.VBox([self.widget], layout={"overflow": "hidden"})

    def note_answer(self, change: Any) -> None:
        """Keep an answer that the page sent."""
        now, before = change["new"], change["old"] or {}
        tries = now.get("tries", 0) - before.get("tries", 0)
        self.widget.note = self.keep({**now, "tries": tries})

    def __repr__(self) -> str:
        choices = [f"  ( ) {text}" for text in self.asked.replies if self.asked.kind == "choice"]
        why = f"Answer: {self.asked.answer}. {self.asked.replies[self.asked.answer]}"
        return "\n".join(["Question. " + self.asked.prompt, *choices, why]).replace("`", "")

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        """What Jupyter shows: the widget; without widgets, the question with its answer folded."""
        bundle: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": repr(self), "text/html": question_html(self.asked)}


def lock_picture(picture: Any) -> Callable[[], None]:
    """Hide a picture and show a sentence instead. Returns: a function that shows the picture."""
    inner = picture.box
    inner.layout.display = "none"
    picture.box = ipywidgets.VBox([ipywidgets.HTML(LOCKED), inner])

    def unlock() -> None:
        inner.layout.display = None
        picture.box.children = (inner,)

    return unlock


def widget_data(asked: Question) -> dict[str, Any]:
    """The data of a question for the page, with its texts as HTML."""
    replies = [
        {"text": text, "html": text_html(text), "said": text_html(said)}
        for text, said in asked.replies.items()
    ]
    return {
        "kind": asked.kind,
        "prompt": text_html(asked.prompt),
        "answer": asked.answer,
        "replies": replies,
        "otherwise": text_html(asked.otherwise),
    }


def question_html(asked: Question) -> str:
    """A question in HTML, without a widget: its choices, and its answer, folded."""
    choices = "".join(f"<li>{text_html(text)}</li>" for text in asked.replies)
    wrong = "".join(
        f"<li>{text_html(text)}: {text_html(said)}</li>"
        for text, said in asked.replies.items()
        if text != asked.answer
    )
    why = text_html(asked.replies[asked.answer])
    return (
        f"<p><b>Question.</b> {text_html(asked.prompt)}</p>"
        + f"<ul>{choices}</ul>" * (asked.kind == "choice")
        + f"<details><summary>Answer</summary><p><b>{text_html(asked.answer)}.</b> {why}</p>"
        + f"<p>Other answers:</p><ul>{wrong}</ul></details>"
    )


def text_html(text: str) -> str:
    """A text in HTML, where the parts between backticks become code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if k % 2 else part for k, part in enumerate(parts))
