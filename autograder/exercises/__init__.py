"""The exercises, in the order of the course: what is driven, on which cases, for how many points.

One file a topic. The README says which places a new exercise has.
"""

from collections.abc import Iterator

from autograder.model import Double, Exercise

from . import activations, linear, losses, network, squared_error

# By topic: the name of its file here, and of the file that holds its references.
MODULES = (squared_error, activations, linear, losses, network)
TOPICS: dict[str, tuple[Exercise, ...]] = {
    topic.__name__.rpartition(".")[2]: topic.EXERCISES for topic in MODULES
}
EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise for exercises in TOPICS.values() for exercise in exercises
}

# How classes look when doubles take their place, by target: those that are more than an output
# of the input's width.
DOUBLES: dict[str, Double] = {
    double.target: double for topic in MODULES for double in getattr(topic, "DOUBLES", ())
}

# Where each public name of `mytorch` lives: `Linear` in `mytorch/linear.py`.
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
    """The exercises of these names: `linear.forward`, `linear` or `06`; all if there is none.

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
    """The exercises that one builds on, each behind those that it builds on itself."""
    for needed in EXERCISES[name].needs:
        yield from exercises_below(needed)
        yield EXERCISES[needed]
