"""The exercises, in the order of the course: what is driven, on which cases, for how many points.

One file a topic. Adding one: its target in the solved package, an entry here, its mistakes.
"""

from ..model import Exercise
from . import activations, linear, losses, network, squared_error

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise
    for topic in (squared_error, activations, linear, losses, network)
    for exercise in topic.EXERCISES
}

# Where each public name of `mytorch` lives: `Linear` in `mytorch/linear.py`.
HOMES: dict[str, str] = {
    exercise.target.split(".")[2]: exercise.target.split(".")[1] for exercise in EXERCISES.values()
}
