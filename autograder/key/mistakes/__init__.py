"""Planted mistakes: the misconceptions that the autograder knows by their tensors.

One file a topic. A mistake is a substitution in the solved package; its tensors become its
signature, and its name and hint are what a student reads: «this is how it looks when …».
"""

from . import activations, linear, losses, network, softmax, squared_error
from .model import Mistake

MISTAKES: dict[str, Mistake] = {
    mistake.id: mistake
    for topic in (squared_error, activations, softmax, linear, losses, network)
    for mistake in topic.MISTAKES
}

__all__ = ["MISTAKES", "Mistake"]
