"""The exercises, in the order of the course: their drivers, their cases and their points.

There is one file per topic. The README says what must be changed for a new exercise.
"""

from collections.abc import Iterator

from autograder.model import Double, Exercise

from . import activations, linear, losses, network, squared_error

# The key is the name of the topic's file here, and of the file that holds its references.
MODULES = (squared_error, activations, linear, losses, network)
TOPICS: dict[str, tuple[Exercise, ...]] = {
    topic.__name__.rpartition(".")[2]: topic.EXERCISES for topic in MODULES
}
EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise for exercises in TOPICS.values() for exercise in exercises
}

# How to make doubles, by target. A class without an entry gets the default double: it has no
# parameters, and its output is as wide as its input.
DOUBLES: dict[str, Double] = {
    double.target: double for topic in MODULES for double in getattr(topic, "DOUBLES", ())
}

# The module that defines each public name of `mytorch`: `Linear` is in `mytorch/linear.py`.
HOMES: dict[str, str] = {
    exercise.target.split(".")[2]: exercise.target.split(".")[1] for exercise in EXERCISES.values()
}

# The notebooks of the course, by number.
NOTEBOOKS: dict[str, str] = {
    "00": "Start here",
    "01": "Risk and descent",
    "02": "Derivatives as multipliers",
    "03": "One network, unit by unit",
    "04": "Scalar activations",
    "05": "Vector activations",
    "06": "The vector form",
    "07": "Divergences",
    "08": "The network and its training",
    "09": "Digits",
}


def select_exercises(names: list[str]) -> list[Exercise]:
    """The exercises with these names: `linear.forward`, `linear` or `06`; all if names is empty.

    Raises: ValueError: a name fits no exercise.
    """
    found = []
    for name in names:
        fits = [
            e
            for e in EXERCISES.values()
            if name in (e.id, e.id.split(".")[0], e.number, e.notebook, e.notebook[1:])
            or name.lower() in (e.title.lower(), e.title.split(".")[0].lower())
        ]
        if not fits:
            raise ValueError(f"no exercise {name!r}; there are: {', '.join(EXERCISES)}")
        found += fits
    return [e for e in EXERCISES.values() if not names or e in found]


def exercises_below(name: str) -> Iterator[Exercise]:
    """The exercises that one builds on; each comes after those that it builds on itself."""
    for needed in EXERCISES[name].needs:
        yield from exercises_below(needed)
        yield EXERCISES[needed]
