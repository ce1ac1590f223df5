"""The map of the course, with the student's points, which are computed from `mytorch`."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

import ipywidgets
from IPython.display import HTML, display

from autograder.exercises import EXERCISES, NOTEBOOKS
from autograder.model import Exercise
from autograder.scoring.topic_file import DamagedFile
from autograder.workspace.given_answers import read_answers_or_note
from autograder.workspace.questions import known_questions

from . import live
from .cells import judge_in_kernel
from .pictures import Picture
from .pictures.stations import CourseStation, draw_stations

HERE = Path(__file__).parents[1]


def course_map() -> None:
    """Show all notebooks, the points earned so far, and the exercise that comes next."""
    live.refresh_modules()
    scores = {exercise.id: public_score(exercise) for exercise in EXERCISES.values()}
    following = next((e for e in EXERCISES.values() if scores[e.id] < e.max_score), None)
    stations = [make_station(number, scores, following) for number in NOTEBOOKS]
    picture = Picture("map of the course", lambda: draw_stations(stations))
    # only in the widget, because the saved notebook must not depend on the reader's answers
    picture.box.children += (ipywidgets.HTML(answers_in_words()),)
    display(picture)
    display(HTML(map_in_words(stations, following)))


def public_score(exercise: Exercise) -> float:
    """The points of the student's code on the public cases, run in this kernel."""
    items, _ = judge_in_kernel(exercise)
    return sum(item.score for item in items)


def make_station(
    number: str, scores: Mapping[str, float], following: Exercise | None
) -> CourseStation:
    """A notebook on the map. Args: following: the exercise that comes next, if there is one."""
    own = [exercise for exercise in EXERCISES.values() if exercise.notebook == number]
    return CourseStation(
        number,
        NOTEBOOKS[number],
        link=next((path.name for path in HERE.glob(f"{number}_*.ipynb")), ""),
        score=sum(scores[exercise.id] for exercise in own),
        of=sum(exercise.max_score for exercise in own),
        next=following in own,
    )


def map_in_words(stations: list[CourseStation], following: Exercise | None) -> str:
    """The content of the picture as text with links."""
    got, of = sum(s.score for s in stations), sum(s.of for s in stations)
    said = "All are yours. In a terminal, <code>autograder pack</code> makes your hand-in."
    if following:
        places = ", ".join(notebook_link(s) for s in stations if s.next)
        said = f"Next: {escape(following.stub)}, in {places}."
    rows = "".join(f"<tr><td>{notebook_link(s)}</td><td>{s.points}</td></tr>" for s in stations)
    return (
        f"<p><b>{got:g} of {of:g} points.</b> {said}</p>"
        "<details><summary>All notebooks, with links</summary>"
        f"<table><tr><th>notebook</th><th>points</th></tr>{rows}</table></details>"
    )


def answers_in_words() -> str:
    """How many questions of each notebook are answered; if that is not known, the reason."""
    try:
        answers, note = read_answers_or_note(live.attached_tree())
        asked = known_questions().values()
    except DamagedFile as damaged:
        return f"<p>{escape(str(damaged))}</p>"
    said = []
    for number in dict.fromkeys(question.notebook for question in asked):
        own = [question.id for question in asked if question.notebook == number]
        said.append(f"{number}: answered {len(answers.keys() & {*own})} of {len(own)}")
    return f"<p>Questions. {escape('; '.join(said))}. {escape(note)}</p>"


def notebook_link(station: CourseStation) -> str:
    words = f"{station.number} · {escape(station.title)}"
    return f'<a href="{station.link}">{words}</a>' if station.link else words
