"""The map of the course, and the student's progress on it, read from `mytorch` itself."""

from html import escape
from pathlib import Path

from IPython.display import HTML, display

from autograder.exercises import EXERCISES, NOTEBOOKS
from autograder.harness import answer
from autograder.model import Exercise
from autograder.score import judgements, points
from autograder.store import public

from . import live
from .pictures import Picture
from .pictures.stations import Station, draw

HERE = Path(__file__).parents[1]


def course_map() -> None:
    """Show all notebooks, the points earned so far, and the exercise that comes next."""
    live.refresh()
    scores = {exercise.id: score(exercise) for exercise in EXERCISES.values()}
    open_ = [e for e in EXERCISES.values() if scores[e.id] < e.max_score]
    stations = [station(n, title, scores, open_[:1]) for n, title in NOTEBOOKS.items()]
    display(Picture("map of the course", lambda: draw(stations)))
    display(HTML(in_words(stations, open_[:1])))


def score(exercise: Exercise) -> float:
    """The points that the student's text has on the public cases, in this kernel."""
    answers = {
        reference.case.id: answer(
            exercise, reference.case.id, reference.inputs, reference.case.layout, live.package()
        )
        for reference in public().cases(exercise.id)
    }
    judged, _ = judgements(exercise, public(), answers)
    return sum(points(line, judged) for line in judged)


def station(
    number: str, title: str, scores: dict[str, float], following: list[Exercise]
) -> Station:
    link = next((path.name for path in HERE.glob(f"{number}_*.ipynb")), "")
    own = [exercise for exercise in EXERCISES.values() if notebook(exercise) == number]
    return Station(
        number,
        title,
        link,
        sum(scores[exercise.id] for exercise in own),
        sum(exercise.max_score for exercise in own),
        any(notebook(exercise) == number for exercise in following),
    )


def notebook(exercise: Exercise) -> str:
    """The number of the notebook that an exercise is in: `06`."""
    return exercise.number.split(".")[0].zfill(2)


def in_words(stations: list[Station], following: list[Exercise]) -> str:
    """The same as the picture in words, and the links."""
    got, of = sum(s.score for s in stations), sum(s.of for s in stations)
    said = f"<b>{got:g} of {of:g} points.</b> "
    if following:
        (place,) = [s for s in stations if s.next]
        said += f"Next: {escape(following[0].stub)}, in {link(place)}."
    else:
        said += "All are yours. In a terminal, <code>autograder pack</code> makes your hand-in."
    rows = "".join(f"<tr><td>{link(s)}</td><td>{s.points}</td></tr>" for s in stations)
    return (
        f"<p>{said}</p><details><summary>All notebooks, with links</summary>"
        f"<table><tr><th>notebook</th><th>points</th></tr>{rows}</table></details>"
    )


def link(station: Station) -> str:
    words = f"{station.number} · {escape(station.title)}"
    return f'<a href="{station.link}">{words}</a>' if station.link else words
